"""Predictions and people's scores from their files to the items of an evaluation, row by row, none lost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.evaluation.errors import EvaluationOptionError
from xl_vqa.evaluation.manifest_scale import scale_of
from xl_vqa.evaluation.matching import Matches, match, parts
from xl_vqa.evaluation.predictions import (
    PREDICTION_COLUMNS,
    Matched,
    Reading,
    Told,
    one_dimension,
    read_baseline,
    read_model,
)
from xl_vqa.evaluation.result import Failure, Item, Notice
from xl_vqa.evaluation.stated_scale import scale_of_results
from xl_vqa.evaluation.tables import Table, read_table, text
from xl_vqa.evaluation.units import Predictor
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import ACR_BANDS, Bands, Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Reason

_MANIFEST_COLUMNS: Final = frozenset("path mos ci95 raters label split content problem".split())


@dataclass(slots=True)
class Joined:
    """What ``evaluate`` takes. ``name`` is the model that the predictions name, None where they name none."""

    items: list[Item]
    scale: Scale
    bands: Bands
    name: str | None
    predictor: Predictor
    """How the model's scores were read."""
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    baseline_predictors: dict[str, Predictor] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def join(
    predictions: Path,
    manifest: Path,
    *,
    baselines: Sequence[Path] = (),
    ratings: Path | None = None,
    scale: Scale | None = None,
    told: Told | None = None,
) -> Joined:
    """Reads the files and joins them by video.

    ``predictions``: path and a score (the columns that ``xl-vqa score -o`` writes). ``manifest``: video and
    mos, and what there is of ci95, raters, label, split, content, problem and columns to slice by.
    ``baselines``: path and one column of numbers each. ``ratings``: single raters' scores, long (video,
    rater, score) or wide (video and a column per rater). ``scale`` None stands for the one that the
    manifest's labels were made on, else the predictions' own where they state it, else the default. ``told`` is
    what the user says of the predictors' columns, scales and directions.

    Raises EvaluationFileError, EvaluationColumnError and EvaluationUnclearError, RatingsError for a table of
    ratings that cannot be read, and ScaleError for a scale that cannot be.
    """
    people, model = read_table(manifest), read_table(predictions)
    people.require("path", "mos")
    model.require("path")
    model, told = one_dimension(model, told or Told())
    videos = [text(row.get("path")) for row in people.rows]
    failures: list[Failure] = []
    rows = _first_of_each(people, videos, "manifest", "mos", failures)
    scale, notices = scale_of(people, rows, scale, scale_of_results(model.rows))
    bands = _stated_bands(model, scale)
    matches = _match(people, rows, model, failures, notices)
    score_of = read_model(model, scale, told, _matched(people, model, matches))
    joined = Joined([], scale, bands, _model_name(model), score_of.predictor, failures=failures, notices=notices)
    joined.notices += score_of.notices
    scores = _panel(people, rows, ratings, joined) if ratings is not None else {}
    for index in rows:
        row = people.rows[index]
        predicted = model.rows[matches[index]] if index in matches else {}
        joined.items.append(_item(row, predicted, scores.get(index, {}), score_of, people, scale))
    _check_labels(people, rows, joined)
    for path in baselines:
        _baseline(people, rows, path, told, joined)
    _check_told(told, predictions, baselines, joined)
    return joined


def _matched(people: Table, other: Table, matches: Mapping[int, int]) -> Matched:
    return [(other.rows[theirs], written_number(people.rows[ours].get("mos"))) for ours, theirs in matches.items()]


def _check_told(told: Told, predictions: Path, baselines: Sequence[Path], joined: Joined) -> None:
    """A direction told of a rater that is not there would be no direction at all."""
    known = {name.casefold() for path in (predictions, *baselines) for name in (path.name, path.stem)}
    known |= {one.column.casefold() for one in (joined.predictor, *joined.baseline_predictors.values())}
    for option, names in (("--lower-is-better", told.lower), ("--higher-is-better", told.higher)):
        for name in names:
            if name.casefold() not in known:
                raise EvaluationOptionError(source=f"{option} {name}", problem="no_such_predictor")


