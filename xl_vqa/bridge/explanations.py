"""A host's answer to why one video has its score, as the reader's settings read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xl_vqa.bridge.profiles import domain_profile, read_entries
from xl_vqa.words.domain_profile import read_timeline
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import DistributionError, HostError
from xl_vqa.words.explanation import Explanation, Progress
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings


def explanation_of(
    values: Mapping[str, Any], settings: Settings, on_progress: Callable[[Progress], None] | None
) -> Explanation | None:
    """None while it is being made. Raises the error that the host answers.

    Rating and timeline are read by the settings' domain profile, where they name one.
    """
    try:
        entry = values["explanation"]
        status = entry["status"]
        if status == "error":
            raise from_dict(entry["error"])
        if status == "pending":
            progress = Progress.from_dict(entry["progress"])
            if on_progress is not None:
                on_progress(progress)
            return None
        told = entry["explanation"]
        (read,) = read_entries([{"status": "done", "rating": told["rating"]}], settings)
        if read["status"] == "error":
            raise from_dict(read["error"])
        profile = domain_profile(settings)
        if profile is not None:
            own = Scale.from_dict(told["rating"]["scale"])
            told = read_timeline(told, profile.line, own, profile.scale, read["rating"]["mos"])
        return Explanation.from_dict({**told, "rating": read["rating"]})
    except (KeyError, TypeError, DistributionError) as error:
        # a program of another version listens there
        raise HostError(problem="host_answer_kind") from error


def page_of(values: Mapping[str, Any]) -> str | None:
    """The path of a page; None while its explanation is being made. Raises the error that the host answers."""
    try:
        entry = values["explanation"]
        if entry["status"] == "error":
            raise from_dict(entry["error"])
        return str(entry["page"]) if entry["status"] == "done" else None
    except (KeyError, TypeError) as error:
        raise HostError(problem="host_answer_kind") from error
