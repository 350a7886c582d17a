"""One training run as evidence: what a scheme with one seed predicted, and what it cost; kept as a JSON file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_vqa.words.reasons import MALFORMED

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class RunRow:
    """One video of a run; ``mos`` is people's, ``predictions`` the model's by decoding, all in MOS.

    A video that could not be rated has an ``error`` and no predictions.
    """

    video: str
    mos: float
    content: str | None
    split: str
    predictions: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A scheme trained (or loaded) with one seed. A run that failed has an ``error`` and no rows.

    ``fingerprint`` names everything that the result depends on: a run is reused only where it is the same.
    ``facts`` are numbers of the training (seconds, peak_mb, best_epoch ...). ``coded`` gives, by video, the MOS
    that a perfect answer in this scheme would read as: what the coding alone loses.
    """

    scheme: str
    seed: int
    fingerprint: str
    rows: Sequence[RunRow] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    coded: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None

    @property
    def name(self) -> str:
        return f"{self.scheme}, seed {self.seed}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "scheme": self.scheme,
            "seed": self.seed,
            "fingerprint": self.fingerprint,
            "facts": {name: value for name, value in self.facts.items() if math.isfinite(value)},
            "coded": dict(self.coded),
            "error": self.error,
            "rows": [{name: getattr(row, name) for name in RunRow.__slots__} for row in self.rows],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Run:
        """Raises KeyError, TypeError or ValueError for anything that ``to_dict`` did not write."""
        if values["format"] != FORMAT:
            raise ValueError(f"format {values['format']}")
        rows = tuple(RunRow(**row) for row in values["rows"])
        named = {name: values[name] for name in ("scheme", "seed", "fingerprint", "facts", "coded", "error")}
        return cls(rows=rows, **named)


def write_run(path: Path, run: Run) -> None:
    """Writes the file whole or not at all. Raises OutputNotWritableError."""
    from xl_vqa.outputs import write_output

    write_output(
        path, json.dumps(run.to_dict(), ensure_ascii=False, allow_nan=False).encode("utf-8"), parents=True
    )


def read_run(path: Path, fingerprint: str) -> Run | None:
    """The finished run of this fingerprint; None where there is none, another one, or a failed one.

    A file that cannot be read counts as no run: the run is then done again.
    """
    try:
        run = Run.from_dict(json.loads(path.read_bytes()))
    except MALFORMED:
        return None
    return run if run.fingerprint == fingerprint and run.error is None else None
