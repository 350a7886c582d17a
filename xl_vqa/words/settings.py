"""One typed settings object, from defaults, a file and the environment (later ones win).

The file is ``settings.toml`` in the home folder; its keys are the field names below. The environment
variable of a field is ``XL_VQA_`` plus its name in capitals. All problems are reported at once.

Standard library only: a spreadsheet cell loads this module.
"""

from __future__ import annotations

import contextlib
import difflib
import locale
import math
import os
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, fields
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from xl_vqa.words.cluster_address import is_cluster
from xl_vqa.words.errors import ScaleError, SettingsError
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.rating import DECODINGS
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings_file import settings_in

PREFIX = "XL_VQA_"
STARTER = "starter"
"""The model that ships, whatever folder of that name lies about."""
_CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("en", "ja"),
    "decoding": tuple(DECODINGS),
    "dtype": ("auto", "float32", "bfloat16", "float16", "int8", "nf4"),
    "decoder": ("pyav", "decord"),
    "log_format": ("text", "json"),
}
_LOWEST = {
    "max_pixels": 28 * 28,
    "idle_minutes": 0,
    "model_idle_minutes": 0,
    "replicas_min": 1,
    "replicas_max": 0,
    "keep_days": 0,
}
# With an end that no use of them comes near: beyond it the host does not start, or fails with other words.
_WITHIN = {
    "port": (0, 65_535),
    "batch_size": (1, 1024),
    "decode_threads": (1, 256),
    "torch_threads": (0, 1024),
    "start_timeout_s": (0, 86_400),
    "video_timeout_s": (1, 86_400),
}
MOST_FRAMES = 1024
_MOST_MEMORY_MB = 1 << 24
# Of the environment, and no settings (docs/settings.md).
_OTHER_VARIABLES = ("HOME", "PYTHON", "LIBREOFFICE", "CALC_WAIT")
# What a field must be, by the first of its types.
_KINDS = {
    str: "problem_text_value",
    bool: "problem_true_or_false",
    int: "problem_whole_number",
    float: "problem_number",
    tuple: "problem_numbers",
    Path: "problem_folder_value",
}


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
    """What a user chose on this machine: each field is a row of docs/settings.md, with its unit in the name.

    Raises SettingsError on construction where a value is wrong.
    """

    home: Path = field(default_factory=default_home)
    """Folder of settings.toml, host.json, the store and the logs."""
    language: str = field(default_factory=default_language)
    """``en`` or ``ja``."""

    model: str = STARTER
    """``starter``, a folder with a Qwen2.5-VL model, or a hub name such as Qwen/Qwen2.5-VL-7B-Instruct."""
    adapter: str | None = None
    """Folder of a LoRA adapter on top of the model."""
    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps`` or ``xpu``."""
    dtype: str = "auto"
    """``auto`` (float32; bfloat16 for a Qwen2.5-VL on an NVIDIA GPU), ``float32``, ``bfloat16``, ``float16``; for
    a Qwen2.5-VL also ``int8`` and ``nf4`` (8 and 4 bit, with bitsandbytes)."""
    offline: bool = False
    """Never ask a model hub, even for a model that is not here."""

    decoding: str = "expectation"
    """How a label is read off the distribution: expectation, median, greedy or map."""
    band_thresholds: tuple[float, ...] | None = None
    """Lowest labels of Poor, Fair, Good and Excellent; the ACR defaults where not given."""

    profile: str | None = None
    """Domain profile by which scores are read (``xl-vqa calibrate``), where a cell or command names none."""

    frames: int | None = None
    """Frames per video (even); the model's own number where not given."""
    fps: float | None = None
    """Frames per second of the video instead, ``frames`` at the most (64 where not given): long ones get more."""
    max_pixels: int | None = None
    """Pixels per frame after resizing; the model's own number where not given."""

    host_address: str | None = None
    """Address of a team's host (``https://gpu1.example:8443``), which then rates instead of this machine's."""
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
    model_cluster: str | None = None
    """A Ray cluster that rates in place of this machine's own model: ``auto``, ``local`` or ``HEAD:6379``."""
    replicas_min: int = 1
    """Replicas of the model that a cluster always keeps."""
    replicas_max: int = 0
    """Replicas at the most when there is much to do; 0: as many as there is room for."""
    shared_store: str | None = None
    """A team's PostgreSQL database, as postgresql://person@host/database; ratings are looked for and put there."""
    log_format: str = "text"
    """``text``, or ``json`` for one JSON object a line."""
    keep_days: int = 0
    """Ratings, the paths that belong to them, and lines of logs older than this are removed; 0 means never."""

    def __post_init__(self) -> None:
        problems = _type_problems(self)
        problems += self._range_problems({found["name"] for found in problems})
        if problems:
            names = dict.fromkeys(str(found["name"]) for found in problems)
            raise SettingsError(source=", ".join(names), problem=problems)

    def _range_problems(self, wrong: Set[str]) -> list[Reason]:
        """Of the fields that are not ``wrong`` by their type already and have a value."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in wrong}
        values = {name: value for name, value in values.items() if value is not None}

        def found(name: str, key: str, fits: Callable[[Any], bool], **params: str | float) -> None:
            if name in values and not fits(values[name]):
                problems.append(Reason(key, name=name, value=_shown(values[name]), **params))

        problems: list[Reason] = []
        for name, choices in _CHOICES.items():
            found(name, "problem_one_of", choices.__contains__, choices=", ".join(choices))
        found("model", "problem_empty_value", lambda model: bool(model.strip()))
        found("host_address", "problem_host_address", _is_address)
        found("model_cluster", "problem_cluster_address", is_cluster)
        found(
            "frames",
            "problem_even_within",
            lambda frames: 2 <= frames <= MOST_FRAMES and frames % 2 == 0,
            lowest=2,
            highest=MOST_FRAMES,
        )
        found("fps", "problem_above", lambda fps: 0 < fps < math.inf, lowest=0)
        found(
            "video_memory_mb",
            "problem_none_or",
            lambda size: size == 0 or 512 <= size <= _MOST_MEMORY_MB,
            lowest=512,
            highest=_MOST_MEMORY_MB,
        )
        for name, (lowest, highest) in _WITHIN.items():
            found(name, "problem_within", partial(_is_within, lowest, highest), lowest=lowest, highest=highest)
        for name, lowest in _LOWEST.items():
            found(name, "problem_at_least", partial(_at_least, lowest), lowest=lowest)
        if "shared_store" in values and not _is_database(values["shared_store"]):
            # the value may hold a password, and is not said
            problems.append(Reason("problem_database_address", name="shared_store"))
        found("band_thresholds", "problem_four_bands", lambda _: self._has_bands())
        return problems

    def _has_bands(self) -> bool:
        try:
            self.bands(Scale())
        except ScaleError:
            return False
        return True

    def bands(self, scale: Scale) -> Bands:
        """The ACR bands on a model's scale. Raises ScaleError for thresholds that do not rise."""
        if self.band_thresholds is None:
            return Bands.default(scale)
        if len(self.band_thresholds) != 4:
            raise ScaleError(problem=Reason("bands_count", count=len(self.band_thresholds)))
        first, second, third, fourth = self.band_thresholds
        return Bands(scale, (first, second, third, fourth))

    @property
    def state_file(self) -> Path:
        """Where a running host is, and the token that it wants."""
        return self.home / "host.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one host of a user."""
        return self.home / "host.lock"

    @property
    def cluster_lock_file(self) -> Path:
        """Held by the one run on a cluster that writes into the store."""
        return self.home / "cluster.lock"

    @property
    def store_file(self) -> Path:
        """Ratings that are known."""
        return self.home / "ratings.sqlite3"

    @property
    def log_file(self) -> Path:
        """What the host did; older ones stand beside it."""
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
        problems: list[tuple[str, Reason]] = []
        values: dict[str, Any] = {}
        names = {f.name for f in fields(cls)} - {"home"}
        origin: dict[str, str] = {}

        source = home / "settings.toml"
        for key, value in settings_in(source).items():
            if key in names:
                values[key] = tuple(value) if isinstance(value, list) else value
                origin[key] = str(source)
            else:
                problems.append((str(source), unknown_key(key, source.name)))
        for name in names:
            variable = PREFIX + name.upper()
            raw = environment.get(variable)
            if raw is not None and raw != "":
                origin[name] = variable
                try:
                    values[name] = _parse(cls, name, raw)
                except ValueError:
                    values.pop(name, None)
                    problems.append((variable, _wrong_kind(cls, variable, name, raw)))
        problems += [(found["name"], found) for found in _misspelt_variables(environment, names)]
        values.update(given)
        # a flag has no better name than that of its setting
        origin.update((name, name) for name in given)
        values["home"] = home
        try:
            settings = cls(**values)
        except SettingsError as error:
            problems += [(origin.get(found["name"], str(source)), found) for found in error.params["problem"]]
        if problems:
            sources = ", ".join(dict.fromkeys(where for where, _ in problems))
            raise SettingsError(source=sources, problem=[found for _, found in problems])
        return settings


