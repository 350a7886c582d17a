"""Which frames of a video are looked at.

Pairs of neighbours, because Qwen2.5-VL merges two frames into one temporal patch: a pair shows motion, and a
flicker or a repeated frame stays visible, which evenly spread single frames would hide.

Each pair lies in the middle of its own equal share of the video, rather than the first one at the start and
the last one at the end. Every part of the video then weighs the same, and the first and last frames, which
are often black, a title or (in a file that was cut off) missing, do not decide the score. It also spares the
decoder the way to the very end.

Shares are shares of the time. Where every frame is shown for as long as the others, counting them comes to the
same and needs no clock; where not (screen recordings, phones), the clock decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from xl_vqa.words.model_spec import Sampling


def plan_frames(frame_count: int, sampling: Sampling, bounds_s: Sequence[float] | None = None) -> tuple[int, ...]:
    """The indices to read: ``sampling.frames`` of them, each in 0..frame_count-1, pair after pair.

    ``bounds_s``, for a video whose frames stand for different times: when each is shown, and when the last one
    ends (frame_count + 1 rising numbers, seconds).

    Pure: the same numbers always give the same plan. With ``adjacent_pairs``, entries 2k and 2k+1 are
    neighbours (i, i+1) wherever the video has two frames. The plan is symmetric: read backwards, it is the
    plan of the reversed video, but for the middle one where an odd number does not divide. A video shorter
    than the plan repeats whole pairs, never a frame within a pair, which would look like a freeze.

    Raises ValueError for a frame count below 1, a number of frames that is not even and positive, or bounds that
    are not those of so many frames.
    """
    if bounds_s is not None and len(bounds_s) != frame_count + 1:
        raise ValueError(f"{len(bounds_s)} bounds for {frame_count} frames")
    if frame_count < 1:
        raise ValueError(f"frame_count must be 1 or more, not {frame_count}")
    if sampling.frames < 2 or sampling.frames % 2:
        raise ValueError(f"sampling.frames must be even and 2 or more, not {sampling.frames}")
    if not sampling.adjacent_pairs:
        if bounds_s is not None:
            return _spread_in_time(bounds_s, sampling.frames)
        return _spread(frame_count, sampling.frames)
    if frame_count == 1:
        return (0,) * sampling.frames
    # a pair is known by its first frame, and there is one fewer of those than of frames
    if bounds_s is not None:
        starts = _spread_in_time((*bounds_s[:-2], bounds_s[-1]), sampling.frames // 2)
    else:
        starts = _spread(frame_count - 1, sampling.frames // 2)
    return tuple(index for start in starts for index in (start, start + 1))


def plan_pairs_at(frame_count: int, at_s: Sequence[float], times_s: Callable[[int], float]) -> tuple[int, ...]:
    """A pair of neighbours for each of ``at_s`` (seconds), in that order: the frame shown then, and the next one.

    ``times_s`` says when a frame is shown and rises. What lies before or behind the video is its first or last
    pair; a video of one frame repeats it. Raises ValueError for a frame count below 1 or no times at all.
    """
    if frame_count < 1 or not at_s:
        raise ValueError(f"{len(at_s)} times of {frame_count} frames")
    last = max(frame_count - 2, 0)
    starts = [min(max(bisect_right(range(frame_count), at, key=times_s) - 1, 0), last) for at in at_s]
    return tuple(frame for start in starts for frame in (start, min(start + 1, frame_count - 1)))


def plan_window(frame_count: int, start: int, window: int) -> tuple[int, ...]:
    """``window`` consecutive frames, as far as there are so many, with the pair (start, start + 1) in the middle.

    At the ends of the video the window is moved inwards. A shorter video is gone through forth and back: the
    motion then turns, which is less misleading than a picture that stands still.

    Raises ValueError for a frame count below 1.
    """
    if frame_count < 1:
        raise ValueError(f"frame_count must be 1 or more, not {frame_count}")
    if frame_count >= window:
        first = min(max(start + 1 - window // 2, 0), frame_count - window)
        return tuple(range(first, first + window))
    period = max(2 * (frame_count - 1), 1)
    places = (i % period for i in range(window))
    return tuple(min(place, period - place) if frame_count > 1 else 0 for place in places)


def _spread(places: int, count: int) -> tuple[int, ...]:
    """``count`` of the numbers 0..places-1, each nearest the middle of its share, mirror-symmetric."""
    chosen = [0] * count
    for k in range((count + 1) // 2):
        # floor((2k + 1) * places / (2 * count) - 1/2) rounded half up, in integers to be exact at any length
        chosen[k] = min(((2 * k + 1) * places) // (2 * count), places - 1)
        chosen[count - 1 - k] = max(places - 1 - chosen[k], chosen[k])
    return tuple(chosen)


def _spread_in_time(bounds_s: Sequence[float], count: int) -> tuple[int, ...]:
    """As ``_spread``, where place i lasts from ``bounds_s[i]`` to ``bounds_s[i + 1]``."""
    last, start, length = len(bounds_s) - 2, bounds_s[0], bounds_s[-1] - bounds_s[0]
    chosen = [0] * count
    for k in range((count + 1) // 2):
        offset = (2 * k + 1) / (2 * count) * length
        # a bound belongs to what begins at it in the first half, to what ends at it in the second
        chosen[k] = min(max(bisect_right(bounds_s, start + offset) - 1, 0), last)
        mirrored = bisect_left(bounds_s, bounds_s[-1] - offset) - 1
        chosen[count - 1 - k] = max(min(mirrored, last), chosen[k])
    return tuple(chosen)
