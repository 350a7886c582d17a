"""``xl-vqa score --cluster``: the rows of the command by the workers of a Ray cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xl_vqa.cli.progress import rating_progress
from xl_vqa.cli.texts import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from xl_vqa.bridge.videos import Result
    from xl_vqa.cli.inputs import InputRow
    from xl_vqa.words.settings import Settings


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the options say of it: the address, workers at the most, minutes without a result."""

    address: str
    workers: int | None
    patience: float


def rate_rows_on_cluster(
    rows: Sequence[InputRow],
    settings: Settings,
    console: Console,
    cluster: Cluster,
    *,
    text: str | None,
    refresh: bool,
) -> list[Result]:
    """A result for every row, in order, as ``score.rate_rows``."""
    from xl_vqa.bridge.remarks import sentences
    from xl_vqa.bridge.videos import Video
    from xl_vqa.cluster.score import score_on_cluster

    results: list[Result | None] = [row.error for row in rows]
    waiting = [index for index, row in enumerate(rows) if row.error is None]
    language = settings.language
    with contextlib.ExitStack() as stack:
        progress = _Progress(console, language, stack)

        def tell(key: str, **params: Any) -> None:
            console.print(tr(key, language, **params), markup=False, highlight=False)

        try:
            run = score_on_cluster(
                [Video(rows[index].path, rows[index].text or text) for index in waiting],
                settings,
                cluster.address,
                workers=cluster.workers,
                stall_s=cluster.patience * 60,
                refresh=refresh,
                tell=tell,
                on_progress=progress,
            )
        except KeyboardInterrupt:
            stopped = "interrupted_refresh" if refresh else "interrupted"
            console.print(tr(stopped, language, done=progress.done, total=progress.total))
            raise
    for words in sentences(run.info, language):
        console.print(words, style="yellow", markup=False, soft_wrap=True)
    if run.stored:
        tell("cluster_stored", count=run.stored)
    for index, result in zip(waiting, run.results, strict=True):
        results[index] = result
    return [result for result in results if result is not None]


class _Progress:
    """The bar or the lines, from when it is known how much there is to do."""

    def __init__(self, console: Console, language: str, stack: contextlib.ExitStack) -> None:
        self._console, self._language, self._stack = console, language, stack
        self._report: Callable[[int, int], None] | None = None
        self.done = self.total = 0

    def __call__(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if self._report is None:
            self._report = self._stack.enter_context(rating_progress(self._console, total, self._language))
        self._report(done, total)
