"""Many objects: parted, computed side by side, merged."""
