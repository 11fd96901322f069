"""The nouns of the project: samples, taxonomy, split, predictions, and what a model may ask of a run."""
