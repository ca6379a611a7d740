"""From the log to its readers."""
