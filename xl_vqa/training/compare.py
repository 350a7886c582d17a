"""``xl-vqa compare``: which scheme, which decoding? What is to be run, and the running of it.

A specification is a small YAML file::

    recipe: starter.yaml            # a training recipe; or ``starter:`` for the starter's own task
    schemes: [integer, decimal, levels]
    seeds: [1, 2, 3]
    decodings: [expectation, median, greedy]
    split: test

A training recipe itself will do as well: then the defaults and the command's options say the rest.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from xl_vqa.errors import ComparisonFailedError, ComparisonSpecError
from xl_vqa.evaluation.runs import Run
from xl_vqa.evaluation.scheme_comparison import Key, SchemeComparison, compare_runs
from xl_vqa.training.jobs import Job, State, Train, run_all
from xl_vqa.training.schemes import DECODINGS, SCHEMES
from xl_vqa.training.starter_task import StarterTask

_KEYS: Final = (
    "recipe",
    "starter",
    "overrides",
    "schemes",
    "seeds",
    "decodings",
    "split",
    "reference",
    "resamples",
)


@dataclass(frozen=True, slots=True)
class CompareSpec:
    """What is compared. Either ``recipe`` (with ``overrides`` of its fields) or ``starter`` is set."""

    path: Path
    recipe: Path | None = None
    starter: StarterTask | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    schemes: tuple[str, ...] = SCHEMES
    seeds: tuple[int, ...] = (1, 2, 3)
    decodings: tuple[str, ...] = DECODINGS
    split: str | None = None
    reference: Key | None = None
    resamples: int = 2000


def load_spec(path: Path, **options: Any) -> CompareSpec:
    """The specification at ``path``; ``options`` that are not None (schemes, seeds, decodings, split) win.

    Raises ComparisonSpecError naming everything that is wrong at once.
    """
    values = _read(path)
    if not set(values) & {"recipe", "starter"}:
        # the file is a recipe itself
        values = {"recipe": path.name}
    values |= {name: value for name, value in options.items() if value is not None}
    problems = [f"{key}: ?" for key in values if key not in _KEYS]
    if "recipe" in values and "starter" in values:
        problems.append("recipe + starter")
    found: dict[str, Any] = {}
    for name, kind, allowed in (("schemes", str, SCHEMES), ("seeds", int, None), ("decodings", str, DECODINGS)):
        if name not in values:
            continue
        given = values[name] if isinstance(values[name], (list, tuple)) else [values[name]]
        wrong = [
            one
            for one in given
            if not isinstance(one, kind) or isinstance(one, bool) or (allowed is not None and one not in allowed)
        ]
        if wrong or not given or len(set(map(str, given))) < len(given):
            known = f" ({', '.join(allowed)})" if allowed else ""
            problems.append(f"{name}: {', '.join(map(str, wrong or given)) or '-'}{known}")
        found[name] = tuple(given)
    if not isinstance(values.get("overrides", {}), dict):
        problems.append("overrides: ?")
    resamples = values.get("resamples", 2000)
    if not isinstance(resamples, int) or isinstance(resamples, bool) or resamples < 200:
        problems.append(f"resamples: {resamples} (>= 200)")
    reference = values.get("reference")
    if reference is not None and (not isinstance(reference, list) or len(reference) != 2):
        problems.append(f"reference: {reference} ([scheme, decoding])")
    starter = _starter(values["starter"], path, problems) if "starter" in values else None
    recipe = None
    if starter is None and "recipe" in values:
        recipe = (path.parent / str(values["recipe"])).resolve()
        if not recipe.is_file():
            problems.append(f"recipe: {recipe}")
    if problems:
        raise ComparisonSpecError(path=str(path), problem="; ".join(problems))
    return CompareSpec(
        path=path,
        recipe=recipe,
        starter=starter,
        overrides=values.get("overrides", {}),
        split=values.get("split"),
        reference=None if reference is None else (str(reference[0]), str(reference[1])),
        resamples=resamples,
        **found,
    )


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ComparisonSpecError(path=str(path), problem=error.strerror or str(error)) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ComparisonSpecError(path=str(path), problem=" ".join(str(error).split())) from error
    if not isinstance(values, dict):
        raise ComparisonSpecError(path=str(path), problem="YAML: key: value")
    return {str(key): value for key, value in values.items()}


def _starter(values: Any, path: Path, problems: list[str]) -> StarterTask | None:
    from xl_vqa.training.cache import default_work_folder

    values = {} if values is None else values
    known = {one.name for one in fields(StarterTask)}
    if not isinstance(values, dict) or set(values) - known:
        problems.append(
            f"starter: {', '.join(sorted(set(values) - known)) if isinstance(values, dict) else values}"
        )
        return None
    work = Path(str(values.get("work") or default_work_folder())).expanduser()
    if not work.is_absolute():
        work = path.parent / work
    contents = values.get("contents", StarterTask(work="").contents)
    if (
        not isinstance(contents, (list, tuple))
        or len(contents) != 3
        or not all(isinstance(n, int) for n in contents)
    ):
        problems.append(f"starter.contents: {contents} ([train, validation, test])")
        return None
    rest = {name: value for name, value in values.items() if name not in ("work", "contents")}
    wrong = [
        f"starter.{k}: {v}" for k, v in rest.items() if not isinstance(v, int) or isinstance(v, bool) or v < 1
    ]
    problems += wrong
    return StarterTask(work=str(work), contents=tuple(contents), **({} if wrong else rest))


def jobs_of(spec: CompareSpec, folder: Path) -> tuple[list[Job], Train]:
    """The runs to do, and what does them; models are kept in ``folder``.

    Raises ComparisonSpecError where there is nothing to learn from, RecipeError and ManifestError.
    """
    if spec.starter is not None:
        from xl_vqa.training import starter_comparison as starter

        chosen = starter.chosen_clips(spec.starter)
        missing = [split for split in ("train", "validation", "test") if not any(c.split == split for c in chosen)]
        if missing:
            problem = f"{spec.starter.work}: {', '.join(missing)} = 0 (make starter)"
            raise ComparisonSpecError(path=str(spec.path), problem=problem)
        mark = starter.fingerprint(spec.starter, chosen) + "|" + ",".join(spec.decodings)
        train: Train = functools.partial(starter.train, spec.starter, chosen, spec.decodings)
    else:
        from xl_vqa.training import recipe_comparison as recipes

        assert spec.recipe is not None
        mark = recipes.fingerprint(spec.recipe, spec.overrides) + "|" + ",".join(spec.decodings)
        train = functools.partial(recipes.train, spec.recipe, dict(spec.overrides), folder, spec.decodings)
    # seed by seed: a comparison that is stopped early has all schemes of the seeds done
    return [Job(scheme, seed, mark) for seed in spec.seeds for scheme in spec.schemes], train


def compare(
    spec: CompareSpec,
    folder: Path,
    *,
    on_state: Callable[[State], None] = lambda state: None,
    language: str = "en",
    isolated: bool = True,
) -> SchemeComparison:
    """Does the runs that are not done yet, keeping each in ``folder``/runs, and compares all of them.

    Raises ComparisonSpecError, ComparisonFailedError where not one run finished, EvaluationNoVideosError where
    the runs have no video in common, and OutputNotWritableError.
    """
    jobs, train = jobs_of(spec, folder)
    runs = run_all(jobs, folder / "runs", train, on_state=on_state, language=language, isolated=isolated)
    return compare_finished(spec, runs, folder)


def compare_finished(spec: CompareSpec, runs: Sequence[Run], folder: Path) -> SchemeComparison:
    """Raises ComparisonFailedError where not one run finished."""
    if all(run.error is not None for run in runs):
        first = next((run.error for run in runs if run.error), "")
        raise ComparisonFailedError(path=str(folder / "runs"), count=len(runs), problem=first)
    order = {scheme: k for k, scheme in enumerate(spec.schemes)}
    ordered = sorted(runs, key=lambda run: (order.get(run.scheme, len(order)), run.seed))
    return compare_runs(ordered, split=spec.split, reference=spec.reference, resamples=spec.resamples)
