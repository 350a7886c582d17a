"""A recipe: one YAML file that says everything about a fine-tuning run.

Unknown keys, wrong types and contradictions are all reported at once, before anything is loaded; whether the
files it names can be used is checked by recipe_check.py.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.shell import typed
from xl_vqa.training.errors import RecipeError
from xl_vqa.training.schemes import SCHEMES, Scheme, scheme
from xl_vqa.training.yaml_file import YamlFileError, read_yaml
from xl_vqa.words.errors import ScaleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Problem, Reason, why_malformed

SUFFIXES: Final = (".yaml", ".yml")
METHODS: Final = ("lora", "full")
QUANTIZATIONS: Final = ("none", "nf4")
VISION: Final = ("frozen", "tuned")
LOSSES: Final = ("cross_entropy", "number_token", "soft")
DTYPES: Final = ("auto", "float32", "bfloat16")
UNREADABLE: Final = ("stop", "skip")
_KIND_NAMES: Final = {str: "kind_text", int: "kind_whole", float: "kind_number", bool: "kind_yes_no"}


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
    adapter: str | None = None
    """Folder of an adapter to go on from (``method: lora``); a new one where not given."""
    name: str = ""
    """Shown with every score; the output folder's name where empty."""
    attributes: dict[str, Any] | None = None
    """Single qualities taught by the same run: of each a name and a manifest (``labels prepare --dimension``)."""
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
    quantization: str = "none"
    """``nf4``: the language model lies in 4 bit beside the adapter (QLoRA), for a smaller GPU."""
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
            raise RecipeError(path=self.path or "recipe", problem=_once(problems))

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
    path = Path(path)
    try:
        values = read_yaml(path)
    except YamlFileError as error:
        raise RecipeError(path=str(path), problem=[error.problem, _next(path, error)]) from error
    if not isinstance(values, dict):
        raise RecipeError(path=str(path), problem=[Reason("lines_wanted", example="model: starter")])
    for key, value in overrides.items():
        target = values
        *outer, last = key.replace(".", "__").split("__")
        for name in outer:
            if not isinstance(target.setdefault(name, {}), dict):
                target[name] = {}
            target = target[name]
        target[last] = value
    return recipe_from(values, path=str(path.absolute()))


def _next(path: Path, error: YamlFileError) -> Reason:
    """The command to type after this error."""
    if error.is_there:
        return Reason("recipe_look_again", typed=typed(path))
    new = path / "recipe.yaml" if path.is_dir() else path.with_suffix(path.suffix or ".yaml")
    key = "recipe_look_again" if new.is_file() else "recipe_write_one"
    return Reason(key, typed=typed(new if new.suffix in SUFFIXES else new.with_suffix(".yaml")))


def recipe_from(values: Mapping[str, Any], *, path: str = "") -> Recipe:
    """A recipe from plain values. Raises RecipeError with all problems at once."""
    problems: list[Problem] = []
    found = _build(Recipe, {**values, "path": path}, "", problems)
    if problems:
        # the ranges of what could be read, too: one look at the file mends everything
        raise RecipeError(path=path or "recipe", problem=_once([*problems, *_further(found)]))
    assert isinstance(found, dict)
    return Recipe(**found)


def _further(found: Any) -> list[Problem]:
    stand_in = {"model": "starter", "manifest": "m.csv", "output": "o", **found}
    try:
        Recipe(**stand_in)
    except RecipeError as error:
        return list(error.params["problem"])
    return []


def unknown_name(name: str, near: Sequence[str] = ()) -> Reason:
    """The problem with a name that says nothing here; ``near``: what was perhaps meant."""
    return Reason("name_unknown_near", name=name, near=near[0]) if near else Reason("name_unknown", name=name)


