"""A copy of the log, record for record, and of what is in PostgreSQL alone; and the way back."""
