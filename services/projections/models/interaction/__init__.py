"""What happened, and how strong it makes a relationship."""
