"""One way of a batch through a rater, and what its answers become."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.host.helpers import made_rating
from xl_vqa.vlm.rate_batch import Asked, rate_batch, rating_of, ready_ahead, warnings_of
from xl_vqa.vlm.rater import Outcome, PreparedVideo
from xl_vqa.words.errors import ModelFailedError, ModelMemoryError
from xl_vqa.words.model_spec import ModelSpec, settings_key
from xl_vqa.words.rating import LabelDistribution

MADE = made_rating()


class Scripted:
    """Answers every video but those it is told to break on; ``calls`` are the sizes of its batches."""

    def __init__(self, *, raises: Sequence[str] = (), fails: Sequence[str] = (), forgets: bool = False) -> None:
        self.raises, self.fails, self.forgets = raises, fails, forgets
        self.spec = ModelSpec(name="scripted", fine_tuned=True, reads_text=False)
        self.fingerprint = "m1:scripted"
        self.calls: list[int] = []

    def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
        self.calls.append(len(items))
        names = [prepared.payload for prepared, _ in items]
        if any(name in self.raises for name in names):
            raise RuntimeError("CUDA error")
        found: list[Outcome] = [
            ModelFailedError(problem="no number") if name in self.fails else MADE.distribution for name in names
        ]
        return found[:-1] if self.forgets and len(found) > 1 else found


def asked(*names: str) -> list[Asked]:
    return [Asked(f"/videos/{name}.mp4", PreparedVideo(name, (), 1, 1), None) for name in names]


def rated(rater: Any, *names: str) -> list[Outcome]:
    return rate_batch(rater, asked(*names))


def test_a_batch_goes_to_the_model_at_once_and_nothing_goes_nowhere() -> None:
    rater = Scripted()
    assert rated(rater, "a", "b", "c") == [MADE.distribution] * 3
    assert rater.calls == [3]
    assert rated(rater) == []
    assert rater.calls == [3]


def test_a_video_that_takes_the_batch_down_falls_alone() -> None:
    rater = Scripted(raises=["b"])
    a, b, c = rated(rater, "a", "b", "c")
    assert a == c == MADE.distribution
    assert isinstance(b, ModelFailedError)
    assert b.params == {"path": "/videos/b.mp4", "problem": "CUDA error"}
    assert rater.calls == [3, 1, 1, 1]


def test_an_error_among_the_answers_names_its_video() -> None:
    a, b = rated(Scripted(fails=["b"]), "a", "b")
    assert a == MADE.distribution
    assert isinstance(b, ModelFailedError)
    assert "/videos/b.mp4" in b.message("en")
    assert "/videos/b.mp4" in b.message("ja")


def test_an_answer_too_few_is_not_laid_to_another_video() -> None:
    rater = Scripted(forgets=True)
    assert rated(rater, "a", "b") == [MADE.distribution] * 2
    assert rater.calls == [2, 1, 1]


def test_an_error_of_the_models_own_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    class Full(Scripted):
        def rate(self, items: Sequence[tuple[PreparedVideo, str | None]]) -> list[Outcome]:
            raise ModelMemoryError(model="m", needed="9", free="8", device="cpu")

    with caplog.at_level(logging.ERROR):
        (one,) = rated(Full(), "a")
    assert isinstance(one, ModelMemoryError)
    assert not caplog.records


def test_the_rating_is_what_the_model_heard() -> None:
    rater: Any = Scripted()
    one = replace(asked("a")[0], text="a fox")
    found = rating_of(
        MADE.distribution, rater, one, frames=MADE.frames, video_fingerprint="b2:1", warnings=("warning_frozen",)
    )
    assert (found.path, found.model, found.model_fingerprint) == ("/videos/a.mp4", "scripted", "m1:scripted")
    assert found.text is None
    assert found.settings_key == settings_key(rater.spec, None)
    assert found.warnings == ("warning_frozen",)
    assert isinstance(found.distribution, LabelDistribution)


def test_warnings_of_a_rating() -> None:
    spec = ModelSpec(fine_tuned=True)
    distribution = made_rating().distribution
    assert warnings_of(distribution, (), spec) == ()
    odd = replace(distribution, off_digit_mass=0.5)
    assert warnings_of(odd, ("warning_frozen",), ModelSpec(fine_tuned=False)) == (
        "warning_frozen",
        "warning_high_off_digit_mass",
        "warning_not_fine_tuned",
    )


def test_a_text_that_is_not_heard_does_not_change_the_key() -> None:
    keys = {text: settings_key(ModelSpec(reads_text=False), text) for text in (None, "a fox", "a boat")}
    assert len(set(keys.values())) == 1
    assert keys[None] == settings_key(ModelSpec(), None) != settings_key(ModelSpec(), "a fox")


def test_a_model_that_takes_each_video_by_itself_needs_fewer_of_them_ready() -> None:
    rater: Any = Scripted()
    assert ready_ahead(rater, 8) == 8
    rater.at_once = None
    assert ready_ahead(rater, 8) == 8
    rater.at_once = 2
    assert [ready_ahead(rater, batch) for batch in (1, 8)] == [1, 2]
