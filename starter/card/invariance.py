"""How far the starter's score moves when the same clip comes in another size, length, frame rate or container.

Every form is a real file that goes the product's own way: decoder, patches, model. Photographs of a source that
training never saw, each as a clean copy, a blurred one and one of far too low a bit rate.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PIL import Image

from starter.card.variants import COPIES, Forms, Scene, variants
from starter.pictures import sources
from starter.progress import Progress
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.rater import Rater
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.rating import LabelDistribution

FORMS: Final = Forms()
LARGE_FORMS: Final = replace(FORMS, sizes=((3840, 2160), *FORMS.sizes))
PHOTOS: Final[Mapping[str, Forms]] = {
    "lomiri-wallpapers-20.04/Fossa_by_Jasper_Roks": FORMS,
    "lomiri-wallpapers-20.04/Kleiber_by_Lukas_Baubkus": LARGE_FORMS,
}


def measure(rater: Rater, work: Path) -> list[dict[str, Any]]:
    """The MOS of every form of ``PHOTOS``, as ``measure_photos``.

    Raises SourceError, EncoderError, XlVqaError.
    """
    photos = {photo.name: photo for photo in sources.photos(work)}
    missing = [name for name in PHOTOS if name not in photos]
    if missing:
        raise sources.SourceError(f"not in the work folder: {', '.join(missing)}; run 'make starter' first")
    return measure_photos(rater, [(name, photos[name].path, forms) for name, forms in PHOTOS.items()])


def measure_photos(rater: Rater, photos: Sequence[tuple[str, Path, Forms]]) -> list[dict[str, Any]]:
    """One row per axis, photograph (name, file, forms) and copy: {"axis", "content", "copy", "mos": by form}.

    A form that the product refuses is an XlVqaError here too.
    """
    rows = []
    progress = Progress("copies in other forms", len(photos) * len(COPIES))
    for name, path, forms in photos:
        with Image.open(path) as opened:
            scene = Scene(opened.convert("RGB"), name)
        for copy in COPIES:
            found: dict[str, dict[str, float]] = {}
            with tempfile.TemporaryDirectory() as folder:
                for axis, form, file in variants(scene, copy, forms, Path(folder)):
                    found.setdefault(axis, {})[form] = round(_mos(rater, file), 3)
            content = name.split("/")[-1]
            rows += [{"axis": axis, "content": content, "copy": copy, "mos": mos} for axis, mos in found.items()]
            progress.step()
    return rows


def summary(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Per axis how far the score moves between the forms of one copy: the largest and the mean of all copies."""
    movements: dict[str, list[tuple[float, str]]] = {}
    forms: dict[str, list[str]] = {}
    for row in rows:
        mos = row["mos"]
        movements.setdefault(row["axis"], []).append((movement(mos), f"{row['content']}, {row['copy']}"))
        forms[row["axis"]] = list(dict.fromkeys([*forms.get(row["axis"], []), *mos]))
    return [
        {
            "axis": axis,
            "forms": forms[axis],
            "mean": sum(size for size, _ in found) / len(found),
            "largest": max(found)[0],
            "where": max(found)[1],
        }
        for axis, found in movements.items()
    ]


def movement(mos: Mapping[str, float]) -> float:
    """The largest difference between the forms of one copy, in MOS."""
    return max(mos.values()) - min(mos.values())


def _mos(rater: Rater, path: Path) -> float:
    (outcome,) = rater.rate([(rater.prepare(read_frames(path, rater.spec.sampling)), None)])
    if isinstance(outcome, XlVqaError):
        raise outcome
    assert isinstance(outcome, LabelDistribution)
    return outcome.scale.to_mos(outcome.expectation())
