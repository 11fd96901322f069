"""FITS cut-outs that no honest writer would make."""

import gzip

import numpy as np

BLOCK = 2880
DTYPES = {-64: ">f8", -32: ">f4", 8: "u1", 16: ">i2", 32: ">i4", 64: ">i8"}


def header(cards, end=True):
    """Cards as they come: (keyword, value text) pairs; a value may be anything."""
    lines = [f"{key:8.8}= {value!s:>20}"[:80] for key, value in cards]
    raw = "".join(f"{line:80}" for line in [*lines, *(["END"] if end else [])]).encode("latin-1")
    return raw + b" " * (-len(raw) % BLOCK)


def fits(shape=(63, 63), bitpix=-32, declared=None, pixels=None, **cards):
    """FITS bytes; ``declared`` and ``cards`` may contradict the pixels."""
    if pixels is None:
        pixels = np.random.default_rng(1).integers(1, 100, shape)
    data = np.asarray(pixels).astype(DTYPES.get(bitpix, ">f4")).tobytes()
    axes = {f"NAXIS{number}": side for number, side in enumerate((declared or shape)[::-1], 1)}
    standard = {"SIMPLE": "T", "BITPIX": bitpix, "NAXIS": len(declared or shape), **axes, **cards}
    return header(list(standard.items())) + data + bytes(-len(data) % BLOCK)


def zipped(raw):
    return gzip.compress(raw, 1, mtime=0)


def with_pixels(value):
    """All pixels one value."""
    with np.errstate(over="ignore"):
        return zipped(fits(pixels=np.full((63, 63), value)))


WHOLE = fits()
HALF = len(WHOLE) // 2

# name: the ``stampData`` of one cut-out
CUTOUTS = {
    **{
        f"shape {'x'.join(map(str, shape)) or 'none'}": zipped(fits(shape))
        for shape in [
            (),
            (63,),
            (0, 0),
            (0, 63),
            (62, 63),
            (63, 1),
            (1, 1),
            (64, 63),
            (63, 64),
            (200, 200),
            (1, 3, 63, 63),
        ]
    },
    **{f"BITPIX {kind}": zipped(fits(bitpix=kind)) for kind in (-64, 8, 16, 32, 64, 0, 7, -16, 128)},
    "zip bomb": zipped(WHOLE + bytes(64 << 20)),
    "1 MB without END": zipped(header([("SIMPLE", "T")] + [("HISTORY", "x")] * 12_000, end=False)),
    "1 MB of header": zipped(header([("SIMPLE", "T")] + [(f"K{number}", 1) for number in range(12_000)])),
    "header of NUL": zipped(b"SIMPLE  = " + bytes(5750)),
    "header of UTF-8": zipped("SIMPLE  = ☄️".encode() * 400),
    "END alone": zipped(b"SIMPLE" + b" " * 74 + b"END".ljust(80) + b" " * 2720),
    "trailing garbage": zipped(WHOLE) + b"garbage" * 100,
    "trailing zeros": zipped(WHOLE) + bytes(1000),
    "two members": zipped(WHOLE) + zipped(WHOLE),
    "an image in two members": zipped(WHOLE[:HALF]) + zipped(WHOLE[HALF:]),
    "10000 empty members": zipped(b"") * 10_000,
    "a JPEG": b"\xff\xd8\xff\xe0" + bytes(100),
    "not zipped": WHOLE,
    "zipped twice": zipped(zipped(WHOLE)),
    "one byte": b"\x1f",
    **{
        f"{key} = {value}"[:60]: zipped(fits(**{key: value}))
        for key, values in {
            "NAXIS": (-1, 0, 1, 3, 999, "1e400", "9" * 68, "NaN", "", "'two'", "T"),
            "NAXIS1": (-63, 0, "1e400", "9" * 68, "nan", "", "6_3", "63.0", 2**31, 2**63),
            "NAXIS2": (-1, "x" * 60, "\xb2", 10**18),
            "BSCALE": ("nan", "inf", "-inf", "1e308", "1e999", "0", "'one'", "1.0D0", ""),
            "BZERO": ("nan", "inf", "1e308", "-1e308", "", "(1, 2)"),
            "BITPIX": ("nan", "1e400", "", "-32.0"),
        }.items()
        for value in values
    },
    **{f"pixels {value}": with_pixels(value) for value in (np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e-45, 0.0)},
    "pixels beyond float32": zipped(fits(bitpix=-64, pixels=np.full((63, 63), 1e300))),
}
