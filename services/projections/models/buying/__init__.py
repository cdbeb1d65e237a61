"""Who decides a purchase, in which steps."""
