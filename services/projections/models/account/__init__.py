"""What an account is worth to us and what its central view shows."""
