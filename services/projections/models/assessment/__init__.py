"""What we think of people, how they stand to each other and to us, and how fresh that is."""
