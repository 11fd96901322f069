"""Answer for images as they are published: folders, tar files, Parquet tables and HDF5 files of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from ...core.progress import track
from ...core.samples import number_of
from ...core.table_file import TableFile
from ...datamodules.images.decoding import decoded
from ...datamodules.images.images import IMAGE
from ...datamodules.images.stored import UNUSABLE
from ...door.images import Image, ImageForm, Unreadable, is_images, read_images
from ...door.place import ARRAYS, PARQUET, Found, Kind, keep_apart
from ...door.table import open_table
from ...runtime import Bundle, InputSpec
from ...runtime.errors import AlertlabError
from ...runtime.ragged import Ragged
from .result import UNDECIDED, PredictResult, told_counts
from .rows import answered

BATCH = 128  # images at a time
COLUMNS = "columns."  # before the names of what a form says


def image_files(bundle: Bundle, path: Path, overrides: Sequence[str]) -> Found | None:
    """The images at a path, for a bundle that takes nothing else; None where rows lie ready there, or other things."""
    if not path.exists() or path.name.lower().endswith(ARRAYS) or not is_images(path):
        return None
    if path.name.lower().endswith(PARQUET):
        schema, column = open_table(path).schema, _form(bundle.inputs[0], overrides).image
        if column in schema.names and pa.types.is_nested(schema.field(column).type) and not _is_bytes(schema, column):
            return None
    return Found(path, Kind.IMAGES, path)


def predict_images(bundle: Bundle, found: Found, overrides: Sequence[str], out: Path, strict: bool) -> PredictResult:
    """Answer for every image; what cannot be read, or has no finite answer, goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    overrides : ``columns.image=image_jpeg`` and the like, as in ``conf/datamodule/images.yaml``.

    Raises
    ------
    AlertlabError
        For no image at all, a name that stands there twice, or a rejected one when strict.
    """
    (spec,) = bundle.inputs
    form = _form(spec, overrides)
    rejected = out.with_name(f"{out.stem}.rejected.parquet")
    keep_apart(rejected, found)
    classified: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    with ExitStack() as stack:
        written: TableFile | None = None
        lost = stack.enter_context(TableFile(rejected, UNUSABLE))
        images = decoded(iter(read_images(found.path, form)), form, None)
        for good, bad in _batches(track(images, "answering"), spec):
            undecided: list[str] = []
            if good:
                names = np.array([each.name for each in good], np.str_)
                numbers = np.array([number_of(name) for name in names.tolist()], np.int64)
                predictions, undecided = answered(bundle, names, numbers, {IMAGE: _array(spec, good)})
                table = predictions.table()
                written = written or stack.enter_context(TableFile(out, table.schema))
                written.write(table)
                classified.update(told_counts(table))
            origin = {each.name: each.origin for each in good}
            bad += [Unreadable(name, origin[name], UNDECIDED) for name in undecided]
            if strict and bad:
                raise AlertlabError(f"{bad[0].origin}: {bad[0].reason} (--strict)")
            lost.write(pa.Table.from_pylist([vars(each) for each in bad], UNUSABLE))
            reasons.update(each.reason for each in bad)
        if written is None:
            why = f" that can be used ({reasons.most_common(1)[0][0]})" if reasons else ""
            raise AlertlabError(f"{found.path}: holds no image{why}")
    return PredictResult(out, rejected, classified, reasons)


def _batches(images: Iterator[Image | Unreadable], spec: InputSpec) -> Iterator[tuple[list[Image], list[Unreadable]]]:
    """Some at a time: those of a size that the bundle takes, and the others."""
    while batch := list(islice(images, BATCH)):
        good: list[Image] = []
        bad: list[Unreadable] = []
        for each in batch:
            if isinstance(each, Unreadable):
                bad.append(each)
            elif spec.free or each.pixels.shape == spec.shape:
                good.append(each)
            else:
                sides, wanted = ("x".join(map(str, shape)) for shape in (each.pixels.shape[1:], spec.shape[1:]))
                bad.append(Unreadable(each.name, each.origin, f"{sides} pixels, the bundle takes {wanted}"))
        yield good, bad


def _array(spec: InputSpec, images: list[Image]) -> Any:
    pixels = [each.pixels.astype(np.float32) for each in images]
    return Ragged.of(pixels, images=True) if spec.free else np.stack(pixels)


def _form(spec: InputSpec, overrides: Sequence[str]) -> ImageForm:
    """How the images lie in their file: the channels are those of the bundle."""
    known = [name for name in ImageForm.__dataclass_fields__ if name != "channels"]
    given: dict[str, Any] = {}
    for override in overrides:
        key, _, value = override.partition("=")
        name = key.removeprefix(COLUMNS)
        if not key.startswith(COLUMNS) or name not in known:
            raise AlertlabError(f"{override}: of images one of {', '.join(COLUMNS + each for each in known)}")
        given[name] = yaml.safe_load(value)
    channels = spec.channels or tuple(str(number) for number in range(int(spec.shape[0])))
    return ImageForm(channels, **given)


def _is_bytes(schema: pa.Schema, column: str) -> bool:
    """Whether a nested column holds images as Hugging Face's datasets write them."""
    kind = schema.field(column).type
    return bool(pa.types.is_struct(kind)) and kind.get_field_index("bytes") >= 0
