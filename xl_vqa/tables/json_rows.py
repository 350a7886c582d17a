"""JSON and JSON Lines, as ``xl-vqa score`` and fine-tuning data sets write them: records become rows."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from xl_vqa.tables.grid import Grid, TableError, grid
from xl_vqa.words.reasons import Problem, Reason, why_malformed
from xl_vqa.words.video_names import is_video_name

_MOST_DEPTH: Final = 6
_WHOLE: Final = frozenset({"scale", "band_thresholds", "distribution", "warnings"})
"""Nested values of our own results, which their reader takes as one thing."""
_LISTS: Final = ("results", "ratings", "rows", "videos")
"""Where an object keeps its list of rows."""


def read_json_rows(name: str, content: bytes) -> list[Grid]:
    """The one grid: the names of all values as its header, then a row a record. Raises TableError.

    Nested values are columns below a header of two rows, lists of scores numbered columns. Understood are lists
    of records, one record per line, a table of columns ({"video": [...], "mos": [...]}), video -> score or
    video -> record, a list under any key of an object, and dimension -> [mean, records] as benchmarks write it
    (with a column ``dimension``). NaN and null are empty.
    """
    records = list(_records(_parsed(content)))
    if not records:
        raise TableError("problem_not_json_rows")
    flat = [dict(_flattened(record)) for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    rows = [[record.get(name) for name in names] for record in flat]
    return [grid(name, [*_header(names, flat), *rows])]


def _header(names: Sequence[str], records: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """One header row; two, as under a merged cell of a sheet, where one key holds numbers by person."""
    split = {name: name.rpartition("/") for name in names}
    leaves = Counter(leaf for _, _, leaf in split.values())
    below: dict[str, list[str]] = {}
    for name, (parent, _, _) in split.items():
        below.setdefault(parent, []).append(name)
    grouped = {
        name
        for parent, own in below.items()
        if parent and len(own) > 1 and all(_numeric(record.get(name)) for name in own for record in records)
        for name in own
    }
    single = {name: leaf if leaves[leaf] == 1 else name for name, (_, _, leaf) in split.items()}
    if not grouped:
        return [list(single.values())]
    top = [split[name][0] if name in grouped else single[name] for name in names]
    return [top, [split[name][2] if name in grouped else None for name in names]]


def _numeric(cell: Any) -> bool:
    return cell is None or (isinstance(cell, (int, float)) and not isinstance(cell, bool))


def _parsed(content: bytes) -> Any:
    """The whole as one value, else each line as one. Raises TableError with the line that is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        whole = _where(error)
    try:
        lines = [(k, line) for k, line in enumerate(content.decode("utf-8-sig").splitlines(), 1) if line.strip()]
    except UnicodeDecodeError as error:
        raise TableError("problem_not_json", whole) from error
    found = []
    for number, line in lines:
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            # one value over several lines that is broken somewhere is no file of lines
            of_lines = len(found) > 0 and len(lines) > 1
            raise TableError("problem_not_json", _where(error, number) if of_lines else whole) from error
    return found


def _where(error: Exception, line: int | None = None) -> Problem:
    """The place of what is no JSON; ``line`` is that of the file where each line is a value of its own."""
    if isinstance(error, json.JSONDecodeError):
        return Reason("content_at", line=line or error.lineno, column=error.colno)
    return why_malformed(error)


