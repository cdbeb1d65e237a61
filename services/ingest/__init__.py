"""The write side: HTTP in, the log out. It knows the contract (`schemas`) and nothing of the read side."""
