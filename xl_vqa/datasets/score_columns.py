"""Which columns of a sheet are people's scores, and in what form: the choice, its reasons, and its doubts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from xl_vqa.datasets import qualities
from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.correlation import pearson
from xl_vqa.datasets.derived_columns import without_derived
from xl_vqa.datasets.direction import read_direction
from xl_vqa.datasets.errors import (
    RatingsOptionError,
    RatingsOursError,
    RatingsScoreColumnError,
    RatingsUnclearError,
)
from xl_vqa.datasets.headers import Role, is_summary, normal, split_of
from xl_vqa.datasets.mos import Floats
from xl_vqa.datasets.not_counted import flags, not_counted
from xl_vqa.datasets.people_columns import legends, of_people, without_numbers
from xl_vqa.datasets.quality_columns import (
    attribute_column,
    by_quality,
    choose_quality,
    may_be_score,
    scale_hint,
)
from xl_vqa.datasets.questions import option, unclear
from xl_vqa.datasets.sheet_layout import Layout
from xl_vqa.datasets.vote_layout import votes_layout
from xl_vqa.tables.grid import column_letters
from xl_vqa.words.reasons import Detail, Reason
from xl_vqa.words.video_names import is_video_name

_QUESTION: Final = re.compile(r"(?:q|question|item|問|設問|質問|項目) ?[0-9]+")
MEAN_MATCHES: Final = 0.03
"""A mean written to two decimals is that of its raters within this."""


_FEWEST_MEANS: Final = 4
_LIKE_MEAN: Final = 0.5
_SURELY_LIKE: Final = 0.9
"""Correlation of a mean with that of scores which it may have been computed from, and whatever its scale is."""


def choose_scores(columns: Columns, video: int) -> Layout:
    """The layout of a sheet whose video column is known.

    Raises RatingsScoreColumnError where no column holds scores, RatingsOptionError for options that do not fit.
    """
    return _Chooser(columns, video).choose()


class _Chooser:
    def __init__(self, columns: Columns, video: int) -> None:
        self.c, self.wanted, self.scale = columns, columns.wanted, columns.scale
        self.legends = legends(columns)
        self.layout = Layout(
            columns.grid,
            "",
            columns.header_rows,
            columns.first,
            video,
            columns.names,
            lower=self.wanted.lower_is_better,
            columns=columns,
        )
        self.why = self.layout.why
        self.why[video] = ("video", True, "told" if self.wanted.video else self._header_or_cells(video))
        self.taken = {video}
        self.left_out: set[int] = set()
        """Columns of qualities other than the one taken."""

    def choose(self) -> Layout:
        self._aids()
        rater = self._rater()
        attribute = attribute_column(self.c, self.layout.video, rater, self.taken)
        if attribute is not None:
            column, texts, headed = attribute
            self.taken.add(column)
            self.layout.attribute = column
            self.layout.quality, self.layout.question = choose_quality(self.c, texts, [])
            self.why[column] = ("attribute", headed, "header" if headed else "cells_qualities")
        if self.wanted.scores:
            named = [self.c.told(name, "--score-column") for name in self.wanted.scores]
            self.layout = self._told_scores(rater, named)
        elif self.wanted.form == "votes" or self.wanted.form is None:
            mos = self._best(Role.MOS)
            self.layout = votes_layout(self.c, self.layout, rater, mos, self.taken) or self._found(rater)
        else:
            self.layout = self._found(rater)
        if self.wanted.form not in (None, "transposed", self.layout.form):
            self.layout = self._forced(self.wanted.form, rater)
        layout = self.layout
        if not layout.form and layout.question is None:
            if self.c.ours:
                written = ", ".join(self.c.name(c) for c in sorted(self.c.ours))
                raise RatingsOursError(path=self.c.path, source=self.c.grid.name, columns=written)
            raise RatingsScoreColumnError(
                path=self.c.path, source=self.c.grid.name, problem=Detail(self.c.listed())
            )
        chosen = layout.scored
        if layout.question is None and layout.lower is None:
            layout.lower, layout.question = read_direction(self.c, chosen, layout.video, self.legends)
        layout.fit = (
            float(np.mean([self.c.profiles[c].in_range for c in chosen]))
            if chosen
            else float(layout.form == "votes")
        )
        used = {*self.taken, *layout.scores, layout.mos, layout.rater, *self.left_out}
        used |= set(layout.votes.columns) if layout.votes else set()
        layout.ignored = [
            c
            for c in range(self.c.grid.width)
            if c not in used
            and self.c.holds_scores(c)
            and self.c.role(c) not in (Role.OTHER, Role.PROMPT)
            and not self.c.profiles[c].serial
        ]
        return layout

    # -- what stands beside the scores -----------------------------------------------------------------------

    def _header_or_cells(self, column: int) -> str:
        if self.c.role(column) is not None:
            return "header" if self.c.sure(column) else "header_part"
        return "cells" if column == self.layout.video else "cells_scores"

    def _first_of(self, role: Role) -> int | None:
        found = [c for c in self.c.of_role(role) if c not in self.taken and self.c.profiles[c].filled]
        # the header that states the role whole before the one that only contains it
        return min(found, key=lambda c: (not self.c.sure(c), c), default=None)

    def _aids(self) -> None:
        layout, wanted = self.layout, self.wanted
        layout.content = (
            self.c.told(wanted.content, "--content-column") if wanted.content else self._first_of(Role.CONTENT)
        )
        layout.sd, layout.count = self._first_of(Role.SD), self._first_of(Role.COUNT)
        layout.ci = self._first_of(Role.CI)
        ends = self._first_of(Role.CI_LOW), self._first_of(Role.CI_HIGH)
        if layout.ci is None and ends[0] is not None and ends[1] is not None:
            layout.ci_ends = ends[0], ends[1]
        layout.split = next((c for c in self.c.of_role(Role.SPLIT) if self._holds_splits(c)), None)
        for kind, column in (
            ("content", layout.content),
            ("sd", layout.sd),
            ("count", layout.count),
            ("ci95", layout.ci),
            *(("ci95", end) for end in layout.ci_ends or ()),
            ("split", layout.split),
        ):
            if column is not None:
                told = kind == "content" and wanted.content is not None
                why = "told" if told else self._header_or_cells(column)
                self.why[column] = (kind, told or self.c.sure(column), why)
                self.taken.add(column)
        layout.not_counted = not_counted(self.c, self.taken)
        legend = {column for pair in self.legends for column in pair}
        for column in flags(self.c, self.taken, layout.not_counted) | legend - self.taken:
            self.why[column] = ("other", True, "header")
            self.taken.add(column)

    def _holds_splits(self, column: int) -> bool:
        cells = self.c.cells(column)
        return bool(cells) and sum(split_of(cell) is not None for cell in cells) >= 0.5 * len(cells)

    def _rater(self) -> int | None:
        return (
            self.c.told(self.wanted.rater, "--rater-column") if self.wanted.rater else self._first_of(Role.RATER)
        )

    # -- forms -----------------------------------------------------------------------------------------------

    def _told_scores(self, rater: int | None, named: list[int]) -> Layout:
        for column in named:
            kind = "rater" if len(named) > 1 else "score"
            self.why[column] = (kind, True, "told")
        if len(named) > 1:
            return replace(self.layout, form="wide", scores=named)
        if rater is not None:
            return self._long(rater, named[0])
        return self._single(named[0])

    def _found(self, rater: int | None) -> Layout:
        if self.layout.question is not None:
            return self.layout
        groups = (
            None if self.wanted.form == "wide" or self.layout.quality else by_quality(self.c, rater, self.taken)
        )
        if groups is not None and len(groups) > 1:
            everything = [c for group in groups.values() for c in group]
            told = self.wanted.dimension
            quality, question = self._rating_among(groups, rater) if told is None else (None, None)
            if quality is None and question is None:
                quality, question = choose_quality(self.c, list(groups), everything)
            self.layout.question = question
            for name, group in groups.items():
                for c in group:
                    if name != quality:
                        self.why[c] = ("quality", True, "quality_asked" if quality is None else "quality_other")
                        self.left_out.add(c)
            if quality is None:
                return self.layout
            self.layout.quality = quality
            chosen = groups[quality]
            if len(chosen) > 1 and all(self.c.role(c) is Role.SCORE for c in chosen):
                return self._wide(chosen, None)
            if len(chosen) == 1:
                why = "told" if told else "quality_overall"
                self.why[chosen[0]] = ("score", True, why)
                return self._long(rater, chosen[0]) if rater is not None else self._single(chosen[0], why)
        elif self.wanted.dimension is not None and self.layout.quality is None:
            problem = Reason("no_qualities")
            raise RatingsOptionError(path=self.c.path, source="--dimension", problem=problem)
        return self._by_role(rater)

    def _rating_among(
        self, groups: Mapping[str, list[int]], rater: int | None
    ) -> tuple[str | None, RatingsUnclearError | None]:
        """The column that is the rating beside those of single qualities; the question where several may be."""
        columns = {name: groups[name][0] for name in qualities.the_ratings(groups) if len(groups[name]) == 1}
        if rater is not None:
            # the mean of all stands beside what each of them gave
            own = {name: c for name, c in columns.items() if self.c.role(c) is not Role.MOS}
            columns = own or columns
        names, rivals = list(columns), list(columns.values())
        if len(names) < 2:
            return next(iter(names), None), None
        if self._same_cells(rivals):
            return names[0], None
        return None, self._ask_columns(rivals, "unclear_columns", raters=False).question

    def _by_role(self, rater: int | None) -> Layout:
        by_raters = [c for c in self.c.of_role(Role.RATER_SCORES) if self._free(c)]
        mos, score = self._best(Role.MOS), self._best(Role.SCORE)
        unnamed = self._unnamed_scores({rater} if rater is not None else set())
        if rater is not None and len(by_raters) < 2 and (score is not None or len(unnamed) == 1):
            return self._several(Role.SCORE, score) or self._long(
                rater, score if score is not None else unnamed[0]
            )
        # headers of people who have not rated say nothing of the columns of those who have
        if len(by_raters) >= 2 and (self._any_filled(by_raters) or not unnamed):
            return self._wide(by_raters, mos)
        if rater is not None and not by_raters and len(unnamed) >= 2 and self._repeats():
            # each person has several scores of a video: of which quality is not for us to say
            return self._ask_columns(unnamed, "unclear_columns", raters=False)
        everyone = sorted({*(c for c in by_raters if self.c.profiles[c].filled or not unnamed), *unnamed})
        if mos is not None:
            if people := self._people_beside(mos, everyone):
                return self._wide(people, mos)
            if self.c.profiles[mos].filled or not everyone:
                self.why[mos] = ("mean", self.c.sure(mos), self._header_or_cells(mos))
                return self._several(Role.MOS, mos) or replace(self.layout, form="mos", mos=mos)
        if score is not None and not by_raters:
            return self._several(Role.SCORE, score) or self._single(score)
        if len(everyone) >= 2:
            return self._people(everyone, mos)
        if not everyone and (either := self._best(Role.EITHER)) is not None:
            return self._single(either)
        if not everyone:
            free = [c for c in self.c.profiles if self._free(c) and c != rater]
            everyone, several = without_numbers(self.c, free)
            if several:
                return self._long(rater, everyone[0]) if rater is not None else self._wide(everyone, mos)
        return self._single(everyone[0]) if everyone else self.layout

    def _any_filled(self, columns: Sequence[int]) -> bool:
        return any(self.c.profiles[c].filled for c in columns)

    def _repeats(self) -> bool:
        """Whether videos stand in several rows each."""
        videos = [str(cell) for cell in self.c.cells(self.layout.video)]
        return len(videos) >= 1.5 * len(set(videos))

    def _free(self, column: int) -> bool:
        return column not in self.taken and column not in self.left_out

    def _people(self, everyone: list[int], mos: int | None) -> Layout:
        """Columns of scores under headers that say nothing: raters, unless they look like measures."""
        known = [c for c in everyone if qualities.is_known_quality(self.c.names.get(c, ""))]
        if known and len(everyone) - len(known) >= 2:
            for c in known:
                self.why[c] = ("quality", False, "quality_other")
                self.left_out.add(c)
            everyone = [c for c in everyone if c not in known]
        if all(_QUESTION.fullmatch(normal(self.c.names.get(c, ""))) for c in everyone):
            return self._ask_columns(everyone, "unclear_columns")
        fine = [c for c in everyone if self.c.profiles[c].fine > 0.5]
        nameless = not any(c in self.c.names for c in everyone)
        if len(fine) >= 2 and (nameless or len(fine) == len(everyone)) and self.wanted.form is None:
            # people do not write 58.49 and 45.05: two measures, or the means of two tests
            return self._ask_columns(fine, "unclear_columns")
        return self._wide(everyone, mos)

    def _wide(self, people: list[int], mos: int | None) -> Layout:
        matches = mos is not None and self._mean_of(people, mos)
        for c in people:
            if matches:
                self.why[c] = ("rater", True, "mean_matches")
            else:
                role = self.c.role(c)
                sure = role in (Role.RATER_SCORES, Role.RATER) and self.c.sure(c)
                self.why[c] = ("rater", sure, "header" if sure else "header_part" if role else "cells_scores")
        if mos is not None:
            self.why[mos] = (
                "mean_given",
                self.c.sure(mos),
                "mean_matches" if matches else self._header_or_cells(mos),
            )
        return replace(self.layout, form="wide", scores=people, mos=mos)

    def _long(self, rater: int, score: int) -> Layout:
        self.why[rater] = ("rater_name", True, "told" if self.wanted.rater else self._header_or_cells(rater))
        if score not in self.why:
            self.why[score] = ("score", self.c.sure(score), self._header_or_cells(score))
        return replace(self.layout, form="long", rater=rater, scores=[score], mos=None)

    def _people_beside(self, mos: int, everyone: list[int]) -> list[int]:
        """The raters that a mean was computed from, or nobody: a mean may stand among measured numbers."""
        if len(everyone) < 2:
            return []
        if self._mean_of(everyone, mos):
            return everyone
        # the mean may never have been computed (a formula without its result), or be that of fewer raters: what
        # people write is in the scale and on its quarters, or at least whole
        rows = self._rows_of_videos()
        scores, means = self.c.numbers(everyone)[rows], self.c.numbers([mos])[rows, 0]
        fine: list[int] = []
        whole: list[int] = []
        for column, cells in zip(everyone, scores.T, strict=True):
            own = cells[np.isfinite(cells)]
            if own.size and np.mean(own != np.round(own)) <= 0.05:
                whole.append(column)
            if own.size and np.mean(4 * own != np.round(4 * own)) < 0.05:
                fine.append(column)
        inside = [c for c in fine if self.c.profiles[c].in_range >= 0.5]
        written = inside if len(inside) >= 2 else whole
        if len(written) < 2 or not self._near(scores[:, [everyone.index(c) for c in written]], means):
            return []
        return written

    def _near(self, scores: Floats, means: Floats) -> bool:
        """Whether means may be those of scores, without some of them or of some others, either way round, or on
        another scale.

        Seconds of delay and numbers of stalls lie in the scale, too. True where too few means are known.
        """
        known = np.isfinite(means) & np.isfinite(scores).any(axis=1)
        if known.sum() < _FEWEST_MEANS:
            return True
        own, given = np.array([np.nanmean(row) for row in scores[known]]), means[known]
        step = (self.scale.mos_max - self.scale.mos_min) / 4
        turned = self.scale.mos_max + self.scale.mos_min - own
        return (pearson(own, given) or 0.0) >= _SURELY_LIKE or any(
            float(np.median(np.abs(guess - given))) <= step / 2 and (pearson(guess, given) or 0.0) >= _LIKE_MEAN
            for guess in (own, turned)
        )

    def _rows_of_videos(self) -> list[int]:
        """The rows below the header, from 0, without those of totals, whose means are nobody's scores."""
        grid, video = self.c.grid, self.layout.video
        named = self.c.profiles[video].video_names >= 0.5
        cells = [str(grid.cell(row, video) or "") for row in range(self.c.first, len(grid.rows))]
        return [k for k, cell in enumerate(cells) if not is_summary(cell, named and not is_video_name(cell))]

    def _mean_of(self, people: Sequence[int], mos: int) -> bool:
        """Whether the mean column is the mean of these columns, in four rows of five."""
        means = self.c.numbers([mos])[:, 0]
        scores = self.c.numbers(people)
        known = np.isfinite(means) & np.isfinite(scores).any(axis=1)
        if known.sum() < 2:
            return False
        own = np.array([np.nanmean(row) for row in scores[known]])
        near = np.abs(own - means[known]) <= MEAN_MATCHES
        return bool(near.mean() >= 0.8)

    def _best(self, role: Role) -> int | None:
        """The column of that role whose cells are scores; without any, one whose header is beyond doubt."""
        return max(
            (c for c in self.c.of_role(role) if self._free(c) and (self.c.holds_scores(c) or self.c.sure(c))),
            key=lambda c: (self.c.holds_scores(c), self.c.sure(c), -c),
            default=None,
        )

    def _several(self, role: Role, best: int | None) -> Layout | None:
        """The question which column of a role is meant, where headers name it equally well; else None."""
        if best is None or self.wanted.form == "mos":
            return None
        rivals = [
            c
            for c in self.c.of_role(role)
            if self._free(c) and self.c.holds_scores(c) and self.c.sure(c) == self.c.sure(best)
        ]
        if len(rivals) < 2 or self._same_cells(rivals):
            return None
        return self._ask_columns(rivals, "unclear_columns", raters=role is Role.SCORE)

    def _same_cells(self, columns: Sequence[int]) -> bool:
        values = self.c.numbers(columns)
        return bool(np.allclose(values, values[:, :1], atol=MEAN_MATCHES, equal_nan=True))

    def _ask_columns(self, columns: Sequence[int], problem: str, raters: bool = True) -> Layout:
        choices = [
            option("--score-column", self.c.names.get(c, column_letters(c))) + scale_hint(self.c, [c])
            for c in columns
        ]
        if raters:
            choices.append("--form wide" + scale_hint(self.c, columns))
        for c in columns:
            self.why[c] = ("score", False, "asked")
        shown = ", ".join(self.c.name(c) for c in columns)
        question = unclear(self.c.path, problem, choices, columns=shown, source=self.c.grid.name)
        return replace(self.layout, question=question)

    def _unnamed_scores(self, besides: set[int]) -> list[int]:
        """Columns whose header says nothing known ("佐藤", "Kim") and whose cells are scores."""
        found = [
            c
            for c in range(self.c.grid.width)
            if self._free(c) and c not in besides and (self.c.role(c) is None or self._asks_of_video(c))
        ]
        partly = [c for c in found if self.c.profiles[c].partly]
        found = [c for c in found if may_be_score(self.c, c)]
        lettered = [c for c in found if self.c.profiles[c].letters]
        if len(lettered) == 1 and (len(found) > 1 or not besides):
            # one column of letters is a group or a class, unless it is all that somebody wrote
            found.remove(lettered[0])
        # beside those whose scores can be read, somebody whose cells can in part; a legend says nothing twice
        usual = max((self.c.profiles[c].filled for c in found), default=0)
        profiles = self.c.profiles
        partly = [c for c in partly if profiles[c].distinct < profiles[c].filled]
        found = sorted({*found, *(c for c in partly if 0 < usual <= 2 * profiles[c].filled)})
        found = without_derived(self.c, found, self._best(Role.MOS))
        return of_people(self.c, found, self.layout.video)

    def _asks_of_video(self, column: int) -> bool:
        """Whether a header speaks of the video over scores: "How good is the video?"."""
        profile = self.c.profiles[column]
        spoken = self.c.role(column) is Role.VIDEO and not self.c.sure(column)
        return spoken and profile.scores == profile.in_range == profile.whole == 1

    def _single(self, column: int, why: str | None = None) -> Layout:
        """One score column and nobody named: means, one rater, or many ratings of each video."""
        told = why or self.why.get(column, ("", True, ""))[2]
        reason = told or self._header_or_cells(column)
        sure = bool(told) or self.c.sure(column)
        rows = [row for row in self.c.grid.rows[self.c.first :] if self.layout.video < len(row)]
        if self.layout.attribute is not None:
            a, quality = self.layout.attribute, self.layout.quality
            rows = [row for row in rows if a < len(row) and " ".join(str(row[a]).split()) == quality]
        videos = [str(row[self.layout.video]) for row in rows if row[self.layout.video] is not None]
        if len(videos) >= 1.5 * len(set(videos)) > 0:
            self.why[column] = ("score", sure, reason)
            return replace(self.layout, form="long", scores=[column], mos=None)
        if self.c.profiles[column].whole < 1.0 and self.c.profiles[column].scores > 0:
            self.why[column] = ("mean", sure, reason)
            return replace(self.layout, form="mos", mos=column, scores=[])
        self.why[column] = ("rater", sure, reason)
        return replace(self.layout, form="wide", scores=[column], mos=None)

    def _forced(self, form: str, rater: int | None) -> Layout:
        layout = self.layout
        mos = layout.mos if layout.mos is not None else self._best(Role.MOS)
        score = self._best(Role.SCORE)
        unnamed = self._unnamed_scores(set())
        candidates: Sequence[int | None] = [mos, score, *layout.scores, *unnamed, self._best(Role.EITHER)]
        first = next((c for c in candidates if c is not None), None)
        base = replace(layout, question=None, votes=None)
        if first is None:
            return replace(base, form="")
        if form == "mos":
            self.why[first] = ("mean", True, "told")
            return replace(base, form="mos", mos=first, scores=[], rater=None)
        if form == "long":
            chosen = next((c for c in (score, *layout.scores, *unnamed, mos) if c is not None), first)
            self.why[chosen] = ("score", True, "told")
            return replace(base, form="long", scores=[chosen], rater=rater, mos=None)
        known = self.c.of_role(Role.RATER_SCORES) + [
            c for c in self.c.of_role(Role.SCORE) if may_be_score(self.c, c) and self._free(c)
        ]
        people = sorted({*known, *unnamed, *layout.scores} - {layout.video}) or [first]
        for c in people:
            self.why[c] = ("rater", True, "told")
        return replace(base, form="wide", scores=people, rater=None, mos=mos if mos not in people else None)
