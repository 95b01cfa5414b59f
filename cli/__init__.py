"""What a person types: one file per command, and the one place that prints."""
