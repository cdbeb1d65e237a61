"""What to do next, for each person and each deal: read from the same scene as the warnings."""
