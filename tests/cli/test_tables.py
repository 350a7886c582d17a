"""In a terminal of any width nothing of a table is lost, and no figure is torn."""

from __future__ import annotations

import io
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table
from rich.text import Text

from xl_vqa.cli.tables import print_whole
from xl_vqa.evaluation.report_texts import heading

FIGURES = ("+0.131", "0.812 [0.701, 0.903]", "-12,345.678", "p < 0.001")
SENTENCES = st.sampled_from(
    [
        heading("open", "ja"),
        heading("open", "en"),
        "予測の多くが MOS の範囲外",
        "split_across_content",
        "C:\\動画\\a b.mp4",
    ]
)


def printed(width: int, rows: list[tuple[str, ...]], justify: str) -> str:
    out = io.StringIO()
    table = Table(show_edge=False, pad_edge=False)
    for number in range(len(rows[0])):
        # the defaults of rich, which cut
        table.add_column(f"H{number}", justify="right" if justify[number] == "r" else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    print_whole(Console(file=out, width=width), table)
    return out.getvalue()


@settings(deadline=None)
@given(
    st.integers(20, 200),
    st.lists(st.tuples(SENTENCES, *[st.sampled_from(FIGURES)] * 3, SENTENCES, SENTENCES), min_size=1, max_size=4),
)
def test_nothing_is_cut(width: int, rows: list[tuple[str, ...]]) -> None:
    shown = printed(width, rows, "lrrrll")
    marks = Counter("".join(shown.split()).translate({ord(mark): None for mark in "│┃━╇┼─"}))
    expected = Counter("".join("".join("".join(row).split()) for row in rows) + "H0H1H2H3H4H5")
    assert marks == expected
    lines = shown.splitlines()
    for row in rows:
        for figure in " ".join(row[1:4]).split():
            assert any(figure in line for line in lines)


def test_a_verdict_keeps_its_end_at_80_columns() -> None:
    """差があるとは言えない says that no difference can be claimed; cut, it said that there is one."""
    row = (
        "明るさのばらつき",
        "順位相関係数(SRCC)",
        "+0.131",
        "-0.064～+0.349",
        "0.18",
        heading("open", "ja"),
    )
    shown = printed(80, [row], "llrlrl")
    assert "…" not in shown
    assert "".join(line.rpartition("│")[2].strip() for line in shown.splitlines()[2:]) == heading("open", "ja")


def test_an_option_is_not_torn_at_80_columns() -> None:
    row = (
        "annotation_id",
        "scores of 12 raters",
        "names of raters",
        "its header",
        "likely",
        "--score-column 'a b'",
    )
    shown = printed(80, [row], "llllll")
    assert "--score-column" in shown
    assert "'a b'" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_command_among_other_texts_does_not_make_its_column_narrow() -> None:
    out = io.StringIO()
    table = Table(show_header=False, show_edge=False, box=None, pad_edge=False)
    command = '=VQA_SCORE(A2,,"q") xl-vqa score --profile "q"'
    for row in (("RMSE held out: isotonic regression", "0.358"), ("To use it", command)):
        table.add_row(*map(Text, row))
    print_whole(Console(file=out, width=100), table)
    assert command in out.getvalue()
