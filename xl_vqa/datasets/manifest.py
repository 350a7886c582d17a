"""The manifest: one row per video with its label and part, as training reads it.

A CSV file in UTF-8 with a byte order mark, so that Excel shows Japanese paths, and floats as Python writes
them, so that reading gives back the very numbers that the labels were made from.
"""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from xl_vqa.datasets.errors import ManifestError
from xl_vqa.datasets.problems import problem_codes
from xl_vqa.datasets.split import NONE, PARTS
from xl_vqa.outputs import write_output
from xl_vqa.tables.grid import TableError
from xl_vqa.tables.read import read_figures
from xl_vqa.words.labels import Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Reason

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("video", "mos", "ci95", "raters", "label", "split", "content", "problem")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """``mos`` and ``ci95`` (half-width of the 95% interval) are in MOS units; None where they are not known."""

    video: str
    mos: float | None
    ci95: float | None
    raters: int | None
    label: int | None
    split: str
    """train, val, test or none."""
    content: str
    problem: str = ""
    """``code: sentence``, several joined by " | "; empty where all is well."""

    @property
    def usable(self) -> bool:
        """Whether the row belongs to training, validation or test."""
        return self.split in PARTS

    @property
    def problem_codes(self) -> list[str]:
        return problem_codes(self.problem)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Rows in the order of the source."""

    rows: tuple[ManifestRow, ...]
    path: Path | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ManifestRow]:
        return iter(self.rows)

    def part(self, name: str) -> list[ManifestRow]:
        """The rows of train, val, test or none."""
        if name not in (*PARTS, NONE):
            raise ManifestError(path=str(self.path or ""), problem=Reason("no_such_part", part=repr(name)))
        return [row for row in self.rows if row.split == name]

    @property
    def usable(self) -> list[ManifestRow]:
        return [row for row in self.rows if row.usable]

    @property
    def fingerprint(self) -> str:
        """``b2:`` and a hash of what training sees: videos, MOS, labels, parts and contents of the usable rows.

        Independent of row order, of the folder that all videos lie in, and of the problem column's language.
        """
        videos = _without_common_folder([row.video for row in self.usable])
        rows = [
            [video, row.mos, row.label, row.split, row.content]
            for video, row in zip(videos, self.usable, strict=True)
        ]
        text = "\n".join(sorted(json.dumps(row, ensure_ascii=False) for row in rows))
        return "b2:" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def check_scale(self, scale: Scale) -> None:
        """Raises ManifestError where a label is not what ``scale`` makes of the MOS beside it.

        A manifest does not carry its scale; this tells when training is about to use another one.
        """
        for number, row in enumerate(self.rows, 2):
            if row.label is None or row.mos is None or not row.usable:
                continue
            expected = scale.to_label(row.mos) if scale.mos_min <= row.mos <= scale.mos_max else None
            if row.label != expected:
                raise ManifestError(
                    path=str(self.path or ""),
                    problem=Reason(
                        "row_label_outside" if expected is None else "row_label_other",
                        row=number,
                        mos=row.mos,
                        label=row.label,
                        scale=f"{scale.mos_min:g}..{scale.mos_max:g} -> {scale.label_min}..{scale.label_max}",
                        rounding=scale.rounding,
                        expected=expected,
                    ),
                )

    def frame(self) -> pd.DataFrame:
        """As a pandas data frame: float64 MOS and CI, nullable Int64 raters and labels, strings elsewhere."""
        import pandas as pd

        frame = pd.DataFrame(
            [[getattr(row, name) for name in COLUMNS] for row in self.rows], columns=list(COLUMNS)
        )
        return frame.astype(
            {
                "video": "string",
                "mos": "float64",
                "ci95": "float64",
                "raters": "Int64",
                "label": "Int64",
                "split": "string",
                "content": "string",
                "problem": "string",
            }
        )


def write_manifest(path: Path, rows: Sequence[ManifestRow]) -> Manifest:
    """Writes the manifest whole or not at all. Raises OutputNotWritableError."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                row.video,
                "" if row.mos is None else repr(row.mos),
                "" if row.ci95 is None else repr(row.ci95),
                "" if row.raters is None else row.raters,
                "" if row.label is None else row.label,
                row.split,
                row.content,
                row.problem,
            ]
        )
    write_output(path, buffer.getvalue().encode("utf-8-sig", "replace"), parents=True)
    return Manifest(tuple(rows), path)


def read_manifest(path: Path) -> Manifest:
    """A manifest as ``write_manifest`` or a person with Excel saved it; relative videos are beside the file.

    Excel may have saved it in another encoding, or as a workbook. Extra columns are ignored, columns may stand in
    any order, and only video, label and split are required.
    Raises ManifestError naming the row, for example for a label that is no whole number.
    """
    try:
        rows_of_cells = read_figures(path)[0].rows
    except TableError as error:
        raise ManifestError(path=str(path), problem=error.problem, detail=error.detail) from error
    records = [["" if cell is None else str(cell) for cell in row] for row in rows_of_cells]
    header = [name.strip().casefold() for name in records[0]] if records else []
    missing = [name for name in ("video", "label", "split") if name not in header]
    if missing:
        raise ManifestError(path=str(path), problem=Reason("columns_missing", columns=", ".join(missing)))
    place = {name: header.index(name) for name in COLUMNS if name in header}
    folder = path.absolute().parent
    rows = [
        _row(path, folder, number, {n: record[k].strip() if k < len(record) else "" for n, k in place.items()})
        for number, record in enumerate(records[1:], 2)
        if any(cell.strip() for cell in record)
    ]
    if not rows:
        raise ManifestError(path=str(path), problem="problem_no_data_rows")
    return Manifest(tuple(rows), path)


def _row(path: Path, folder: Path, number: int, cells: dict[str, str]) -> ManifestRow:
    def value(name: str) -> float | None:
        text = cells.get(name, "")
        if not text:
            return None
        found = written_number(text)
        if found is None:
            raise ManifestError(
                path=str(path), problem=Reason("row_not_number", row=number, column=name, value=repr(text))
            )
        return found

    def whole(name: str) -> int | None:
        found = value(name)
        if found is not None and not found.is_integer():
            raise ManifestError(
                path=str(path), problem=Reason("row_not_whole", row=number, column=name, value=found)
            )
        return None if found is None else int(found)

    split = cells["split"].casefold() or NONE
    if split not in (*PARTS, NONE):
        problem = Reason(
            "row_split_unknown", row=number, value=repr(cells["split"]), known=", ".join((*PARTS, NONE))
        )
        raise ManifestError(path=str(path), problem=problem)
    video, label = cells["video"], whole("label")
    if split != NONE and (not video or label is None):
        raise ManifestError(path=str(path), problem=Reason("row_incomplete", row=number, split=split))
    if video and split != NONE and not os.path.isabs(video):
        video = str(folder / video)
    return ManifestRow(
        video,
        value("mos"),
        value("ci95"),
        whole("raters"),
        label,
        split,
        cells.get("content", ""),
        cells.get("problem", ""),
    )


def _without_common_folder(videos: Sequence[str]) -> list[str]:
    paths = [PurePosixPath(unicodedata.normalize("NFC", video).replace("\\", "/")) for video in videos]
    if not paths:
        return []
    common = list(paths[0].parts[:-1])
    for path in paths[1:]:
        parts = path.parts[:-1]
        keep = 0
        while keep < min(len(common), len(parts)) and common[keep] == parts[keep]:
            keep += 1
        del common[keep:]
    return ["/".join(path.parts[len(common) :]) for path in paths]
