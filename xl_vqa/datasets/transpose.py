"""Tables that lie on their side: one row per respondent, one column per video, as forms export them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.comparisons import refuse_matrix
from xl_vqa.datasets.errors import RatingsOptionError
from xl_vqa.datasets.headers import Role, normal, role_of
from xl_vqa.datasets.not_counted import not_counted
from xl_vqa.datasets.ordinals import is_code, is_letter, is_mark
from xl_vqa.datasets.scores import is_blank
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.tables.grid import Cell, Grid, cell_name, column_letters
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import Reason
from xl_vqa.words.video_names import is_video_name

FEWEST_VIDEOS: Final = 3
_PLAIN: Final = "score"
"""The question of a header that holds nothing but a video."""
_BRACKETS: Final = re.compile(
    r"^(.*?)\s*[\[\(（【「<]\s*([^\[\]()（）【】「」<>]+?)\s*[\]\)）】」>]\s*$", re.DOTALL
)
_COLON: Final = re.compile(r"^(.*?)\s*(?:[:：]|\s[-–—]\s|\|)\s*(\S.*?)\s*$", re.DOTALL)
_ASKED: Final = re.compile(
    r"((?:please|kindly|how|what|rate|score|judge|assess|evaluate)\b[^\[\](){}<>:]*|.*(?:下さい|ください|ですか))"
    r"[\s?？:：。.]+([^\s\[\](){}<>「」【】（）]+\.[0-9a-z]{2,4})",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"[\s「」『』\[\]()（）【】<>\"“”‘’、。,;]+")
_QUIZ: Final = re.compile(r"scores?|points?|feedback|スコア|得点|点数|フィードバック")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+", re.IGNORECASE)
# columns of a form that name the person, the best first
_WHO: Final = (Role.RATER,)
_ID: Final = re.compile(r"(?:response|respondent|submission|entry|participant|回答者?)? ?(?:id|no|番号|#)")


@dataclass(slots=True)
class TurnedGrid(Grid):
    """A grid read sideways: its rows are columns of the source. Row 0 is the header that it was given."""

    source_columns: list[int] = field(default_factory=list)
    """The source column of each row but the first."""
    source_rows: list[int] = field(default_factory=list)
    """The source row of each column of scores, from ``first_score`` on."""
    first_score: int = 1
    left_out: dict[str, list[str]] = field(default_factory=dict)
    """What the source says of people who do not count: the texts, by the header above them."""

    def place(self, row: int, column: int) -> str:
        """The cell's name in the source."""
        if row < 1 or column < self.first_score:
            return cell_name(0, self.source_columns[max(row - 1, 0)])
        return cell_name(self.source_rows[column - self.first_score], self.source_columns[row - 1])

    def line(self, row: int) -> str:
        """Where a row of this grid stands in the source: a column's letter."""
        return column_letters(self.source_columns[row - 1])


def turned(grid: Grid, scale: Scale, wanted: Wanted, path: str) -> TurnedGrid | None:
    """The grid with its videos in rows, where they stand in its header; None where they do not.

    A header cell names a video if it is a video's name, or ends in one in brackets or after a colon ("How do
    you rate this clip? [a.mp4]"). Names without an ending count where the same question stands before all of
    them and scores below. Raises RatingsOptionError where the user names a video column in such a table.
    """
    if wanted.form not in (None, "transposed"):
        return None
    header = _header(grid, scale, wanted)
    if header is None:
        return None
    row, videos = header
    refuse_matrix(grid, row, list(videos), path)
    columns = Columns(grid, scale, wanted, path, (row,), row + 1, _names(grid, row))
    if wanted.video is not None and wanted.form is None:
        told = columns.told(wanted.video, "--video-column")
        if sum(map(is_video_name, columns.cells(told))) >= 0.5 * max(1, len(columns.cells(told))):
            return None
        problem = Reason("videos_in_headers", row=row + 1, count=len(videos), column=wanted.video)
        raise RatingsOptionError(path=path, source="--video-column", problem=problem)
    people = [index for index in range(row + 1, len(grid.rows)) if any(_filled(grid, index, c) for c in videos)]
    refused = not_counted(columns, videos.keys())
    left_out: dict[str, list[str]] = {}
    for index in people:
        if index in refused:
            left_out.setdefault(columns.name(refused[index][0]), []).append(refused[index][1])
    people = [index for index in people if index not in refused]
    names = _people(grid, row, people, set(videos))
    questions = {column: question for column, (question, _) in videos.items()}
    # "Clip 1: a.mp4", "Clip 2: b.mp4": a number for each video is no second question
    times = Counter(questions.values())
    several = len(times) > 1 and min(times.values()) > 1
    rows: list[list[Any]] = [["video", *(["dimension"] if several else []), *names]]
    for column, (question, video) in videos.items():
        rows.append(
            [video, *([question or _PLAIN] if several else []), *(grid.cell(index, column) for index in people)]
        )
    first_score = 2 if several else 1
    return TurnedGrid(
        grid.name,
        rows,
        grid.hidden,
        grid.uncalculated,
        hidden_rows=frozenset(k for k, c in enumerate(videos, 1) if c in grid.hidden_columns),
        hidden_columns=frozenset(k for k, r in enumerate(people, first_score) if r in grid.hidden_rows),
        source_columns=list(videos),
        source_rows=people,
        first_score=first_score,
        left_out=left_out,
    )


