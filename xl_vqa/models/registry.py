"""The models that this user can switch between: fine-tuned folders by name, in ``models.json`` of the data folder.

Nothing is copied: an entry is a name and where the files lie. What serves is what settings.toml says, so a
model that was set there by hand is shown, too. No torch here.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from xl_vqa.atomic import make_private, write_atomically
from xl_vqa.bridge.settings_edit import change_settings
from xl_vqa.shell import typed
from xl_vqa.vlm.identity import spec_of
from xl_vqa.vlm.memory import count_weights
from xl_vqa.vlm.model_folder import (
    ADAPTER_WEIGHTS,
    check_type,
    find_adapter,
    find_model,
    missing_files,
    read_json,
    weight_files,
)
from xl_vqa.words.errors import ModelEntryError, ModelError, ModelNotFoundError, SettingsError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.reasons import MALFORMED, Reason, why_malformed, why_unwritten
from xl_vqa.words.records import record
from xl_vqa.words.settings import PREFIX, STARTER, Settings

FILE_NAME: Final = "models.json"
FORMAT: Final = 1
LOCK_WAIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Registered:
    """A model by name. ``model`` and ``adapter`` are what settings.toml will say."""

    name: str
    model: str
    adapter: str | None = None
    added_at: str = ""

    @property
    def folder(self) -> str:
        """Where the fine-tuned weights lie."""
        return self.adapter or self.model

    def serves(self, settings: Settings) -> bool:
        """Whether this is the model of the settings."""
        return (_path(self.model), _path(self.adapter)) == (_path(settings.model), _path(settings.adapter))


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list: the entry, whether it serves, and why it cannot be used (None: it can)."""

    entry: Registered
    active: bool
    spec: ModelSpec | None
    problem: ModelError | None


