"""A recipe: one YAML file that says everything about a fine-tuning run.

Unknown keys, wrong types and contradictions are all reported at once, before anything is loaded; whether the
files it names can be used is checked by recipe_check.py.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.training.errors import RecipeError
from xl_vqa.training.schemes import SCHEMES, Scheme, scheme
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.messages import phrase

METHODS: Final = ("lora", "full")
VISION: Final = ("frozen", "tuned")
LOSSES: Final = ("cross_entropy", "number_token", "soft")
DTYPES: Final = ("auto", "float32", "bfloat16")
UNREADABLE: Final = ("stop", "skip")


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """The adapter. Second-hand figures of the method's authors: rank 128 was better than 32 (docs/method.md)."""

    rank: int = 128
    alpha: int = 256
    """The adapter's output is scaled by alpha / rank."""
    dropout: float = 0.05


@dataclass(frozen=True, slots=True)
class LossOptions:
    """``cross_entropy`` of the counted digits is the method's; the others come on top of it or in its place."""

    kind: str = "cross_entropy"
    weight: float = 0.3
    """Of the Number Token Loss beside the cross entropy (``number_token``)."""
    spread: float = 1.0
    """Standard deviation, in answers (labels), of the target distribution (``soft``)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Raises RecipeError on construction with every contradiction found."""

    model: str
    """``starter``, a folder with a Qwen2.5-VL, or a hub name."""
    manifest: str
    """CSV of ``xl-vqa labels prepare``; beside the recipe where relative."""
    output: str
    """Folder of the result; it must not exist yet, unless the run is resumed."""
    name: str = ""
    """Shown with every score; the output folder's name where empty."""
    scheme: str = "integer"
    """What the model answers: integer, decimal or levels."""
    digits: int = 2
    """How many digits of an integer label the loss sees."""
    scale: dict[str, Any] | None = None
    """mos_min, mos_max, label_min, label_max, rounding; the model's own where not given."""
    method: str = "lora"
    """``lora``: an adapter; ``full``: all weights of the language model (for the starter)."""
    vision: str = "frozen"
    """Whether the vision tower is ``frozen`` or ``tuned`` with the rest."""
    lora: LoraOptions = field(default_factory=LoraOptions)
    loss: LossOptions = field(default_factory=LossOptions)
    epochs: int = 4
    batch_size: int = 4
    """Videos per step and process."""
    accumulate: int = 1
    """Steps whose gradients are added up before the weights move."""
    learning_rate: float = 3e-4
    weight_decay: float = 0.0
    warmup: float = 0.03
    """Share of all steps in which the learning rate rises; it then falls as a cosine."""
    clip_gradients: float = 1.0
    dtype: str = "auto"
    """Of the weights: bfloat16 where the device computes in it, float32 elsewhere."""
    device: str = "auto"
    checkpointing: bool = False
    """Gradient checkpointing: a third more time for far less memory."""
    frames: int | None = None
    """Frames per video (even); the model's own number where not given."""
    max_pixels: int | None = None
    """Pixels per frame after resizing; the model's own number where not given."""
    seed: int = 1
    save_steps: int = 0
    """A checkpoint to resume from every so many steps; 0: at the end of every epoch."""
    cache: str | None = None
    """Folder of decoded frames; ``frames`` in the user's cache folder where not given."""
    workers: int = 2
    """Threads that decode videos."""
    unreadable: str = "stop"
    """What to do where videos cannot be read: ``stop`` with a list, or ``skip`` them and say so on the card."""
    offline: bool = False
    path: str = ""
    """Where the recipe was read from."""

    def __post_init__(self) -> None:
        problems = _range_problems(self)
        if problems:
            raise RecipeError(path=self.path or "recipe", problem=_listed(problems))

    def the_scale(self, own: Scale) -> Scale:
        """The scale in force. Raises ScaleError."""
        return own if self.scale is None else Scale.from_dict({**own.to_dict(), **self.scale})

    def the_scheme(self, own: Scale) -> Scheme:
        return scheme(self.scheme, self.the_scale(own), digits=self.digits)

    def resolve(self, path: str) -> Path:
        """A path of the recipe: relative ones are beside the recipe file."""
        found = Path(path).expanduser()
        base = Path(self.path).absolute().parent if self.path else Path.cwd()
        return found if found.is_absolute() else base / found

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def load_recipe(path: Path | str, **overrides: Any) -> Recipe:
    """The recipe at ``path``. ``overrides`` replace fields; ``loss__kind`` reaches into ``loss``.

    Raises RecipeError with all problems of the file at once.
    """
    import yaml

    path = Path(path)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RecipeError(path=str(path), problem=_listed([error.strerror or str(error)])) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecipeError(path=str(path), problem=_listed([" ".join(str(error).split())])) from error
    if not isinstance(values, dict):
        raise RecipeError(path=str(path), problem=_listed(["it must hold lines such as 'model: starter'"]))
    for key, value in overrides.items():
        target = values
        *outer, last = key.replace(".", "__").split("__")
        for name in outer:
            if not isinstance(target.setdefault(name, {}), dict):
                target[name] = {}
            target = target[name]
        target[last] = value
    return recipe_from(values, path=str(path.absolute()))