def _names(grid: Grid, row: int) -> dict[int, str]:
    return {c: str(cell) for c in range(grid.width) if (cell := grid.cell(row, c)) is not None}


def _header(grid: Grid, scale: Scale, wanted: Wanted) -> tuple[int, dict[int, tuple[str, str]]] | None:
    """The row with the videos, and column -> (question, video); None where the table does not lie on its side."""
    for index, cells in enumerate(grid.rows[:20]):
        if len(cells) < FEWEST_VIDEOS or not any(isinstance(cell, str) for cell in cells):
            continue
        parts = {c: _parts(cell) for c, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()}
        named = {c: part for c, part in parts.items() if is_video_name(part[1])}
        named = _without_quiz(_without_times(named))
        if len(named) >= FEWEST_VIDEOS:
            below = [c for c in named if _column_scores(grid, index, c, scale, wanted)]
            # two or three clips compared in one row of an ordinary table are no header
            if len(below) < 0.5 * len(named):
                return None
            # a video whose cells are words is kept, and they are named; a question for words is not about quality
            asked = {named[c][0] for c in below}
            return index, {c: part for c, part in named.items() if part[0] in asked}
        if (Role.VIDEO, True) in map(role_of, cells) and wanted.form is None:
            return None
        stems = Counter(question for question, video in parts.values() if question and video)
        asked = {q for q, count in stems.items() if count >= FEWEST_VIDEOS and len(q) >= 4}
        listed = {
            c: part for c, part in parts.items() if part[0] in asked and _rates(grid, index, c, scale, wanted)
        }
        distinct = len({video for _, video in listed.values()})
        if len(listed) >= FEWEST_VIDEOS and distinct >= FEWEST_VIDEOS and not _is_people(listed):
            return index, listed
        if wanted.form == "transposed" and len(parts) >= FEWEST_VIDEOS:
            chosen = {
                c: ("", " ".join(str(cells[c]).split())) for c in parts if _rates(grid, index, c, scale, wanted)
            }
            if chosen:
                return index, chosen
    return None


