"""Names and numbers of packets, in ZTF's formats: all of them simulated, none refers to the sky."""

from .exposure import Exposure
from .scene import Scene

NIGHT_ZERO = 2457754.5  # Julian date of ZTF night 0
LETTERS = 26**6
BANDS = {1: "zg", 2: "zr", 3: "zi"}


def object_id(index: int, seed: int, jd: float) -> str:
    """Name like ``ZTF19abcdefg``, the year that of ``jd``; unique among the indices of a seed."""
    number = (index * 72_616_267 + seed * 19_260_817) % LETTERS  # odd and no multiple of 13: a permutation
    letters = ""
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters = chr(ord("a") + letter) + letters
    return f"ZTF{18 + int((jd - 2458119.5) / 365.25):02d}a{letters}"


def stamp_time(index: int, night: int) -> float:
    """Julian date of packet ``index`` within a night: no two packets share it and their number in the table."""
    return NIGHT_ZERO + night + (15_000 + (index // 1000 * 7_919) % 35_000 + 0.5) / 1e5


def night_id(jd: float) -> int:
    """ZTF's count of nights."""
    return int(jd - NIGHT_ZERO)


def processing_id(jd: float, rcid: int) -> int:
    """``pid``: night, fraction of the day in 1e-5, readout channel, and 15."""
    return int(night_id(jd) * 10**9 + int((jd - NIGHT_ZERO) % 1 * 1e5) * 10**4 + rcid * 100 + 15)


def candidate_id(pid: int, positive: bool, table_id: int) -> int:
    """``candid``: the processing id, 15 or 10 for the sign of the subtraction, and the row in its table."""
    return pid * 10**6 + (15_000 if positive else 10_000) + table_id


def image_name(scene: Scene, exposure: Exposure) -> str:
    """``pdiffimfilename`` of the difference image."""
    night, fraction = night_id(exposure.jd), int((exposure.jd - NIGHT_ZERO) % 1 * 1e6)
    ccd, quadrant = scene.rcid // 4 + 1, scene.rcid % 4 + 1
    place = f"{scene.field:06d}_{BANDS[exposure.fid]}_c{ccd:02d}_o_q{quadrant}"
    return f"ztf_{night:08d}{fraction:06d}_{place}_simulated.fits"
