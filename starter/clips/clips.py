"""Makes the clips: for every content a clean copy and degraded ones, each a real encoded file with its label.

``plans`` says which. What a table judges is done first; VMAF then measures the rest (filters and the encode)
against what the first part left, and ``labels`` joins both. Every clip is written atomically and has a
record beside it, so a killed run goes on with the next clip. The record keeps what was measured, and the label is
worked out anew when it is read: another opinion needs no new clips.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from starter.clips import attributes, defects, encoder, labels, moved_opinion, visibility
from starter.clips.contents import Content, generator, render
from starter.clips.defects import BY_NAME, CLEAN
from starter.clips.plans import EVERY_SEVERITY, Item, Plan
from starter.clips.plans import plan as plan
from starter.progress import Progress
from xl_vqa.training.cache import atomic_path, read_json, write_json

CLIPS_VERSION: Final = 4
"""Goes up whenever a clip of the first plan would come out differently; old clips are then made again."""
RECODED_VERSION: Final = 3
"""The same of the later plan's clips."""

# (codec, share, best quality, worst quality): what clips are stored at, so that the encode itself is no tell
ENCODES: Final = (("h264", 0.7, 10, 30), ("hevc", 0.1, 16, 31), ("vp9", 0.1, 15, 38), ("av1", 0.1, 20, 44))


