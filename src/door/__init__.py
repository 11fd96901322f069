"""What others' files hold, found out once: words for now."""
