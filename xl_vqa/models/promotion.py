"""A model's line: under one name, one version after the other, each with the verdict that let it in; and back.

Sheets know a model by its name, which stays; its fingerprint changes, so that scores of the version before are
told from those of this one. The history stands in models.json beside the entries: one write changes both, and
settings.toml follows; where something stopped in between, the next look completes it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from xl_vqa.bridge.settings_edit import change_settings
from xl_vqa.models.registry import ModelRegistry, Registered, check
from xl_vqa.words.errors import ModelEntryError, SettingsError
from xl_vqa.words.reasons import Reason
from xl_vqa.words.records import record
from xl_vqa.words.settings import PREFIX, STARTER, Settings

Action = Literal["promoted", "rolled back"]
PROMOTED: Final = "promoted"
ROLLED_BACK: Final = "rolled back"


@dataclass(frozen=True, slots=True)
class Version:
    """Where the weights of a model lay, and what they were known by."""

    model: str
    adapter: str | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of what a name means. ``serving``: settings.toml follows; ``settled``: it has.

    ``verdict`` is the gate's, as JSON; empty for a way back.
    """

    name: str
    action: Action
    at: str
    before: Version
    after: Version
    reason: str = ""
    serving: bool = True
    settled: bool = False
    verdict: dict[str, Any] = field(default_factory=dict)
    before_name: str = ""
    """Where the version before had another name (the starter)."""
    followed: bool = False
    """Whether cells with formulas take the scores of what came after (``ModelLine.follow``)."""


