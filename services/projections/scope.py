"""The scope in which something holds: an opportunity, by its id, or the whole account."""

ACCOUNT = ""  # no id is empty
