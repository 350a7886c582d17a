"""The parts of the page that are one figure each: single qualities, the distribution, how the rating was made."""

from __future__ import annotations

from html import escape
from typing import Final

from xl_vqa import __version__
from xl_vqa.page.charts import Bar, bar_chart
from xl_vqa.page.pictures import distribution_strip
from xl_vqa.page.tables import table, text_table
from xl_vqa.page.timeline import clock
from xl_vqa.why_page.texts import tr
from xl_vqa.why_page.when_and_where import folded
from xl_vqa.words.attributes import AttributeRating, attribute_words
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.labels import Band, Bands

_RARE: Final = 0.005
"""Labels below this probability are one row of the table together."""


def attributes(explanation: Explanation, language: str) -> str:
    """Each with its distribution, the worst first."""
    found = sorted(explanation.attributes.values(), key=lambda one: one.expected_label)
    if not found:
        return f"<p>{escape(tr('attributes_none', language))}</p>"
    rows = [_attribute(one, explanation.rating.bands, language) for one in found]
    head = [tr(key, language) for key in ("attribute", "label", "band", "distribution", "source")]
    if not any(row[-1] for row in rows):
        head, rows = head[:-1], [row[:-1] for row in rows]
    shown = table(
        head, rows, texts=(), numbers=(1,), tight=(0, 2), name=tr("attributes", language), row_heads=True
    )
    return f"<p class='note'>{escape(tr('attributes_note', language))}</p>{shown}"


def band_chip(band: Band, language: str) -> str:
    """A band in its colour, as cells have it."""
    return f'<span class="band" style="background:#{band.color}">{escape(band.name(language))}</span>'


def _attribute(one: AttributeRating, bands: Bands, language: str) -> list[str]:
    distribution = one.distribution
    scale = distribution.scale
    first, last = distribution.interval()
    name = attribute_words(one.name, language)
    told = {"name": name, "label": one.label, "low": scale.label_min, "high": scale.label_max}
    alt = tr("attribute_alt", language, **told, first=first, last=last)
    share = (one.expected_label - scale.label_min) / (scale.label_max - scale.label_min)
    band = (bands if bands.scale == scale else Bands.default(scale)).of(one.label)
    return [
        escape(name),
        str(one.label),
        band_chip(band, language),
        distribution_strip(distribution.probabilities, share, alt),
        "" if one.source == "taught" else f"<span class='faint'>{escape(tr('zero-shot', language))}</span>",
    ]


def labels(explanation: Explanation, language: str) -> str:
    """The distribution of the score, as a chart and as a table."""
    distribution, bands = explanation.rating.distribution, explanation.rating.bands
    scale = distribution.scale
    pairs = list(zip(scale.labels, distribution.probabilities, strict=True))
    first, last = distribution.interval()
    told = {"low": scale.label_min, "high": scale.label_max, "peak": distribution.map()}
    alt = tr("labels_alt", language, **told, first=first, last=last)
    step = max(len(pairs) // 8, 1)
    bars = [
        Bar(
            100 * probability,
            str(label) if (label - scale.label_min) % step == 0 else "",
            f"{label}: {as_percent(probability, 1)}",
            f"#{bands.of(label).color}",
        )
        for label, probability in pairs
    ]
    common = [(label, probability) for label, probability in pairs if probability >= _RARE]
    rows = [[str(label), as_percent(probability, 1)] for label, probability in common]
    rest = 1 - sum(probability for _, probability in common)
    if rest >= 0.0005:
        rows.append([tr("labels_rest", language), as_percent(rest, 1)])
    name = tr("labels", language)
    head = [tr("label", language), tr("probability", language)]
    shown = text_table(head, rows, numbers=(0, 1), name=name, row_heads=True)
    return bar_chart(bars, alt, width=920, height=190) + folded(tr("table_of", language, name=name), shown)


def made(explanation: Explanation, language: str) -> str:
    """Model, file, frames, cost."""
    rating, cost = explanation.rating, explanation.cost
    used = rating.frames
    facts = {"width": used.width, "height": used.height, "codec": used.codec}
    rows = [
        ("model", rating.model),
        ("file", rating.path),
        ("text", rating.text or ""),
        (
            "picture_size",
            tr("picture_facts", language, **facts, fps=f"{used.fps:.4g}", duration=clock(used.duration_s, 2)),
        ),
        (
            "frames_of_score",
            tr(
                "frames_list",
                language,
                count=len(used.indices),
                total=used.frame_count,
                times=", ".join(clock(at, 2) for at in used.timestamps_s),
            ),
        ),
    ]
    looked = explanation.looked_at_s
    if looked:
        told = {"count": len(looked), "first": clock(looked[0], 2), "last": clock(looked[-1], 2)}
        rows.append(("frames_of_timeline", tr("frames_count", language, **told)))
    rows += [
        ("off_digit", as_percent(rating.distribution.off_digit_mass, 1)),
        (
            "cost",
            tr(
                "cost_facts",
                language,
                passes=rounded(cost.passes, 1),
                budget=f"{cost.budget:g}",
                seconds=rounded(cost.seconds, 1),
                reading=rounded(cost.reading_s, 1),
            ),
        ),
        ("rated_at", rating.rated_at),
    ]
    terms = "".join(
        f"<dt>{escape(tr(key, language))}</dt><dd>{escape(value)}</dd>" for key, value in rows if value
    )
    return f"<dl>{terms}</dl><p class='note'>{escape(tr('made_by', language, version=__version__))}</p>"