def _without_times(named: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Without columns of times and remarks, as an experiment keeps them beside each answer."""
    rest = {c: part for c, part in named.items() if not part[0] or role_of(part[0])[0] is not Role.OTHER}
    return rest if {video for _, video in rest.values()} == {video for _, video in named.values()} else named


def _without_quiz(named: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Without the columns that a form with points adds for every question: points and feedback, of nobody's."""
    quiz = {c for c, (question, _) in named.items() if _QUIZ.fullmatch(normal(question))}
    rest = {c: part for c, part in named.items() if c not in quiz}
    asked = {video for _, video in rest.values()}
    return rest if asked and {named[c][1] for c in quiz} <= asked else named


def _parts(cell: str) -> tuple[str, str]:
    """Question and video of a header: ("How do you rate this clip?", "a.mp4"); no question where there is none."""
    text = " ".join(cell.split())
    if asked := _ASKED.match(text):
        # "Please rate a.mp4", "評価してください a.mp4"
        return asked[1], asked[2]
    if is_video_name(text) and not (found := _BRACKETS.match(text)):
        # "Clip 3: a.mp4": the part behind the colon, but never a drive letter, a time of day or "file:"
        found = _COLON.match(text)
        if (
            found
            and len(found[1]) > 1
            and is_video_name(found[2])
            and not re.search(r"[\\/]", found[1])
            and not text.startswith("://", len(found[1]))
        ):
            return found[1], found[2]
        return "", text
    for token in _BETWEEN.split(text):
        # a name within the sentence: 「a.mp4」の画質を評価してください
        if is_video_name(token) and token != text:
            return " ".join(text.replace(token, " ").split()), token
    found = _BRACKETS.match(text) or _COLON.match(text)
    return (found[1].strip(), found[2].strip()) if found else ("", text)


def _is_people(listed: dict[int, tuple[str, str]]) -> bool:
    """Whether the varying part of the headers names people ("Score [Rater 1]"), not videos."""
    people = [role_of(video)[0] in (Role.RATER, Role.RATER_SCORES) for _, video in listed.values()]
    return sum(people) >= 0.5 * len(people)


def _filled(grid: Grid, row: int, column: int) -> bool:
    return grid.cell(row, column) is not None


def _column_scores(grid: Grid, header: int, column: int, scale: Scale, wanted: Wanted) -> bool:
    return not _answers(grid, header, column, scale, wanted) or _rates(grid, header, column, scale, wanted)


def _rates(grid: Grid, header: int, column: int, scale: Scale, wanted: Wanted) -> bool:
    cells = _answers(grid, header, column, scale, wanted)
    columns = Columns(grid, scale, wanted, "")
    good = sum(
        columns.number(cell) is not None or is_mark(cell) or is_letter(cell) or is_code(cell) for cell in cells
    )
    return bool(cells) and good >= 0.5 * len(cells)


def _answers(grid: Grid, header: int, column: int, scale: Scale, wanted: Wanted) -> list[Cell]:
    """The cells below a header, without the empty ones and the marks of such ("-", "未評価")."""
    cells = [grid.cell(r, column) for r in range(header + 1, len(grid.rows)) if _filled(grid, r, column)]
    return [cell for cell in cells if not is_blank(cell, scale, wanted.mapping)]


def _people(grid: Grid, header: int, rows: list[int], videos: set[int]) -> list[str]:
    """A name for each respondent: the column that names people, else numbers; never a mail address.

    Rows such as "MOS" and "SD" keep their names, so that they are read as what they are.
    """
    fallback = [f"Respondent {k + 1}" for k in range(len(rows))]
    best: list[str] | None = None
    for column in range(min(videos, default=0), -1, -1):
        if column in videos:
            continue
        cells = [grid.cell(index, column) for index in rows]
        texts = [_text(cell) for cell in cells]
        header_text = normal(grid.cell(header, column))
        role = role_of(header_text)[0]
        mails = all(_MAIL.fullmatch(text) for text in texts)
        if all(texts) and (mails or role in _WHO) and 1 < len(set(texts)) < len(texts):
            return _again(texts, mails)
        if not all(texts) or len(set(texts)) < len(texts) or any(_MAIL.fullmatch(text) for text in texts):
            continue
        if role in _WHO or _ID.fullmatch(header_text):
            return texts if not all(text.isdigit() for text in texts) else [f"Respondent {text}" for text in texts]
        if (
            role is None
            and all(isinstance(cell, str) for cell in cells)
            and not any(re.search(r"\d[/:-]\d", t) for t in texts)
        ):
            best = texts
    return best or fallback


def _again(texts: list[str], mails: bool) -> list[str]:
    """Names of people of whom some answered more than once, which the reader takes for one person's ratings."""
    first = {text: k + 1 for k, text in reversed(list(enumerate(texts)))}
    names = [f"Respondent {first[text]}" if mails or text.isdigit() else text for text in texts]
    return [
        f"{name} (session {names[: k + 1].count(name)})" if names.count(name) > 1 else name
        for k, name in enumerate(names)
    ]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()) if cell is not None else ""
