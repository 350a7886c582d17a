"""Numbered pictures read as one video (sequence.py says which)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Numbers
from dataclasses import replace
from fractions import Fraction
from typing import Final

from xl_vqa.video.files import PathLike, is_picture, system_path
from xl_vqa.video.index import FrameIndex
from xl_vqa.video.inspection import Inspection
from xl_vqa.video.pictures import Picture, resized
from xl_vqa.video.plugged import PluggedVideo, open_plugged
from xl_vqa.video.sequence import Sequence, sequence_of
from xl_vqa.video.stills import PictureFile
from xl_vqa.words.errors import NotAVideoError
from xl_vqa.words.rating import Note
from xl_vqa.words.reasons import Reason

NUMBERS_MISSING: Final = "note_numbers_missing"
_NAMED: Final = 8
"""Gaps that are named; of more a person looks into the folder."""


class PictureSequence:
    """As ``PictureFile``; an error names the picture that it is about."""

    decoder = PictureFile.decoder

    def __init__(self, sequence: Sequence) -> None:
        """Raises NotAVideoError where it is not said which pictures are meant, else as ``PictureFile`` for the
        first one."""
        if sequence.rival is not None:
            raise NotAVideoError(path=sequence.path, problem=Reason("several_series", named=sequence.rival))
        self._sequence = sequence
        self.shown = sequence.path
        self.notes: list[Note] = []
        if not sequence.stated:
            self.notes.append(Reason("note_rate_assumed", rate=f"{sequence.rate:g}"))
        if sequence.others:
            self.notes.append(Reason("note_pictures_left_out", count=sequence.others))
        if sequence.missing:
            self.notes.append(Reason(NUMBERS_MISSING, missing=_in_short(sequence.missing)))
        with PictureFile(sequence.files[0]) as first:
            self.inspection = self._inspect(first.inspection)

    def __enter__(self) -> PictureSequence:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(
        self, wanted: Numbers[int], should_stop: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Picture]]:
        """Each picture of these numbers once, rising, in RGB as shown, of the size of the first one."""
        info = self.inspection.info
        for number in sorted(set(wanted)):
            should_stop()
            with PictureFile(self._sequence.files[number]) as file:
                ((_, picture),) = file.read((0,))
                self._note(file.notes)
            if picture.shape[1::-1] != (info.width, info.height):
                self._note([Reason("note_sizes_differ")])
            yield number, resized(picture, info.width, info.height)

    def _note(self, notes: list[Note]) -> None:
        self.notes += [note for note in notes if note not in self.notes]

    def _inspect(self, first: Inspection) -> Inspection:
        count, rate = len(self._sequence.files), self._sequence.rate
        places = tuple(range(count))
        index = FrameIndex(
            count=count,
            pts=places,
            keyframes=places,
            time_base=1 / Fraction(rate).limit_denominator(1_000_000),
            first_pts=0,
            fps=rate,
            duration_s=count / rate,
        )
        info = replace(
            first.info,
            path=self.shown,
            fps=rate,
            duration_s=index.duration_s,
            frame_count=count,
            variable_frame_rate=False,
            keyframes=count,
            container="numbered pictures",
            size_bytes=sum(os.stat(system_path(file)).st_size for file in self._sequence.files),
        )
        return replace(first, info=info, index=index)


def _in_short(missing: Numbers[str]) -> str:
    return ", ".join([*missing[:_NAMED], *(["…"] if len(missing) > _NAMED else [])])


def open_pictures(path: PathLike) -> PictureFile | PictureSequence | PluggedVideo | None:
    """A picture, numbered pictures or what a plug-in reads; None for what is left to a video decoder. Errors as
    ``PictureFile``."""
    sequence = sequence_of(path)
    if sequence is not None:
        return PictureSequence(sequence)
    plugged = open_plugged(path)
    if plugged is not None:
        return plugged
    return PictureFile(path) if is_picture(path) else None
