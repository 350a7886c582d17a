"""Training clips once more in another form: shorter, at a lower frame rate, smaller.

All clips are made 32 frames long and at a few sizes. What is taught on them alone takes a short file, a slow or a
small one for damage. A form keeps the label of its clip: only damage that does not depend on time is shown so.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from starter.clips import encoder
from starter.clips.clips import Clip
from starter.clips.contents import LOOK_MARK, generator
from starter.clips.defects import GENERATED, TEMPORAL
from starter.progress import Progress
from xl_vqa.training.cache import atomic_path, read_json, write_json

FORMS_VERSION: Final = 1
SHARE: Final = 0.6
"""Of the clips that can be shown so."""
QUALITY: Final = 10.0
"""Constant rate factor: transparent."""
SMALLEST: Final = 144
OF_TIME: Final = (*TEMPORAL, *GENERATED, "interlaced", "frame_blending", "stutter")


@dataclass(frozen=True, slots=True)
class Form:
    """``frames``: how many of the first are kept (0: all); ``step``: each so-manyth; ``scale`` of the sides."""

    name: str
    frames: int = 0
    step: int = 1
    scale: float = 1.0


FORMS: Final = (
    Form("1f", frames=1),
    Form("1f", frames=1),
    Form("4f", frames=4),
    Form("8f", frames=8),
    Form("16f", frames=16),
    Form("step2", step=2),
    Form("step3", step=3),
    Form("half", scale=0.5),
    Form("half", scale=0.5),
    Form("twothirds", scale=2 / 3),
)


def form_of(clip: Clip) -> Form | None:
    """The form in which ``clip`` is shown once more, by its name alone; None where it is not."""
    if clip.split != "train" or LOOK_MARK in clip.content or any(name in clip.name for name in OF_TIME):
        # what is done on purpose takes time as well: the first frame of a fade is black
        return None
    rng = generator("form", clip.key)
    chosen = FORMS[int(rng.integers(len(FORMS)))]
    if rng.random() >= SHARE or min(clip.width, clip.height) * chosen.scale < SMALLEST:
        return None
    return chosen


def in_form(clip: Clip, form: Form) -> Clip:
    """What is known of the form before it is made: its file's place, its size and its frame rate."""
    width, height = (round(side * form.scale / 2) * 2 for side in (clip.width, clip.height))
    name = f"{clip.name}@{form.name}"
    path = str(Path(clip.path).with_name(f"{name}.mp4"))
    fps = clip.fps / form.step
    return replace(clip, name=name, path=path, width=width, height=height, fps=fps, codec="h264", quality=QUALITY)


def is_form(clip: Clip) -> bool:
    """Whether the clip is another once more."""
    return "@" in clip.name


def make_all(clips: Sequence[Clip], *, workers: int = 2) -> list[Clip]:
    """The forms of ``clips``, made where they are missing. Raises EncoderError."""
    jobs = _jobs(clips)
    missing = [job for job in jobs if not _made(*job)]
    progress = Progress("forms", len(missing))
    if missing:
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            for _ in pool.imap_unordered(_make, missing, chunksize=4):
                progress.step()
    return [in_form(*job) for job in jobs]


def load(clips: Sequence[Clip]) -> list[Clip]:
    """Only the forms that exist already."""
    return [in_form(*job) for job in _jobs(clips) if _made(*job)]


def _jobs(clips: Sequence[Clip]) -> list[tuple[Clip, Form]]:
    return [(clip, form) for clip in clips if (form := form_of(clip)) is not None]


def _made(clip: Clip, form: Form) -> bool:
    """Whether the form is there, of the clip's file as it is now."""
    path = Path(in_form(clip, form).path)
    return path.exists() and read_json(_record(path)) == _record_of(clip)


def _record(path: Path) -> Path:
    return path.with_suffix(".form.json")


def _record_of(clip: Clip) -> dict[str, int]:
    return {"version": FORMS_VERSION, "modified_ns": Path(clip.path).stat().st_mtime_ns}


def _make(job: tuple[Clip, Form]) -> None:
    clip, form = job
    made = in_form(clip, form)
    filters = [f"framestep={form.step}"] if form.step > 1 else []
    if form.scale != 1:
        filters.append(f"scale={made.width}:{made.height}:flags=area")
    record = _record_of(clip)
    with atomic_path(Path(made.path)) as partial:
        encoder.recode(Path(clip.path), partial, QUALITY, filters=",".join(filters), frames=form.frames)
    write_json(_record(Path(made.path)), record)
