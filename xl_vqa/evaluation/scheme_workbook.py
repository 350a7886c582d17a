"""A comparison of schemes as an .xlsx workbook: figures, differences, seeds, predictions and runs, en or ja."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from xl_vqa.evaluation.scheme_comparison import SchemeComparison, Variant
from xl_vqa.evaluation.scheme_texts import (
    fact_lines,
    name_of,
    notice_words,
    say,
    shown_variant,
    verdict_words,
)
from xl_vqa.evaluation.texts import value_text, word

Row = Sequence[Any]


def scheme_workbook(comparison: SchemeComparison, language: str = "en") -> bytes:
    """The whole file. Numbers are numbers; text that begins with "=" stays text."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    _Book(book, comparison, language).fill()
    book.close()
    return memory.getvalue()


class _Book:
    def __init__(self, book: Any, comparison: SchemeComparison, language: str) -> None:
        self.book, self.c, self.language = book, comparison, language
        font = {"font_name": "Yu Gothic" if language == "ja" else "Calibri", "font_size": 11}
        self.plain = book.add_format(font)
        # a verdict that a narrow cell cuts may say the opposite
        self.folded = book.add_format({**font, "text_wrap": True, "valign": "top"})
        self.number = book.add_format({**font, "num_format": "0.000"})
        self.head = book.add_format({**font, "bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({**font, "bold": True, "font_size": 16})

    def say(self, key: str, **params: object) -> str:
        return say(key, self.language, **params)

    def fill(self) -> None:
        self._figures()
        self._intervals()
        self._comparisons()
        self._seeds()
        self._predictions()
        self._runs()

    def _figures(self) -> None:
        c = self.c
        sheet = self.book.add_worksheet(self.say("sheet_figures"))
        sheet.write_string(0, 0, self.say("title"), self.title)
        lines = [verdict_words(c, self.language, name) for name in ("srcc", "rmse")]
        lines += [notice_words(notice, self.language) for notice in c.notices]
        at = 1
        for line in lines:
            sheet.write_string(at, 0, line, self.plain)
            at += 1
        for fact, said in fact_lines(c, self.language):
            sheet.write_string(at, 0, fact, self.plain)
            sheet.write_string(at, 1, said, self.plain)
            at += 1
        head = [
            self.say("scheme"),
            self.say("decoding"),
            *(word(name, self.language) for name in self.c.statistics),
        ]
        rows = [
            [
                name_of(variant.scheme, self.language),
                name_of(variant.decoding, self.language),
                *(self._value(variant, name) for name in self.c.statistics),
            ]
            for variant in c.variants
        ]
        self._table(sheet, at + 1, head, rows)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 26)
        sheet.set_column(2, 1 + len(self.c.statistics), 13)
        self._page(sheet)

    def _value(self, variant: Variant, name: str) -> float | str:
        figure = variant.figures[name]
        return value_text(name, figure, self.language) if figure.value is None else figure.value

    def _intervals(self) -> None:
        head = [self.say(key) for key in ("scheme", "decoding", "figure", "mean", "low", "high", "sd_of_seeds")]
        rows = [
            [
                name_of(variant.scheme, self.language),
                name_of(variant.decoding, self.language),
                word(name, self.language),
                self._value(variant, name),
                variant.figures[name].low,
                variant.figures[name].high,
                variant.seed_sd[name],
            ]
            for variant in self.c.variants
            for name in self.c.statistics
        ]
        self._sheet("sheet_intervals", head, rows, (22, 18, 28, 12, 12, 12, 14))

    def _comparisons(self) -> None:
        keys = {f"{v.scheme} / {v.decoding}": v.key for v in self.c.variants}
        words = ("variant", "figure", "difference", "low", "high", "p", "p_holm", "verdict")
        rows = []
        for one in self.c.comparisons:
            verdict = {True: "better", False: "worse", None: "open"}[one.better]
            difference = one.difference
            rows.append(
                [
                    shown_variant(keys[one.baseline], self.language),
                    word(one.statistic, self.language),
                    difference.value,
                    difference.low,
                    difference.high,
                    one.p,
                    one.p_holm,
                    self.say(verdict) if one.p is not None else "",
                ]
            )
        self._sheet("sheet_comparisons", [self.say(key) for key in words], rows, (30, 26, 12, 12, 12, 12, 12, 30))

    def _seeds(self) -> None:
        head = [self.say("scheme"), self.say("decoding"), self.say("seed")]
        head += [word(name, self.language) for name in self.c.statistics]
        rows = [
            [
                name_of(variant.scheme, self.language),
                name_of(variant.decoding, self.language),
                str(seed),
                *(variant.by_seed[name][k].value for name in self.c.statistics),
            ]
            for variant in self.c.variants
            for k, seed in enumerate(variant.seeds)
        ]
        self._sheet("sheet_seeds", head, rows, (20, 16, 10, *([14] * len(self.c.statistics))))

    def _predictions(self) -> None:
        """Every judged video, one column per variant, with a scatter chart of the reference."""
        c = self.c
        names = [shown_variant(variant.key, self.language) for variant in c.variants]
        rows = [
            [video, mos, *(variant.mean_prediction[k] for variant in c.variants)]
            for k, (video, mos) in enumerate(zip(c.videos, c.mos, strict=True))
        ]
        head = [self.say("video"), self.say("mos_axis"), *names]
        title = self._sheet("sheet_predictions", head, rows, (44, 14, *([16] * len(names))))
        chart = self.book.add_chart({"type": "scatter"})
        column = 2 + next(k for k, variant in enumerate(c.variants) if variant.key == c.reference)
        last = len(rows)
        chart.add_series(
            {
                "name": names[column - 2],
                "categories": [title, 1, column, last, column],
                "values": [title, 1, 1, last, 1],
                "marker": {"type": "circle", "size": 4},
            }
        )
        chart.set_x_axis({"name": self.say("prediction_axis"), "major_gridlines": {"visible": False}})
        chart.set_y_axis({"name": self.say("mos_axis")})
        chart.set_legend({"none": True})
        self.book.get_worksheet_by_name(title).insert_chart(1, len(head) + 1, chart)

    def _runs(self) -> None:
        words = ("scheme", "seed", "minutes", "peak_mb", "best_epoch", "state")
        rows = []
        for run in self.c.runs:
            seconds = run.facts.get("seconds")
            rows.append(
                [
                    name_of(run.scheme, self.language),
                    str(run.seed),
                    None if seconds is None else seconds / 60,
                    run.facts.get("peak_mb"),
                    run.facts.get("best_epoch"),
                    run.error or self.say("done"),
                ]
            )
        for video, reason in self.c.left_out.items():
            rows.append([video, "", None, None, None, reason])
        self._sheet("sheet_runs", [self.say(key) for key in words], rows, (30, 10, 10, 18, 12, 80))

    def _sheet(self, key: str, head: Sequence[str], rows: Iterable[Row], widths: Sequence[int]) -> str:
        title = self.say(key)
        sheet = self.book.add_worksheet(title)
        self._table(sheet, 0, head, rows)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self._page(sheet)
        return title

    def _page(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _table(self, sheet: Any, top: int, head: Sequence[str], rows: Iterable[Row]) -> None:
        for column, text in enumerate(head):
            sheet.write_string(top, column, text, self.head)
        for line, row in enumerate(rows, top + 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, column, value, self.folded)
                elif value is not None:
                    sheet.write_number(line, column, value, self.number)
