"""Light curves to feature columns."""
