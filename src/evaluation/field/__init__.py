"""What the field asks of a classifier: its most probable rows, and how early it knows."""
