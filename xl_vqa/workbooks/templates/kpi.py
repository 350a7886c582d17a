"""The KPI tracker: summary, dashboard, monitor, log, settings, calculation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xl_vqa.workbooks.templates.base import Template, Values
from xl_vqa.workbooks.templates.kpi_calc import add_calculation
from xl_vqa.workbooks.templates.kpi_dashboard import add_dashboard
from xl_vqa.workbooks.templates.kpi_log import add_log
from xl_vqa.workbooks.templates.kpi_monitor import add_monitor
from xl_vqa.workbooks.templates.kpi_monitor_data import Written, add_monitor_data
from xl_vqa.workbooks.templates.kpi_sample import SETTINGS, sample_monitor, sample_rows
from xl_vqa.workbooks.templates.kpi_settings import add_settings
from xl_vqa.workbooks.templates.kpi_summary import add_summary
from xl_vqa.workbooks.templates.words_kpi import KPI


def build_kpi(
    language: str,
    *,
    sample: bool = False,
    values: Values | None = None,
    rows: Sequence[dict[str, Any]] | None = None,
    settings: Mapping[str, Any] | None = None,
    monitor: Written | None = None,
) -> bytes:
    """The file's bytes. ``rows`` (by the fields of kpi_log.COLUMNS) and ``settings`` (by key) fill it in;
    ``monitor`` is what a run of the command of that name has found."""
    if sample:
        rows, settings, monitor = sample_rows(language), SETTINGS, sample_monitor(language)
    book = Template("kpi", language, KPI, sample=sample, values=values)
    book.pages(add_summary(book), add_dashboard(book))
    add_monitor(book)
    add_log(book, rows or ())
    add_settings(book, settings or {})
    add_calculation(book)
    add_monitor_data(book, monitor or {})
    return book.content()
