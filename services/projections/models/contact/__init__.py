"""People as answers name and show them."""
