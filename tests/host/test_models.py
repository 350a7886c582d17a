"""Which model a request means, and what is known of it before it is loaded."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.host.helpers import settings_for
from xl_vqa.host.model_errors import as_model_error
from xl_vqa.host.models import Identity, ModelKeeper
from xl_vqa.vlm.rater import Rater
from xl_vqa.vlm.stand_in import StandInOptions, StandInRater
from xl_vqa.words.errors import (
    HostRequestError,
    ModelFailedError,
    ModelMemoryError,
    ModelNotFoundError,
    ModelSettingsError,
    SettingsError,
)
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import Settings


class World:
    """Model files, as far as the keeper sees them."""

    def __init__(self) -> None:
        self.fingerprint: str | None = "m1:old"
        self.error: Exception | None = None
        self.looks = 0
        self.loads = 0
        self.closed = 0
        self.now = 0.0

    def identify(self, settings: Settings) -> Identity | None:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return None if self.fingerprint is None else Identity(StandInOptions().spec(), self.fingerprint)

    def load(self, settings: Settings) -> Rater:
        self.loads += 1
        if self.error is not None:
            raise self.error
        world = self

        class Loaded(StandInRater):
            @property
            def fingerprint(self) -> str:
                return world.fingerprint or "m1:loaded"

            def close(self) -> None:
                world.closed += 1

        return Loaded(StandInOptions())


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def keeper(world: World, tmp_path: Path) -> ModelKeeper:
    return ModelKeeper(settings_for(tmp_path), load=world.load, identify=world.identify, clock=lambda: world.now)


def test_the_same_settings_are_the_same_model(keeper: ModelKeeper, world: World) -> None:
    own = keeper.resolve(None)
    assert keeper.resolve({"model": "stand-in"}) == own
    assert keeper.resolve({"model": "stand-in?seed=1"}) != own
    assert keeper.resolve({"frames": 4}) != own
    identity = keeper.identity(own)
    assert identity is not None
    assert identity.fingerprint == "m1:old"
    assert keeper.state(own) == "unloaded"
    assert world.loads == 0


@pytest.mark.parametrize(
    "profile", ["starter", {"model": ""}, {"frames": 3}, {"port": 1}, {"dtype": "int3"}, {"model": 5}]
)
def test_profiles_that_are_none(keeper: ModelKeeper, profile: object) -> None:
    with pytest.raises(HostRequestError):
        keeper.resolve(profile)  # type: ignore[arg-type]


def test_replaced_files_are_another_model(keeper: ModelKeeper, world: World) -> None:
    old = keeper.resolve(None)
    keeper.load(old)
    world.now += 10
    assert keeper.resolve(None) == old
    world.fingerprint = "m1:new"
    assert keeper.resolve(None) == old  # looked at a moment ago
    world.now += 10
    new = keeper.resolve(None)
    assert new != old
    identity = keeper.identity(new)
    assert identity is not None
    assert identity.fingerprint == "m1:new"
    assert keeper.state(new) == "unloaded"
    keeper.load(new)
    assert world.closed == 1
    assert keeper.resolve(None) == new


def test_a_model_known_only_after_loading_keeps_its_name(keeper: ModelKeeper, world: World) -> None:
    world.fingerprint = None
    before = keeper.resolve(None)
    assert keeper.identity(before) is None
    world.fingerprint = "m1:now"
    keeper.load(before)
    identity = keeper.identity(before)
    assert identity is not None
    assert identity.fingerprint == "m1:now"
    assert keeper.resolve(None) == before


def test_the_rater_knows_better_than_the_files(keeper: ModelKeeper, world: World) -> None:
    """``auto`` became another number format than at the last load: no endless loading."""
    name = keeper.resolve(None)
    world.fingerprint = "m1:other format"
    keeper.load(name)
    world.fingerprint = "m1:old"
    for _ in range(3):
        world.now += 10
        assert keeper.resolve(None) == name
        identity = keeper.identity(name)
        assert identity is not None
        assert identity.fingerprint == "m1:other format"


@pytest.mark.parametrize("looked_at_meanwhile", [False, True])
def test_files_that_are_replaced_while_they_are_loaded(
    world: World, tmp_path: Path, looked_at_meanwhile: bool
) -> None:
    """Loading takes minutes, and the old weights, which were read, are not the ones that lie there now."""

    def load(settings: Settings) -> Rater:
        class Old(StandInRater):
            @property
            def fingerprint(self) -> str:
                return "m1:old"

        world.fingerprint = "m1:new"
        world.now += 10
        if looked_at_meanwhile:
            keeper.resolve(None)
        return Old(StandInOptions())

    keeper = ModelKeeper(settings_for(tmp_path), load=load, identify=world.identify, clock=lambda: world.now)
    old = keeper.resolve(None)
    keeper.load(old)
    new = keeper.resolve(None)
    assert new != old
    identity = keeper.identity(new)
    assert identity is not None
    assert identity.fingerprint == "m1:new"
    world.now += 10
    assert keeper.resolve(None) == new


def test_files_replaced_just_before_they_are_loaded_are_loaded_once(keeper: ModelKeeper, world: World) -> None:
    name = keeper.resolve(None)
    world.fingerprint = "m1:new"
    keeper.load(name)
    assert keeper.resolve(None) == name
    identity = keeper.identity(name)
    assert identity is not None
    assert identity.fingerprint == "m1:new"


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (ModelNotFoundError(model="x", problem="gone"), ModelNotFoundError),
        (MemoryError(), ModelMemoryError),
        (RuntimeError("odd"), ModelFailedError),
        (SettingsError(source="dtype", problem="problem_device_meta"), ModelSettingsError),
    ],
)
def test_loading_may_fail_and_be_tried_again(
    keeper: ModelKeeper, world: World, problem: Exception, kind: type[Exception]
) -> None:
    name = keeper.resolve(None)
    world.error = problem
    with pytest.raises(kind):
        keeper.load(name)
    assert keeper.state(name) == keeper.state() == "failed"
    assert isinstance(keeper.error(name), kind)
    assert keeper.describe(name)["error"]["code"] == kind.code  # type: ignore[attr-defined]
    assert keeper.wait(name, 0.0) is None
    world.error = None
    assert keeper.load(name) is keeper.wait(name, 0.0)
    assert keeper.state(name) == "ready"
    assert "error" not in keeper.describe(name)


def test_a_setting_that_the_model_cannot_be_loaded_with_is_said_whole_in_each_language() -> None:
    wrong = SettingsError(source="dtype", problem=Reason("problem_dtype_starter", value="int8"))
    told = as_model_error(wrong, "starter")
    assert told.message("en") == (
        "The model starter cannot be loaded. The settings cannot be used (dtype): int8 is for a Qwen2.5-VL; the "
        "starter is small enough as it is: choose auto. Correct them and try again."
    )
    assert told.message("ja").startswith("モデル starter を読み込めません。設定を使用できません(dtype): ")
    assert "SettingsError" not in told.message("ja")


def test_a_folder_that_cannot_be_looked_at(keeper: ModelKeeper, world: World) -> None:
    world.error = ModelNotFoundError(model="x", problem="gone")
    name = keeper.resolve(None)
    assert keeper.identity(name) is None
    assert isinstance(keeper.error(name), ModelNotFoundError)


def test_nobody_waits_for_the_first_hash_of_a_big_model(world: World, tmp_path: Path) -> None:
    release, hashed = threading.Event(), threading.Event()

    def slow(settings: Settings) -> Identity | None:
        release.wait(60)
        hashed.set()
        return world.identify(settings)

    keeper = ModelKeeper(settings_for(tmp_path), load=world.load, identify=slow)
    name = keeper.resolve(None)
    assert not hashed.is_set()
    assert keeper.identity(name) is None
    release.set()
    deadline = time.monotonic() + 10
    while keeper.identity(name) is None and time.monotonic() < deadline:
        assert keeper.resolve(None) == name
    assert keeper.identity(name) is not None


def test_waiting_for_a_model_that_is_loading(keeper: ModelKeeper) -> None:
    name = keeper.resolve(None)
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(keeper.wait(name, 10)))
    thread.start()
    rater = keeper.load(name)
    thread.join(5)
    assert found == [rater]
    keeper.unload()
    assert keeper.wait(name, 0.0) is None
    assert keeper.state(name) == "unloaded"
