"""Batches for training: order, balance, augmentation."""
