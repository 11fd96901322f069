"""A decoder that yields something else has another version, or caches would go on giving the old."""

import hashlib

import numpy as np
from alertlab.alerts import Alert
from alertlab.alerts.packets import read_packets
from alertlab.alerts.read import DECODER_VERSION
from alertlab.alerts.write import encode_cutout, encode_packet
from alertlab.simulate import simulate_packets

# When this fails, raise DECODER_VERSION and put its digest here.
KNOWN = {2: "393139e6007be0cb2a40567b772a55cac3f88cf6403e30ca3fa15910e8d04f84"}


def packet(shape, xpos):
    """One whose pixels are the same on every machine."""
    (found, _), *_ = simulate_packets(1, seed=1)
    pixels = np.arange(np.prod(shape), dtype="f4").reshape(shape)
    pixels[3, 5], pixels[4, 4] = np.nan, np.inf
    images = {f"cutout{band}": {"stampData": encode_cutout(pixels)} for band in ("Science", "Template", "Difference")}
    candidate = {**found["candidate"], "xpos": xpos, "ypos": 1500.0}
    cutouts = {name: {**found[name], **image} for name, image in images.items()}
    same = {"candid": 1234567890123456789, "objectId": "ZTF18aaaaaaa", "candidate": candidate}  # whatever is simulated
    return encode_packet({**found, **cutouts, **same})


def test_what_is_decoded_has_the_version_that_the_decoder_says():
    whole, cut, odd = packet((63, 63), 1500.0), packet((63, 50), 19.2), packet((63, 50), 1500.0)
    state = hashlib.sha256()
    for data in (whole, cut, odd, whole[:-40], b""):
        for found in read_packets(data, "packet"):
            if isinstance(found, Alert):
                state.update(repr((found.candid, found.object_id, sorted(found.candidate))).encode())
                state.update(np.nan_to_num(found.stamp, nan=-1).tobytes())  # NaN has many patterns of bits
            else:
                state.update(repr((found.candid, found.object_id)).encode())
    assert state.hexdigest() == KNOWN[DECODER_VERSION]
