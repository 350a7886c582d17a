"""From prepared videos to ratings: the one way of a batch through a rater, for the host and for ``predict``.

No torch and no numpy here: the host imports it before it knows whether a model will be needed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from xl_vqa.words.attributes import AttributeQuestion, AttributeRating, Attributes
from xl_vqa.words.errors import ModelError, ModelFailedError
from xl_vqa.words.labels import Bands
from xl_vqa.words.messages import TEXT_UNUSED
from xl_vqa.words.model_spec import ModelSpec, settings_key
from xl_vqa.words.rating import FALSE_ALARM, UNLIKE_TAUGHT, FramesUsed, LabelDistribution, Rating
from xl_vqa.words.reasons import Detail, Reason

if TYPE_CHECKING:
    from xl_vqa.vlm.rater import AttributeOutcome, Outcome, PreparedVideo, Rater

log = logging.getLogger("xl_vqa.vlm.rate_batch")

T = TypeVar("T")

HIGH_OFF_DIGIT_MASS: Final = 0.2
"""A fine-tuned model leaves well under 0.01; beyond this the renormalised label is mostly our doing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One video of a batch, ready for the model, and the text beside it."""

    path: str
    prepared: PreparedVideo
    text: str | None


def ready_ahead(rater: Rater, batch: int) -> int:
    """How many videos should be ready while ``batch`` others are rated, so that the model never waits.

    The next batch, or less for a model that takes each video by itself: it says with ``at_once`` how many at the
    same time, and is no faster for a larger batch.
    """
    at_once: int | None = getattr(rater, "at_once", None)
    return batch if at_once is None else min(batch, at_once)


def rate_batch(rater: Rater, batch: Sequence[Asked]) -> list[Outcome]:
    """One outcome per video, in order; an error names the video it befell.

    A batch that fails as a whole is tried again one by one, so that one video cannot take the others with it.
    """
    return _through(rater.rate, batch)


def rate_batch_attributes(rater: Rater, batch: Sequence[Asked]) -> list[AttributeOutcome]:
    """The same with the attributes of each video, from the same reading of it."""
    return _through(rater.rate_attributes, batch)


def _through(
    rate: Callable[[Sequence[tuple[PreparedVideo, str | None]]], list[T | ModelError]], batch: Sequence[Asked]
) -> list[T | ModelError]:
    if not batch:
        return []
    try:
        found = list(rate([(one.prepared, one.text) for one in batch]))
        if len(found) != len(batch):
            raise ModelFailedError(problem=Reason("model_answer_count", answers=len(found), videos=len(batch)))
    except Exception as error:
        if len(batch) == 1:
            return [model_failure(error, batch[0].path)]
        log.warning("a batch of %d failed and is tried one by one: %s", len(batch), error)
        return [outcome for one in batch for outcome in _through(rate, [one])]
    for one, outcome in zip(batch, found, strict=True):
        if isinstance(outcome, ModelError):
            # a rater does not know where its videos lie
            outcome.params["path"] = one.path
    return found


def attributes_of(
    found: Mapping[str, LabelDistribution], questions: Sequence[AttributeQuestion], frames: FramesUsed
) -> Attributes:
    """What is said of one video: every attribute that its model knows, answered or left out with the reason."""
    ratings, left_out = [], {}
    for question in questions:
        distribution = found.get(question.name)
        if question.needs_motion and frames.frame_count == 1:
            left_out[question.name] = "attribute_needs_motion"
        elif distribution is None:
            left_out[question.name] = "attribute_no_answer"
        else:
            bands = Bands.default(distribution.scale)
            ratings.append(AttributeRating(question.name, distribution, question.source, bands=bands))
    return Attributes(tuple(ratings), left_out)


def model_failure(error: Exception, path: str) -> ModelError:
    """What the asker is told where the model raised ``error`` on the video at ``path``."""
    if isinstance(error, ModelError):
        error.params.setdefault("path", path)
        return error
    log.error("the model failed on %s", path, exc_info=error)
    return ModelFailedError(path=path, problem=Detail.of(error))


def rating_of(
    distribution: LabelDistribution,
    rater: Rater,
    asked: Asked,
    *,
    frames: FramesUsed,
    video_fingerprint: str,
    warnings: tuple[str, ...],
) -> Rating:
    """The rating that a model's answer is, made now; ``warnings`` are those of reading the video.

    ``text`` is what the model heard; ``for_text`` makes it the rating of somebody who asked.
    """
    return Rating(
        path=asked.path,
        distribution=distribution,
        frames=frames,
        video_fingerprint=video_fingerprint,
        model=rater.spec.name,
        model_fingerprint=rater.fingerprint,
        settings_key=settings_key(rater.spec, asked.text),
        text=rater.spec.heard(asked.text),
        rated_at=datetime.now(UTC).isoformat(timespec="seconds"),
        warnings=warnings_of(distribution, warnings, rater.spec),
    )


def warnings_of(distribution: LabelDistribution, read: tuple[str, ...], spec: ModelSpec) -> tuple[str, ...]:
    """Message codes: those from reading the video, then what the model's answer shows."""
    found = list(read)
    if distribution.off_digit_mass > HIGH_OFF_DIGIT_MASS:
        found.append("warning_high_off_digit_mass")
    if distribution.familiarity <= FALSE_ALARM:
        found.append(UNLIKE_TAUGHT)
    if not spec.fine_tuned:
        found.append("warning_not_fine_tuned")
    return tuple(dict.fromkeys(found))


def for_text(rating: Rating, text: str | None, *, heard: bool) -> Rating:
    """A rating for somebody who asked with ``text``; with a warning where the model did not hear it."""
    if text is None or heard:
        return replace(rating, text=text)
    return replace(rating, text=text, warnings=(*rating.warnings, TEXT_UNUSED))