def _build(kind: type, values: Any, prefix: str, problems: list[Problem]) -> dict[str, Any]:
    """The fields of ``kind`` that ``values`` gives, nested ones built; what is wrong goes to ``problems``."""
    if not isinstance(values, Mapping):
        problems.append(Reason("recipe_group", name=prefix.rstrip("."), value=repr(values)))
        return {}
    hints = typing.get_type_hints(kind)
    known = {spec.name for spec in fields(kind)}
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            problems.append(unknown_name(f"{prefix}{key}", near))
        elif is_dataclass(hints[key]) and isinstance(hints[key], type):
            inner = _build(hints[key], value, f"{prefix}{key}.", problems)
            found[key] = hints[key](**inner)
        else:
            fitted, fits = _fit(hints[key], value)
            if fits:
                found[key] = fitted
            else:
                problems.append(
                    Reason("recipe_kind", name=f"{prefix}{key}", why=_kind(hints[key]), value=repr(value))
                )
    for spec in fields(kind):
        required = spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING
        if required and spec.name not in values:
            problems.append(Reason("problem_missing", name=f"{prefix}{spec.name}"))
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


def _kind(hint: Any) -> Reason:
    """What a value of this type is called."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    kinds = [typing.get_origin(option) or option for option in options]
    kind = Reason(next((_KIND_NAMES[one] for one in kinds if one in _KIND_NAMES), "kind_group"))
    return Reason("kind_or_empty", why=kind) if types.NoneType in kinds else kind


def _range_problems(recipe: Recipe) -> list[Problem]:
    problems: list[Problem] = []
    for name, chosen, allowed in (
        ("scheme", recipe.scheme, SCHEMES),
        ("method", recipe.method, METHODS),
        ("vision", recipe.vision, VISION),
        ("quantization", recipe.quantization, QUANTIZATIONS),
        ("dtype", recipe.dtype, DTYPES),
        ("unreadable", recipe.unreadable, UNREADABLE),
        ("loss.kind", recipe.loss.kind, LOSSES),
    ):
        if chosen not in allowed:
            problems.append(Reason("problem_one_of", name=name, choices=", ".join(allowed), value=repr(chosen)))
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
    problems += [
        Reason("problem_at_least", name=name, lowest=low, value=value)
        for name, value, low in least
        if not value >= low
    ]
    above_zero = (
        ("learning_rate", recipe.learning_rate),
        ("clip_gradients", recipe.clip_gradients),
        ("lora.alpha", recipe.lora.alpha),
        ("loss.spread", recipe.loss.spread),
    )
    problems += [
        Reason("problem_above", name=name, lowest=0, value=value) for name, value in above_zero if not value > 0
    ]
    shares = (("warmup", recipe.warmup), ("lora.dropout", recipe.lora.dropout))
    problems += [Reason("recipe_share", name=name, value=value) for name, value in shares if not 0 <= value < 1]
    if recipe.frames is not None and (recipe.frames < 2 or recipe.frames % 2):
        problems.append(Reason("problem_even_number", name="frames", value=recipe.frames))
    if recipe.adapter is not None and recipe.method != "lora":
        problems.append(Reason("recipe_adapter_method"))
    if recipe.loss.kind == "number_token" and recipe.scheme == "levels":
        problems.append(Reason("recipe_number_token"))
    if recipe.quantization != "none" and recipe.method == "full":
        problems.append(Reason("recipe_quantized_full"))
    for name in ("model", "manifest", "output"):
        if not getattr(recipe, name).strip():
            problems.append(Reason("problem_empty_value", name=name))
    for name, path in (recipe.attributes or {}).items():
        if not isinstance(path, str) or not path.strip():
            key = f"attributes.{name}"
            problems.append(Reason("recipe_kind", name=key, why=Reason("kind_text"), value=repr(path)))
    if recipe.scale is not None:
        try:
            recipe.the_scale(Scale())
        except (ScaleError, TypeError) as error:
            why = error.params["problem"] if isinstance(error, ScaleError) else why_malformed(error)
            problems.append(Reason("says", what="scale", why=why))
    return problems


def _once(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for k, problem in enumerate(problems) if problem not in problems[:k]]