def language_anyhow(environment: Mapping[str, str] | None = None) -> str:
    """The user's language, also where the settings are broken: errors about them are to be read, too."""
    environment = os.environ if environment is None else environment
    try:
        return Settings.load(environment).language
    except SettingsError:
        told: list[object] = [environment.get(PREFIX + "LANGUAGE")]
    with contextlib.suppress(SettingsError):
        told.append(settings_in(default_home() / "settings.toml").get("language"))
    return next((str(one) for one in told if one in _CHOICES["language"]), default_language())


def from_text(name: str, raw: str) -> Any:
    """The value of a setting as it is typed or stands in the environment. Raises SettingsError."""
    if name not in {f.name for f in fields(Settings)} - {"home"}:
        raise SettingsError(source=name, problem=no_setting(name))
    try:
        return _parse(Settings, name, raw)
    except ValueError as error:
        raise SettingsError(source=name, problem=_wrong_kind(Settings, name, name, raw)) from error


def origins(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where each setting that is not the default comes from: a variable of the environment, or the file.

    Raises SettingsError for a file that cannot be read.
    """
    environment = os.environ if environment is None else environment
    file = home / "settings.toml"
    told = dict.fromkeys(settings_in(file), str(file))
    names = [f.name for f in fields(Settings)]
    return told | {name: PREFIX + name.upper() for name in names if environment.get(PREFIX + name.upper())}


def unknown_key(name: str, file: str) -> Reason:
    """The problem with a key of ``file`` that is no setting, with the one that was perhaps meant."""
    if near := _near(name):
        return Reason("problem_unknown_key_near", file=file, name=name, near=near)
    return Reason("problem_unknown_key", file=file, name=name)


def no_setting(name: str) -> Reason:
    """The problem with a name that was typed and is no setting, with the one that was perhaps meant."""
    if near := _near(name):
        return Reason("problem_no_setting_near", name=name, near=near)
    return Reason("problem_no_setting", name=name)


def _near(name: str) -> str | None:
    names = sorted(f.name for f in fields(Settings) if f.name != "home")
    return next(iter(difflib.get_close_matches(name.lower(), names, 1)), None)


def _misspelt_variables(environment: Mapping[str, str], names: Set[str]) -> Iterator[Reason]:
    """Those that are nearly a setting's. Others may belong to another version or program of ours."""
    known = {PREFIX + name.upper() for name in names} | {PREFIX + name for name in _OTHER_VARIABLES}
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in known:
            near = difflib.get_close_matches(variable.removeprefix(PREFIX), [n.upper() for n in names], 1, 0.75)
            if near:
                yield Reason("problem_unknown_variable", name=variable, near=PREFIX + near[0])


@cache
def _kinds(cls: type) -> dict[str, tuple[type, ...]]:
    """The types that each field admits, ``tuple[float, ...]`` as ``tuple``."""
    found = {}
    for name, hint in typing.get_type_hints(cls).items():
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        found[name] = tuple(typing.get_origin(option) or option for option in options)
    return found


def _parse(cls: type, name: str, raw: str) -> Any:
    kinds = _kinds(cls)[name]
    if bool in kinds:
        lowered = raw.strip().lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off"):
            return False
        raise ValueError(raw)
    if tuple in kinds:
        return tuple(float(part) for part in raw.split(","))
    if int in kinds:
        return int(raw)
    if float in kinds:
        return float(raw)
    return raw


def _type_problems(settings: Settings) -> list[Reason]:
    problems = []
    cls: type = type(settings)
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        kinds = _kinds(cls)[spec.name]
        fits = isinstance(value, kinds) or (float in kinds and isinstance(value, int))
        if isinstance(value, tuple):
            fits = fits and all(isinstance(v, (int, float)) for v in value)
        # True is an int to Python, but never a sensible number of threads
        if not fits or (isinstance(value, bool) and bool not in kinds):
            problems.append(_wrong_kind(cls, spec.name, spec.name, value))
    return problems


def _wrong_kind(cls: type, shown_name: str, name: str, value: object) -> Reason:
    return Reason(_KINDS[_kinds(cls)[name][0]], name=shown_name, value=_shown(value))


def _is_address(text: str) -> bool:
    """Whether it is what a team's host is reached by. Without TLS a token would be seen by everybody between."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return False
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return (
        (parts.scheme == "https" or (parts.scheme == "http" and local))
        and bool(parts.hostname)
        and port != 0
        and parts.path in ("", "/")
        and not (parts.username or parts.password or parts.query or parts.fragment)
    )


def _at_least(lowest: float, value: float) -> bool:
    return lowest <= value < math.inf


def _is_within(lowest: float, highest: float, value: float) -> bool:
    return lowest <= value <= highest


def _is_database(address: str) -> bool:
    """A password in it would stand in settings.toml and be shown with the settings."""
    parts = urlsplit(address)
    wrong = parts.password is not None or "password" in parts.query.lower()
    return parts.scheme in ("postgresql", "postgres") and not wrong


def _shown(value: object) -> str:
    return str(list(value)) if isinstance(value, tuple) else repr(value)
