"""How Rapport is run: on one machine by `rapport up`, or in containers."""
