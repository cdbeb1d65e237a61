"""The read API: one GET for each question, the journal, and how far it has come. No logic of its own."""