_UNTOLD: Final[Mapping[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Clip:
    """One encoded clip; ``mos`` is a pseudo-MOS, ``vmaf`` None where a table gave it or a part of it.

    ``name`` tells the parts of a clip of the later plan; ``attributes`` what is wrong with it, each 0..5;
    ``codec`` and ``quality`` how it was stored, where that is known. ``oracle_vmaf`` is the VMAF against the
    reference where ``vmaf`` is None: what VMAF would have said, never a label. ``origin``: who gave the label.
    ``seen`` is what of each part's usual loss counts here, ``rest_vmaf`` the VMAF of what no table judged.
    ``pairs`` is the content's.
    """

    path: str
    content: str
    group: str
    source: str
    split: str
    defect: str
    severity: int
    mos: float
    vmaf: float | None
    width: int
    height: int
    fps: float
    name: str = ""
    attributes: Mapping[str, float] = field(default_factory=lambda: _UNTOLD, hash=False)
    codec: str = ""
    quality: float | None = None
    oracle_vmaf: float | None = None
    origin: str = ""
    seen: tuple[float, ...] = ()
    rest_vmaf: float | None = None
    pairs: int = 0
    spread: float = 0.0
    """See labels.spread."""
    changes: tuple[float | None, ...] = ()
    """visibility.change of each part; None where the encoder made it."""

    def __post_init__(self) -> None:
        if self.attributes is _UNTOLD:
            # defect and severity say it all; a clip that shows nothing of its defect says so by an empty mapping
            object.__setattr__(self, "attributes", attributes.of([(self.defect, self.severity)]))

    @property
    def key(self) -> str:
        return f"{self.content}/{self.name or f'{self.defect}{self.severity}'}"

    @property
    def judged_by_vmaf(self) -> float | None:
        """VMAF against the reference, label or not; None where it was not measured."""
        return self.vmaf if self.vmaf is not None else self.oracle_vmaf

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def make_all(contents: Sequence[Content], folder: Path, *, per_content: int, workers: int = 2) -> list[Clip]:
    """All clips of ``contents``, made where they are missing.

    Raises EncoderError where ffmpeg fails: a silently missing defect would bend the figures.
    """
    jobs = [(content, plan(content, per_content), folder) for content in contents]
    progress = Progress("clips", sum(len(p) for _, p, _ in jobs))
    results: dict[str, list[Clip]] = {}
    # spawn, not fork: the parent may hold threads of torch
    with multiprocessing.get_context("spawn").Pool(workers, _start) as pool:
        for name, clips in pool.imap_unordered(_make_content, jobs):
            results[name] = clips
            progress.step(len(clips))
    return [clip for content in contents for clip in results[content.name]]


def load(contents: Iterable[Content], folder: Path, *, per_content: int) -> list[Clip]:
    """Only the clips that exist already."""
    items = ((content, item) for content in contents for item in plan(content, per_content))
    found = (_existing(content, item, folder) for content, item in items)
    return [clip for clip in found if clip is not None]


def _folder_of(content: Content, folder: Path) -> Path:
    return folder / content.name.replace("/", "__").replace("#", "_")


def fill_oracle(contents: Sequence[Content], folder: Path, *, per_content: int, workers: int = 2) -> int:
    """Measures ``oracle_vmaf`` of the clips of test and unseen contents that a table judged; returns how many.

    Only of clips that exist and lack it; each result is kept in a file of its own beside the clip, so the records
    stay as they are and a killed run goes on. Raises EncoderError.
    """
    jobs = []
    for content in contents:
        if content.split in EVERY_SEVERITY:
            found = [_existing(content, item, folder) for item in plan(content, per_content)]
            lacking = [clip for clip in found if clip is not None and clip.judged_by_vmaf is None]
            if lacking:
                jobs.append((content, lacking, folder))
    progress = Progress("oracle", sum(len(lacking) for _, lacking, _ in jobs))
    with multiprocessing.get_context("spawn").Pool(workers, _start) as pool:
        for count in pool.imap_unordered(_measure_content, jobs):
            progress.step(count)
    return progress.done


def fill_changes(contents: Sequence[Content], folder: Path, *, per_content: int) -> int:
    """Measures what the defects that people were asked about change in clips that were made before that was
    recorded, on two frames of the scene; returns how many. A killed run goes on."""
    asked = [content for content in contents if content.look]
    progress = Progress("changes", len(asked))
    found = 0
    for content in asked:
        items = [
            item
            for item in plan(content, per_content)
            if any(name != CLEAN and BY_NAME[name].asked for name, _ in item.parts)
            and (clip := _existing(content, item, folder)) is not None
            and not clip.changes
        ]
        if items:
            frames = render(content)
            frames = frames[[len(frames) // 3, 2 * len(frames) // 3]]
            for item in items:
                _record_changes(_folder_of(content, folder) / f"{item.name}.json", content, item, frames)
        found += len(items)
        progress.step()
    return found


def _record_changes(path: Path, content: Content, item: Item, frames: encoder.Frames) -> None:
    changes: list[float | None] = []
    for name, strength in item.parts:
        defect, rng = BY_NAME[name], generator("part", content.name, name)
        frames = _changed(defect, strength, frames, rng, [], changes)
    write_json(path, {**(read_json(path) or {}), "changes": changes})


def _start() -> None:
    # one thread each: the work is spread over processes
    torch.set_num_threads(1)


def _existing(content: Content, item: Item, folder: Path) -> Clip | None:
    place = _folder_of(content, folder)
    values = read_json(place / f"{item.name}.json")
    version = RECODED_VERSION if item.recoded else CLIPS_VERSION
    if values is None or values.pop("version") != version or not Path(values["path"]).exists():
        return None
    seen = tuple(values["seen"])
    changes = tuple(values.get("changes", ()))
    if changes:
        # what people said is moved by today's rule; what a table judges was settled when the clip was made
        asked = [part for part in item.parts if part[0] != CLEAN]
        seen = tuple(
            moved_opinion.share(name, strength, change) if change is not None and BY_NAME[name].asked else share
            for (name, strength), share, change in zip(asked, seen, changes, strict=True)
        )
    # the split is a decision of today's run, not of the run that made the file
    mos, origin = labels.label(item.parts, seen, values["rest_vmaf"])
    today = {"split": content.split, "group": content.group, "mos": mos, "origin": origin}
    today |= {"spread": labels.spread(item.parts), "seen": seen, "changes": changes}
    if changes:
        today["attributes"] = _attributes(item, seen, values["rest_vmaf"])
    clip = Clip(**{**values, **today})
    if clip.judged_by_vmaf is None:
        measured = read_json(place / f"{item.name}.oracle.json")
        # of this very file, not of one that was made again since
        if measured is not None and measured["modified_ns"] == Path(clip.path).stat().st_mtime_ns:
            return replace(clip, oracle_vmaf=measured["vmaf"])
    return clip


def _make_content(job: tuple[Content, Plan, Path]) -> tuple[str, list[Clip]]:
    content, todo, folder = job
    target = _folder_of(content, folder)
    target.mkdir(parents=True, exist_ok=True)
    ready = {item: _existing(content, item, folder) for item in todo}
    if all(ready.values()):
        return content.name, [clip for clip in ready.values() if clip is not None]
    frames = render(content)
    reference = target / f"reference-{os.getpid()}.yuv"
    try:
        encoder.write_raw(frames, reference)
        clips = [ready[item] or make_clip(content, item, frames, reference, target) for item in todo]
    finally:
        reference.unlink(missing_ok=True)
    return content.name, clips


def _measure_content(job: tuple[Content, list[Clip], Path]) -> int:
    content, lacking, folder = job
    place = _folder_of(content, folder)
    reference = place / f"reference-{os.getpid()}.yuv"
    try:
        encoder.write_raw(render(content), reference)
        for clip in lacking:
            path = Path(clip.path)
            modified = path.stat().st_mtime_ns
            vmaf = encoder.vmaf(path, reference, (clip.width, clip.height))
            write_json(
                place / f"{clip.key.rsplit('/', 1)[1]}.oracle.json", {"vmaf": vmaf, "modified_ns": modified}
            )
    finally:
        reference.unlink(missing_ok=True)
    return len(lacking)


def make_clip(content: Content, item: Item, frames: encoder.Frames, reference: Path, target: Path) -> Clip:
    """Makes ``item`` of ``frames`` in the folder ``target``, with its record; ``reference`` holds them as raw YUV.

    Raises EncoderError.
    """
    clip = (_recoded if item.recoded else _first)(content, item, frames, reference, target)
    clip = replace(clip, spread=labels.spread(item.parts))
    version = RECODED_VERSION if item.recoded else CLIPS_VERSION
    write_json(target / f"{item.name}.json", {"version": version, **clip.to_dict()})
    return clip


def _first(content: Content, item: Item, frames: encoder.Frames, reference: Path, target: Path) -> Clip:
    ((name, strength),) = item.parts
    rng = generator("clip", content.name, name, *([f"{strength:g}"] if item.copy == 0 else [strength, item.copy]))
    size = (content.width, content.height)
    codec, quality, filters = "h264", float(rng.integers(8, 17)), ""
    seen: list[float] = []
    changes: list[float | None] = []
    if name != CLEAN:
        defect = BY_NAME[name]
        frames = _changed(defect, strength, frames, rng, seen, changes)
        filters = defects.filter_of(defect, strength, size, rng)
        if defect.codec is not None:
            codec, quality = defect.codec, defects.quality_at(defect, strength)
    path = target / f"{item.name}{encoder.CONTAINERS.get(codec, '.mp4')}"
    with atomic_path(path) as partial:
        encoder.encode(frames, content.fps, partial, codec, quality, filters=filters)
    # of a new look a nearly lossless file is as good as what it was made of; of a film it may not be
    judged = bool(content.look) if name == CLEAN else BY_NAME[name].table is not None
    vmaf = None if judged else encoder.vmaf(path, reference, size)
    mos, origin = labels.label(item.parts, seen, vmaf)
    details = content.source, content.split, name, item.severity, mos, vmaf, *size, content.fps
    seen_as = _attributes(item, seen, vmaf)
    more = item.name, seen_as, codec, quality, None, origin, tuple(seen), vmaf, content.pairs
    return Clip(str(path), content.name, content.group, *details, *more, changes=tuple(changes))


def _recoded(content: Content, item: Item, frames: encoder.Frames, reference: Path, target: Path) -> Clip:
    size, names = (content.width, content.height), [name for name, _ in item.parts]
    codec, quality = _encode_of(content, [*names, *([str(item.copy)] if item.copy else [])])
    changed = frames
    judged = False
    table_filters: list[str] = []
    filters: list[str] = []
    seen: list[float] = []
    changes: list[float | None] = []
    for name, strength in item.parts:
        if name == CLEAN:
            continue
        defect = BY_NAME[name]
        # no severity among the words: the same places at every severity, so that only the strength differs
        rng = generator("part", content.name, name)
        changed = _changed(defect, strength, changed, rng, seen, changes)
        chain = defects.filter_of(defect, strength, size, rng)
        judged = judged or defect.table is not None
        (filters if defect.table is None else table_filters).extend([chain] if chain else [])
        if defect.codec is not None:
            codec, quality = defect.codec, defects.quality_at(defect, strength)
    path = target / f"{item.name}{encoder.CONTAINERS.get(codec, '.mp4')}"
    with atomic_path(path) as partial:
        encoder.encode(changed, content.fps, partial, codec, quality, filters=",".join([*table_filters, *filters]))
    if judged:
        # filters and encode are measured against what the table has judged already
        left = target / f"left-{os.getpid()}.yuv"
        try:
            encoder.write_raw(changed, left, filters=",".join(table_filters))
            rest = encoder.vmaf(path, left, size)
        finally:
            left.unlink(missing_ok=True)
        wanted = content.split in EVERY_SEVERITY
        vmaf, oracle = None, encoder.vmaf(path, reference, size) if wanted else None
    else:
        vmaf, oracle = (rest := encoder.vmaf(path, reference, size)), None
    mos, origin = labels.label(item.parts, seen, rest)
    details = content.source, content.split, item.defect, item.severity, mos, vmaf, *size, content.fps
    seen_as = _attributes(item, seen, rest)
    more = item.name, seen_as, codec, quality, oracle, origin, tuple(seen), rest, content.pairs
    return Clip(str(path), content.name, content.group, *details, *more, changes=tuple(changes))


def _changed(
    defect: defects.Defect,
    strength: float,
    frames: encoder.Frames,
    rng: np.random.Generator,
    seen: list[float],
    changes: list[float | None],
) -> encoder.Frames:
    """``frames`` with the defect in them; what of its loss counts and what it changed are added to the lists."""
    share, changed = 1.0, None
    if defect.change is not None:
        before, frames = frames, defect.change(frames, defects.level_at(defect, strength), rng)
        changed = visibility.change(before, frames)
        judge = moved_opinion.share if defect.asked else visibility.seen_share
        share = judge(defect.name, strength, changed)
    seen.append(share)
    changes.append(changed)
    return frames


def _attributes(item: Item, seen: Sequence[float], rest_vmaf: float | None) -> dict[str, float]:
    """What is wrong with a clip, of which the shares ``seen`` of its parts show."""
    parts = [(name, strength) for name, strength in item.parts if name != CLEAN]
    shown = [(name, strength * min(share, 1.0)) for (name, strength), share in zip(parts, seen, strict=True)]
    # where VMAF judged a defect, what the encode alone has cost is not known
    coded_alone = item.recoded and all(BY_NAME[name].table is not None for name, _ in parts)
    return attributes.of(shown, labels.loss(rest_vmaf) if coded_alone and rest_vmaf is not None else 0.0)


def _encode_of(content: Content, names: Sequence[str]) -> tuple[str, float]:
    """Codec and quality by chance, but the same for all severities: their order is a matter of the defect."""
    rng = generator("encode", content.name, *names)
    shares = np.array([share for _, share, *_ in ENCODES])
    codec, _, best, worst = ENCODES[int(rng.choice(len(ENCODES), p=shares / shares.sum()))]
    return codec, float(rng.integers(best, worst + 1))
