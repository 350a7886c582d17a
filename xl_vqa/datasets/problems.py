"""Problems of single rows: their codes, and whether one keeps a row out of training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from xl_vqa.datasets.words import tr
from xl_vqa.words.errors import XlVqaError

# Code -> whether the row cannot be trained on. A row that only carries harmless ones keeps its split.
BLOCKING: Final[dict[str, bool]] = {
    "no_video_path": True,
    "summary_row": True,
    "title_row": True,
    "not_counted": True,
    "missing_video": True,
    "web_address": True,
    "ambiguous_video": True,
    "empty_video": True,
    "not_a_file": True,
    "folder_of_pictures": True,
    "picture_rate": True,
    "no_scores": True,
    "no_raters": True,
    "out_of_range": True,
    "duplicate_path": True,
    "conflicting_scores": True,
    "score_out_of_range": False,
    "more_out_of_range": False,
    "text_score": False,
    "more_text_scores": False,
    "repeated_rating": False,
    "one_rater": False,
    "merged_ratings": False,
    "duplicate_content": False,
    "conflicting_content": False,
    "split_across_content": False,
    "mos_mismatch": False,
    "unreadable_video": True,
    "broken_video": True,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """``params`` fill the sentence of words.py under ``problem_<code>``. A ``sheet`` beside their
    ``row`` or ``cell`` is said with it: that of another sheet, where several were read."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in BLOCKING:
            raise KeyError(self.code)

    @property
    def blocking(self) -> bool:
        return BLOCKING[self.code]

    def sentence(self, language: str) -> str:
        # an error among the parameters speaks the reader's language
        params = {k: v.message(language) if isinstance(v, XlVqaError) else v for k, v in self.params.items()}
        if sheet := params.pop("sheet", None):
            for place in ("row", "cell"):
                if place in params:
                    params[place] = tr(f"{place}_of_sheet", language, **{place: params[place]}, sheet=sheet)
        # its reason may be empty
        return tr(f"problem_{self.code}", language, **params).strip()


# Between two problems of a row. Sentences hold no bar, and bars in file names are replaced.
SEPARATOR: Final = " | "


def problem_text(problems: Iterable[Problem], language: str) -> str:
    """The problem column: ``code: sentence``, several joined by a bar, the ones that block training first."""
    ordered = sorted(problems, key=lambda problem: not problem.blocking)
    return SEPARATOR.join(f"{p.code}: {p.sentence(language).replace('|', '/')}" for p in ordered)


def problem_codes(text: str) -> list[str]:
    """The codes in a problem column, as ``problem_text`` wrote it."""
    return [part.partition(":")[0].strip() for part in text.split(SEPARATOR.strip()) if part.strip()]
