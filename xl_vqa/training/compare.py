"""``xl-vqa compare``: which scheme, which decoding? What is to be run, and the running of it.

A specification is a small YAML file::

    recipe: starter.yaml            # a training recipe
    schemes: [integer, decimal, levels]
    seeds: [1, 2, 3]
    decodings: [expectation, median, greedy]
    split: test

A training recipe itself will do as well: then the defaults and the command's options say the rest. In a
recipe's place may stand a task by its name, where the caller gives one that bears it: this package itself knows
recipes alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from xl_vqa.evaluation.result import Notice
from xl_vqa.evaluation.runs import Run
from xl_vqa.evaluation.scheme_comparison import Key, SchemeComparison, compare_runs
from xl_vqa.training.errors import ComparisonFailedError, ComparisonSpecError, ComparisonTaskError
from xl_vqa.training.jobs import Job, State, Train, run_all
from xl_vqa.training.recipe import unknown_name
from xl_vqa.training.schemes import DECODINGS, SCHEMES
from xl_vqa.training.yaml_file import YamlFileError, read_yaml
from xl_vqa.words.reasons import Detail, Problem, Reason

OUTSIDE: Final = ("starter",)
"""Tasks that stand in the repository, not in this package: whoever asks for one is told where it is."""
_KEYS: Final = (
    "recipe",
    "overrides",
    "schemes",
    "seeds",
    "decodings",
    "split",
    "reference",
    "resamples",
)


class Task(Protocol):
    """What a comparison learns from, where that is no recipe."""

    def prepare(self, path: Path, decodings: Sequence[str]) -> tuple[str, Train]:
        """A text that changes with all that a run's result depends on but the decodings, and what does a run.

        ``path`` is the specification's. Raises ComparisonSpecError where there is nothing to learn from.
        """
        ...


ReadTask = Callable[[Any, Path, list[Problem]], Task | None]
"""The task from what stands beside its name in the specification at a path; problems are added to the list."""


@dataclass(frozen=True, slots=True)
class CompareSpec:
    """What is compared. Either ``recipe`` (with ``overrides`` of its fields) or ``task`` is set."""

    path: Path
    recipe: Path | None = None
    task: Task | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    schemes: tuple[str, ...] = tuple(SCHEMES)
    seeds: tuple[int, ...] = (1, 2, 3)
    decodings: tuple[str, ...] = DECODINGS
    split: str | None = None
    reference: Key | None = None
    resamples: int = 2000


def load_spec(path: Path, *, tasks: Mapping[str, ReadTask] | None = None, **options: Any) -> CompareSpec:
    """The specification at ``path``; ``options`` that are not None (schemes, seeds, decodings, split) win.

    Raises ComparisonSpecError naming everything that is wrong at once, ComparisonTaskError for a task of
    ``OUTSIDE`` that is not among ``tasks``.
    """
    tasks = tasks or {}
    values = _read(path)
    for name in OUTSIDE:
        if name in values and name not in tasks:
            raise ComparisonTaskError(path=str(path), task=name)
    asked = [name for name in ("recipe", *tasks) if name in values]
    if not asked:
        # the file is a recipe itself
        values = {"recipe": path.name}
    values |= {name: value for name, value in options.items() if value is not None}
    problems: list[Problem] = [unknown_name(key) for key in values if key not in _KEYS and key not in tasks]
    if len(asked) > 1:
        problems.append(Reason("comparison_both", names=", ".join(asked)))
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
            shown = ", ".join(map(str, wrong or given)) or "-"
            problems.append(
                Reason("comparison_choices", name=name, choices=", ".join(allowed), value=shown)
                if allowed
                else Reason("comparison_seeds", name=name, value=shown)
            )
        found[name] = tuple(given)
    if not isinstance(values.get("overrides", {}), dict):
        problems.append(Reason("recipe_group", name="overrides", value=repr(values["overrides"])))
    resamples = values.get("resamples", 2000)
    if not isinstance(resamples, int) or isinstance(resamples, bool) or resamples < 200:
        problems.append(Reason("problem_at_least", name="resamples", lowest=200, value=repr(resamples)))
    reference = values.get("reference")
    if reference is not None and (not isinstance(reference, list) or len(reference) != 2):
        problems.append(Reason("comparison_reference", value=repr(reference)))
    task = next((tasks[name](values[name], path, problems) for name in asked if name in tasks), None)
    recipe = None
    if task is None and "recipe" in values:
        recipe = (path.parent / str(values["recipe"])).resolve()
        if not recipe.is_file():
            problems.append(Reason("comparison_no_recipe", file=str(recipe)))
    if problems:
        raise ComparisonSpecError(path=str(path), problem=problems)
    return CompareSpec(
        path=path,
        recipe=recipe,
        task=task,
        overrides=values.get("overrides", {}),
        split=values.get("split"),
        reference=None if reference is None else (str(reference[0]), str(reference[1])),
        resamples=resamples,
        **found,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        values = read_yaml(path)
    except YamlFileError as error:
        raise ComparisonSpecError(path=str(path), problem=error.problem) from error
    if not isinstance(values, dict):
        raise ComparisonSpecError(path=str(path), problem=Reason("lines_wanted", example="recipe: FILE.yaml"))
    return {str(key): value for key, value in values.items()}


def jobs_of(spec: CompareSpec, folder: Path) -> tuple[list[Job], Train]:
    """The runs to do, and what does them; models are kept in ``folder``.

    Raises ComparisonSpecError where there is nothing to learn from, RecipeError and ManifestError.
    """
    if spec.task is not None:
        mark, train = spec.task.prepare(spec.path, spec.decodings)
    else:
        from xl_vqa.training import recipe_comparison as recipes

        assert spec.recipe is not None
        mark = recipes.fingerprint(spec.recipe, spec.overrides)
        train = functools.partial(recipes.train, spec.recipe, dict(spec.overrides), folder, spec.decodings)
    mark += "|" + ",".join(spec.decodings)
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
        # a run keeps its error as the sentence that it was
        first = Detail(next((run.error for run in runs if run.error), ""))
        raise ComparisonFailedError(path=str(folder / "runs"), count=len(runs), problem=first)
    order = {scheme: k for k, scheme in enumerate(spec.schemes)}
    ordered = sorted(runs, key=lambda run: (order.get(run.scheme, len(order)), run.seed))
    return compare_runs(
        ordered,
        split=spec.split,
        reference=spec.reference,
        resamples=spec.resamples,
        notices=_unequal_start(spec, ordered),
    )


def _unequal_start(spec: CompareSpec, runs: Sequence[Run]) -> list[Notice]:
    """A model that has learned one scheme already gives it a head start over the others."""
    from xl_vqa.training.recipe_comparison import learned_before

    found = None if spec.recipe is None else learned_before(spec.recipe, spec.overrides)
    if found is None or len({run.scheme for run in runs}) < 2:
        return []
    return [Notice("unequal_start", {"model": found[0], "scheme": found[1]})]
