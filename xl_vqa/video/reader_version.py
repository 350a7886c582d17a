"""Which version of the reader a result was made with, and for which files that makes a difference.

A newer version chooses or shows other frames of some files and the same ones, bit for bit, of all others. What was
kept of the others stays good; ``reading_changed`` says of one file which kind it is. Importing this loads no
decoder.
"""

from __future__ import annotations

from typing import Final

from xl_vqa.video.files import PathLike, is_picture
from xl_vqa.video.sequence import sequence_of

READER_VERSION: Final = 3
"""1: decord by container and codec. 2: PyAV, proven keyframes, fields, edit lists, true time, shape and colour.
3: cropping that the container asks for, and all of what the coded video asks for; HEVC's fields woven;
files above 2 GiB read by their packets and no longer by the length in their header."""
_ONCE_ESTIMATED: Final = 2 << 30


def reading_changed(path: PathLike, since: int) -> bool:
    """Whether the frames of this file may differ from those that version ``since`` read; milliseconds.

    Raises as ``probe.probe`` where the file cannot be read.
    """
    if since >= READER_VERSION:
        return False
    from xl_vqa.video import decord_decoder
    from xl_vqa.video.container import open_video
    from xl_vqa.video.plugged import plugged_for
    from xl_vqa.video.probe import inspect

    if plugged_for(path) is not None:
        return False
    if sequence_of(path) is not None or is_picture(path):
        return since < 2
    with open_video(path) as source:
        inspection = inspect(source)
        if decord_decoder.leaves_columns(source, inspection.info.coded_width):
            return True
        info, index = inspection.info, inspection.index
        if source.size_bytes > _ONCE_ESTIMATED or inspection.framing.cropping or inspection.halves is not None:
            return True
        return since < 2 and (
            index.fields
            or index.hidden > 0
            or index.undecodable > 0
            or bool(index.restarts)
            or info.variable_frame_rate
            or info.hdr
            or not inspection.framing.is_plain
            or inspection.colour.is_unusual
            or (decord_decoder.once_trusted(source, info) and decord_decoder.unproven(source) is not None)
        )
