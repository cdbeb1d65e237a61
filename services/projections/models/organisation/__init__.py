"""Units, lines and the chart they make."""
