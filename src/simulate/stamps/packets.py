"""The driver: from a number of packets and a seed to packets."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...alerts.schema import SCHEMAVSN
from ...alerts.write import encode_cutout
from ...runtime.errors import AlertlabError
from .candidate import describe
from .classes import PORTRAITS
from .cutouts import Cutouts, expose
from .exposure import draw_exposure
from .history import earlier_visits
from .identity import night_id, object_id, stamp_time
from .photometry import measure
from .scene import Scene, draw_scene

CLASSES = tuple(PORTRAITS)
PUBLISHER = "alertlab (simulated)"
LASTING = ("AGN", "SN", "VS", "bogus")  # an asteroid has moved on before the next visit
RETURN_SHARE = 0.23  # of lasting objects in every second round: a tenth of all objects has two packets
NOISIER = 1.6  # the noise of all pixels at difficulty 1, and its inverse at 0, against ZTF's
ORDER, OBJECT, EPOCH = range(3)  # independent streams of random numbers


def simulate_packets(
    n: int, seed: int, classes: Sequence[str] = CLASSES, difficulty: float = 0.5
) -> Iterator[tuple[dict[str, Any], str]]:
    """Simulated ZTF packets with their labels, classes balanced, in shuffled order.

    Packet i depends on ``seed``, i and the other arguments but not on ``n``: a longer
    run begins with the shorter one. About a tenth of the objects has two packets.

    Parameters
    ----------
    n : number of packets. seed : not negative.
    classes : among ``AGN``, ``SN``, ``VS``, ``asteroid``, ``bogus``.
    difficulty : 0, bright and typical, to 1, faint, noisy and confused; 0.5 has ZTF's brightness and noise.

    Yields
    ------
    A packet as ``alerts.write.encode_packet`` takes it, and its label.

    Raises
    ------
    AlertlabError
        At the call, for a number, class or difficulty out of range.
    """
    if n < 1:
        raise AlertlabError(f"simulate.n: {n} packets, at least 1 is needed")
    if seed < 0:
        raise AlertlabError(f"simulate.seed: {seed} is negative, take 0 or more")
    if not 0 <= difficulty <= 1:
        raise AlertlabError(f"simulate.difficulty: {difficulty}, it must lie between 0 and 1")
    unknown = sorted(set(classes) - set(CLASSES))
    if unknown or not classes or len(set(classes)) < len(classes):
        wrong = f"unknown {', '.join(unknown)}" if unknown else "empty, or a class named twice"
        raise AlertlabError(f"simulate.classes: {wrong}; choose among {', '.join(CLASSES)}")
    return (_packet(index, seed, tuple(classes), difficulty) for index in range(n))


@lru_cache(maxsize=4)
def _round(number: int, seed: int, classes: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The classes of one round, each once, shuffled; and whether each shows an object of the round before."""
    rng = np.random.default_rng([seed, ORDER, number])
    labels = tuple(classes[place] for place in rng.permutation(len(classes)))
    luck = rng.random(len(classes)) < RETURN_SHARE
    return labels, tuple(
        bool(number % 2 and lucky and label in LASTING) for label, lucky in zip(labels, luck, strict=True)
    )


def _object(index: int, seed: int, classes: tuple[str, ...]) -> tuple[str, int]:
    """Label of packet ``index``, and the index of the packet that first showed its object."""
    number, place = divmod(index, len(classes))
    labels, returns = _round(number, seed, classes)
    if not returns[place]:
        return labels[place], index
    before, _ = _round(number - 1, seed, classes)
    return labels[place], (number - 1) * len(classes) + before.index(labels[place])


def _packet(index: int, seed: int, classes: tuple[str, ...], difficulty: float) -> tuple[dict[str, Any], str]:
    label, first = _object(index, seed, classes)
    scene = draw_scene(np.random.default_rng([seed, OBJECT, first]), label, difficulty)
    return alert_of(scene, index, first, seed, NOISIER ** (2 * difficulty - 1)), label


def alert_of(scene: Scene, index: int, first: int, seed: int, noise: float) -> dict[str, Any]:
    """One epoch of a scene as a packet, the noise of its pixels ``noise`` times ZTF's.

    Parameters
    ----------
    index : of the packet. first : index of the packet that first showed the object.
    """
    rng = np.random.default_rng([seed, EPOCH, index])
    returned = index != first
    night = night_id(scene.jd) + (int(rng.integers(1, 40)) if returned else 0)
    exposure = draw_exposure(rng, stamp_time(index, night), scene.portrait.clouded, noise)
    images = expose(rng, scene, exposure)
    light = measure(images.difference, exposure)
    candidate = describe(rng, scene, exposure, light, images.positive, index % 1000, int(returned))
    name = object_id(first, seed, scene.jd)
    return assemble(name, candidate, images, earlier_visits(rng, scene, candidate))


def assemble(name: str, candidate: dict[str, Any], images: Cutouts, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    """The packet of an object of this name."""
    cutouts = {"Science": images.science, "Template": images.template, "Difference": images.difference}
    file = f"candid{candidate['candid']}_pid{candidate['pid']}_targ"
    endings = {"Science": "sci", "Template": "ref", "Difference": "scimref"}
    return {
        "schemavsn": SCHEMAVSN,
        "publisher": PUBLISHER,
        "objectId": name,
        "candid": candidate["candid"],
        "candidate": candidate,
        "prv_candidates": earlier or None,
        **{
            f"cutout{kind}": {"fileName": f"{file}_{endings[kind]}.fits.gz", "stampData": encode_cutout(stamp)}
            for kind, stamp in cutouts.items()
        },
    }