def recipe_from(values: Mapping[str, Any], *, path: str = "") -> Recipe:
    """A recipe from plain values. Raises RecipeError with all problems at once."""
    problems: list[str] = []
    found = _build(Recipe, {**values, "path": path}, "", problems)
    if problems:
        # the ranges of what could be read, too: one look at the file mends everything
        raise RecipeError(path=path or "recipe", problem=_listed([*problems, *_further(found)]))
    assert isinstance(found, dict)
    return Recipe(**found)


def _further(found: Any) -> list[str]:
    stand_in = {"model": "starter", "manifest": "m.csv", "output": "o", **found}
    try:
        Recipe(**stand_in)
    except RecipeError as error:
        return [line.removeprefix("- ") for line in str(error.params["problem"]).splitlines()]
    return []


def _build(kind: type, values: Any, prefix: str, problems: list[str]) -> dict[str, Any]:
    """The fields of ``kind`` that ``values`` gives, nested ones built; what is wrong goes to ``problems``."""
    if not isinstance(values, Mapping):
        problems.append(f"{prefix.rstrip('.')} must hold names and values, not {values!r}")
        return {}
    hints = typing.get_type_hints(kind)
    known = {spec.name for spec in fields(kind)}
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            problems.append(f"{prefix}{key} is not known" + (f"; did you mean {near[0]}?" if near else ""))
        elif is_dataclass(hints[key]) and isinstance(hints[key], type):
            inner = _build(hints[key], value, f"{prefix}{key}.", problems)
            found[key] = hints[key](**inner)
        else:
            fitted, fits = _fit(hints[key], value)
            if fits:
                found[key] = fitted
            else:
                problems.append(f"{prefix}{key} must be {_kind_name(hints[key])}, not {value!r}")
    for spec in fields(kind):
        required = spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING
        if required and spec.name not in values:
            problems.append(f"{prefix}{spec.name} is missing")
    return found


def _fit(hint: Any, value: Any) -> tuple[Any, bool]:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = tuple(typing.get_origin(option) or option for option in options)
    if isinstance(value, bool):
        return value, bool in kinds
    if float in kinds and isinstance(value, (int, float)):
        return float(value), True
    if float in kinds and isinstance(value, str):
        # YAML reads 3e-4 as a text, for want of a point
        try:
            return float(value), True
        except ValueError:
            return value, False
    return value, isinstance(value, kinds)


def _kind_name(hint: Any) -> str:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    names = {
        str: "a text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        types.NoneType: "empty",
    }
    return " or ".join(names.get(typing.get_origin(o) or o, "a group of values") for o in options)


def _range_problems(recipe: Recipe) -> list[str]:
    problems = []
    for name, allowed in (
        ("scheme", SCHEMES),
        ("method", METHODS),
        ("vision", VISION),
        ("dtype", DTYPES),
        ("unreadable", UNREADABLE),
    ):
        if getattr(recipe, name) not in allowed:
            problems.append(f"{name} must be one of {', '.join(allowed)}, not {getattr(recipe, name)!r}")
    if recipe.loss.kind not in LOSSES:
        problems.append(f"loss.kind must be one of {', '.join(LOSSES)}, not {recipe.loss.kind!r}")
    least: tuple[tuple[str, float, float], ...] = (
        ("digits", recipe.digits, 1),
        ("epochs", recipe.epochs, 1),
        ("batch_size", recipe.batch_size, 1),
        ("accumulate", recipe.accumulate, 1),
        ("lora.rank", recipe.lora.rank, 1),
        ("workers", recipe.workers, 1),
        ("save_steps", recipe.save_steps, 0),
        ("weight_decay", recipe.weight_decay, 0),
        ("loss.weight", recipe.loss.weight, 0),
        ("seed", recipe.seed, 0),
    )
    problems += [f"{name} must be {low} or more, not {value}" for name, value, low in least if not value >= low]
    above_zero = (
        ("learning_rate", recipe.learning_rate),
        ("clip_gradients", recipe.clip_gradients),
        ("lora.alpha", recipe.lora.alpha),
        ("loss.spread", recipe.loss.spread),
    )
    problems += [f"{name} must be above 0, not {value}" for name, value in above_zero if not value > 0]
    shares = (("warmup", recipe.warmup), ("lora.dropout", recipe.lora.dropout))
    problems += [
        f"{name} must lie in 0..1 (1 excluded), not {value}" for name, value in shares if not 0 <= value < 1
    ]
    if recipe.frames is not None and (recipe.frames < 2 or recipe.frames % 2):
        problems.append(f"frames must be an even number of 2 or more, not {recipe.frames}")
    if recipe.loss.kind == "number_token" and recipe.scheme == "levels":
        problems.append("loss.kind number_token needs digits; the scheme levels answers in words")
    for name in ("model", "manifest", "output"):
        if not getattr(recipe, name).strip():
            problems.append(f"{name} must not be empty")
    if recipe.scale is not None:
        try:
            recipe.the_scale(Scale())
        except (ScaleError, TypeError) as error:
            reason = phrase(error.params["problem"], "en") if isinstance(error, ScaleError) else error
            problems.append(f"scale: {reason}")
    return problems


def _listed(problems: list[str]) -> str:
    return "\n".join(f"- {problem}" for problem in dict.fromkeys(problems))
