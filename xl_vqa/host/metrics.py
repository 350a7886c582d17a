"""Figures of the host in Prometheus' text format (0.0.4): counts, sizes and times; never a path or a name.

Written here and not with Prometheus' own client, which takes a quarter of a second and megabytes of a process that
promises to be small, for forty lines; that client's parser reads them in the tests.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric with its samples: labels and value, and for a histogram what is put behind its name."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: Sequence[tuple[Labels, float]] = ()
    parts: Sequence[tuple[str, Labels, float]] = ()


@dataclass(slots=True)
class Histogram:
    """Times by labels."""

    _counts: dict[tuple[tuple[str, str], ...], list[float]] = field(default_factory=dict)

    def observe(self, labels: Labels, seconds: float) -> None:
        # a count for each bucket and one for what is beyond, then the sum
        known = self._counts.setdefault(tuple(sorted(labels.items())), [0.0] * (len(BUCKETS_S) + 2))
        known[bisect_left(BUCKETS_S, seconds)] += 1
        known[-1] += seconds

    def family(self, name: str, help: str) -> Family:
        parts: list[tuple[str, Labels, float]] = []
        for labels, values in sorted(self._counts.items()):
            so_far = 0.0
            for edge, count in zip((*BUCKETS_S, math.inf), values[:-1], strict=True):
                so_far += count
                parts.append(("_bucket", {**dict(labels), "le": _number(edge)}, so_far))
            parts += [("_sum", dict(labels), values[-1]), ("_count", dict(labels), so_far)]
        return Family(name, "histogram", help, parts=parts)


def rendered(families: Iterable[Family]) -> str:
    """The text that a scrape gets."""
    lines = []
    for family in families:
        lines += [
            f"# HELP {family.name} {_escaped(family.help, quote=False)}",
            f"# TYPE {family.name} {family.kind}",
        ]
        samples = [("", labels, value) for labels, value in family.samples] + list(family.parts)
        for end, labels, value in samples:
            inside = ",".join(f'{name}="{_escaped(str(label))}"' for name, label in labels.items())
            lines.append(f"{family.name}{end}{'{' + inside + '}' if inside else ''} {_number(value)}")
    return "\n".join([*lines, ""])


def host_families(facts: Mapping[str, Any]) -> list[Family]:
    """Of what the host says of itself (``/v1/progress``)."""
    states = ("queued", "decoding", "rating")
    found = [
        Family("xl_vqa_build_info", "gauge", "Version, as a label.", [({"version": str(facts["version"])}, 1)]),
        Family("xl_vqa_videos_rated_total", "counter", "Videos rated since the start.", [({}, facts["done"])]),
        Family("xl_vqa_videos_failed_total", "counter", "Videos that ended in an error.", [({}, facts["failed"])]),
        Family(
            "xl_vqa_queue_videos",
            "gauge",
            "Videos on their way, by where they are.",
            [({"state": state}, facts[state]) for state in states],
        ),
        Family("xl_vqa_unsaved_ratings", "gauge", "Ratings in memory alone.", [({}, facts["unsaved"])]),
        Family(
            "xl_vqa_model_ready", "gauge", "1 while the model is loaded.", [({}, facts["model_state"] == "ready")]
        ),
        Family("xl_vqa_uptime_seconds", "gauge", "Seconds since the start.", [({}, facts["uptime_s"])]),
    ]
    if facts.get("load_seconds") is not None:
        help = "Seconds that loading the model took."
        found.append(Family("xl_vqa_model_load_seconds", "gauge", help, [({}, facts["load_seconds"])]))
    if facts.get("per_minute") is not None:
        help = "Videos a minute, lately."
        found.append(Family("xl_vqa_videos_per_minute", "gauge", help, [({}, facts["per_minute"])]))
    return found


def _escaped(text: str, *, quote: bool = True) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quote else text


def _number(value: float) -> str:
    if value == math.inf:
        return "+Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
