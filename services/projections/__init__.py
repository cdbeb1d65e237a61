"""The read side: log, state, answers."""
