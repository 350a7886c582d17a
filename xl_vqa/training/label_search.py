"""``xl-vqa labels search``: which label range, and how many of its digits the loss sees, found by validation.

Every candidate is trained with several seeds and judged on the validation videos; the test videos are not
looked at. A candidate takes the default's place only if its difference exceeds the noise of videos and seeds,
after Holm's correction; otherwise the default stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.intervals import Comparison
from xl_vqa.evaluation.scheme_comparison import SchemeComparison, Variant, variant_name
from xl_vqa.training.compare import CompareSpec, ReadTask, load_spec
from xl_vqa.training.errors import ComparisonFailedError, ComparisonSpecError
from xl_vqa.training.scheme_names import integer_name, named_scheme
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import shipped_folder
from xl_vqa.words.reasons import Detail

DEFAULT: Final = integer_name(10, 50, 2)
CANDIDATES: Final = (
    DEFAULT,
    integer_name(10, 50, 1),
    integer_name(10, 90, 2),
    integer_name(100, 500, 2),
    integer_name(100, 500, 3),
)
"""Coarse to fine: 5, 41 and 81 answers, the masked third digit of the published mask, and 401 answers."""
DECODING: Final = "expectation"
STATISTIC: Final = "srcc"
GUARD: Final = "rmse"
"""A choice must not be worse in this."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate. ``difference`` is its SRCC minus the default's, None for the default itself."""

    name: str
    variant: Variant
    difference: Comparison | None
    guard: Comparison | None
    minutes: float | None
    """Mean minutes of a run."""

    @property
    def better(self) -> bool:
        """Better than the default beyond the noise, and not worse in RMSE."""
        return (
            self.difference is not None
            and self.difference.better is True
            and (self.guard is None or self.guard.better is not False)
        )


@dataclass(frozen=True, slots=True)
class Search:
    """``chosen`` is a candidate's name; ``reason`` is ``beyond_noise``, ``within_noise`` or ``alone``.

    ``noise`` is the half-width of the widest 95% interval of a difference: smaller ones cannot be seen with
    these videos and seeds. ``minutes`` is the whole search's cost.
    """

    default: str
    chosen: str
    reason: str
    candidates: tuple[Candidate, ...]
    noise: float | None
    minutes: float | None
    comparison: SchemeComparison

    def recipe_lines(self, scale: Scale | None = None) -> str:
        """What to put into a training recipe."""
        own = named_scheme(self.chosen, scale or Scale())
        low, high = own.scale.label_min, own.scale.label_max
        return f"scale: {{label_min: {low}, label_max: {high}}}\ndigits: {own.digits}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "default": self.default,
            "chosen": self.chosen,
            "reason": self.reason,
            "statistic": STATISTIC,
            "noise": self.noise,
            "minutes": self.minutes,
            "recipe": self.recipe_lines(),
            "comparison": self.comparison.to_dict(),
        }


def search_spec(
    data: Path,
    recipe: Path | None,
    candidates: Sequence[str] | None,
    seeds: Sequence[int | str],
    tasks: Mapping[str, ReadTask] | None = None,
) -> CompareSpec:
    """What the search runs: ``data`` is a manifest with ``recipe`` beside it, or a specification (.yaml).

    Raises ComparisonSpecError, ScaleError.
    """
    if data.suffix.lower() in (".yaml", ".yml"):
        spec = load_spec(data, tasks=tasks, seeds=list(seeds), decodings=[DECODING])
    else:
        chosen = recipe or shipped_recipe()
        if not data.is_file() or not chosen.is_file():
            raise ComparisonSpecError(path=str(data), problem="problem_no_such_file")
        spec = load_spec(chosen, seeds=list(seeds), decodings=[DECODING])
        spec = replace(spec, overrides={**spec.overrides, "manifest": str(data.absolute())})
    names = tuple(candidates or CANDIDATES)
    return replace(spec, schemes=names, split="validation", reference=(DEFAULT, DECODING))


def shipped_recipe() -> Path:
    """The recipe that needs no GPU: the starter's."""
    return shipped_folder("recipes") / "starter.yaml"


def choose(comparison: SchemeComparison, default: str = DEFAULT, folder: Path = Path()) -> Search:
    """What a finished comparison of candidates on validation says; ``folder`` is where its runs are.

    Raises ComparisonFailedError where the default has no finished run: nothing can be held against it.
    """
    variants = {v.scheme: v for v in comparison.variants if v.decoding == DECODING}
    if default not in variants or comparison.reference != (default, DECODING):
        errors = [run.error for run in comparison.runs if run.scheme == default and run.error]
        # a run keeps its error as the sentence that it was
        problem = Detail(errors[0] if errors else default)
        raise ComparisonFailedError(path=str(folder / "runs"), count=len(errors), problem=problem)
    against = {(one.baseline, one.statistic): one for one in comparison.comparisons}
    candidates = tuple(
        Candidate(
            name,
            variant,
            against.get((variant_name(variant.key), STATISTIC)),
            against.get((variant_name(variant.key), GUARD)),
            _minutes(comparison, name),
        )
        for name, variant in variants.items()
    )
    better = [one for one in candidates if one.better]
    best = max(better, key=_value, default=None)
    widths = [
        (one.difference.difference.high - one.difference.difference.low) / 2
        for one in candidates
        if one.difference is not None
        and one.difference.difference.low is not None
        and one.difference.difference.high is not None
    ]
    seconds = [run.facts["seconds"] for run in comparison.runs if "seconds" in run.facts]
    return Search(
        default=default,
        chosen=default if best is None else best.name,
        reason="beyond_noise" if best is not None else "within_noise" if len(candidates) > 1 else "alone",
        candidates=candidates,
        noise=max(widths, default=None),
        minutes=sum(seconds) / 60 if seconds else None,
        comparison=comparison,
    )


def _value(candidate: Candidate) -> float:
    value = candidate.variant.figures[STATISTIC].value
    return float("-inf") if value is None else value


def _minutes(comparison: SchemeComparison, name: str) -> float | None:
    seconds = [run.facts["seconds"] for run in comparison.runs if run.scheme == name and "seconds" in run.facts]
    return sum(seconds) / len(seconds) / 60 if seconds else None


def parse_candidates(texts: Sequence[str], scale: Scale | None = None) -> tuple[str, ...]:
    """Candidates as written on the command line, ``10-50/2``; the default first, and always among them.

    Raises ScaleError for one that is none.
    """
    names = [text if text.startswith("integer@") else f"integer@{text}" for text in texts]
    whole = []
    for name in names:
        own = named_scheme(name, scale or Scale())
        whole.append(integer_name(own.scale.label_min, own.scale.label_max, own.digits or own.scale.width))
    return tuple(dict.fromkeys([DEFAULT, *whole]))
