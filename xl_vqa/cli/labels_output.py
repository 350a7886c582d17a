"""What ``xl-vqa labels prepare`` prints: how the table was read, the figures, the split, findings, problems."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xl_vqa.cli.tables import print_whole
from xl_vqa.cli.texts import tr
from xl_vqa.words.figures import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from xl_vqa.datasets.interpretation import Interpretation
    from xl_vqa.datasets.prepared import Prepared

_SHOWN_COLUMNS = 4
_SHOWN_EXAMPLES = 3


def print_reading(reading: Interpretation, console: Console, language: str) -> None:
    """The table of interpretations: what each column was taken for, how sure, why, and how to say otherwise."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.datasets.interpretation import reading_rows
    from xl_vqa.datasets.words import tr as word

    table = Table(show_edge=False, pad_edge=False, title=word("reading_title", language), title_justify="left")
    for key in ("column", "header", "kind", "sure", "why", "option"):
        table.add_column(word(f"reading_{key}", language), overflow="fold")
    for row in reading_rows(reading, language):
        table.add_row(*map(Text, row))
    print_whole(console, table)
    console.print()


def print_summary(prepared: Prepared, console: Console, language: str) -> None:
    """What was read, the figures, the split, what to know, and the problems by kind."""
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.datasets.words import tr as word

    table = prepared.table
    form = word(f"form_{table.form}", language)
    # Text, not str: a path such as clip[red].xlsx must not be read as markup
    console.print(Text(tr("labels_read", language, path=table.path, form=form, sheet=table.sheet), style="bold"))
    columns = "; ".join(
        f"{word(f'column_{purpose}', language)}: {_names(names, language)}"
        for purpose, names in table.columns.items()
    )
    console.print(Text(tr("labels_columns", language, columns=columns)))
    console.print()

    facts = Table(show_header=False, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    facts.add_column()
    facts.add_column(justify="right")
    for name, value in _facts(prepared, language):
        facts.add_row(Text(name), Text(value))
    print_whole(console, facts)
    console.print()

    parts = Table(show_edge=False, pad_edge=False)
    for number, key in enumerate(("report_part", "report_videos", "report_contents", "report_mos_mean")):
        parts.add_column(word(key, language), justify="right" if number else "left")
    for row in _part_rows(prepared, language):
        parts.add_row(*row)
    print_whole(console, parts)

    if prepared.findings:
        console.print()
    for finding in sorted(prepared.findings, key=lambda found: not found.serious):
        mark = ("! ", "yellow") if finding.serious else ("- ", "dim")
        console.print(Text.assemble(mark, finding.sentence(language)))
        if finding.code == "finding_content_guessed":
            for content, videos in prepared.plan.examples[:_SHOWN_EXAMPLES]:
                console.print(Text(f"    {content}: {', '.join(videos)}", style="dim"))
    _print_problems(prepared, console, language)


def _names(names: Sequence[str], language: str) -> str:
    if len(names) <= _SHOWN_COLUMNS:
        return ", ".join(names)
    return tr("labels_many", language, count=len(names), names=", ".join(names[:_SHOWN_COLUMNS]))


def _facts(prepared: Prepared, language: str) -> Iterator[tuple[str, str]]:
    from xl_vqa.datasets.words import tr as word

    usable, means = prepared.usable, prepared.means
    yield word("report_rows", language), f"{len(prepared.table.rows):,}"
    yield word("report_usable", language), f"{len(usable):,}"
    yield word("report_contents", language), f"{len({prepared.contents[k] for k in usable}):,}"
    if not prepared.table.ready:
        yield word("report_ratings", language), f"{len(prepared.table.score):,}"
    if usable and (count := means.count[usable]).max() > 0:
        low, high = int(count.min()), int(count.max())
        yield word("report_raters", language), str(low) if low == high else f"{low}-{high}"
    if usable:
        yield word("report_mos_mean", language), rounded(means.mos[usable].mean(), 2)
    own = next((ceiling for ceiling in prepared.coding if ceiling.name == "integer"), None)
    if own is not None and own.srcc is not None and own.plcc is not None:
        yield tr("labels_ceiling", language), f"SRCC {rounded(own.srcc, 4)}, PLCC {rounded(own.plcc, 4)}"
    for key, found in (("report_alpha", prepared.judged.alpha), ("report_icc", prepared.judged.icc)):
        if found is not None and found.value is not None:
            yield word(key, language), rounded(found.value, 3)
    if prepared.noise is not None:
        yield tr("labels_noise", language), f"PLCC {rounded(prepared.noise.plcc, 3)}"


def _part_rows(prepared: Prepared, language: str) -> Iterator[list[str]]:
    from xl_vqa.datasets.split import NONE, PARTS
    from xl_vqa.datasets.words import tr as word

    for part in (*PARTS, NONE):
        members = [k for k, own in enumerate(prepared.parts) if own == part]
        contents = len({prepared.contents[k] for k in members})
        mean = rounded(prepared.means.mos[members].mean(), 2) if members and part != NONE else "-"
        yield [word(f"part_{part}", language), f"{len(members):,}", f"{contents:,}" if part != NONE else "-", mean]


def _print_problems(prepared: Prepared, console: Console, language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.datasets.problems import BLOCKING
    from xl_vqa.datasets.words import tr as word

    rows = prepared.table.rows
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    several = len({row.sheet for row in rows}) > 1
    for row in rows:
        counts.update({problem.code for problem in row.problems})
        place = word("row_of_sheet", language, row=row.row, sheet=row.sheet) if several else row.row
        for problem in row.problems:
            sentence = problem.sentence(language)
            first.setdefault(problem.code, tr("labels_row", language, row=place, sentence=sentence))
    console.print()
    if not counts:
        console.print(tr("labels_all_good", language, rows=len(rows)), highlight=False)
        return
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(word("report_problem", language))
    table.add_column(word("report_rows", language), justify="right")
    table.add_column(tr("labels_example", language))
    for code, count in sorted(counts.items(), key=lambda item: (not BLOCKING[item[0]], -item[1], item[0])):
        table.add_row(Text(code, style="red" if BLOCKING[code] else "yellow"), f"{count:,}", Text(first[code]))
    print_whole(console, table)
    left_out = sum(any(problem.blocking for problem in row.problems) for row in rows)
    bad = len(prepared.rows_with_problems)
    console.print(tr("labels_some_bad", language, count=bad, rows=len(rows), left_out=left_out), highlight=False)
