"""A progress bar with an ETA for videos that the host rates, and the table printed at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from xl_vqa.bridge.readings import remarks_of
from xl_vqa.cli.texts import tr
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.labels import band_by_key
from xl_vqa.words.messages import TEXT_UNUSED, text, warning_sentences

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.bridge.client import HostClient

# A person reads the top of a table; the rest belongs in a file.
MAX_ROWS = 60
LINE_EVERY_S = 20.0


class Report(Protocol):
    """Told how far something is."""

    def __call__(self, done: int, total: int, left_s: float | None = None) -> None: ...


@contextmanager
def counting(console: Console, what: str, total: int, language: str) -> Iterator[Report]:
    """Yields ``report(done, total, left_s=None)``: a bar with the time left, and lines now and then where there is
    no terminal. ``left_s`` is the time left where somebody knows it better than the pace so far tells."""
    import time

    started = last = time.monotonic()
    if console.is_terminal:
        with _bars(console) as progress:
            task = progress.add_task(what, total=total)
            yield lambda done, total, left_s=None: progress.update(task, completed=done, total=total, left=left_s)
        return

    def line(done: int, total: int, left_s: float | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_EVERY_S and 0 < done < total:
            last = now
            by_pace = (now - started) / done * (total - done)
            minutes = rounded((by_pace if left_s is None else left_s) / 60, 1)
            words = tr("time_left", language, what=what, done=done, total=total, minutes=minutes)
            console.print(words, markup=False, highlight=False)

    yield line


def rating_progress(console: Console, total: int, language: str) -> AbstractContextManager[Report]:
    """``counting`` for videos that the host rates."""
    return counting(console, tr("scoring", language), total, language)


def _bars(console: Console) -> Any:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Left(TimeRemainingColumn):
        """What was told, else by the pace."""

        max_refresh = 0.5

        def render(self, task: Any) -> Text:
            told = task.fields.get("left")
            if told is None:
                return super().render(task)
            minutes, seconds = divmod(int(told), 60)
            return Text(f"{minutes // 60}:{minutes % 60:02}:{seconds:02}", style="progress.remaining")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        Left(),
        console=console,
        # rates come in bursts of a batch: a longer window keeps the ETA from jumping
        speed_estimate_period=120,
        disable=not console.is_terminal,
    )


def rows_table(rows: Sequence[tuple[str, Mapping[str, Any] | XlVqaError]], language: str) -> Any:
    """A rich table of the first rows: score, MOS, band, confidence, error or warning."""
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, pad_edge=False)
    table.add_column(tr("col_path", language), ratio=3)
    for key in ("col_label", "col_mos", "col_band", "col_confidence"):
        table.add_column(tr(key, language), justify="left" if key == "col_band" else "right")
    table.add_column(tr("col_error", language), ratio=3)
    for path, result in rows[:MAX_ROWS]:
        if isinstance(result, XlVqaError):
            # Text, not str: a path such as clip[red].mp4 must not be read as markup
            table.add_row(Text(path), "", "", "", "", Text(result.message(language), style="red"))
            continue
        band = band_by_key(result["band"])
        name = Text(f" {band.name(language)} ", style=f"black on #{band.color}")
        remarks = remarks_of(result, warning_sentences(result, language), language)
        confidence = as_percent(result["band_probability"])
        table.add_row(
            Text(path),
            str(result["label"]),
            rounded(result["mos"], 2),
            name,
            confidence,
            Text(remarks, style="yellow"),
        )
    return table


def say_remarks(client: HostClient, language: str, console: Console) -> None:
    """What the host said of itself while it rated."""
    from xl_vqa.bridge.remarks import sentences

    for words in sentences(client.host_info, language):
        console.print(words, style="yellow", markup=False, soft_wrap=True)


def unused_text(results: Iterable[dict[str, Any] | XlVqaError], language: str) -> str | None:
    """A line where the model made nothing of a text that it was given."""
    unused = any(TEXT_UNUSED in (one.get("warnings") or ()) for one in results if not isinstance(one, XlVqaError))
    return text(TEXT_UNUSED, language) if unused else None
