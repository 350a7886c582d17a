"""The pictures of a report, each a string of inline SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from xl_vqa.evaluation.report_texts import heading
from xl_vqa.evaluation.result import Evaluation
from xl_vqa.page.colours import BLUE, FAINT, INK, RUST
from xl_vqa.page.svg import Plane
from xl_vqa.page.ticks import ticks
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.labels import ACR_BANDS

MOST_DOTS: Final = 1500
"""More videos than this are drawn as squares that darken with their number."""
_CELLS: Final = 56
PEOPLE: Final = BLUE
MODEL: Final = RUST


def scatter(evaluation: Evaluation, language: str) -> str:
    """Prediction and MOS with the identity and the mapping."""
    scale = evaluation.scale
    points = [(row.prediction, row.mos, row.video) for row in evaluation.rows]
    outside = [x for x, _, _ in points if not scale.mos_min <= x <= scale.mos_max]
    x_range = (scale.mos_min, scale.mos_max)
    own = not evaluation.mos_units
    if own or len(outside) > len(points) / 20:
        x_range = (min(x for x, _, _ in points), max(x for x, _, _ in points))
    axis = "prediction_axis" if not own else "turned_axis" if evaluation.predictor.lower_is_better else "own_axis"
    plane = Plane(
        x_range,
        (scale.mos_min, scale.mos_max),
        heading(axis, language),
        heading("mos_axis", language),
    )
    _cloud(plane, points)
    if not own:
        plane.line([(scale.mos_min, scale.mos_min), (scale.mos_max, scale.mos_max)], color=FAINT, dash="5 4")
    mappings = [mapping for mapping in evaluation.mapping.mappings if mapping.kind != "constant"]
    if mappings:
        xs = np.linspace(min(x for x, _, _ in points), max(x for x, _, _ in points), 80)
        # several folds have nearly one curve; their mean is drawn
        ys = np.mean([mapping(xs) for mapping in mappings], axis=0)
        plane.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), color=MODEL, size=2)
    return plane.render(heading("scatter", language))


def differences(evaluation: Evaluation, language: str) -> str:
    """Bland and Altman's plot: difference against mean, with bias and limits of agreement."""
    points = [((row.prediction + row.mos) / 2, row.prediction - row.mos, row.video) for row in evaluation.rows]
    agreement = evaluation.bland_altman
    levels = [
        figure.value for figure in (agreement.lower, agreement.bias, agreement.upper) if figure.value is not None
    ]
    ends = [y for _, y, _ in points] + levels
    far = max(abs(min(ends)), abs(max(ends)), 0.5) * 1.08
    means = [x for x, _, _ in points]
    plane = Plane(
        (min(means), max(means)), (-far, far), heading("mean_axis", language), heading("difference_axis", language)
    )
    left, right = plane.x_range
    _cloud(plane, points)
    plane.line([(left, 0), (right, 0)], color=FAINT)
    for level in levels:
        plane.line([(left, level), (right, level)], color=MODEL, dash="5 4")
        plane.note(right, level, rounded(level, 2, sign=True), color=MODEL, anchor="end", up=4)
    return plane.render(heading("residuals", language))


def _cloud(plane: Plane, points: Sequence[tuple[float, float, str]]) -> None:
    if len(points) <= MOST_DOTS:
        alpha = 0.75 if len(points) < 100 else 0.45
        for x, y, video in points:
            plane.dot(x, y, f"{video}: {rounded(x, 2)}, {rounded(y, 2)}", alpha=alpha)
        return
    xs, ys = np.array([point[0] for point in points]), np.array([point[1] for point in points])
    counts, x_edges, y_edges = np.histogram2d(xs, ys, bins=_CELLS, range=np.array([plane.x_range, plane.y_range]))
    most = counts.max()
    for i, j in zip(*np.nonzero(counts), strict=True):
        plane.box(
            (x_edges[i], x_edges[i + 1]),
            (y_edges[j], y_edges[j + 1]),
            f"{int(counts[i, j])}",
            color=PEOPLE,
            alpha=0.15 + 0.85 * float(np.sqrt(counts[i, j] / most)),
        )


