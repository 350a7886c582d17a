"""What is said of labels, batches and verdicts: sentences for the command line, JSON, and one HTML page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.learning import gate
from xl_vqa.learning.consensus import Label
from xl_vqa.learning.gate import Part, Verdict
from xl_vqa.learning.texts import TEXTS, tr
from xl_vqa.page.document import document
from xl_vqa.page.tables import text_table
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import ACR_BANDS

JOIN: Final = ", "
SHOWN_ROWS: Final = 8
_BANDS: Final = {band.key: band for band in ACR_BANDS}


def contradiction(label: Label, language: str) -> str:
    """Who says what, where; and what becomes of it."""
    said = JOIN.join(tr("said", language, who=one.who, mos=one.mos, place=one.place) for one in label.statements)
    key = "asked" if label.asked else "contradiction"
    return tr(key, language, video=label.path, said=said, mos=label.mos, spread=label.spread)


def finding(values: Mapping[str, Any], language: str) -> str:
    """What is wrong with a batch, and what to do; ``values`` as ``Finding.to_dict`` gives them."""
    who = values["who"] or tr("who_all", language)
    facts = {"who": who, "count": len(values["rows"]), "value": values["value"], "expected": values["expected"]}
    return tr(f"finding_{values['kind']}", language, **facts)


def row_names(rows: Sequence[str], language: str, most: int = SHOWN_ROWS) -> str:
    shown = JOIN.join(rows[:most])
    return shown if len(rows) <= most else tr("more_rows", language, rows=shown, count=len(rows) - most)


def decision(verdict: Verdict | None, name: str, language: str) -> str:
    if verdict is None:
        return tr("decision_refused", language)
    return tr(f"decision_{verdict.decision}", language, name=name, better=max(-verdict.whole.change, 0.0))


def reasons(verdict: Verdict, language: str) -> list[str]:
    """Why not, a sentence each; none of a model that is promoted."""
    return [tr(key, language, **_spoken(params, language)) for key, params in verdict.reasons]


def as_dict(plan: Mapping[str, Any], verdict: Verdict | None, refused: Sequence[str]) -> dict[str, Any]:
    """JSON-ready; sentences in every language. ``verdict`` is None where nothing was trained."""
    said = {language: decision(verdict, plan["name"], language) for language in LANGUAGES}
    why = {
        language: reasons(verdict, language) if verdict is not None else _refusals(plan, refused, language)
        for language in LANGUAGES
    }
    decided = "batch_refused" if verdict is None else verdict.decision
    gate_said = None if verdict is None else verdict.to_dict()
    return {"verdict": decided, "sentence": said, "why": why, "gate": gate_said, **plan}


def verdict_html(
    plan: Mapping[str, Any],
    verdict: Verdict | None,
    refused: Sequence[str],
    language: str,
    made: datetime.datetime | None = None,
) -> str:
    """The whole page. ``made`` is the time it shows, by default now."""
    title = tr("title", language)
    date = (made or datetime.datetime.now()).strftime("%Y-%m-%d %H:%M")
    good = verdict is not None and verdict.decision == "promoted"
    why = reasons(verdict, language) if verdict is not None else []
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sub">{escape(tr("made", language, date=date, version=__version__))}</p>',
        f'<p class="notice {"good" if good else "bad"}">{escape(decision(verdict, plan["name"], language))}</p>',
        *(f'<p class="notice">{escape(line)}</p>' for line in why),
        _findings(plan, language),
        _facts(plan, verdict, language),
        "" if verdict is None else _parts(verdict, language),
        _left_out(plan, language),
    ]
    return document(title, language, "".join(parts))


def error_of(values: Mapping[str, Any]) -> XlVqaError:
    return from_dict(dict(values))


def _refusals(plan: Mapping[str, Any], refused: Sequence[str], language: str) -> list[str]:
    return [finding(one, language) for one in plan["findings"] if one["kind"] in refused]


def _findings(plan: Mapping[str, Any], language: str) -> str:
    rows = escape(tr("rows", language))
    lines = "".join(
        f'<p class="notice">{escape(finding(one, language))}<br><span class="faint">{rows}: '
        f"{escape(row_names(one['rows'], language, 200))}</span></p>"
        for one in plan["findings"]
    )
    for key, kinds in (("accepted", plan["accepted"]), ("unknown_findings", plan["unknown"])):
        if kinds:
            lines += f'<p class="note">{escape(tr(key, language, kinds=JOIN.join(kinds)))}</p>'
    return _section("batch_title", lines, language) if lines else ""


def _facts(plan: Mapping[str, Any], verdict: Verdict | None, language: str) -> str:
    rows = [(tr("fact_model", language), plan["name"]), (tr("fact_labels", language), str(plan["labels"]))]
    if "new" in plan:
        rows.append(("", tr("fact_mix", language, new=plan["new"], replayed=plan["replayed"])))
    held = plan["hold_out"]
    rows.append((tr("fact_hold_out", language), f"{held['path']} ({held['fingerprint'][:11]}, {held['videos']})"))
    if verdict is not None and verdict.order_old is not None:
        now = "-" if verdict.order_new is None else rounded(verdict.order_new, 3)
        rows.append((tr("fact_order", language), f"{rounded(verdict.order_old, 3)}, {now}"))
    body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return _section("facts", f"<dl>{body}</dl>", language)


def part_rows(verdict: Verdict, language: str) -> list[list[str]]:
    """Part, videos, contents, before, now, change, interval, chance, verdict; all videos first."""
    return [_part_row(part, language) for part in (verdict.whole, *verdict.parts)]


def part_head(language: str) -> list[str]:
    keys = ("part", "videos", "contents", "before_mae", "after_mae", "change", "interval", "p_holm", "judgement")
    return [tr(key, language) for key in keys]


def _part_row(part: Part, language: str) -> list[str]:
    interval = (
        "-"
        if part.low is None or part.high is None
        else f"{rounded(part.low, 3, sign=True)} .. {rounded(part.high, 3, sign=True)}"
    )
    said = "part_worse" if part.worse else "part_few" if part.low is None else "part_fine"
    whole = not part.name
    return [
        tr("whole", language) if whole else _part_name(part.name, part.value, language),
        str(part.videos),
        str(part.contents),
        rounded(part.old, 3),
        rounded(part.new, 3),
        rounded(part.change, 3, sign=True),
        interval,
        "-" if part.p is None or whole else f"{part.p:.2g}",
        "" if whole else tr(said, language),
    ]


def _parts(verdict: Verdict, language: str) -> str:
    rules = tr(
        "gate_rules",
        language,
        videos=verdict.whole.videos,
        resamples=gate.RESAMPLES,
        margin=verdict.margin,
        rate=gate.RATE,
        equal=gate.EQUAL,
    )
    table = text_table(part_head(language), part_rows(verdict, language), numbers=range(1, 8), tight=(8,))
    return _section("parts", f'<p class="note">{escape(rules)}</p>{table}', language)


def _left_out(plan: Mapping[str, Any], language: str) -> str:
    lines = "".join(f"<li>{escape(error_of(one).message(language))}</li>" for one in plan["left_out"])
    return _section("left_out", f"<ul>{lines}</ul>", language) if lines else ""


def _section(key: str, body: str, language: str) -> str:
    return f"<section><h2>{escape(tr(key, language))}</h2>{body}</section>"


def _spoken(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    if "part" not in params:
        return dict(params)
    name, _, value = str(params["part"]).partition(": ")
    return {**params, "part": _part_name(name, value, language)}


def _part_name(name: str, value: str, language: str) -> str:
    shown = tr(f"part_{name}", language) if f"part_{name}" in TEXTS else name
    if name == "band" and value in _BANDS:
        value = _BANDS[value].name(language)
    return f"{shown}: {value}"
