"""What a sheet and a model's answers say of the same videos: the input of a calibration, no row lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from xl_vqa.calibration.errors import CalibrationError
from xl_vqa.calibration.result import RatedVideos
from xl_vqa.datasets.prepared import Prepared
from xl_vqa.datasets.split import PARTS
from xl_vqa.evaluation.errors import EvaluationOptionError
from xl_vqa.evaluation.figure import BoolArray
from xl_vqa.evaluation.matching import match
from xl_vqa.evaluation.result import Failure, Notice
from xl_vqa.evaluation.stated_scale import scale_of_result
from xl_vqa.evaluation.tables import read_table, text, warns_of
from xl_vqa.tables.grid import TableError
from xl_vqa.tables.read import chosen, read_grids
from xl_vqa.words.domain_profile import Reference, off_digits
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.labels import ACR_BANDS, Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.rating import UNLIKE_TAUGHT
from xl_vqa.words.reasons import Detail, Reason

Answer = Mapping[str, Any] | XlVqaError
"""A rating as ``Rating.to_dict(detail=True)`` gives it, or why there is none."""
_UNUSABLE: Final = {
    "rows_conflicting": {"conflicting_scores"},
    "rows_duplicate": {"duplicate_path"},
    "rows_without_score": {"no_scores", "no_raters", "out_of_range"},
}
"""Notices of rows that are not used, and the problems that they are of; the first one that holds."""
_BANDS: Final = {band.key: band.number for band in ACR_BANDS}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """``mos`` is on the sheet's scale; ``content`` and ``group`` None where nobody named one."""

    video: str
    mos: float
    content: str | None
    group: str | None = None


@dataclass(slots=True)
class Answered:
    """Rows with an answer, and whose it is; rows without one are ``failures``."""

    rated: RatedVideos
    model: str
    fingerprint: str
    scale: Scale
    failures: list[Failure] = field(default_factory=list)


def rows_of(prepared: Prepared, groups: Sequence[str | None] | None, split: str | None) -> list[SheetRow]:
    """The usable rows. Those that a model was trained on are left out where the sheet says which these are: a
    model knows them by heart. ``split`` is ``all``, a part, or None for all but training."""
    given = prepared.split_given and split != "all"
    found = []
    for index in prepared.usable:
        part = prepared.parts[index]
        if given and (part != split if split is not None else part == PARTS[0]):
            continue
        group = None if groups is None else groups[index]
        content = prepared.contents[index] or None
        found.append(SheetRow(prepared.videos[index], float(prepared.means.mos[index]), content, group))
    return found


def groups_of(path: Path, sheet: str | None, header: str, prepared: Prepared) -> list[str | None]:
    """The cells of the column ``header`` beside the rows of the table. Raises EvaluationOptionError."""
    option = f"--group-column {header}"
    try:
        grids = chosen(read_grids(path), sheet)
    except TableError as error:
        raise EvaluationOptionError(source=option, problem=error.problem) from error
    wanted = header.strip().casefold()
    for grid in grids:
        for top, cells in enumerate(grid.rows):
            names = [str(cell).strip().casefold() if cell is not None else "" for cell in cells]
            if wanted in names:
                column = names.index(wanted)
                found = [
                    _cell(grid.cell(row.row - 1, column))
                    if isinstance(row.row, int) and row.row > top + 1
                    else None
                    for row in prepared.table.rows
                ]
                if any(found):
                    return found
    raise EvaluationOptionError(source=option, problem=Reason("calibration_no_column", column=header))


def _cell(value: Any) -> str | None:
    return None if value is None or not str(value).strip() else str(value).strip()


