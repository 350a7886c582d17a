"""Why a file is read by whom."""

from __future__ import annotations

from dataclasses import dataclass

from xl_vqa.video import decord_decoder
from xl_vqa.video.container import open_video
from xl_vqa.video.decord_decoder import Refusal
from xl_vqa.video.files import PathLike, is_picture
from xl_vqa.video.plugged import plugged_for
from xl_vqa.video.probe import inspect
from xl_vqa.video.sequence import sequence_of


@dataclass(frozen=True, slots=True)
class Why:
    """``code`` is ``picture``, ``plug_in``, ``asked`` (decord, by the settings), ``proven`` or ``alone`` (PyAV,
    where decord could or could not read it as well); ``reason`` is why decord could not, else nothing."""

    code: str
    reason: Refusal | None = None


def explain(path: PathLike, decoder: str) -> Why:
    """Of a file that ``decoder`` read. Errors as ``probe.probe``."""
    if plugged_for(path) is not None:
        return Why("plug_in")
    if sequence_of(path) is not None or is_picture(path):
        return Why("picture")
    if decoder == "decord":
        return Why("asked")
    with open_video(path) as source:
        reason = decord_decoder.refusal(source, inspect(source))
    return Why("proven") if reason is None else Why("alone", reason)
