"""Webhooks: readers of the log with a stored cursor and signed HTTP requests."""
