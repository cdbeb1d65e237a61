"""Questions about answers: what changed between two of them, what was believed before, and what if. Pure."""