def answered(rows: Sequence[SheetRow], answers: Sequence[Answer], scale: Scale) -> Answered:
    """Sheet and answers as one. ``scale`` is the sheet's; its labels become those of the model.

    Raises CalibrationError where not one video has an answer, or where several models answered.
    """
    kept: list[tuple[SheetRow, Mapping[str, Any]]] = []
    failures = []
    for row, answer in zip(rows, answers, strict=True):
        answer = _on_its_scale(answer, scale)
        if isinstance(answer, XlVqaError):
            failures.append(Failure(row.video, answer.code, str(answer)))
        else:
            kept.append((row, answer))
    if not kept:
        why = failures[0].detail if failures else ""
        raise CalibrationError(problem=Reason("calibration_none_rated", videos=len(rows), why=why))
    models = {(str(one.get("model")), str(one["model_fingerprint"])) for _, one in kept}
    if len({fingerprint for _, fingerprint in models}) > 1:
        names = ", ".join(sorted(name for name, _ in models))
        raise CalibrationError(problem=Reason("calibration_several_models", names=names))
    model, fingerprint = next(iter(models))
    own = next((found for _, one in kept if (found := scale_of_result(one)) is not None), None)
    if own is not None:
        scale = replace(scale, label_min=own.label_min, label_max=own.label_max)
    own_bands = all("calibration" not in one and one.get("band") in _BANDS for _, one in kept)
    rated = RatedVideos(
        videos=[row.video for row, _ in kept],
        score=np.array([float(one["expected_label"]) for _, one in kept]),
        mos=np.array([row.mos for row, _ in kept]),
        contents=[row.content for row, _ in kept],
        off_digits=np.array([off_digits(one) for _, one in kept]),
        groups=[row.group for row, _ in kept] if any(row.group for row, _ in kept) else None,
        own_band=np.array([_BANDS[str(one["band"])] for _, one in kept]) if own_bands else None,
        band_probability=np.array([float(one["band_probability"]) for _, one in kept]) if own_bands else None,
        outside=_outside([one for _, one in kept]),
    )
    return Answered(rated, model, fingerprint, scale, failures)


def _on_its_scale(answer: Answer, scale: Scale) -> Answer:
    """The answer, or why its score is none: a 0 out of another tool stands for a video that was not rated."""
    if isinstance(answer, XlVqaError):
        return answer
    own = scale_of_result(answer) or scale
    score = float(answer["expected_label"])
    if own.label_min <= score <= own.label_max:
        return answer
    low, high = own.label_min, own.label_max
    outside = Reason("calibration_outside_labels", score=f"{score:g}", low=low, high=high)
    return CalibrationError(problem=outside)


def _outside(answers: Sequence[Mapping[str, Any]]) -> BoolArray | None:
    """None where no answer tells its warnings, or where none is of a video outside the teaching: the model may
    have nothing to tell it by."""
    told = [warns_of(one.get("warnings"), UNLIKE_TAUGHT) for one in answers]
    return np.array(told, dtype=bool) if any(told) else None


def answers_in(path: Path, rows: Sequence[SheetRow], sheet: Path) -> list[Answer]:
    """The answers of a result file, ``xl-vqa score -o scores.json``, for the rows of ``sheet``.

    Raises EvaluationFileError, EvaluationColumnError, and CalibrationError where it does not say whose they are.
    """
    table = read_table(path)
    table.require("path")
    if not any(text(row.get("model_fingerprint")) for row in table.rows):
        raise CalibrationError(problem=Reason("calibration_whose", path=str(path)))
    found = match(
        [row.video for row in rows],
        [text(row.get("path")) or "" for row in table.rows],
        wanted_folder=sheet.absolute().parent,
        given_folder=path.absolute().parent,
    ).found
    return [_answer(table.rows[found[k]] if k in found else None) for k in range(len(rows))]


def _answer(row: Mapping[str, Any] | None) -> Answer:
    if row is None:
        return CalibrationError(problem="calibration_not_in_file")
    if row.get("error") or written_number(row.get("expected_label")) is None:
        error = row.get("error")
        told = error.get("message") if isinstance(error, Mapping) else text(error)
        return CalibrationError(problem=Reason("calibration_row_error", why=Detail(told)))
    return row


def reference_in(path: Path) -> Reference:
    """The scores of a result file as what a rank is among. Raises EvaluationFileError, EvaluationColumnError."""
    table = read_table(path)
    table.require("expected_label")
    scores = [written_number(row.get("expected_label")) for row in table.rows]
    return Reference(tuple(sorted(one for one in scores if one is not None)), path.stem)


def left_out(prepared: Prepared, rows: Iterable[SheetRow], split: str | None) -> list[Notice]:
    """What the reader should know of rows that were not used."""
    usable = set(prepared.usable)
    unusable = [row for index, row in enumerate(prepared.table.rows) if index not in usable]
    counts = Counter(_why_unusable({problem.code for problem in row.problems}) for row in unusable)
    notices = [Notice(code, {"count": counts[code]}) for code in (*_UNUSABLE, "rows_unusable") if counts[code]]
    taught = len(prepared.usable) - len(list(rows))
    if taught:
        notices.append(Notice("rows_of_training" if split is None else "rows_of_other_parts", {"count": taught}))
    return notices


def _why_unusable(problems: Set[str]) -> str:
    """The notice for a row with those problems (datasets/problems.py)."""
    return next((notice for notice, codes in _UNUSABLE.items() if problems & codes), "rows_unusable")
