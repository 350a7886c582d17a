"""The model of the host: which one a request means, whether it is loaded, and what is known of it before."""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.bridge.protocol import PROFILE_FIELDS, profile_of
from xl_vqa.host.model_errors import as_model_error
from xl_vqa.words.attributes import questions_digest
from xl_vqa.words.errors import HostRequestError, ModelError, SettingsError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import Settings

if TYPE_CHECKING:
    from xl_vqa.vlm.rater import Rater

log = logging.getLogger("xl_vqa.host.models")

IDENTITY_LIFE_S: Final = 2.0
"""How long a model folder is not looked at again."""
IDENTITY_WAIT_S: Final = 0.5
"""Hashing the weights of a big model for the first time takes longer; loading it does that anyway."""
IDENTITY_PATIENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Identity:
    """What the ratings of a model are filed under."""

    spec: ModelSpec
    fingerprint: str

    @property
    def files(self) -> str:
        """Changes with everything in the model's files that can change an answer, attributes included."""
        return f"{self.fingerprint}|{questions_digest(self.spec.questions, self.spec.attribute_weights)}"


class _Profile:
    """One combination of model settings that was asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name: str | None = None
        """What the user calls the model (``xl-vqa models add --name``), where he does."""
        self.identity: Identity | None = None
        self.standing: dict[str, str] = {}
        """See ``ModelKeeper.standing``."""
        self.error: ModelError | None = None
        self.looked_at = float("-inf")
        self.looking: Any = None
        self.generation = 0
        self.seen: str | None = None
        """``Identity.files`` of the folder, to notice when they are replaced."""


class ModelKeeper:
    """Holds at most one loaded rater. Thread-safe; ``load`` and ``unload`` are for the model thread alone."""

    def __init__(
        self,
        settings: Settings,
        *,
        load: Callable[[Settings], Rater] | None = None,
        identify: Callable[[Settings], Identity | None] | None = None,
        name_of: Callable[[Settings], str | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._load = load or _load_rater
        self._identify = identify or _identify
        self._name_of = name_of or _name_of
        self._clock = clock
        self._changed = threading.Condition(threading.RLock())
        self._profiles: dict[str, _Profile] = {}
        self._names: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="identify-model")
        self._rater: Rater | None = None
        self._loaded: str | None = None
        self._loading: str | None = None
        self._failed: dict[str, ModelError] = {}
        self.facts: dict[str, Any] = {}
        self.load_seconds: float | None = None

    # -- which model

    def resolve(self, values: Mapping[str, Any] | None) -> str:
        """The name under which the queue knows the model of a request (None: the host's own settings).

        Another name after the model's files were replaced. Raises HostRequestError for unusable settings.
        """
        asked = json.dumps(values, sort_keys=True)
        name = self._names.get(asked)
        if name is None:
            settings = self._settings_of(values)
            name = hashlib.blake2b(json.dumps(profile_of(settings)).encode(), digest_size=8).hexdigest()
            with self._changed:
                self._profiles.setdefault(name, _Profile(settings))
                if len(self._names) > 100:
                    self._names.clear()
                # checking settings takes milliseconds, and clients ask with the same ones
                self._names[asked] = name
        profile = self._profiles[name]
        self._look(profile)
        return self._named(name, profile)

    def identity(self, model: str) -> Identity | None:
        """Spec and fingerprint, as far as they are known without loading."""
        return self._profiles[model.partition(":")[0]].identity

    def name(self, model: str) -> str:
        """For people: the user's own name for it, else the model's, else what the settings say."""
        profile = self._profiles[model.partition(":")[0]]
        identity = profile.identity
        return profile.name or (identity.spec.name if identity is not None else profile.settings.model)

    def standing(self, model: str) -> dict[str, str]:
        """Fingerprints of the versions whose stored scores stand in cells (models/promotion.py), the first before
        the others; each with the time at which it ended, empty for the one that serves."""
        return self._profiles[model.partition(":")[0]].standing

    def known_as(self, fingerprint: str) -> tuple[str, bool] | None:
        """Of the model of a stored rating: its name, and whether it reads texts. None of a model not asked for
        in this run."""
        for key, profile in list(self._profiles.items()):
            identity = profile.identity
            if identity is not None and identity.fingerprint == fingerprint:
                return self.name(key), identity.spec.reads_text
        return None

    def spec_of(self, fingerprint: str) -> ModelSpec | None:
        """The spec of the model of a stored rating; None of a model not asked for in this run."""
        identities = [profile.identity for profile in list(self._profiles.values())]
        return next((one.spec for one in identities if one and one.fingerprint == fingerprint), None)

    def settings(self, model: str) -> Settings:
        return self._profiles[model.partition(":")[0]].settings

    def state(self, model: str | None = None) -> str:
        """``unloaded``, ``loading``, ``ready`` or ``failed``: of ``model``, or of whichever is at hand."""
        with self._changed:
            if self._loading is not None and model in (None, self._loading):
                return "loading"
            if self._rater is not None and model in (None, self._loaded):
                return "ready"
            return "failed" if (model in self._failed if model else self._failed) else "unloaded"

    def error(self, model: str) -> ModelError | None:
        """Why the model could not be loaded at the last try, or cannot even be looked at."""
        with self._changed:
            return self._failed.get(model) or self._profiles[model.partition(":")[0]].error

    @property
    def loaded(self) -> str | None:
        return self._loaded

    # -- loading

    def load(self, model: str) -> Rater:
        """The loaded rater; the one before is closed first. Raises ModelError."""
        self.unload()
        with self._changed:
            self._loading = model
            self._failed.pop(model, None)
            self._changed.notify_all()
        settings = self.settings(model)
        start = time.perf_counter()
        log.info("loading the model %s", settings.model)
        try:
            rater = self._load(settings)
            facts = {"model": settings.model, **rater.describe()}
        except Exception as error:
            failure = as_model_error(error, settings.model)
            with self._changed:
                self._loading = None
                self._failed[model] = failure
                self._changed.notify_all()
            raise failure from error
        seconds = time.perf_counter() - start
        name = model.partition(":")[0]
        profile = self._profiles[name]
        with self._changed:
            self._rater, self._loaded, self._loading = rater, model, None
            self.facts, self.load_seconds = facts, seconds
            # the rater knows best, unless its files were replaced while it was loaded
            if model == self._named(name, profile):
                profile.identity = Identity(rater.spec, rater.fingerprint)
                profile.error = None
            profile.looked_at = float("-inf")
            self._changed.notify_all()
        log.info("the model is ready after %.1f s: %s", seconds, rater.fingerprint)
        return rater

    def unload(self) -> None:
        """Gives the model's memory back."""
        with self._changed:
            rater, self._rater, self._loaded = self._rater, None, None
        if rater is not None:
            log.info("unloading the model")
            rater.close()
            del rater
            gc.collect()

    def wait(self, model: str, timeout: float) -> Rater | None:
        """The rater once it is loaded; None after ``timeout`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._loaded == model, timeout)
            return self._rater if self._loaded == model else None

    def describe(self, model: str) -> dict[str, Any]:
        """JSON-ready facts for people, as many as are known now."""
        settings = self.settings(model)
        identity, error = self.identity(model), self.error(model)
        facts: dict[str, Any] = {name: getattr(settings, name) for name in PROFILE_FIELDS}
        facts["model_state"] = self.state(model)
        if identity is not None:
            name = self.name(model)
            facts.update(name=name, fingerprint=identity.fingerprint, spec=identity.spec.to_dict())
            facts["earlier"] = _earlier(settings, name)
        if self._loaded == model:
            facts.update(facts=self.facts, load_seconds=self.load_seconds)
        if error is not None:
            facts["error"] = error.to_dict()
        return facts

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    # -- inside

    @staticmethod
    def _named(name: str, profile: _Profile) -> str:
        return f"{name}:{profile.generation}"

    def _settings_of(self, values: Mapping[str, Any] | None) -> Settings:
        if values is None:
            return self._settings
        if not isinstance(values, Mapping) or set(values) - set(PROFILE_FIELDS):
            raise HostRequestError(problem=Reason("host_profile_object", fields=", ".join(PROFILE_FIELDS)))
        try:
            return replace(self._settings, **values)
        except SettingsError as error:
            raise HostRequestError(problem=error.params["problem"]) from error

    def _look(self, profile: _Profile) -> None:
        """Looks at the model's files again, if the last look is old; never for long."""
        with self._changed:
            if profile.looking is None:
                if self._clock() - profile.looked_at < IDENTITY_LIFE_S:
                    return
                profile.name = self._name_of(profile.settings)
                profile.looking = self._pool.submit(self._identify, profile.settings)
            future = profile.looking
        first = profile.identity is None and profile.error is None
        try:
            # a known model whose files were replaced must not be answered from the old one's ratings
            identity = future.result(IDENTITY_WAIT_S if first else IDENTITY_PATIENCE_S)
            error = None
        except FutureTimeoutError:
            return
        except Exception as problem:
            identity, error = None, as_model_error(problem, profile.settings.model)
        with self._changed:
            if profile.looking is not future:
                return
            profile.looking, profile.looked_at = None, self._clock()
            profile.error = error
            if identity is None:
                return
            known = profile.identity.files if profile.identity is not None else None
            if profile.seen is not None and identity.files not in (profile.seen, known):
                log.info("the files of %s were replaced", profile.settings.model)
                profile.generation += 1
                profile.identity = identity
            elif profile.identity is None:
                profile.identity = identity
            profile.seen = identity.files
            profile.standing = _standing(
                profile.settings, profile.name or identity.spec.name, identity.fingerprint
            )


def _load_rater(settings: Settings) -> Rater:
    if settings.model_cluster:
        # by its name, for Ray is an extra that no host needs
        rater: Rater = import_module("xl_vqa.cluster.served_rater").served_rater(settings)
        return rater
    # torch comes with this import, for models that need it
    from xl_vqa.vlm.loader import load_from_settings

    return load_from_settings(settings)


def _earlier(settings: Settings, name: str) -> list[list[str]]:
    """What the name meant before: fingerprints, each with the time at which it ended."""
    from xl_vqa.models.promotion import earlier_versions

    return [[mark, at] for mark, at in earlier_versions(settings, name)]


def _standing(settings: Settings, name: str, fingerprint: str) -> dict[str, str]:
    from xl_vqa.models.promotion import standing_versions

    return standing_versions(settings, name, fingerprint)


def _name_of(settings: Settings) -> str | None:
    from xl_vqa.models.registry import name_of

    return name_of(settings)


def _identify(settings: Settings) -> Identity | None:
    from xl_vqa.vlm.identity import identify

    found = identify(settings)
    return None if found is None else Identity(found.spec, found.fingerprint)
