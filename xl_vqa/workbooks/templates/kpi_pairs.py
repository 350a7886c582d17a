"""Agreement of two columns of scores, as formulas over the log: AI beside human, and human beside human.

A pair counts where the row's date lies in the period and both cells hold a score of their scale. People's scores
are turned into labels first, along the line from the worst to the best score that Settings names. Scores are
ranked on a grid of 401 steps (a tenth of a label on 10..50): ranks of ties are averages, and ten thousand rows
cost two passes and no sorting.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from xl_vqa.workbooks.templates.base import NONE, PALE, Template

STEPS: Final = 400
DATED: Final = "ISNUMBER(log_date)*(log_date>=c_start)*(log_date<c_end+1)"
"""An array: 1 for every row of the log whose date lies in the period."""


PERIOD: Final = 'log_date,">="&c_start,log_date,"<"&c_end+1'
"""The same rows as criteria of COUNTIFS and SUMIFS: quicker than arrays by far, so used wherever they do."""


class Scores(NamedTuple):
    """A column of scores in the log. ``people`` is True for those on people's own scale (Settings)."""

    name: str
    people: bool

    @property
    def _bounds(self) -> tuple[str, str]:
        return ("c_people_low", "c_people_high") if self.people else ("set_label_min", "set_label_max")

    @property
    def scored(self) -> str:
        """An array: 1 where the column holds a score of its scale."""
        low, high = self._bounds
        return f"ISNUMBER({self.name})*({self.name}>={low})*({self.name}<={high})"

    @property
    def within(self) -> str:
        """The same as criteria."""
        low, high = self._bounds
        return f'{self.name},">="&{low},{self.name},"<="&{high}'

    @property
    def outside(self) -> str:
        """How many numbers of the column are outside its scale, but for a 0 that stands for "not rated"."""
        low, high = self._bounds
        sides = (f'"<"&{low}', f'">"&{high}')
        below, above = (f'COUNTIFS({self.name},{side},{self.name},"<>0")' for side in sides)
        return f"({below}+{above})"

    @property
    def label(self) -> str:
        """An array: the scores as labels. Rounded, so that 3.45 of 5 is no hair below 34.5."""
        if not self.people:
            return self.name
        return f"ROUND(set_label_min+({self.name}-set_people_worst)*c_people_step,9)"

    def total(self, rows: str, count: str) -> str:
        """Sum of the labels of the ``count`` rows that meet the criteria."""
        if not self.people:
            return f"SUMIFS({self.name},{rows})"
        return f"(set_label_min*{count}+c_people_step*(SUMIFS({self.name},{rows})-set_people_worst*{count}))"

    @property
    def key(self) -> str:
        """Place of a score on the grid, 0 to 400, 400 being the best."""
        if self.people:
            share = f"({self.name}-set_people_worst)/c_people_span"
        else:
            share = f"({self.name}-set_label_min)/(set_label_max-set_label_min)"
        return f"ROUND({share}*{STEPS},0)"


HUMAN: Final = Scores("log_human", True)
SECOND: Final = Scores("log_second", True)
SCORE: Final = Scores("log_score", False)


