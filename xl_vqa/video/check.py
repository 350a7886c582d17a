"""Looks through many videos before anybody rates them: broken, empty, doubled and odd ones. No model is needed."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.video.inspection import VideoInfo
from xl_vqa.video.probe import probe
from xl_vqa.video.read import decode_whole, read_frames
from xl_vqa.words.errors import VideoError, XlVqaError
from xl_vqa.words.model_spec import Sampling

LOOKED_AT: Final = Sampling(frames=8)
_LOOKED_SIDE: Final = 480
_SHORT_S: Final = 1.0
_FEW: Final = 5
"""In fewer videos than so many nothing is usual, and so nothing is odd."""
_USUAL_SHARE: Final = 0.8
_FACTOR: Final = 2.0
"""A length so many times the median, or so small a share of it, is odd."""


@dataclass(frozen=True, slots=True)
class VideoCheck:
    """What was found of one video. ``remarks`` are message codes with their parameters."""

    path: str
    info: VideoInfo | None = None
    error: XlVqaError | None = None
    remarks: tuple[tuple[str, dict[str, Any]], ...] = ()
    fingerprint: str | None = None
    """Only of files that have another one's size."""
    same_as: str | None = None
    """The first file of the same content."""

    @property
    def state(self) -> str:
        """``bad`` (cannot be rated), ``odd`` (somebody should look) or ``good``."""
        if self.error is not None:
            return "bad"
        return "odd" if self.remarks else "good"


@dataclass(slots=True)
class _Found:
    path: str
    info: VideoInfo | None = None
    error: VideoError | None = None
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def check_videos(
    paths: Sequence[str],
    *,
    thorough: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[VideoCheck]:
    """One check per path, in order. ``thorough`` decodes every frame of each; else a few are looked at."""
    found = []
    for number, path in enumerate(paths):
        found.append(_look(path, thorough))
        on_progress(number + 1, len(paths))
    _add_odd_ones(found)
    return _with_doubles([VideoCheck(f.path, f.info, f.error, tuple(f.remarks)) for f in found])


def _look(path: str, thorough: bool) -> _Found:
    found = _Found(path)
    try:
        found.info = probe(path)
        clip = read_frames(path, LOOKED_AT, max_side=_LOOKED_SIDE)
        found.remarks += [(code, clip.used.told) for code in clip.warnings]
        if found.info.duration_s < _SHORT_S and found.info.frame_count > 1:
            found.remarks.append(("check_short", {"seconds": f"{found.info.duration_s:.2f}"}))
        if thorough:
            found.remarks += _decoded(path, {code for code, _ in found.remarks})
    except VideoError as error:
        found.error = error
    return found


def _decoded(path: str, known: set[str]) -> list[tuple[str, dict[str, Any]]]:
    whole = decode_whole(path)
    if whole.damaged_at_s is not None:
        return [("check_damaged", {"seconds": f"{whole.damaged_at_s:.2f}"})]
    if whole.decoded < whole.expected and "warning_damaged" not in known:
        return [("check_missing", {"count": whole.expected - whole.decoded, "total": whole.expected})]
    return []


def _add_odd_ones(found: Sequence[_Found]) -> None:
    """What sets a video apart from most of the others."""
    known = [one for one in found if one.info is not None and one.error is None]
    if len(known) < _FEW:
        return
    facts: tuple[tuple[str, Callable[[VideoInfo], str]], ...] = (
        ("check_size", lambda info: f"{info.width}x{info.height}"),
        ("check_rate", lambda info: f"{info.fps:.3g}"),
        ("check_codec", lambda info: info.codec),
    )
    for code, fact in facts:
        values = [fact(one.info) for one in known if one.info is not None]
        usual, times = Counter(values).most_common(1)[0]
        if times < _USUAL_SHARE * len(known):
            continue
        for one, value in zip(known, values, strict=True):
            if value != usual:
                one.remarks.append((code, {"value": value, "usual": usual}))
    lengths = sorted(one.info.duration_s for one in known if one.info is not None)
    median = lengths[len(lengths) // 2]
    for one in known:
        length = one.info.duration_s if one.info is not None else median
        if not median / _FACTOR <= length <= median * _FACTOR:
            one.remarks.append(("check_length", {"value": f"{length:.1f}", "usual": f"{median:.1f}"}))


def _with_doubles(checks: list[VideoCheck]) -> list[VideoCheck]:
    """Only files of one size can be the same, so only those are hashed."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for place, check in enumerate(checks):
        if check.info is not None:
            sizes[check.info.size_bytes].append(place)
    first: dict[str, int] = {}
    for places in sizes.values():
        for place in places if len(places) > 1 else ():
            check = checks[place]
            try:
                digest = fingerprint(check.path)
            except VideoError:
                continue
            original = checks[first.setdefault(digest, place)].path
            if original == check.path or os.path.realpath(original) == os.path.realpath(check.path):
                checks[place] = replace(check, fingerprint=digest)
                continue
            remark = ("check_double", {"other": original})
            checks[place] = replace(check, fingerprint=digest, same_as=original, remarks=(*check.remarks, remark))
    return checks
