"""What a person at the terminal is told when something cannot be done."""


class Problem(Exception):  # noqa: N818  it is read as "a problem", and shown, never debugged
    """One sentence for a person, with the remedy if there is one; the CLI prints it and exits with 1."""