def reliability(evaluation: Evaluation, language: str) -> str:
    """Mean label by people over bins of the predicted label, with 95% intervals."""
    scale = evaluation.scale
    step = (scale.label_max - scale.label_min) / (scale.mos_max - scale.mos_min)

    def label(mos: float) -> float:
        return scale.label_min + (mos - scale.mos_min) * step

    limits = (float(scale.label_min), float(scale.label_max))
    plane = Plane(
        limits, limits, heading("predicted_label_axis", language), heading("people_label_axis", language)
    )
    plane.line([(limits[0], limits[0]), (limits[1], limits[1])], color=FAINT, dash="5 4")
    for one in evaluation.calibration.bins:
        if one.mos.value is None:
            continue
        x, y = label(one.prediction), label(one.mos.value)
        tip = f"{rounded(x, 1)} → {rounded(y, 1)} (n = {one.mos.n})"
        if one.mos.low is not None and one.mos.high is not None:
            low, high = label(one.mos.low), label(one.mos.high)
            plane.line([(x, low), (x, high)], color=MODEL, size=2)
            tip += f" [{rounded(low, 1)}, {rounded(high, 1)}]"
        plane.dot(x, y, tip, color=MODEL, radius=4)
    return plane.render(heading("reliability", language))


def histogram(evaluation: Evaluation, language: str) -> str:
    """How often people and the model use each label."""
    scale = evaluation.scale
    people = Counter(row.human_label for row in evaluation.rows)
    model = Counter(row.model_label for row in evaluation.rows)
    width = max(1, round(len(scale.labels) / 41))
    starts = range(scale.label_min, scale.label_max + 1, width)
    counts = [tuple(sum(one[k] for k in range(s, s + width)) for one in (people, model)) for s in starts]
    top = max(max(pair) for pair in counts)
    plane = Plane(
        (scale.label_min - 0.5, starts[-1] + width - 0.5),
        (0, top * 1.15),
        heading("label_axis", language),
        heading("count_axis", language),
        width=900,
        height=280,
        y_ticks=ticks(0, top * 1.15, whole=True),
    )
    for start, pair in zip(starts, counts, strict=True):
        for index, (count, color) in enumerate(zip(pair, (PEOPLE, MODEL), strict=True)):
            left = start - 0.5 + width * (0.08 + 0.42 * index)
            plane.box((left, left + width * 0.42), (0, count), f"{start}: {count}", color=color)
    _legend(plane, language)
    return plane.render(heading("histogram", language))


def _legend(plane: Plane, language: str) -> None:
    left, right = plane.x_range
    top = plane.y_range[1]
    for index, (key, color) in enumerate((("people", PEOPLE), ("model", MODEL))):
        x = left + (right - left) * (0.01 + 0.1 * index)
        plane.note(x, top, f"■ {heading(key, language)}", color=color, up=-12)


def confusion(evaluation: Evaluation, language: str) -> str:
    """People's bands down, the model's across; shades are shares of the row."""
    size = len(ACR_BANDS)
    names = [band.name(language) for band in ACR_BANDS]
    plane = Plane(
        (0, size),
        (0, size),
        heading("model", language),
        heading("people", language),
        left=92,
        grid="none",
        x_ticks=[(index + 0.5, name) for index, name in enumerate(names)],
        y_ticks=[(index + 0.5, name) for index, name in enumerate(names)],
    )
    for human, line in enumerate(evaluation.confusion):
        total = sum(line)
        for model, count in enumerate(line):
            part = count / total if total else 0.0
            tip = f"{names[human]} → {names[model]}: {count} ({as_percent(part)})"
            cell = (model + 0.02, model + 0.98), (human + 0.02, human + 0.98)
            plane.box(*cell, tip, color=PEOPLE, alpha=0.06 + 0.94 * part)
            plane.label(model + 0.5, human + 0.5, str(count), color="#fff" if part > 0.6 else INK)
    return plane.render(heading("confusion", language))


def pit(evaluation: Evaluation, language: str) -> str:
    """The PIT histogram with the level line of a calibrated model."""
    shares = evaluation.calibration.pit
    level = 1 / len(shares)
    plane = Plane(
        (0, 1),
        (0, max(*shares, level) * 1.15),
        heading("pit_axis", language),
        heading("share_axis", language),
        height=280,
    )
    for index, one in enumerate(shares):
        plane.box(((index + 0.04) * level, (index + 0.96) * level), (0, one), as_percent(one, 1), color=PEOPLE)
    plane.line([(0, level), (1, level)], color=MODEL, dash="5 4")
    return plane.render(heading("pit", language))
