"""How a Ray cluster is named, in the settings and on the command line. Standard library only."""

from __future__ import annotations

import re
from typing import Final

LOCAL: Final = "local"
"""A cluster that is started on this machine, to try it out."""
AUTO: Final = "auto"
"""The cluster that this machine is part of."""
_PLACE: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(?P<port>[0-9]{1,5})")


def head_of(text: str) -> tuple[str, int] | None:
    """Host and port of a head node, ``10.0.0.5:6379``; None where ``text`` is written in another way."""
    found = _PLACE.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65536:
        return None
    return found["host"].strip("[]"), int(found["port"])


def is_cluster(text: str) -> bool:
    """Whether ``text`` may name a cluster, which needs no look at the network."""
    return text in (AUTO, LOCAL) or head_of(text) is not None
