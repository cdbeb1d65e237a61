"""What became of what was sold, as several questions see it."""
