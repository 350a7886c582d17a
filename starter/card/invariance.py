"""How far the starter's score moves when the same clip comes in another size, length, frame rate or container.

Every form is a real file that goes the product's own way: decoder, patches, tower. Photographs of a source that
training never saw, each as a clean copy, a blurred one and one of far too low a bit rate.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from PIL import Image

from starter.card.report import FloatArray
from starter.card.variants import COPIES, Forms, Scene, variants
from starter.pictures import sources
from starter.progress import Progress
from xl_vqa.training.cache import read_json, write_json

FORMS: Final = Forms()
LARGE_FORMS: Final = replace(FORMS, sizes=((3840, 2160), *FORMS.sizes))
PHOTOS: Final[Mapping[str, Forms]] = {
    "lomiri-wallpapers-20.04/Fossa_by_Jasper_Roks": FORMS,
    "lomiri-wallpapers-20.04/Kleiber_by_Lukas_Baubkus": LARGE_FORMS,
}


@dataclass(frozen=True, slots=True)
class FormFile:
    """One form of one copy of a photograph. ``path`` is there only while its features are taken."""

    axis: str
    form: str
    content: str
    copy: str
    path: str

    @property
    def key(self) -> str:
        """Unique, and fit for the names of its features."""
        return f"{self.content}@{self.copy}@{self.axis}@{self.form}".replace(" ", "_")

    @property
    def pairs(self) -> int:
        """As many frame pairs as of any video."""
        return 0


See = Callable[[Sequence[FormFile]], object]
"""Takes the features of files, and keeps them by ``FormFile.key``."""


def make(work: Path, records: Path, see: See) -> list[FormFile]:
    """The forms of ``PHOTOS``, as ``make_photos``; ``work`` has the photographs.

    Raises SourceError, EncoderError, VideoError.
    """
    photos = {photo.name: photo for photo in sources.photos(work)}
    missing = [name for name in PHOTOS if name not in photos]
    if missing:
        raise sources.SourceError(f"not in the work folder: {', '.join(missing)}; run 'make starter' first")
    chosen = [(name, photos[name].path, forms) for name, forms in PHOTOS.items()]
    return make_photos(chosen, records, see)


def make_photos(photos: Sequence[tuple[str, Path, Forms]], records: Path, see: See) -> list[FormFile]:
    """Every form of photographs (name, file, forms). The files are made, seen and left again, and a record in
    ``records`` tells of each copy what was seen, so that another model is measured without them.
    """
    found = []
    progress = Progress("copies in other forms", len(photos) * len(COPIES))
    for name, path, forms in photos:
        content = name.split("/")[-1]
        scene: Scene | None = None
        for copy in COPIES:
            record = records / f"{content}-{copy.replace(' ', '-')}.json"
            stored = read_json(record)
            if stored is None or stored["forms"] != repr(forms):
                if scene is None:
                    with Image.open(path) as opened:
                        scene = Scene(opened.convert("RGB"), name)
                with tempfile.TemporaryDirectory() as folder:
                    made = variants(scene, copy, forms, Path(folder))
                    files = [FormFile(axis, form, content, copy, str(file)) for axis, form, file in made]
                    see(files)
                stored = {"forms": repr(forms), "files": [asdict(file) for file in files]}
                records.mkdir(parents=True, exist_ok=True)
                write_json(record, stored)
            found += [FormFile(**file) for file in stored["files"]]
            progress.step()
    return found


def rows_of(files: Sequence[FormFile], mos: Sequence[float] | FloatArray) -> list[dict[str, Any]]:
    """One row per axis, photograph and copy: {"axis", "content", "copy", "mos": by form}."""
    rows: dict[tuple[str, str, str], dict[str, float]] = {}
    for file, value in zip(files, mos, strict=True):
        rows.setdefault((file.axis, file.content, file.copy), {})[file.form] = round(float(value), 3)
    return [
        {"axis": axis, "content": content, "copy": copy, "mos": found}
        for (axis, content, copy), found in rows.items()
    ]


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