class ModelLine:
    """The versions of one user's models. Every change is whole or not at all, as the registry's are."""

    def __init__(self, settings: Settings, environment: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._registry = ModelRegistry(settings)
        self._environment = os.environ if environment is None else environment
        self._settle()

    @property
    def settings(self) -> Settings:
        """Those in force after the last change."""
        return self._settings

    def history(self, name: str | None = None) -> list[Step]:
        """Oldest first; of ``name`` where it is given. Raises SettingsError for a broken file."""
        steps = _steps(self._registry)
        return [step for step in steps if name is None or step.name.casefold() == name.casefold()]

    def promote(
        self,
        name: str,
        folder: Path,
        *,
        fingerprints: tuple[str, str] = ("", ""),
        verdict: Mapping[str, Any] | None = None,
        new_name: str | None = None,
    ) -> Step:
        """``name`` means the model in ``folder`` from now on; where it serves, the new one does.

        ``fingerprints`` are those of the version before and of the new one; an empty one is
        looked up. The starter's name stays the starter's: what came from it needs ``new_name``.
        Raises ModelError where it could not be served, ModelEntryError, SettingsError; nothing is changed then.
        """
        old = self._registry.find(name)
        is_starter = old.name == STARTER
        if is_starter and not new_name:
            raise ModelEntryError(path=str(self._registry.file), problem="problem_starter_name")
        entry = self._registry.entry_of(folder, old.model)
        entry = replace(entry, name=new_name if is_starter and new_name else old.name)
        check(entry, offline=self._settings.offline)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        before, after = fingerprints
        step = Step(
            name=entry.name,
            action=PROMOTED,
            at=now,
            before=Version(old.model, old.adapter, before or self._mark(old)),
            after=Version(entry.model, entry.adapter, after or self._mark(entry)),
            serving=old.serves(self._settings),
            verdict=dict(verdict or {}),
            before_name=old.name if is_starter else "",
        )
        self._change(step, replace(entry, added_at=now))
        return step

    def rollback(self, name: str | None = None, reason: str = "") -> Step:
        """The version before the last promotion serves again. Without ``name``: of the model that serves.

        Raises ModelEntryError where there is none to go back to, ModelError where its files are gone; nothing
        is changed then.
        """
        chosen = self._registry.find(name).name if name else self._serving()
        standing: list[Step] = []
        for step in self.history(chosen):
            if step.action == PROMOTED:
                standing.append(step)
            elif standing:
                standing.pop()
        if not standing:
            problem = Reason("problem_no_way_back", name=chosen)
            raise ModelEntryError(path=str(self._registry.file), problem=problem)
        last, entry = standing[-1], self._registry.find(chosen)
        before = Registered(last.before_name or entry.name, last.before.model, last.before.adapter)
        check(before, offline=self._settings.offline)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        step = Step(
            name=chosen,
            action=ROLLED_BACK,
            at=now,
            before=Version(entry.model, entry.adapter, last.after.fingerprint),
            after=last.before,
            reason=reason,
            serving=entry.serves(self._settings),
            before_name="",
        )
        # of the starter the name stays with what was promoted: both are known
        self._change(step, None if last.before_name else replace(before, added_at=now))
        return step

    def follow(self, name: str | None = None) -> str:
        """Cells with formulas take the scores of the version that serves; the name it is known by.

        Without ``name``: of the model that serves. Raises ModelEntryError where nothing changed since the last
        time.
        """
        steps = self.history()
        chosen = name or self._serving()
        line = _line(steps, chosen)
        if not line:
            chosen = self._registry.find(chosen).name
        if all(step.followed for step in line):
            problem = Reason("problem_nothing_to_follow", name=chosen)
            raise ModelEntryError(path=str(self._registry.file), problem=problem)
        self._registry.follow(line[-1].name)
        return chosen

    def _mark(self, entry: Registered) -> str:
        """The fingerprint, where it can be told without loading the weights."""
        from xl_vqa.vlm.identity import identify

        found = identify(replace(self._settings, model=entry.model, adapter=entry.adapter))
        return "" if found is None else found.fingerprint

    def _serving(self) -> str:
        entry = next((one for one in reversed(self._registry.entries()) if one.serves(self._settings)), None)
        if entry is None:
            raise ModelEntryError(path=str(self._registry.file), problem="problem_serves_unnamed")
        return entry.name

    def _change(self, step: Step, entry: Registered | None) -> None:
        if step.serving:
            winning = [key for key in (f"{PREFIX}MODEL", f"{PREFIX}ADAPTER") if self._environment.get(key)]
            if winning:
                wins = Reason("problem_variable_wins", name=winning[0])
                raise SettingsError(source=str(self._settings.home / "settings.toml"), problem=wins)
        self._registry.replace_entry(entry, asdict(step))
        self._settle()

    def _settle(self) -> None:
        """settings.toml as the last step says, where that was not reached yet."""
        steps = _steps(self._registry)
        if not steps or steps[-1].settled:
            return
        last = steps[-1]
        if last.serving:
            self._settings = change_settings(self._settings, model=last.after.model, adapter=last.after.adapter)
        self._registry.settle_last()
        self._registry = ModelRegistry(self._settings)


def _steps(registry: ModelRegistry) -> list[Step]:
    """Oldest first. Raises SettingsError for a broken file."""
    try:
        return [record(Step, step, f"history.{at}") for at, step in enumerate(registry.history(), start=1)]
    except ValueError as error:
        raise registry.broken(error) from error


def _line(steps: Sequence[Step], name: str) -> list[Step]:
    """The steps of the line that ``name`` belongs to now, oldest first."""
    wanted = name.casefold()
    last = next(
        (one for one in reversed(steps) if wanted in (one.name.casefold(), one.before_name.casefold())), None
    )
    return [] if last is None else [one for one in steps if one.name.casefold() == last.name.casefold()]


def standing_versions(settings: Settings, name: str, fingerprint: str) -> dict[str, str]:
    """Fingerprints whose stored scores stand in cells with formulas, the first that has one before the others,
    each with the time at which its version ended (empty: it serves).

    They are those of the versions since cells last followed, ``fingerprint`` (the one that serves) among them.
    Empty where cells follow already, or another model was chosen since. A broken models.json counts as empty.
    """
    try:
        steps = _line(_steps(ModelRegistry(settings)), name)
    except SettingsError:
        return {}
    if not steps or steps[-1].after.fingerprint not in ("", fingerprint):
        return {}
    found: dict[str, str] = {}
    for step in steps:
        if not step.followed and step.before.fingerprint:
            found.setdefault(step.before.fingerprint, step.at)
    if found:
        found[fingerprint] = ""
    return found if len(found) > 1 else {}


def earlier_versions(settings: Settings, name: str) -> list[tuple[str, str]]:
    """Fingerprints of versions that ``name`` no longer means, each with the time at which it last ended.

    A broken models.json counts as empty: no score must be lost to it.
    """
    try:
        steps = _steps(ModelRegistry(settings))
    except SettingsError:
        return []
    own = [step for step in steps if step.name.casefold() == name.casefold()]
    ended = {step.before.fingerprint: step.at for step in own if not step.before_name}
    now = own[-1].after.fingerprint if own else ""
    return [(mark, at) for mark, at in ended.items() if mark and mark != now]
