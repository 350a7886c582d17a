"""The report of a calibration: one HTML page, and the lines that the command prints, in English or Japanese."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape

from xl_vqa import __version__
from xl_vqa.calibration import charts
from xl_vqa.calibration.calibrate import REPEATS
from xl_vqa.calibration.result import Calibration, Coverage, RatedVideos
from xl_vqa.calibration.texts import notice_text, tr
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.result import Failure
from xl_vqa.evaluation.texts import interval_text, value_text
from xl_vqa.page.document import document
from xl_vqa.page.tables import text_table
from xl_vqa.words.domain_profile import SHOWN_COVERAGE
from xl_vqa.words.figures import as_percent, rounded
from xl_vqa.words.labels import ACR_BANDS, band_by_key

Lines = list[tuple[str, str]]


def report_html(
    found: Calibration,
    rated: RatedVideos,
    failures: Sequence[Failure] = (),
    language: str = "en",
    made: datetime.datetime | None = None,
) -> str:
    """The whole page. ``made`` is the time it shows, by default now."""
    profile = found.profile
    title = tr("title", language, model=profile.model, name=profile.name)
    date = (made or datetime.datetime.now()).strftime("%Y-%m-%d %H:%M")
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sub">{escape(tr("made", language, date=date, version=__version__))}</p>',
        _notices(found, language),
        _section("what", _lines(fact_lines(found, language)), language),
        _pictures(found, rated, language),
        _section("line", _lines(line_lines(found, language)), language),
        _coverage(found, language),
        _section("bands", _bands(found, language), language, tr("bands_note", language)),
        _decision(found, language),
        _section("meaning", _lines(meaning_lines(found, language)), language),
        _failures(failures, language),
    ]
    return document(title, language, "".join(parts))


# -- lines, for page and terminal


def fact_lines(found: Calibration, language: str) -> Lines:
    profile = found.profile
    lines = [("sheet", str(profile.facts.get("sheet", "-"))), ("model", profile.model)]
    lines += [("videos", str(found.videos)), ("contents", str(found.contents)), ("profile", profile.name)]
    lines.append(("use", f'=VQA_SCORE(A2,,"{profile.name}")   xl-vqa score --profile "{profile.name}"'))
    return [(tr(key, language), value) for key, value in lines]


def line_lines(found: Calibration, language: str) -> Lines:
    lines = [(tr("kind", language), tr(found.line.kind, language))]
    lines += [
        (tr("rmse_of", language, kind=tr(kind, language)), rounded(error, 3))
        for kind, error in found.line.held_out.items()
    ]
    for key, figure in (
        ("band_ece_before", found.band_error_before),
        ("band_ece_after", found.band_error_after),
    ):
        lines.append((tr(key, language), value_text("band_ece", figure, language)))
    return lines


def coverage_lines(found: Calibration, language: str) -> Lines:
    return [
        (f"{tr('coverage', language)} {as_percent(one.stated)}", _share(one.found, language))
        for one in found.coverage
    ]


def band_rows(found: Calibration, language: str) -> list[list[str]]:
    """Band, the score at which it begins, that as MOS, the limit's interval, where it comes from."""
    bands, scale = found.bands, found.profile.scale
    rows = []
    for number, limit in enumerate(bands.limits):
        name = ACR_BANDS[number + 1].name(language)
        interval = bands.intervals[number]
        source = f"chosen_{bands.chosen}" if bands.told[number] else "kept"
        nowhere, everywhere = limit > scale.label_max, limit <= scale.label_min
        shown = tr("nowhere", language) if nowhere else tr("every", language) if everywhere else rounded(limit, 1)
        rows.append(
            [
                tr("begins", language, name=name),
                shown,
                "–" if nowhere or everywhere else rounded(bands.mos[number], 2),
                "" if interval is None else f"{rounded(interval[0], 1)} – {rounded(interval[1], 1)}",
                tr(source, language),
            ]
        )
    return rows


def band_lines(found: Calibration, language: str) -> Lines:
    return [
        (tr("right_before", language), as_percent(found.bands.before.right, 1)),
        (tr("right_after", language), as_percent(found.bands.after.right, 1)),
    ]