def _records(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping):
                yield item
            elif isinstance(item, list) and item:
                # rows without names: A, B, C as a sheet without a header
                yield {chr(ord("A") + k): cell for k, cell in enumerate(item[:26])}
        return
    if not isinstance(value, Mapping) or not value:
        return
    if (listed := next((value[key] for key in _LISTS if _is_list_of_records(value.get(key))), None)) is not None:
        yield from _records(listed)
        return
    if benchmark := list(_benchmark(value)):
        yield from benchmark
    elif all(isinstance(v, list) for v in value.values()) and len({len(v) for v in value.values()}) == 1:
        length = len(next(iter(value.values())))
        if not any(isinstance(cell, Mapping) for column in value.values() for cell in column):
            yield from ({name: column[k] for name, column in value.items()} for k in range(length))
        elif len(value) == 1:
            yield from _records(next(iter(value.values())))
    elif _by_video(value):
        for name, item in value.items():
            if isinstance(item, Mapping):
                yield {"video": name, **item}
            elif isinstance(item, list):
                yield {"video": name, "scores": item}
            else:
                yield {"video": name, "score": item}
    else:
        # the longest list of records below: {"info": ..., "annotations": [...]}
        lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)]
        if lists:
            yield from _records(max(lists, key=len))
        elif any(isinstance(v, Mapping) for v in value.values()):
            for item in value.values():
                yield from _records(item) if isinstance(item, Mapping) else ()
        elif any(is_video_name(item) for item in value.values()):
            # one record alone
            yield value


def _is_list_of_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _by_video(value: Mapping[str, Any]) -> bool:
    """An object whose keys are the videos: names of files, or many keys with one kind of value."""
    if sum(map(is_video_name, value)) >= 0.5 * len(value):
        return True
    kinds = {type(item) for item in value.values()}
    plain = kinds <= {int, float} or kinds == {dict} or kinds == {list}
    return (
        plain
        and len(value) >= 3
        and not any(isinstance(v, list) and v and isinstance(v[0], Mapping) for v in value.values())
    )


def _benchmark(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """{dimension: [mean, [{video_path, video_results}]]}: every record gets its dimension."""
    for dimension, item in value.items():
        pair = isinstance(item, list) and len(item) == 2 and isinstance(item[1], list)
        if not pair or isinstance(item[0], (Mapping, list)) or not all(isinstance(r, Mapping) for r in item[1]):
            return
        for record in item[1]:
            yield {
                **{("score" if name == "video_results" else name): cell for name, cell in record.items()},
                "dimension": dimension,
            }


def _plain(value: Any) -> Any:
    """An error of the host is an object: its sentence is what a table shows."""
    return value.get("message") or value.get("code") if isinstance(value, dict) and "code" in value else value


def _flattened(record: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        name = f"{before}/{key}" if before else str(key)
        if name in _WHOLE or _plain(value) is not value:
            yield name, _plain(value)
        elif isinstance(value, Mapping) and depth < _MOST_DEPTH:
            yield from _flattened(value, name, depth + 1)
        elif isinstance(value, list):
            yield from _list(name, value)
        elif (isinstance(value, float) and not math.isfinite(value)) or (
            isinstance(value, str) and not value.strip()
        ):
            yield name, None
        else:
            yield name, value


def _list(name: str, value: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    if len(value) == 1 and not isinstance(value[0], (Mapping, list)):
        # "videos": ["a.mp4"]
        yield name, value[0]
    elif value and all(isinstance(v, (int, float)) or v is None for v in value):
        yield from ((f"{name} {k}", _finite(cell)) for k, cell in enumerate(value, 1))
    elif value and all(isinstance(v, Mapping) for v in value):
        yield from _turns(name, value)
    elif value and all(isinstance(v, str) for v in value):
        yield name, ", ".join(value)


def _finite(cell: Any) -> Any:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _turns(name: str, value: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The answer of a conversation as trainers write it is the score; ratings listed by person are columns."""
    for item in value:
        who = item.get("role", item.get("from"))
        text = item.get("content", item.get("value"))
        if who in ("assistant", "gpt") and isinstance(text, (str, int, float)):
            yield "score", text
        person = next((item[k] for k in ("rater", "annotator", "worker", "user", "subject") if k in item), None)
        score = next((item[k] for k in ("score", "rating", "value", "opinion") if k in item), None)
        if person is not None and isinstance(score, (int, float)):
            yield f"rater/{person}", _finite(score)
