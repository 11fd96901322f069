"""Drawings that several tasks share."""
