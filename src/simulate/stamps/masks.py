"""Pixels without a value: chip gaps, bad columns, blocks around saturated stars."""

import numpy as np
from numpy.typing import NDArray

from .sky import HALF, SIDE

MASKED_SHARE = 0.11  # of stamps, measured on the public ZTF stamps
CLEAR = 4  # px around the candidate that are never masked: ZTF makes no alert there


def bad_pixels(rng: np.random.Generator, certain: bool) -> NDArray[np.bool_]:
    """Mask (63, 63), True where all three cut-outs are NaN; empty for most stamps.

    Parameters
    ----------
    certain : mask right beside the candidate.
    """
    mask = np.zeros((SIDE, SIDE), dtype=bool)
    if not certain and rng.random() >= MASKED_SHARE:
        return mask
    kind = "band" if certain else rng.choice(["band", "blocks", "column"], p=[0.45, 0.4, 0.15])
    if kind == "band":
        depth = HALF - CLEAR + 1 if certain else int(rng.integers(2, HALF - CLEAR))
        ragged = np.repeat(rng.integers(0, 4, SIDE // 7), 7)  # the mask was grown by 7 x 7 blocks
        mask = np.arange(SIDE) < depth - ragged[:, None]
    elif kind == "blocks":
        for _ in range(rng.integers(1, 4)):
            row, column = rng.integers(0, SIDE - 6, 2)
            mask[row : row + rng.integers(7, 15), column : column + rng.integers(7, 12)] = True
    else:
        column = rng.integers(0, SIDE - 7)
        mask[int(rng.integers(0, HALF)) :, column : column + 7] = True
    mask = np.rot90(mask, int(rng.integers(4))).copy() if not certain else mask
    mask[HALF - CLEAR : HALF + CLEAR + 1, HALF - CLEAR : HALF + CLEAR + 1] = False
    return mask
