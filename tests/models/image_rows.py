"""Small images whose class, or votes, can be seen."""

import numpy as np
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.datamodules import DataModule
from alertlab.runtime import Quantities, Quantity, Ragged

VOTES = {
    "shape": ("", ("smooth", "disc", "artefact")),
    "edge": ("disc", ("edge_on", "face_on")),
    "arms": ("face_on", ("one", "two")),
}


def quantities():
    """Three questions, the second and third after an answer, and a size in arcsec that is none of a question."""
    asked = [
        Quantity(name, minimum=0.0, maximum=1.0, group=group, whole=whole)
        for group, (whole, names) in VOTES.items()
        for name in names
    ]
    return Quantities((*asked, Quantity("radius", "arcsec")))


class ImageRows(DataModule):
    """Blobs that are wide or narrow, in three channels of 0 to 255."""

    description = "simulated blobs"

    def __init__(self, n=60, side=14, votes=False, ragged=False, mirrored=()):
        super().__init__(SplitPlan(validation=0.25, test=0.25))
        self.n, self.side, self.votes, self.ragged, self.mirrored_pairs = n, side, votes, ragged, mirrored

    def read(self):
        random = np.random.default_rng(7)
        target = np.arange(self.n) % 2
        radius = np.where(target, 3.5, 1.5) * random.uniform(0.9, 1.1, self.n)
        y, x = np.indices((self.side, self.side)) - (self.side - 1) / 2
        light = np.exp(-(x**2 + y**2) / (2 * radius[:, None, None] ** 2))
        images = 200 * light[:, None] * random.uniform(0.8, 1, (self.n, 3, 1, 1))
        images += random.uniform(0, 20, images.shape)
        image = np.rint(images).astype(np.float32)
        if self.ragged:
            image = Ragged.of([each[:, : self.side - row % 3] for row, each in enumerate(image)], images=True)
        names = Taxonomy(["narrow", "wide"], mirrored=self.mirrored_pairs)
        if self.votes:
            names, target = quantities(), votes(random, radius)
        objects = np.array([f"blob {row}" for row in range(self.n)])
        channels = {"image": ("red", "green", "blue")}
        return Samples({"image": image}, target, np.arange(self.n), objects, names, channels=channels)


def votes(random, radius):
    """(n, 8) shares that keep to the tree, the radius, and one cell that is not known."""
    disc = np.clip((radius - 1) / 3, 0.05, 0.9)
    shape = np.stack([0.95 - disc, disc, np.full(len(disc), 0.05)], 1)
    edge = random.dirichlet([2, 2], len(disc)) * shape[:, 1:2]
    arms = random.dirichlet([1, 3], len(disc)) * edge[:, 1:2]
    found = np.concatenate([shape, edge, arms, 10 * radius[:, None]], 1).astype(np.float32)
    found[3, 7] = np.nan
    return found
