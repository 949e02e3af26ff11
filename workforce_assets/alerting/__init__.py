"""Alerts: what went wrong, told once, to whoever WORKFORCE_ALERTS names, and kept in the home."""
