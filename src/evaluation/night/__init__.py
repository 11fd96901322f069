"""What a classifier is worth on a night of a survey, whose classes are mixed in other shares than a labelled set."""
