"""Alerts as samples of stamps and metadata, decoded once."""