def _item(
    row: Mapping[str, Any],
    predicted: Mapping[str, Any],
    scores: Mapping[str, float],
    score_of: Reading,
    people: Table,
    scale: Scale,
) -> Item:
    mos, problem = written_number(row.get("mos")), text(row.get("problem"))
    if mos is None and row.get("mos") is not None:
        problem = problem or f"mos = {text(row['mos'])}"
    if "label" in people.titles and text(row.get("label")) is None:
        # whoever wrote the manifest gave this video no label: it is not to be used
        mos = None
    error = text(predicted.get("error"))
    prediction = None if error else score_of(predicted)
    if predicted and prediction is None and not error:
        error = f"{score_of.key} = {text(predicted.get(score_of.key)) or ''}"
    raters = written_number(row.get("raters"))
    return Item(
        video=text(row.get("path")) or "",
        mos=mos,
        prediction=prediction,
        ci95=written_number(row.get("ci95")),
        raters=None if raters is None else int(raters),
        content=text(row.get("content")),
        split=text(row.get("split")),
        scores=scores,
        columns={name: text(cell) or "" for name, cell in row.items() if name not in _MANIFEST_COLUMNS},
        distribution=_distribution(predicted, scale),
        band=_band_key(text(predicted.get("band"))),
        band_probability=written_number(predicted.get("band_probability")),
        error=error,
        problem=problem,
    )


def _distribution(predicted: Mapping[str, Any], scale: Scale) -> tuple[float, ...] | None:
    values = predicted.get("distribution")
    if not isinstance(values, list):
        return None
    numbers = [written_number(value) for value in values]
    known = tuple(value for value in numbers if value is not None and value >= 0)
    if len(known) < len(numbers) or abs(math.fsum(known) - 1) > 1e-3 or len(known) != len(scale.labels):
        # an empty one is counted by the evaluation as one that does not fit
        return ()
    return known


def _band_key(cell: str | None) -> str | None:
    if cell is None:
        return None
    for band in ACR_BANDS:
        if cell.casefold() in (band.key, band.en.casefold(), band.ja):
            return band.key
    return cell.casefold()


def _stated_bands(model: Table, scale: Scale) -> Bands:
    """The thresholds that the predictions state, where they are of this scale; else its own."""
    thresholds = next(
        (row["band_thresholds"] for row in model.rows if isinstance(row.get("band_thresholds"), list)), None
    )
    if thresholds is None or scale != (scale_of_results(model.rows) or Scale()):
        return Bands.default(scale)
    numbers = [written_number(value) for value in thresholds]
    if len(numbers) != 4 or None in numbers:
        raise ScaleError(problem=Reason("band_thresholds_wrong", values=str(thresholds)))
    first, second, third, fourth = (value for value in numbers if value is not None)
    return Bands(scale, (first, second, third, fourth))


def _model_name(model: Table) -> str | None:
    names = {text(row.get("model")) for row in model.rows} - {None}
    return ", ".join(sorted(name for name in names if name)) or None


def _first_of_each(
    table: Table, videos: Sequence[str | None], which: str, value: str, failures: list[Failure]
) -> list[int]:
    """The rows to use; a row without a video, or of a video that came before, becomes a failure."""
    seen: dict[tuple[str, ...], int] = {}
    rows = []
    for index, video in enumerate(videos):
        if video is None:
            failures.append(Failure(f"#{table.numbers[index]}", f"no_path_{which}"))
            continue
        key = parts(video)
        if key not in seen:
            seen[key] = index
            rows.append(index)
            continue
        first = seen[key]
        same = text(table.rows[first].get(value)) == text(table.rows[index].get(value))
        kind = f"duplicate_{which}" if same else f"conflict_{which}"
        detail = f"#{table.numbers[first]}, #{table.numbers[index]}"
        if not same:
            detail += f": {text(table.rows[first].get(value))}, {text(table.rows[index].get(value))}"
        failures.append(Failure(video, kind, detail, fatal=False))
    return rows


def _match(
    people: Table, rows: Sequence[int], model: Table, failures: list[Failure], notices: list[Notice]
) -> dict[int, int]:
    """The row of the predictions for each row of the manifest; predictions left over become failures."""
    paths = [text(row.get("path")) for row in model.rows]
    value = next((column for column in PREDICTION_COLUMNS if column in model.titles), "path")
    used = _first_of_each(model, paths, "predictions", value, failures)
    conflicts = len({failure.video for failure in failures if failure.kind == "conflict_predictions"})
    if conflicts > len(used) / 2:
        notices.append(Notice("many_conflicts", {"count": conflicts, "total": len(used)}))
    matches = _match_rows(people, rows, model, used)
    taken = set(matches.found.values())
    failures += [Failure(paths[index] or "", "missing_manifest") for index in used if index not in taken]
    if model.uncalculated + people.uncalculated:
        notices.append(Notice("uncalculated", {"count": model.uncalculated + people.uncalculated}))
    if matches.moved:
        notices.append(Notice("moved", {"count": matches.moved}))
    return matches.found


