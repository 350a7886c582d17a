"""What a request says, read with care: it comes from anywhere, and JSON allows much."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from xl_vqa.bridge.protocol import MAX_ROWS
from xl_vqa.words.errors import HostRequestError, NoVideoPathError, XlVqaError
from xl_vqa.words.reasons import Reason

MAX_NUMBER: Final = 1e9
"""JSON knows infinity and integers of a thousand digits; as a wait or a priority they are mistakes."""


def video_of(entry: Any) -> tuple[str, str | None] | XlVqaError:
    """As ``named_of``, of a file of this machine: its path is absolute."""
    found = named_of(entry)
    if isinstance(found, XlVqaError) or os.path.isabs(found[0]):
        return found
    return HostRequestError(problem=Reason("host_path_relative", video=found[0]))


def named_of(entry: Any) -> tuple[str, str | None] | XlVqaError:
    """Path and text (None: none, or blank) of an entry of "videos", or what is wrong with it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        return HostRequestError(problem="host_video_object")
    path, text = entry["path"], entry.get("text")
    if text is not None and not isinstance(text, str):
        return HostRequestError(problem=Reason("host_text_kind", video=path))
    if not path.strip():
        return NoVideoPathError()
    return path, (text if text and text.strip() else None)


def check_rows(rows: Sequence[Any]) -> None:
    """Raises HostRequestError for more than one request may hold."""
    if len(rows) > MAX_ROWS:
        raise HostRequestError(problem=Reason("host_rows", rows=len(rows), limit=MAX_ROWS))


def object_of(body: Any) -> Mapping[str, Any]:
    """Raises HostRequestError for what is no JSON object."""
    if not isinstance(body, dict):
        raise HostRequestError(problem="host_body_object")
    return body


def number_of(values: Mapping[str, Any], name: str) -> float:
    """``values[name]``, 0 where it is missing. Raises HostRequestError for what is no sensible number."""
    value = values.get(name, 0)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= MAX_NUMBER:
        raise HostRequestError(problem=Reason("host_number", name=name))
    return value


def keys_of(values: Mapping[str, Any]) -> list[str]:
    """``values["keys"]``. Raises HostRequestError for what are no texts, or too many."""
    keys = values.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise HostRequestError(problem="host_keys_texts")
    check_rows(keys)
    return keys