def decision_lines(found: Calibration, language: str) -> Lines:
    decision = found.decision
    if decision is None:
        return []
    trivial = tr("trivial_cost", language, name=tr(f"trivial_{decision.trivial}", language))
    saved = decision.saved
    interval = (
        "" if saved.low is None or saved.high is None else f" [{rounded(saved.low, 3)}, {rounded(saved.high, 3)}]"
    )
    lines = [
        (tr("accept_limit", language), _limit(decision.accept, decision.accept_interval)),
        (tr("reject_limit", language), _limit(decision.reject, decision.reject_interval)),
        (tr("cost", language), rounded(decision.cost, 3)),
        (tr("held_out_cost", language), rounded(decision.held_out, 3)),
        (trivial, rounded(decision.trivial_cost, 3)),
        (tr("saved", language), f"{rounded(saved.value, 3)}{interval}"),
    ]
    return [
        *lines,
        *((tr(f"share_{key}", language), as_percent(share, 1)) for key, share in decision.shares.items()),
    ]


def meaning_lines(found: Calibration, language: str) -> Lines:
    profile = found.profile
    lines = []
    if profile.reference is not None:
        key = "rank_own" if profile.reference.name is None else "rank_other"
        among = tr(key, language, count=len(profile.reference.scores), name=profile.reference.name)
        lines.append((tr("rank_among", language), among))
    alarm = tr("none", language)
    if profile.alarm is not None and found.false_alarm is not None:
        rang = _share(found.false_alarm, language)
        alarm = tr("alarm_value", language, limit=profile.alarm.limit, rate=profile.alarm.false_alarm, found=rang)
    lines.append((tr("alarm", language), alarm))
    lines.append(("", tr("alarm_missing", language)))
    return lines


# -- sections


def _section(key: str, body: str, language: str, note: str = "") -> str:
    above = f'<p class="note">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(tr(key, language))}</h2>{above}{body}</section>"


def _lines(lines: Lines) -> str:
    return text_table([], lines)


def _notices(found: Calibration, language: str) -> str:
    if not found.notices:
        return ""
    told = (f'<p class="notice">{escape(notice_text(one, language))}</p>' for one in found.notices)
    return _section("attention", "".join(told), language)


def _pictures(found: Calibration, rated: RatedVideos, language: str) -> str:
    figures = []
    for key, picture in charts.pictures(found, rated, language):
        note = tr(f"{key}_note", language, repeats=REPEATS)
        heading, caption = escape(tr(key, language)), escape(note)
        figures.append(f"<figure><h2>{heading}</h2>{picture}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="figures">{"".join(figures)}</div>'


def _coverage(found: Calibration, language: str) -> str:
    if not found.coverage:
        return ""
    head = [tr(key, language) for key in ("stated", "found", "half_width")]
    rows = [
        [as_percent(one.stated), _share(one.found, language), f"± {rounded(one.half_width, 2)}"]
        for one in found.coverage
    ]
    for one in found.coverage:
        if one.stated == SHOWN_COVERAGE:
            rows += _parts(one, language)
    spread = found.profile.spread
    for name, width in (spread.group_widths.get("0.9", {}) if spread is not None else {}).items():
        if width is not None:
            title = tr("width_of_group", language, name=name, profile=found.profile.name)
            rows.append([title, "", f"± {rounded(width, 2)} (90%)"])
    return _section("coverage", text_table(head, rows), language)


def _parts(one: Coverage, language: str) -> list[list[str]]:
    found = []
    for key, figure in one.by_band.items():
        name = band_by_key(key).name(language)
        found.append(
            [tr("of_band", language, name=name, stated=as_percent(one.stated)), _share(figure, language), ""]
        )
    for name, figure in one.by_group.items():
        title = tr("of_group", language, name=name, stated=as_percent(one.stated))
        found.append([title, _share(figure, language), ""])
    return found


def _bands(found: Calibration, language: str) -> str:
    head = ["", tr("score_axis", language), tr("in_mos", language), tr("interval", language), tr("kind", language)]
    return text_table(head, band_rows(found, language)) + _lines(band_lines(found, language))


def _decision(found: Calibration, language: str) -> str:
    decision, limits = found.decision, found.limits
    if decision is None or limits is None:
        return ""
    costs = {"review": limits.review_cost, "escape": limits.escape_cost, "reject": limits.reject_cost}
    note = tr("decision_note", language, **costs, limit=limits.defect_limit)
    body = charts.cost(decision, language) + _lines(decision_lines(found, language))
    return _section("decision", body, language, note)


def _failures(failures: Sequence[Failure], language: str) -> str:
    if not failures:
        return ""
    return _section("not_rated", text_table([], [(one.video, one.detail) for one in failures]), language)


def _share(figure: Figure, language: str) -> str:
    value = value_text("band_accuracy", figure, language)
    interval = interval_text("band_accuracy", figure, language) if figure.low is not None else ""
    return f"{value} [{interval}]" if interval else value


def _limit(limit: float, interval: tuple[float, float]) -> str:
    return f"{rounded(limit, 1)} [{rounded(interval[0], 1)}, {rounded(interval[1], 1)}]"
