"""Light curves point by point."""