class Pairs:
    """``prefix`` begins the names of what is computed; ``x`` and ``y`` are columns of the log, y minus x is
    the difference, in labels."""

    def __init__(self, prefix: str, x: Scores, y: Scores) -> None:
        self.prefix, self.x, self.y = prefix, x, y
        self.ok = f"{DATED}*{x.scored}*{y.scored}"
        self.rows = f"{PERIOD},{x.within},{y.within}"
        """The pairs as criteria."""

    def sums(self) -> list[tuple[str, str, bool]]:
        """Name without prefix, formula, whether an array formula."""
        p, x, y, ok = self.prefix, self.x.label, self.y.label, self.ok

        def total(of: str) -> str:
            return f"SUM(IF({ok},{of},0))"

        def mean(of: str) -> str:
            return f"IF({p}n=0,0,{total(of)}/{p}n)"

        return [
            ("n", f"COUNTIFS({self.rows})", False),
            ("mx", f"IF({p}n=0,0,{self.x.total(self.rows, f'{p}n')}/{p}n)", False),
            ("my", f"IF({p}n=0,0,{self.y.total(self.rows, f'{p}n')}/{p}n)", False),
            ("vxx", total(f"({x}-{p}mx)^2"), True),
            ("vyy", total(f"({y}-{p}my)^2"), True),
            ("vxy", total(f"({x}-{p}mx)*({y}-{p}my)"), True),
            # whole labels, which is what kappa's categories are
            ("kmx", mean(f"ROUND({x},0)"), True),
            ("kmy", mean(f"ROUND({y},0)"), True),
            ("kxx", total(f"(ROUND({x},0)-{p}kmx)^2"), True),
            ("kyy", total(f"(ROUND({y},0)-{p}kmy)^2"), True),
            ("kdd", total(f"(ROUND({x},0)-ROUND({y},0))^2"), True),
            ("near", total(f"(ROUND(ABS({y}-{x}),6)<=set_tolerance)*1"), True),
            ("bias", f"IF({p}n=0,{_none()},{p}my-{p}mx)", False),
            ("sd", f"IF({p}n<2,{_none()},SQRT(MAX(0,{p}vxx+{p}vyy-2*{p}vxy)/({p}n-1)))", False),
            ("rxx", f"SUMPRODUCT({p}fx,({p}rx-({p}n+1)/2)^2)", False),
            ("ryy", f"SUMPRODUCT({p}fy,({p}ry-({p}n+1)/2)^2)", False),
            ("rxy", total(f"({self._rank('x')}-({p}n+1)/2)*({self._rank('y')}-({p}n+1)/2)"), True),
        ]

    def figures(self) -> dict[str, str]:
        """Formulas of the figures by key, of what ``sums`` named."""
        p = self.prefix
        few, none = f"{p}n<3", _none()
        same = f"OR({few},{p}vxx<0.000000001,{p}vyy<0.000000001)"
        spread = f"({p}kxx+{p}kyy+{p}n*({p}kmx-{p}kmy)^2)"
        both = f"({p}vxx+{p}vyy+{p}n*({p}my-{p}mx)^2)"
        msr, mse = f"(({p}vxx+{p}vyy+2*{p}vxy)/2/({p}n-1))", f"({p}sd^2/2)"
        msc = f"({p}n*({p}my-{p}mx)^2/2)"
        icc = f"({msr}+{mse}+2*({msc}-{mse})/{p}n)"
        return {
            "pairs": f"{p}n",
            "kappa": f"IF({few},{none},IF({spread}<0.000000001,{none},1-{p}kdd/{spread}))",
            "srcc": f"IF({same},{none},{p}rxy/SQRT({p}rxx*{p}ryy))",
            "plcc": f"IF({same},{none},{p}vxy/SQRT({p}vxx*{p}vyy))",
            "icc": f"IF({few},{none},IF({icc}<0.000000001,{none},({msr}-{mse})/{icc}))",
            "ccc": f"IF({few},{none},IF({both}<0.000000001,{none},2*{p}vxy/{both}))",
            "bias": f"{p}bias",
            "loa_low": f"IF(ISNUMBER({p}sd),{p}bias-1.96*{p}sd,{none})",
            "loa_high": f"IF(ISNUMBER({p}sd),{p}bias+1.96*{p}sd,{none})",
            "within": f"IF({p}n=0,{none},{p}near/{p}n)",
        }

    def _rank(self, axis: str) -> str:
        column = self.x if axis == "x" else self.y
        return f"LOOKUP(IF({self.ok},{column.key},0),c_grid,{self.prefix}r{axis})"


def _none() -> str:
    return f'"{NONE}"'


def add_ranks(book: Template, sheet: Worksheet, row: int, column: int, pairs: tuple[Pairs, ...]) -> None:
    """The grid with, for each column of each pair, how often a score occurs and which rank it has."""
    last = row + STEPS
    grey = book.format(num_format="0.0")
    sheet.write_string(row - 1, column, book.word("grid"), book.header)
    for step in range(STEPS + 1):
        sheet.write_number(row + step, column, step, book.format(bg_color=PALE))
    book.name("c_grid", sheet, row, column, last)
    column += 1
    for one in pairs:
        for axis, scores in (("x", one.x), ("y", one.y)):
            sheet.write_string(row - 1, column, f"{one.prefix}f{axis}", book.header)
            sheet.write_string(row - 1, column + 1, f"{one.prefix}r{axis}", book.header)
            _frequency(book, sheet, row, column, f"IF({one.ok},{scores.key},-1)")
            book.name(f"{one.prefix}f{axis}", sheet, row, column, last)
            book.name(f"{one.prefix}r{axis}", sheet, row, column + 1, last)
            letter = _letters(column)
            for step in range(STEPS + 1):
                line = row + step + 1
                above = f"SUM({letter}${row + 1}:{letter}{line})"
                book.formula(sheet, row + step, column + 1, f"{above}-({letter}{line}-1)/2", grey)
            column += 2


def _frequency(book: Template, sheet: Worksheet, row: int, column: int, scores: str) -> None:
    """One array formula over the whole grid; a bin below it takes the rows that do not count."""
    name = sheet.get_name()
    first, last = f"{_letters(column)}{row + 1}", f"{_letters(column)}{row + STEPS + 1}"
    # FREQUENCY counts up to each bound: minus half a step keeps rows at -1 out of step 0
    text = f"FREQUENCY({scores},c_grid)-IF(c_grid=0,SUM(({scores}=-1)*1),0)"
    for step in range(STEPS + 1):
        value = book.values.get((name, f"{_letters(column)}{row + step + 1}"), 0)
        if step == 0:
            sheet.write_array_formula(f"{first}:{last}", "{=" + text + "}", None, value)
        else:
            sheet.write_number(row + step, column, value)


def _letters(column: int) -> str:
    from xl_vqa.sheets.areas import column_letters

    return column_letters(column + 1)
