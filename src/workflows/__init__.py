"""What a verb does."""