def _match_rows(people: Table, rows: Sequence[int], other: Table, others: Sequence[int]) -> Matches:
    """Like ``match``, with indices of the tables' rows."""
    matches = match(
        [text(people.rows[index].get("path")) or "" for index in rows],
        [text(other.rows[index].get("path")) or "" for index in others],
        wanted_folder=people.path.parent,
        given_folder=Path.cwd(),
    )
    return Matches({rows[ours]: others[theirs] for ours, theirs in matches.found.items()}, matches.moved)


def _with_path(table: Table) -> list[int]:
    return [index for index, row in enumerate(table.rows) if text(row.get("path")) is not None]


def _baseline(people: Table, rows: Sequence[int], path: Path, told: Told, joined: Joined) -> None:
    """Adds another rater's predictions by the manifest's own video; rows with an error have none."""
    name = path.stem
    table, told = one_dimension(read_table(path), told, baseline=True)
    while name in joined.baselines:
        name += "'"
    table.require("path")
    matches = _match_rows(people, rows, table, _with_path(table)).found
    score_of = read_baseline(table, joined.scale, told, _matched(people, table, matches), name)
    joined.notices += score_of.notices
    found = {}
    for ours, theirs in matches.items():
        row = table.rows[theirs]
        value = None if text(row.get("error")) else score_of(row)
        if value is not None:
            found[text(people.rows[ours].get("path")) or ""] = value
    joined.baselines[name] = found
    joined.baseline_predictors[name] = score_of.predictor


def _panel(people: Table, rows: Sequence[int], ratings: Path, joined: Joined) -> dict[int, dict[str, float]]:
    """Single raters' scores by the manifest's row; cells that are no score are counted in a notice.

    The table is read as ``labels prepare`` reads it: what made the manifest can be given here as it is.
    """
    table = read_ratings(ratings, joined.scale, wanted=Wanted(scale_told=True))
    ends = joined.scale.mos_min + joined.scale.mos_max
    cells: dict[str, list[tuple[str, float]]] = {row.video: [] for row in table.rows if row.video}
    for row, rater, score in zip(table.row_of, table.rater_of, table.score, strict=True):
        if table.rows[row].video:
            # the manifest's MOS are turned round where lower is better, and so must be what they came from
            own_way = ends - float(score) if table.lower_is_better else float(score)
            cells[table.rows[row].video].append((table.raters[rater], own_way))
    skipped = sum(
        int(problem.params.get("count", 1))
        for row in table.rows
        for problem in row.problems
        if problem.code in ("text_score", "more_text_scores")
    )
    videos = list(cells)
    matches = match(
        [text(people.rows[index].get("path")) or "" for index in rows],
        videos,
        wanted_folder=people.path.parent,
        given_folder=ratings.parent,
    )
    found: dict[int, dict[str, float]] = {}
    for ours, theirs in matches.found.items():
        own = cells[videos[theirs]]
        low, high = joined.scale.mos_min, joined.scale.mos_max
        found[rows[ours]] = {rater: score for rater, score in own if low <= score <= high}
        skipped += sum(not low <= score <= high for _, score in own)
    if skipped:
        joined.notices.append(Notice("ratings_skipped", {"count": skipped}))
    if len(found) < len(rows):
        joined.notices.append(Notice("ratings_missing", {"count": len(rows) - len(found)}))
    return found


def _check_labels(people: Table, rows: Sequence[int], joined: Joined) -> None:
    """Labels made on another scale than the one used here would make every figure of labels wrong."""
    scale, wrong = joined.scale, 0
    for index in rows:
        mos, label = written_number(people.rows[index].get("mos")), written_number(people.rows[index].get("label"))
        if mos is None or label is None or not scale.mos_min <= mos <= scale.mos_max:
            continue
        wrong += abs(scale.to_label(mos) - label) > 1
    if wrong:
        joined.notices.append(Notice("label_mismatch", {"count": wrong}))
