"""``xl_vqa.score_workbook(path)``: a workbook's list rated and written in one call, as the commands do it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.videos import Video
from xl_vqa.sheets.columns import ATTRIBUTES, Field
from xl_vqa.sheets.contents import Result, is_cleared
from xl_vqa.sheets.errors import EarlierVersionError
from xl_vqa.sheets.rows import PlannedRow
from xl_vqa.sheets.scoring import Pending, Rater, find_pending, rate
from xl_vqa.words.arguments import FUNCTION, PATH, SETTINGS, TEXT, TEXTS, expect
from xl_vqa.words.errors import UnknownAttributeError, XlVqaError
from xl_vqa.words.messages import TEXT_UNUSED
from xl_vqa.words.settings import Settings
from xl_vqa.workbooks.score_plan import Note, plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores


@dataclass(frozen=True, slots=True)
class ScoredWorkbook:
    """What a run did.

    ``path`` was written; ``done`` rows had a score of this model already; ``rated`` is when each row that was
    rated now got its rating, by row number; ``failed`` holds why a row has none, or an older one; ``lost`` counts
    rows that were no longer in the sheet; ``kept`` is the copy of the workbook as it was, where scores in it were
    replaced for the first time; ``unused`` names the column of texts that the model made nothing of. Of the failed
    rows, ``standing`` keep an earlier score, and those of ``cleared`` lost theirs, as was asked for. Rows of
    ``earlier`` have a score of an earlier version of the same model, which was left and marked.
    """

    path: Path
    done: int
    rated: dict[int, datetime]
    failed: dict[int, XlVqaError]
    lost: int
    kept: Path | None
    notes: tuple[Note, ...]
    unused: Note | None = None
    standing: frozenset[int] = frozenset()
    cleared: frozenset[int] = frozenset()
    earlier: frozenset[int] = frozenset()
    unexplained: Mapping[int, XlVqaError] = field(default_factory=dict)
    """Rows that have a score, but not the reasons that were asked for, and why."""


Reasons = Callable[[PlannedRow], Mapping[str, Any]]
"""What stands beside a score besides: ``why`` and ``qualities`` as ``sheets.contents.Result`` has them."""


def reasons_from(client: HostClient, fields: Sequence[Field]) -> Reasons | None:
    """Asks the host for what ``fields`` of ``sheets.columns.REASONS`` hold; None where there are none."""
    if not fields:
        return None

    def ask(row: PlannedRow) -> Mapping[str, Any]:
        why = client.explain(row.path, row.text, pictures=False) if "why" in fields else None
        if set(fields) == {"why"}:
            return {"why": why}
        (found,) = client.attributes([Video(row.path, row.text)])
        if isinstance(found, XlVqaError):
            raise found
        return {"why": why, "qualities": {one.name: one.label for one in found.ratings if one.name in fields}}

    return ask


def score_workbook(
    path: str | os.PathLike[str],
    *,
    column: str | None = None,
    sheet: str | None = None,
    text_column: str | None = None,
    output: str | os.PathLike[str] | None = None,
    rescore: bool = False,
    refresh: bool = False,
    clear: bool = False,
    why: bool = False,
    qualities: Sequence[Field] = (),
    settings: Settings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ScoredWorkbook:
    """Writes score, MOS, band, confidence, remark and model beside each video that a workbook lists.

    Rows that hold a score of the model in force are left; a run that was stopped goes on where it was. A score
    that cannot be made again stays, and a remark says so. Everything else in the file keeps its bytes.

    Args:
        path: an .xlsx or .xlsm file.
        column: the video column, by letters ("B") or header; found by itself where not given.
        sheet: the sheet's name; found by itself where not given.
        text_column: the column with the text that each AI-made video was generated from.
        output: write a copy and leave the workbook as it is.
        rescore: write every score anew.
        refresh: rate again what is already stored, too.
        clear: empty a score that could not be made again, because its video is missing or damaged.
        why: write a sentence beside each score that says why.
        qualities: write the labels of these single qualities, such as ``sharpness``, too.
        settings: where not given, those of settings.toml and the environment.
        on_progress: called with (finished, total).

    Raises:
        WorkbookError: the workbook cannot be read or written, or holds no list (see its subclasses).
        HostError, ModelError: nothing can be rated at all.
        SettingsError: the settings are wrong.
        UnknownAttributeError: there is no single quality of such a name.
        TypeError: an argument is of another kind than it says.
    """
    expect(
        "score_workbook",
        path=(path, PATH),
        column=(column, TEXT.or_none),
        sheet=(sheet, TEXT.or_none),
        text_column=(text_column, TEXT.or_none),
        output=(output, PATH.or_none),
        qualities=(qualities, TEXTS),
        settings=(settings, SETTINGS.or_none),
        on_progress=(on_progress, FUNCTION.or_none),
    )
    known = [one.key for one in ATTRIBUTES]
    for name in qualities:
        if name not in known:
            raise UnknownAttributeError(name=name, known=", ".join(known))
    chosen = settings or Settings.load()
    wanted: tuple[Field, ...] = (*(("why",) if why else ()), *qualities)
    plan = plan_workbook(path, column=column, sheet=sheet, text_column=text_column, reasons=wanted)
    scores = WorkbookScores(plan, language=chosen.language, output=output, clear=clear)
    scores.check()
    with HostClient(chosen) as client:
        return score_list(
            scores,
            client,
            chosen,
            rescore=rescore,
            refresh=refresh,
            on_progress=lambda _: on_progress,
            reasons=reasons_from(client, wanted),
        )


def score_list(
    scores: WorkbookScores,
    client: Rater,
    settings: Settings,
    *,
    rescore: bool = False,
    refresh: bool = False,
    on_progress: Callable[[Pending], Callable[[int, int], None] | None] | None = None,
    reasons: Reasons | None = None,
    on_reasons: Callable[[int, int], None] | None = None,
) -> ScoredWorkbook:
    """Rates the plan of ``scores`` and writes it, from time to time and at the end; what was rated is written too
    where the run is interrupted. ``on_progress`` is told what is to be rated, and gives what is called with
    (finished, total). After the scores, which are there sooner, ``reasons`` is asked for what stands beside them,
    and ``on_reasons`` is called with (finished, total).
    """
    pending = find_pending(scores.plan.rows, client, settings, rescore=rescore or refresh)
    scores.scored_by = pending.scored_by
    rated: dict[int, datetime] = {}
    failed: dict[int, XlVqaError] = {}
    deaf: list[str] = []
    standing: set[int] = set()
    cleared: set[int] = set()
    found: list[tuple[PlannedRow, Mapping[str, Any]]] = []
    unexplained: dict[int, XlVqaError] = {}
    earlier: set[int] = set()

    def take(row: PlannedRow, result: Result) -> None:
        if isinstance(result, EarlierVersionError):
            earlier.add(row.row)
        elif isinstance(result, XlVqaError):
            failed[row.row] = result
            if row.score is not None:
                (cleared if is_cleared(row, result, clear=scores.clear) else standing).add(row.row)
        else:
            rated[row.row] = datetime.now()
            found.append((row, result))
            if TEXT_UNUSED in (result.get("warnings") or ()):
                deaf.append(str(result.get("model")))
        scores.add(row.row, result)

    report = on_progress(pending) if on_progress is not None else None
    try:
        rate(pending, client, take, refresh=refresh, on_progress=report)
        for count, (row, rating) in enumerate(found if reasons is not None else (), 1):
            assert reasons is not None
            try:
                scores.add(row.row, {**rating, **reasons(row)})
            except XlVqaError as error:
                unexplained[row.row] = error
            if on_reasons is not None:
                on_reasons(count, len(found))
    except KeyboardInterrupt:
        scores.write()
        raise
    written = scores.write()
    plan = scores.plan
    unused = Note("note_text_unused", {"column": plan.texts, "model": deaf[0]}) if deaf else None
    return ScoredWorkbook(
        path=written.path,
        done=pending.done,
        rated=rated,
        failed=failed,
        lost=written.lost,
        kept=scores.kept,
        notes=plan.notes,
        unused=unused,
        standing=frozenset(standing),
        cleared=frozenset(cleared),
        unexplained=unexplained,
        earlier=frozenset(earlier),
    )
