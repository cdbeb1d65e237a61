"""All SQL: each statement has a name and a sentence. Plain functions over a connection; no state of its own."""
