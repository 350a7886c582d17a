"""Why a video has its score: everything a rating holds, as text in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xl_vqa.bridge.readings import reading_sentence
from xl_vqa.bridge.texts import tr as bridge_tr
from xl_vqa.explaining.in_words import remarks, sentence
from xl_vqa.sheets.texts import tr
from xl_vqa.words.errors import DistributionError
from xl_vqa.words.explanation import Explanation, Progress
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.messages import text as message
from xl_vqa.words.rating import Rating

BAR: Final = 24
"""Length of the longest bar, in characters."""
ROWS: Final = 14
"""The distribution is drawn in at most this many groups of labels."""


def why_words(explanation: Explanation, language: str, *, drawn: bool = True) -> str:
    """The sentence that says why, what is to be known with it, and below it what the rating holds."""
    said = [sentence(explanation, language), *remarks(explanation, language)]
    return "\n".join([*said, "", *_lines(explanation.rating, language, drawn=drawn)])


def why_asking(name: str, progress: Progress, language: str) -> str:
    """What the status bar says meanwhile."""
    if not progress.total:
        return bridge_tr("why_asking", language, name=name)
    share = min(progress.done / progress.total, 1.0)
    return bridge_tr("why_measuring", language, name=name, share=as_percent(share))


def _lines(rating: Rating, language: str, *, drawn: bool) -> list[str]:
    scale, frames, told = rating.distribution.scale, rating.frames, rating.to_dict(detail=False)
    low, high = rating.distribution.interval()
    band = rating.band.name(language)
    score = tr(
        "why_score",
        language,
        label=rating.label,
        low=scale.label_min,
        high=scale.label_max,
        mos=rounded(rating.mos, 2),
        band=band,
    )
    lines = [
        score,
        tr("why_confidence", language, share=as_percent(rating.band_probability)),
        tr("why_interval", language, low=low, high=high),
        *filter(None, [reading_sentence(told, language)]),
        *(message(key, language, **told) for key in rating.warnings),
    ]
    if drawn:
        bars_of_all = bars(scale.labels, rating.distribution.probabilities)
        lines += ["", tr("why_distribution", language), *bars_of_all, ""]
    if frames.timestamps_s:
        lines.append(
            tr(
                "why_frames",
                language,
                count=len(frames.indices),
                total=frames.frame_count,
                first=rounded(frames.timestamps_s[0], 1),
                last=rounded(frames.timestamps_s[-1], 1),
                width=frames.width,
                height=frames.height,
                codec=frames.codec,
            )
        )
    lines.append(tr("why_model", language, model=rating.model))
    if rating.text:
        lines.append(tr("why_text", language, text=rating.text))
    lines.append(tr("why_off_digit", language, share=as_percent(rating.distribution.off_digit_mass, 1)))
    if rating.rated_at:
        lines.append(tr("why_rated_at", language, time=rating.rated_at))
    return lines


def bars(labels: Sequence[int], probabilities: Sequence[float]) -> list[str]:
    """One line per group of labels: the labels, a bar, the probability in per cent."""
    if not labels or len(labels) != len(probabilities):
        raise DistributionError(problem="distribution_lengths")
    size = -(-len(labels) // ROWS)
    groups = [(labels[i : i + size], sum(probabilities[i : i + size])) for i in range(0, len(labels), size)]
    most = max(mass for _, mass in groups) or 1.0
    lines = []
    for group, mass in groups:
        name = str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}"
        lines.append(f"{name:>7}  {'█' * round(mass / most * BAR)} {as_percent(mass, 1)}")
    return lines
