"""What host and clients agree on: names, limits, and what of the settings travels with a request.

The model and the way a label is read off its distribution travel with every request, so a changed
settings.toml takes effect at once and no host has to be restarted for it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from xl_vqa.words.settings import PREFIX, STARTER, Settings

APP: Final = "xl_vqa"
PROTOCOL: Final = 5
"""Counted up whenever a client may ask a host for something that hosts before did not know. A host of the same
version with a lower one (an update without a new version) is replaced; the first ones said none, which is 1."""
RATE: Final = "/v1/ratings"
"""Where a host is asked for ratings."""
EXPLAIN: Final = "/v1/explain"
"""Where a host is asked why one video has its score."""
WHY_PAGE: Final = "/v1/why-page"
"""Where a host is asked for a one-time link to the page of a rating."""
LOOPBACK: Final = "127.0.0.1"

MAX_BODY_BYTES: Final = 64 * 1024 * 1024
"""A request larger than this is refused (413): about 100,000 videos with ordinary paths."""
EARLIER_VERSION: Final = "warning_earlier_version"
"""Of a score that stands although its version of the model no longer serves."""
MAX_ROWS: Final = 100_000
"""Videos or keys of one request at the most."""
MAX_WAIT_S: Final = 600.0
"""A host never holds one request longer than this; the client asks again."""

PROFILE_FIELDS: Final = ("model", "adapter", "device", "dtype", "frames", "fps", "max_pixels", "offline")
"""Settings that decide which rater is loaded, and so what the score is."""
VIEW_FIELDS: Final = ("decoding", "band_thresholds")
"""Settings that decide how a stored distribution is shown."""

HANDSHAKE: Final = "XL_VQA_HOST "
"""A host started with --handshake writes one line: this, then JSON."""


def profile_of(settings: Settings) -> dict[str, Any]:
    """The rater a user asked for. Folders become absolute: the host runs somewhere else."""
    profile = {name: getattr(settings, name) for name in PROFILE_FIELDS}
    for name in ("model", "adapter"):
        value = profile[name]
        if value and (name, value) != ("model", STARTER) and Path(value).expanduser().is_dir():
            profile[name] = os.path.abspath(Path(value).expanduser())
    return profile


def view_of(settings: Settings) -> dict[str, Any]:
    """How a user wants distributions read."""
    thresholds = settings.band_thresholds
    return {"decoding": settings.decoding, "band_thresholds": list(thresholds) if thresholds else None}


def environment_of(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """``environment`` with every setting in it, so that a host started from it has these settings."""
    result = {k: v for k, v in environment.items() if not k.startswith(PREFIX)}
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if value is None:
            continue
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, tuple):
            text = ",".join(repr(float(part)) for part in value)
        else:
            text = str(value)
        result[PREFIX + spec.name.upper()] = text
    return result


def proof(token: str, nonce: str) -> str:
    """Shows that the sender knows ``token`` without saying it.

    A client asks for it before it sends its token to a port that a dead host once had.
    """
    return hmac.new(token.encode(), nonce.encode(), hashlib.sha256).hexdigest()