class ModelRegistry:
    """Of one user. Every change is written whole or not at all; two programs at once lose nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.file = settings.home / FILE_NAME

    def entries(self) -> list[Registered]:
        """In the order they were added, ``starter`` first. Raises SettingsError for a broken file."""
        return [Registered(STARTER, STARTER), *self._read()]

    def find(self, name: str) -> Registered:
        """By name, any case. Raises ModelNotFoundError that names the known ones."""
        entries = self.entries()
        for entry in entries:
            if entry.name.casefold() == name.strip().casefold():
                return entry
        names = [entry.name for entry in entries]
        near = difflib.get_close_matches(name.casefold(), [one.casefold() for one in names], 1)
        meant = next((one for one in names if one.casefold() in near), "")
        known = ", ".join(names)
        if meant:
            unknown = Reason("problem_no_such_name_near", near=meant, known=known)
        else:
            unknown = Reason("problem_no_such_name", known=known)
        raise ModelNotFoundError(model=name, problem=unknown)

    def listed(self) -> list[Listed]:
        """Every entry with its state; what serves without having been added comes last."""
        entries = self.entries()
        settings = self._settings
        if not any(entry.serves(settings) for entry in entries):
            # set by hand in settings.toml or the environment
            entries.append(Registered("-", settings.model, settings.adapter))
        return [self._look(entry) for entry in entries]

    def add(
        self, folder: str | os.PathLike[str], *, name: str | None = None, model: str | None = None
    ) -> Registered:
        """Enters a folder with an adapter or a whole model, or a hub name, under ``name`` (else its own).

        ``model`` names the base of an adapter; otherwise the adapter itself tells. The same folder again under
        the same name changes nothing. Raises ModelNotFoundError or ModelIncompatibleError for a folder that the
        host could not serve, ModelEntryError where the name is taken or the file cannot be written.
        """
        path = Path(folder).expanduser().absolute()
        entry = self.entry_of(folder, model)
        try:
            spec = check(entry, offline=self._settings.offline)
        except ModelNotFoundError as error:
            if entry.adapter is None or error.params.get("model") != entry.model:
                raise
            raise ModelNotFoundError(model=entry.model, problem=_base_absent(entry, error)) from error
        wanted = (name or spec.name or path.name).strip() or path.name
        entry = Registered(wanted, entry.model, entry.adapter, datetime.now(UTC).isoformat(timespec="seconds"))
        with self._changing():
            known = self._read()
            for other in [Registered(STARTER, STARTER), *known]:
                if other.name.casefold() != wanted.casefold():
                    continue
                if (other.model, other.adapter) == (entry.model, entry.adapter):
                    return other
                taken = Reason("problem_name_taken", name=wanted, folder=other.folder)
                raise ModelEntryError(path=str(self.file), problem=taken)
            self._write([*known, entry])
        return entry

    def entry_of(self, folder: str | os.PathLike[str], model: str | None = None) -> Registered:
        """A folder, or a hub name, as an entry without a name. Raises ModelNotFoundError."""
        path = Path(folder).expanduser().absolute()
        hub_name = os.fspath(folder).replace("\\", "/")
        if path.is_file():
            raise ModelNotFoundError(model=str(folder), problem="problem_model_is_a_file")
        if not path.is_dir() and not _names_a_base(hub_name):
            raise ModelNotFoundError(model=str(folder), problem="problem_no_model_folder")
        if not path.is_dir():
            return Registered("", hub_name)
        if (path / "adapter_config.json").is_file():
            return Registered("", model or base_of_adapter(path), str(path))
        return Registered("", str(path))

    # -- versions of a model (models/promotion.py)

    def history(self) -> list[dict[str, Any]]:
        """The steps of promotion.py, oldest first."""
        steps = self._load().get("history", [])
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise self.broken(ValueError(Reason("content_value", name="history")))
        return list(steps)

    def broken(self, error: Exception) -> SettingsError:
        """What is told of a file that was read and not understood."""
        why = Reason("problem_file_unreadable", file=self.file.name, detail=why_malformed(error))
        return SettingsError(source=str(self.file), problem=why)

    def replace_entry(self, entry: Registered | None, step: Mapping[str, Any]) -> None:
        """Puts an entry in the place of the one of its name, and a step into the history, in one write.

        Raises ModelEntryError.
        """
        with self._changing():
            known = self._read()
            if entry is not None:
                known = [one for one in known if one.name.casefold() != entry.name.casefold()] + [entry]
            self._write(known, [*self.history(), dict(step)])

    def settle_last(self) -> None:
        """The last step has reached settings.toml."""
        with self._changing():
            history = self.history()
            self._write(self._read(), [*history[:-1], {**history[-1], "settled": True}])

    def follow(self, name: str) -> None:
        """Cells with formulas follow every step of a model so far. Raises ModelEntryError."""
        with self._changing():
            steps = [
                {**step, "followed": True} if str(step["name"]).casefold() == name.casefold() else step
                for step in self.history()
            ]
            self._write(self._read(), steps)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            make_private(self.file.parent)
            with FileLock(f"{self.file}.lock", timeout=LOCK_WAIT_S, mode=0o600):
                yield
        except OSError as error:
            raise ModelEntryError(path=str(self.file), problem=why_unwritten(error)) from error

    def remove(self, name: str) -> Registered:
        """Forgets an entry; its files stay. Raises ModelNotFoundError; ModelEntryError for the active one."""
        entry = self.find(name)
        if entry.name == STARTER or entry.serves(self._settings):
            stays = "problem_starter_stays" if entry.name == STARTER else "problem_serves"
            raise ModelEntryError(path=str(self.file), problem=Reason(stays, name=entry.name))
        with self._changing():
            self._write([other for other in self._read() if other.name != entry.name])
        return entry

    def activate(self, name: str, environment: Mapping[str, str] | None = None) -> Settings:
        """Makes the model serve: writes settings.toml and returns the settings that now hold.

        Clients send the model with every request, so a running host changes over at the next one. Raises
        ModelError where it could not be served, SettingsError where the file cannot be written or an
        environment variable would win over it; settings.toml is then as it was.
        """
        entry = self.find(name)
        check(entry, offline=self._settings.offline)
        environment = os.environ if environment is None else environment
        winning = [key for key in (f"{PREFIX}MODEL", f"{PREFIX}ADAPTER") if environment.get(key)]
        if winning:
            wins = Reason("problem_variable_wins", name=winning[0])
            raise SettingsError(source=str(self._settings.home / "settings.toml"), problem=wins)
        self._settings = change_settings(self._settings, model=entry.model, adapter=entry.adapter)
        return self._settings

    def _look(self, entry: Registered) -> Listed:
        active = entry.serves(self._settings)
        try:
            return Listed(entry, active, check(entry, offline=self._settings.offline, is_here=True), None)
        except ModelError as error:
            return Listed(entry, active, None, error)

    def _read(self) -> list[Registered]:
        entries = self._load()["models"]
        try:
            return [record(Registered, entry, f"models.{at}") for at, entry in enumerate(entries, start=1)]
        except ValueError as error:
            raise self.broken(error) from error

    def _load(self) -> dict[str, Any]:
        try:
            values: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
            if values["format"] != FORMAT:
                raise ValueError(Reason("registry_format", format=str(values["format"])))
            if not isinstance(values["models"], list):
                raise ValueError(Reason("content_value", name="models"))
            return values
        except FileNotFoundError:
            return {"models": []}
        except MALFORMED as error:
            raise self.broken(error) from error

    def _write(self, entries: list[Registered], history: Sequence[Mapping[str, Any]] | None = None) -> None:
        values: dict[str, Any] = {"format": FORMAT, "models": [asdict(entry) for entry in entries]}
        steps = self.history() if history is None else list(history)
        if steps:
            values["history"] = steps
        with write_atomically(self.file) as file:
            file.write((json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))


def name_of(settings: Settings) -> str | None:
    """What the user calls the model of the settings: the last name it was added under; None where it was not.

    A broken models.json counts as empty here: no score must be lost to it.
    """
    try:
        entries = ModelRegistry(settings).entries()
    except SettingsError:
        return None
    return next((entry.name for entry in reversed(entries) if entry.serves(settings)), None)


def check(entry: Registered, *, offline: bool = False, is_here: bool = False) -> ModelSpec:
    """What the model says of itself, without loading it or asking a hub for weights.

    A hub name that is not on this machine yet is taken as it is, unless ``offline`` or where it ``is_here``.
    Raises ModelNotFoundError or ModelIncompatibleError where the host could not serve it.
    """
    adapter = find_adapter(entry.adapter) if entry.adapter else None
    try:
        base = find_model(entry.model, offline=offline, may_download=False)
    except ModelNotFoundError:
        if offline or is_here or not _is_hub_name(entry.model):
            raise
        own = ModelSpec.load(adapter) if adapter is not None else None
        return own or ModelSpec.default_qwen(name=entry.model)
    if (base / "config.json").is_file():
        check_type(base, entry.model)
    missing = missing_files(base)
    if missing:
        raise ModelNotFoundError(model=entry.model, problem=Reason("problem_missing", name=missing[0]))
    # a pointer or an error page in place of the weights, or half of them, would be every cell's error later
    read_json(base / "tokenizer.json")
    count_weights([*weight_files(base), *([adapter / ADAPTER_WEIGHTS] if adapter is not None else [])])
    return spec_of(base, entry.model, adapter=adapter)


def base_of_adapter(adapter: Path) -> str:
    """The base model that an adapter was made for: a folder (beside the adapter where relative) or a hub name.

    Raises ModelNotFoundError where the adapter does not say.
    """
    base = read_json(adapter / "adapter_config.json").get("base_model_name_or_path")
    if not isinstance(base, str) or not base.strip():
        raise ModelNotFoundError(model=str(adapter), problem="problem_adapter_base")
    for folder in (Path(base).expanduser(), adapter / base):
        if (folder / "config.json").is_file():
            return str(folder.absolute())
    return base


def _base_absent(entry: Registered, error: ModelNotFoundError) -> Reason:
    """Why an adapter's base cannot be had, and the command that names or fetches it."""
    why = error.params["problem"]
    if type(why) is str:
        why = Reason(why)
    key = "problem_base_not_fetched" if _is_hub_name(entry.model) else "problem_base_elsewhere"
    return Reason(key, why=why, adapter=typed(entry.adapter or ""), base=typed(entry.model))


def _is_hub_name(model: str) -> bool:
    return model != STARTER and model.count("/") == 1 and not model.startswith(("/", ".", "~", "\\"))


def _names_a_base(name: str) -> bool:
    """``Qwen/Qwen2.5-VL-7B-Instruct`` and its kin; any other ``a/b`` is rather a folder mistyped."""
    return _is_hub_name(name) and "qwen2.5-vl" in name.casefold() and not Path(name.partition("/")[0]).is_dir()


def _path(value: str | None) -> str | None:
    """A folder in one spelling; the starter, whatever lies about under its name, and a hub name as they are."""
    if value and value != STARTER and Path(value).expanduser().is_dir():
        return os.path.realpath(Path(value).expanduser())
    return value or None
