"""``predict(model, paths)``: ratings by a model loaded in this process, for experiments and batch jobs.

No host, no store, no settings: nothing is remembered, and the model that is named is the model that rates.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.api import PathLike, with_texts
from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.packages import as_missing
from xl_vqa.words.arguments import FUNCTION, PATH, TEXT, VIDEOS, WHOLE_NUMBER, expect
from xl_vqa.words.errors import VideoUnreadableError, XlVqaError
from xl_vqa.words.labels import Bands
from xl_vqa.words.rating import DECODINGS, LabelDistribution, Rating
from xl_vqa.words.reasons import Detail
from xl_vqa.words.settings import default_home

if TYPE_CHECKING:
    from xl_vqa.bridge.client import Video
    from xl_vqa.video.clip import Clip
    from xl_vqa.vlm.rate_batch import Asked
    from xl_vqa.vlm.rater import Rater
    from xl_vqa.words.model_spec import Sampling

    _Read = tuple[Asked, dict[str, Any]]
    """The model's input, and what a Rating says of the video."""

DECODE_THREADS: Final = 2


def predict(
    model: PathLike,
    paths: PathLike | Iterable[PathLike | None],
    *,
    texts: str | Iterable[str | None] | None = None,
    adapter: PathLike | None = None,
    device: str = "auto",
    dtype: str = "auto",
    decoding: str = "expectation",
    batch_size: int = 8,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Rating | XlVqaError]:
    """Loads a model, rates videos with it in this process, and gives its memory back.

    Videos are read in processes of their own, as by the host: one that hangs or crashes its decoder is an error
    of its own. A script needs no ``__main__`` guard for them: nothing of it is imported there.

    Args:
        model: a folder that ``xl-vqa train`` made (an adapter finds its base model by itself), a folder with a
            Qwen2.5-VL, a hub name, or ``starter``.
        paths: one path or several, as in ``xl_vqa.rate``. The next ``batch_size`` videos are decoded while the
            model rates.
        texts: the text that AI-made videos were generated from, as in ``xl_vqa.rate``.
        adapter: a folder with a LoRA adapter for ``model``.
        device, dtype: as in settings.toml.
        decoding: how the label is read off the distribution: expectation, median, greedy or map.
        batch_size: videos held in memory and given to the model at once.
        on_progress: called with (finished, total) after every batch.

    Returns:
        One entry per path, in order: a Rating, or the error that says why there is none.

    Raises:
        ModelNotFoundError, ModelIncompatibleError, ModelMemoryError, PackageMissingError: the model cannot be
            loaded.
        ValueError: ``texts`` has another length than ``paths``, another decoding, or ``batch_size`` below 1.
        TypeError: an argument is of another kind than it says.
    """
    expect(
        "predict",
        model=(model, PATH),
        paths=(paths, VIDEOS),
        adapter=(adapter, PATH.or_none),
        device=(device, TEXT),
        dtype=(dtype, TEXT),
        batch_size=(batch_size, WHOLE_NUMBER),
        on_progress=(on_progress, FUNCTION.or_none),
    )
    if decoding not in DECODINGS:
        raise ValueError(f"decoding must be one of {', '.join(DECODINGS)}, not {decoding!r}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
    from xl_vqa.video.wall import Wall

    videos = with_texts(paths, texts)
    if not videos:
        return []
    rater = _load(os.fspath(model), None if adapter is None else os.fspath(adapter), device, dtype)
    results: list[Rating | XlVqaError] = []
    batches = [videos[start : start + batch_size] for start in range(0, len(videos), batch_size)]
    try:
        wall = Wall(hidden=default_home(), readers=DECODE_THREADS)
        with closing(wall), DaemonThreads(DECODE_THREADS, "read") as pool:
            read = partial(_prepare, rater, wall.read)
            # one batch ahead of the model, so that memory holds two however many videos there are
            coming = [pool.submit(read, video) for video in batches[0]]
            for number in range(len(batches)):
                ready = [one.result() for one in coming]
                following = batches[number + 1] if number + 1 < len(batches) else []
                coming = [pool.submit(read, video) for video in following]
                results += _rate(rater, ready, decoding)
                if on_progress is not None:
                    on_progress(len(results), len(videos))
    finally:
        rater.close()
    return results


def _load(model: str, adapter: str | None, device: str, dtype: str) -> Rater:
    from xl_vqa.models.registry import base_of_adapter
    from xl_vqa.vlm.loader import load_rater

    if adapter is None and (Path(model).expanduser() / "adapter_config.json").is_file():
        model, adapter = base_of_adapter(Path(model).expanduser()), model
    try:
        return load_rater(model, adapter, device, dtype)
    except (ImportError, OSError) as error:
        raise as_missing(error) or error from error


def _prepare(rater: Rater, read: Callable[[str, Sampling], Clip], video: Video | XlVqaError) -> _Read | XlVqaError:
    from xl_vqa.video.fingerprint import fingerprint
    from xl_vqa.vlm.rate_batch import Asked

    if isinstance(video, XlVqaError):
        return video
    try:
        digest = fingerprint(video.path)
        clip = read(video.path, rater.spec.sampling)
        facts = {"frames": clip.used, "video_fingerprint": digest, "warnings": clip.warnings}
        return Asked(video.path, rater.prepare(clip), video.text), facts
    except XlVqaError as error:
        return error.of(video.path)
    except Exception as error:
        return VideoUnreadableError(path=video.path, problem=Detail.named(error))


def _rate(rater: Rater, ready: Sequence[_Read | XlVqaError], decoding: str) -> list[Rating | XlVqaError]:
    from xl_vqa.vlm.rate_batch import for_text, rate_batch, rating_of

    outcomes = iter(rate_batch(rater, [one[0] for one in ready if not isinstance(one, XlVqaError)]))
    results: list[Rating | XlVqaError] = []
    for one in ready:
        if isinstance(one, XlVqaError):
            results.append(one)
            continue
        asked, facts = one
        outcome = next(outcomes)
        if not isinstance(outcome, LabelDistribution):
            results.append(outcome)
            continue
        rating = rating_of(outcome, rater, asked, **facts)
        shown = replace(rating, decoding=decoding, bands=Bands.default(outcome.scale))
        results.append(for_text(shown, asked.text, heard=rater.spec.reads_text))
    return results
