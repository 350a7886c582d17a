"""Rating the rows of a plan: which of them, and by what.

The one use case of ``score-workbook``, of the buttons in Excel and Calc, and of ``xl_vqa.score_workbook``; each
calls it on a thread that suits it, and writes the results itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from xl_vqa.bridge.videos import Result, Video
from xl_vqa.sheets.errors import EarlierVersionError
from xl_vqa.sheets.marks import ScoredBy
from xl_vqa.sheets.rows import PlannedRow, Resolve, located, to_rate
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings


class Rater(Protocol):
    """What ``HostClient`` does for a list."""

    def model(self) -> dict[str, Any]:
        """The model in force: ``name``, ``scale`` and what else ``/v1/model`` tells (docs/host.md)."""

    def rate_all(
        self,
        videos: Sequence[Video],
        *,
        refresh: bool = False,
        detail: bool = False,
        priority: int = 0,
        on_progress: Callable[[int, int], None] | None = None,
        on_result: Callable[[int, Result], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Result]:
        """One result per video, in order: a rating as JSON, or its error; ``on_result`` has each with its place.

        Raises HostError, ModelError, SettingsError where nothing can be rated at all, CancelledError.
        """


@dataclass(frozen=True, slots=True)
class Pending:
    """``rows`` are to be rated, by ``scored_by`` (None: not known yet); ``unusable`` name no file of this machine;
    ``done`` counts those that have a score of it already; ``earlier`` have one of an earlier version of the same
    model, which stays and is marked."""

    rows: tuple[PlannedRow, ...]
    unusable: tuple[PlannedRow, ...]
    done: int
    scored_by: ScoredBy | None
    earlier: tuple[PlannedRow, ...] = ()

    @property
    def all(self) -> tuple[PlannedRow, ...]:
        """Every row that gets something written."""
        return (*self.rows, *self.unusable, *self.earlier)


def find_pending(
    rows: Sequence[PlannedRow],
    client: Rater,
    settings: Settings,
    *,
    rescore: bool = False,
    resolve: Resolve | None = None,
    book: str = "",
) -> Pending:
    """Those without a score of the model in force, or whose path, text or file has changed; ``rescore`` takes all.

    ``resolve`` makes the paths absolute where the plan has not. May wait for the host to start, and for the files
    of a network drive. ``book`` names the workbook in errors.
    """
    by = scored_by(client, settings)
    known = [row if resolve is None or row.error is not None else located(row, resolve, book) for row in rows]
    unusable = tuple(row for row in known if row.error is not None)
    wanted = tuple(to_rate(known, by, rescore=rescore))
    earlier = tuple(row for row in known if row.error is None and row.state(by) == "earlier version")
    earlier = () if rescore else earlier
    done = len(known) - len(unusable) - len(wanted) - len(earlier)
    return Pending(wanted, unusable, done, by, earlier)


def rate(
    pending: Pending,
    client: Rater,
    on_result: Callable[[PlannedRow, Result], None],
    *,
    refresh: bool = False,
    priority: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: threading.Event | None = None,
) -> None:
    """Rates the pending rows; ``on_result`` gets every row once, first those that are not rated."""
    for row in pending.unusable:
        assert row.error is not None
        on_result(row, row.error)
    for row in pending.earlier:
        on_result(row, of_earlier_version(row, pending.scored_by))
    client.rate_all(
        [Video(row.path, row.text) for row in pending.rows],
        refresh=refresh,
        detail=True,
        priority=priority,
        on_progress=on_progress,
        on_result=lambda index, result: on_result(pending.rows[index], result),
        cancel=cancel,
    )


def together(found: Sequence[Pending]) -> Pending:
    """Several lists as one piece of work."""
    rows = tuple(row for pending in found for row in pending.rows)
    unusable = tuple(row for pending in found for row in pending.unusable)
    # by whom its earlier ones were made each list knows itself
    earlier = tuple(row for pending in found for row in pending.earlier)
    by = next((pending.scored_by for pending in found if pending.earlier), None)
    return Pending(rows, unusable, sum(pending.done for pending in found), by, earlier)


def of_earlier_version(row: PlannedRow, by: ScoredBy | None) -> EarlierVersionError:
    """What is said beside a score that stands of an earlier version of the model."""
    mark = row.score.mark if row.score is not None else None
    ended = by.ended(mark) if by is not None and mark is not None else None
    return EarlierVersionError(model=mark.model if mark else "?", date=(ended or "?")[:10])


def scored_by(client: Rater, settings: Settings) -> ScoredBy | None:
    """What a score in a sheet must have been made by to be left; None where it is not known yet.

    The host knows a model's fingerprint without loading it, except for weights it has never hashed; then any
    score counts as done, and rescoring is there for those who changed the model.
    """
    facts: Mapping[str, Any] = client.model()
    if "fingerprint" not in facts:
        return None
    bands = settings.bands(Scale.from_dict(facts["spec"]["scale"]))
    thresholds = tuple(float(value) for value in bands.thresholds)
    calibration = str(facts.get("calibration", ""))
    earlier = tuple((str(mark), str(at)) for mark, at in facts.get("earlier") or ())
    return ScoredBy(facts["name"], facts["fingerprint"], settings.decoding, thresholds, calibration, earlier)
