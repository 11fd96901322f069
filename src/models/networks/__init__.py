"""Networks behind the model contract: training, weights, export."""
