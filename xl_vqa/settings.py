"""One typed settings object, from defaults, a file and the environment (later ones win).

The file is ``settings.toml`` in the home folder; its keys are the field names below. The environment
variable of a field is ``XL_VQA_`` plus its name in capitals. All problems are reported at once.

Standard library only: a spreadsheet cell loads this module.
"""

from __future__ import annotations

import difflib
import locale
import math
import os
import sys
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from xl_vqa.errors import ScaleError, SettingsError
from xl_vqa.labels import Bands, Scale
from xl_vqa.rating import DECODINGS

PREFIX = "XL_VQA_"
_BETWEEN = " | "


def default_home() -> Path:
    """The per-user folder for state, store and logs; never needs administrator rights."""
    chosen = os.environ.get(PREFIX + "HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "xl_vqa"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "xl_vqa"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "xl_vqa"


def default_language() -> str:
    """``ja`` on a Japanese system, else ``en``."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    names.append(locale.getlocale()[0] or "")
    # the first one that is set decides, as everywhere on POSIX; Windows spells it "Japanese_Japan"
    chosen = next((name for name in names if name), "")
    return "ja" if chosen.lower().startswith(("ja", "japanese")) else "en"


@dataclass(frozen=True, slots=True)
class Settings:
    """Raises SettingsError on construction where a value is wrong."""

    home: Path = field(default_factory=default_home)
    """Folder of settings.toml, host.json, the store and the logs."""
    language: str = field(default_factory=default_language)
    """``en`` or ``ja``."""

    model: str = "starter"
    """``starter``, a folder with a Qwen2.5-VL model, or a hub name such as Qwen/Qwen2.5-VL-7B-Instruct."""
    adapter: str | None = None
    """Folder of a LoRA adapter on top of the model."""
    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps`` or ``xpu``."""
    dtype: str = "auto"
    """``auto`` (float32; bfloat16 for a Qwen2.5-VL on an NVIDIA GPU), ``float32``, ``bfloat16`` or ``float16``."""
    offline: bool = False
    """Never ask a model hub, even for a model that is not here."""

    decoding: str = "expectation"
    """How a label is read off the distribution: expectation, median, greedy or map."""
    band_thresholds: tuple[float, ...] | None = None
    """Lowest labels of Poor, Fair, Good and Excellent; the ACR defaults where not given."""

    frames: int | None = None
    """Frames per video (even); the model's own number where not given."""
    fps: float | None = None
    """Frames per second of the video instead, ``frames`` at the most (64 where not given): long ones get more."""
    max_pixels: int | None = None
    """Pixels per frame after resizing; the model's own number where not given."""

    port: int = 0
    """Port of the host on the loopback address; 0 lets the system choose."""
    idle_minutes: float = 30.0
    """The host stops after this long without a request; 0 means never."""
    start_timeout_s: float = 60.0
    """How long to wait for a host that is starting."""
    batch_size: int = 8
    """Videos per model call at the most."""
    decoder: str = "pyav"
    """``pyav``, or ``decord`` for the files that it is proven to read exactly; the pictures are the same."""
    decode_threads: int = 2
    """Videos decoded at the same time while the model works."""
    video_timeout_s: float = 60.0
    """A video whose reading shows no progress for this long is given up."""
    video_memory_mb: int = 0
    """Memory that reading one video may take, in MiB; 0: a quarter of the machine's, 1024 to 4096."""
    torch_threads: int = 0
    """CPU threads of the model; 0 leaves the choice to torch."""
    model_idle_minutes: float = 0.0
    """Unload the model after this long without work, keeping the host; 0 means never."""

    def __post_init__(self) -> None:
        problems = _type_problems(self)
        if not problems:
            problems = self._range_problems()
        if problems:
            raise SettingsError(source="values", problem=_BETWEEN.join(problems))

    def _range_problems(self) -> list[str]:
        problems = []
        if self.language not in ("en", "ja"):
            problems.append(f"language must be en or ja, not {self.language!r}")
        if self.decoding not in DECODINGS:
            problems.append(f"decoding must be one of {', '.join(DECODINGS)}, not {self.decoding!r}")
        if self.dtype not in ("auto", "float32", "bfloat16", "float16"):
            problems.append(f"dtype must be auto, float32, bfloat16 or float16, not {self.dtype!r}")
        if not self.model.strip():
            problems.append("model must not be empty")
        if self.frames is not None and (self.frames < 2 or self.frames % 2):
            problems.append(f"frames must be an even number of 2 or more, not {self.frames}")
        if self.fps is not None and not 0 < self.fps < math.inf:
            problems.append(f"fps must be more than 0, not {self.fps}")
        if self.decoder not in ("pyav", "decord"):
            problems.append(f"decoder must be pyav or decord, not {self.decoder!r}")
        if self.max_pixels is not None and self.max_pixels < 28 * 28:
            problems.append(f"max_pixels must be {28 * 28} or more, not {self.max_pixels}")
        if not 0 <= self.port <= 65535:
            problems.append(f"port must lie in 0..65535, not {self.port}")
        if not math.isfinite(self.video_timeout_s) or self.video_timeout_s < 1:
            problems.append(f"video_timeout_s must be 1 or more, not {self.video_timeout_s}")
        if self.video_memory_mb and self.video_memory_mb < 512:
            problems.append(f"video_memory_mb must be 0, or 512 or more, not {self.video_memory_mb}")
        for name, lowest in (("batch_size", 1), ("decode_threads", 1), ("torch_threads", 0)):
            if getattr(self, name) < lowest:
                problems.append(f"{name} must be {lowest} or more, not {getattr(self, name)}")
        for name in ("idle_minutes", "model_idle_minutes", "start_timeout_s"):
            value = getattr(self, name)
            if not math.isfinite(value) or value < 0:
                problems.append(f"{name} must be 0 or more, not {value}")
        if self.band_thresholds is not None:
            try:
                self.bands(Scale())
            except ScaleError as error:
                problems.append(f"band_thresholds: {error.params.get('problem')}")
        return problems

    def bands(self, scale: Scale) -> Bands:
        """The ACR bands on a model's scale. Raises ScaleError for thresholds that do not rise."""
        if self.band_thresholds is None:
            return Bands.default(scale)
        if len(self.band_thresholds) != 4:
            raise ScaleError(problem=f"four band thresholds are needed, not {len(self.band_thresholds)}")
        first, second, third, fourth = self.band_thresholds
        return Bands(scale, (first, second, third, fourth))

    @property
    def state_file(self) -> Path:
        return self.home / "host.json"

    @property
    def lock_file(self) -> Path:
        return self.home / "host.lock"

    @property
    def store_file(self) -> Path:
        return self.home / "ratings.sqlite3"

    @property
    def log_file(self) -> Path:
        return self.home / "logs" / "host.log"

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """From file and environment; ``overrides`` (command-line flags) win, None among them is ignored.

        Raises SettingsError with every problem found, naming the file or variable.
        """
        environment = os.environ if environment is None else environment
        given = {k: v for k, v in overrides.items() if v is not None}
        home = given.get("home") or environment.get(PREFIX + "HOME") or default_home()
        home = Path(home).expanduser().absolute()
        problems: list[tuple[str, str]] = []
        values: dict[str, Any] = {}
        names = {f.name for f in fields(cls)} - {"home"}
        origin: dict[str, str] = {}

        source = home / "settings.toml"
        for key, value in _read_toml(source).items():
            if key in names:
                values[key] = tuple(value) if isinstance(value, list) else value
                origin[key] = str(source)
            else:
                near = difflib.get_close_matches(key, sorted(names), 1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                problems.append((str(source), f"{source.name} has an unknown key {key!r}{hint}"))
        for name in names:
            variable = PREFIX + name.upper()
            raw = environment.get(variable)
            if raw is not None and raw != "":
                origin[name] = variable
                try:
                    values[name] = _parse(cls, name, raw)
                except ValueError as error:
                    problems.append((variable, f"{variable}: {error}"))
        values.update(given)
        # a flag has no better name than that of its setting
        origin.update((name, name) for name in given)
        values["home"] = home
        try:
            settings = cls(**values)
        except SettingsError as error:
            # every problem begins with the name of its field
            wrong = str(error.params["problem"]).split(_BETWEEN)
            problems += [(origin.get(one.split(" ")[0].rstrip(":"), str(source)), one) for one in wrong]
        if problems:
            sources = dict.fromkeys(where for where, _ in problems)
            raise SettingsError(source=", ".join(sources), problem=_BETWEEN.join(text for _, text in problems))
        return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        # Notepad on Windows writes a byte order mark, which TOML does not allow
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(source=str(path), problem=str(error)) from error


def _kinds(cls: type, name: str) -> tuple[type, ...]:
    """The types a field admits, ``tuple[float, ...]`` as ``tuple``."""
    hint = typing.get_type_hints(cls)[name]
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return tuple(typing.get_origin(option) or option for option in options)


def _parse(cls: type, name: str, raw: str) -> Any:
    kinds = _kinds(cls, name)
    if bool in kinds:
        lowered = raw.strip().lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off"):
            return False
        raise ValueError(f"must be true or false, not {raw!r}")
    if tuple in kinds:
        return tuple(float(part) for part in raw.split(","))
    if int in kinds:
        return int(raw)
    if float in kinds:
        return float(raw)
    return raw


def _type_problems(settings: Settings) -> list[str]:
    problems = []
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        kinds = _kinds(type(settings), spec.name)
        wanted = " or ".join("nothing" if k is types.NoneType else k.__name__ for k in kinds)
        fits = isinstance(value, kinds) or (float in kinds and isinstance(value, int))
        # True is an int to Python, but never a sensible number of threads
        if not fits or (isinstance(value, bool) and bool not in kinds):
            problems.append(f"{spec.name} must be {wanted}, not {value!r}")
        elif isinstance(value, tuple) and not all(isinstance(v, (int, float)) for v in value):
            problems.append(f"{spec.name} must hold numbers, not {value!r}")
    return problems
