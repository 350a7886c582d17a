"""Makes the clips: for every content a clean copy and degraded ones, each a real encoded file with its label.

Every clip is written atomically and has a record beside it, so a killed run goes on with the next clip.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.training import defects, encoder
from xl_vqa.training.cache import Progress, atomic_path, read_json, write_json
from xl_vqa.training.contents import DRAWN, Content, generator, render
from xl_vqa.training.defects import BY_NAME, CLEAN, DEFECTS, SEVERITIES

CLIPS_VERSION: Final = 2
"""Goes up whenever a clip would come out differently; old clips are then made again."""

Plan = tuple[tuple[str, int], ...]
"""(defect, severity) of each clip of a content; severity 0 is the clean copy."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One encoded clip; ``mos`` is a pseudo-MOS, ``vmaf`` None where a table gave it."""

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

    @property
    def key(self) -> str:
        return f"{self.content}/{self.defect}{self.severity}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def plan(content: Content, per_content: int) -> Plan:
    """Which clips a content gets.

    Training and validation: a clean copy and ``per_content`` different defects at random severities. Test and
    unseen sources: a clean copy and two defects at all severities, so that the order of severities can be judged;
    drawn art too, because there is little of it.
    """
    rng = generator("plan", content.name)
    names = [DEFECTS[i].name for i in rng.permutation(len(DEFECTS))]
    severities = [int(rng.choice(SEVERITIES)) for _ in names]
    if content.split in {"test", "unseen"} or content.source == DRAWN:
        return ((CLEAN, 0), *((name, severity) for name in names[:2] for severity in SEVERITIES))
    chosen = list(zip(names, severities, strict=True))[:per_content]
    return ((CLEAN, 0), *chosen)


def make_all(contents: Sequence[Content], folder: Path, *, per_content: int, workers: int = 2) -> list[Clip]:
    """All clips of ``contents``, made where they are missing.

    Raises EncoderError where ffmpeg fails: a silently missing defect would bend the figures.
    """
    jobs = [(content, plan(content, per_content), folder) for content in contents]
    progress = Progress("clips", sum(len(p) for _, p, _ in jobs))
    results: dict[str, list[Clip]] = {}
    # spawn, not fork: the parent may hold threads of torch
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for name, clips in pool.imap_unordered(_make_content, jobs):
            results[name] = clips
            progress.step(len(clips))
    return [clip for content in contents for clip in results[content.name]]


def load(contents: Iterable[Content], folder: Path, *, per_content: int) -> list[Clip]:
    """Only the clips that exist already."""
    items = ((content, item) for content in contents for item in plan(content, per_content))
    found = (_existing(content, *item, folder) for content, item in items)
    return [clip for clip in found if clip is not None]


def _folder_of(content: Content, folder: Path) -> Path:
    return folder / content.name.replace("/", "__").replace("#", "_")


def _existing(content: Content, defect: str, severity: int, folder: Path) -> Clip | None:
    values = read_json(_folder_of(content, folder) / f"{defect}{severity}.json")
    if values is None or values.pop("version") != CLIPS_VERSION or not Path(values["path"]).exists():
        return None
    # the split is a decision of today's run, not of the run that made the file
    return Clip(**{**values, "split": content.split, "group": content.group})


def _make_content(job: tuple[Content, Plan, Path]) -> tuple[str, list[Clip]]:
    content, todo, folder = job
    target = _folder_of(content, folder)
    target.mkdir(parents=True, exist_ok=True)
    ready = {item: _existing(content, *item, folder) for item in todo}
    if all(ready.values()):
        return content.name, [clip for clip in ready.values() if clip is not None]
    frames = render(content)
    reference = target / f"reference-{os.getpid()}.yuv"
    try:
        encoder.write_raw(frames, reference)
        clips = [ready[item] or _make_clip(content, *item, frames, reference, target) for item in todo]
    finally:
        reference.unlink(missing_ok=True)
    return content.name, clips


def _make_clip(
    content: Content, name: str, severity: int, frames: encoder.Frames, reference: Path, target: Path
) -> Clip:
    rng = generator("clip", content.name, name, severity)
    size = (content.width, content.height)
    codec, quality, filters, table = "h264", float(rng.integers(8, 17)), "", None
    if name != CLEAN:
        defect = BY_NAME[name]
        if defect.change is not None:
            frames = defect.change(frames, defect.levels[severity - 1], rng)
        filters = defects.filter_of(defect, severity, size, rng)
        table = defect.table
        if defect.codec is not None:
            codec, quality = defect.codec, (defect.qualities or defect.levels)[severity - 1]
    path = target / f"{name}{severity}{encoder.CONTAINERS.get(codec, '.mp4')}"
    with atomic_path(path) as partial:
        encoder.encode(frames, content.fps, partial, codec, quality, filters=filters)
    vmaf = encoder.vmaf(path, reference, size) if table is None else None
    mos = defects.mos_of_vmaf(vmaf) if vmaf is not None else (table or ())[severity - 1]
    details = content.source, content.split, name, severity, round(mos, 3), vmaf, *size, content.fps
    clip = Clip(str(path), content.name, content.group, *details)
    write_json(target / f"{name}{severity}.json", {"version": CLIPS_VERSION, **clip.to_dict()})
    return clip
