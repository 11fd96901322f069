"""Groups of stars that are too dense for chance: a blind search for open clusters."""
