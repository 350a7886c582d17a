"""What is written for one video: all of our columns together, so that they never mix two ratings.

A score that stands is not blanked. Where it could not be made again (the file is out of reach, the video is
damaged, the host is down), it stays with its MOS, band, confidence and model, the remark says what it is worth,
and its mark says that it is to be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from xl_vqa.bridge.readings import remarks_of
from xl_vqa.explaining.in_words import sentence
from xl_vqa.sheets.columns import FIELDS, REASON_FIELDS, Field
from xl_vqa.sheets.errors import EarlierVersionError
from xl_vqa.sheets.marks import RENEW, UNSEEN_FILE, Mark, Score, ScoredBy, file_key
from xl_vqa.sheets.rows import PlannedRow
from xl_vqa.sheets.texts import tr
from xl_vqa.words.errors import (
    CancelledError,
    HostError,
    ModelError,
    VideoNotFoundError,
    WorkbookFormulaError,
    XlVqaError,
)
from xl_vqa.words.labels import ACR_BANDS, Band
from xl_vqa.words.messages import warning_sentences

Result = Mapping[str, Any] | XlVqaError
"""A rating as ``Rating.to_dict(detail=True)`` gives it, or why there is none. Where they were asked for, ``why``
is its Explanation, and ``qualities`` the labels of its attributes by name."""
Content = str | int | float | None
Look = Literal["rated", "warned", "failed", "kept"]

# Beside these a score of an earlier run is as true as before, and is not cleared either
_NOT_THE_VIDEOS_FAULT: Final = (HostError, ModelError, WorkbookFormulaError)
_BANDS: Final[Mapping[str, Band]] = {band.key: band for band in ACR_BANDS}


@dataclass(frozen=True, slots=True)
class RowContents:
    """``values`` by field: None empties a cell, a field that is missing stays. ``band`` colours a rating."""

    values: Mapping[Field, Content]
    look: Look
    band: Band | None = None

    def replaces(self, score: Score) -> bool:
        """Whether a score that stands would be gone, or another one, or of another model."""
        if "score" not in self.values:
            return False
        new, old = Mark.parse(str(self.values.get("model"))), score.mark
        same_model = new is not None and old is not None and (new.model, new.scoring) == (old.model, old.scoring)
        return self.values["score"] != score.label or not same_model


def contents_of(
    row: PlannedRow,
    result: Result,
    language: str,
    *,
    scored_by: ScoredBy | None = None,
    clear: bool = False,
) -> RowContents | None:
    """The cells of one video; None leaves the row as it is.

    ``scored_by`` is what a new score would be made by. ``clear`` empties a score that could not be made again.
    """
    if not isinstance(result, XlVqaError):
        return _rated(row, result, language)
    if isinstance(result, CancelledError):
        return None
    if isinstance(result, EarlierVersionError):
        return RowContents({"error": result.message(language)}, "kept")
    if row.score is None or is_cleared(row, result, clear=clear):
        return RowContents(
            {**dict.fromkeys((*FIELDS, *REASON_FIELDS)), "error": result.message(language)}, "failed"
        )
    return _kept(row, result, language, scored_by)


def is_cleared(row: PlannedRow, error: XlVqaError, *, clear: bool) -> bool:
    """Whether a score that stands is emptied for this error; else it stays, with a remark."""
    kept = (CancelledError, EarlierVersionError, *_NOT_THE_VIDEOS_FAULT)
    return clear and row.score is not None and not isinstance(error, kept)


def is_failure(result: Result) -> bool:
    """Whether a row has no score for it, or not the one that was asked for."""
    return isinstance(result, XlVqaError) and not isinstance(result, EarlierVersionError)


def _rated(row: PlannedRow, rating: Mapping[str, Any], language: str) -> RowContents:
    scored_by = ScoredBy.of(rating)
    mark = Mark(scored_by.model, scored_by.key, row.key, file_key(row.path) or UNSEEN_FILE)
    band = _BANDS.get(str(rating.get("band")))
    warnings = warning_sentences(rating, language)
    values: dict[Field, Content] = {
        "score": rating["label"],
        "mos": rating.get("mos"),
        "band": band.name(language) if band else None,
        "confidence": rating.get("band_probability"),
        "error": remarks_of(rating, warnings, language) or None,
        "model": str(mark),
        # those of a rating before this one must not stay beside it
        **dict.fromkeys(REASON_FIELDS),
    }
    if rating.get("why") is not None:
        values["why"] = sentence(rating["why"], language)
    values |= {name: label for name, label in rating.get("qualities", {}).items() if name in REASON_FIELDS}
    return RowContents(values, "warned" if warnings else "rated", band)


def _kept(row: PlannedRow, error: XlVqaError, language: str, scored_by: ScoredBy | None) -> RowContents:
    assert row.score is not None
    mark = row.score.mark
    why = []
    if mark is None:
        why.append(tr("unknown_model", language))
    elif scored_by is not None and (mark.model, mark.scoring) != (scored_by.model, scored_by.key):
        why.append(tr("other_model", language, model=mark.model))
    if mark is not None and mark.row not in row.keys:
        why.append(tr("other_row", language))
    if isinstance(error, VideoNotFoundError):
        why.append(tr("not_reachable", language))
    sentence = tr("kept", language, why=tr("comma", language).join(why or [tr("not_renewed", language)]))
    values: dict[Field, Content] = {"error": f"{sentence}{tr('gap', language)}{error.message(language)}"}
    if mark is not None and row.state(scored_by) == "done":
        # it was to be made again all the same, so it is not done
        values["model"] = str(mark._replace(file=RENEW))
    return RowContents(values, "kept")
