"""Why a video has its score: everything a rating holds, as text in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from xl_vqa.bridge.texts import tr as bridge_tr
from xl_vqa.bridge.videos import Answer
from xl_vqa.calc.texts import tr
from xl_vqa.words.errors import DistributionError
from xl_vqa.words.labels import band_by_key
from xl_vqa.words.messages import text as message
from xl_vqa.words.rating import Rating

BAR: Final = 24
"""Length of the longest bar, in characters."""
ROWS: Final = 14
"""The distribution is drawn in at most this many groups of labels."""


def explain(answer: Answer, language: str) -> str:
    """The text of the window: a rating, an error, or that it is still pending."""
    if answer.error is not None:
        return f"{answer.video.path}\n\n{answer.error.message(language)}"
    if answer.rating is None:
        return f"{answer.video.path}\n\n{bridge_tr('pending', language)}"
    return explain_rating(answer.rating, language)


def explain_rating(values: Mapping[str, Any], language: str) -> str:
    """``values`` is a rating as the host gives it in detail. Raises DistributionError for a short one."""
    rating = Rating.from_dict(values)
    scale, frames = rating.distribution.scale, rating.frames
    low, high = rating.distribution.interval()
    band = band_by_key(str(values["band"])).name(language)
    score = tr(
        "why_score",
        language,
        label=rating.label,
        low=scale.label_min,
        high=scale.label_max,
        mos=f"{rating.mos:.2f}",
        band=band,
    )
    lines = [
        rating.path,
        "",
        score,
        tr("why_confidence", language, share=f"{rating.band_probability:.0%}"),
        tr("why_interval", language, low=low, high=high),
        *(message(key, language) for key in rating.warnings),
        "",
        tr("why_distribution", language),
        *bars(scale.labels, rating.distribution.probabilities),
        "",
    ]
    if frames.timestamps_s:
        lines.append(
            tr(
                "why_frames",
                language,
                count=len(frames.indices),
                total=frames.frame_count,
                first=f"{frames.timestamps_s[0]:.1f}",
                last=f"{frames.timestamps_s[-1]:.1f}",
                width=frames.width,
                height=frames.height,
                codec=frames.codec,
            )
        )
    lines.append(tr("why_model", language, model=rating.model))
    if rating.text:
        lines.append(tr("why_text", language, text=rating.text))
    lines.append(tr("why_off_digit", language, share=f"{rating.distribution.off_digit_mass:.1%}"))
    if rating.rated_at:
        lines.append(tr("why_rated_at", language, time=rating.rated_at))
    return "\n".join(lines)


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
        lines.append(f"{name:>7}  {'█' * round(mass / most * BAR)} {mass:.1%}")
    return lines
