"""Rating tables that look like something else than they are, one maker each, with what they must be read as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.datasets import reading_tables as tables


@dataclass(frozen=True)
class Case:
    make: Callable[[Path], Path]
    form: str
    """How it is read without a word, or ``asks``."""
    kinds: str = ""
    """Kind of each line of the table of interpretations, in order."""
    problem: str = ""
    """What is unclear."""
    choices: tuple[str, ...] = ()


PLAIN = "video rater"
CASES = [
    Case(
        tables.dmos,
        "asks",
        problem="unclear_direction_lower",
        choices=(
            "--score-column DMOS --scale 0,100,10,50 --lower-is-better",
            "--score-column DMOS --scale 0,100,10,50 --higher-is-better",
        ),
    ),
    Case(
        tables.dmos_without_marks,
        "asks",
        problem="unclear_direction",
        choices=(
            "--score-column dmos --scale 0,100,10,50 --lower-is-better",
            "--score-column dmos --scale 0,100,10,50 --higher-is-better",
        ),
    ),
    Case(tables.rating_with_its_best_end, "long", "video rater_name score"),
    Case(tables.best_end_in_the_title, "wide", PLAIN),
    Case(
        tables.qualities_as_columns,
        "asks",
        problem="unclear_qualities",
        choices=("--dimension Technical", "--dimension Alignment", "--dimension Aesthetic"),
    ),
    Case(
        tables.qualities_in_japanese,
        "asks",
        problem="unclear_qualities",
        choices=("--dimension '鮮明さ'", "--dimension '動きの滑らかさ'", "--dimension '色味'"),
    ),
    Case(
        tables.qualities_nobody_lists,
        "asks",
        problem="unclear_qualities",
        choices=("--dimension crispness", "--dimension believability"),
    ),
    Case(tables.qualities_beside_an_overall, "wide", "video quality quality rater"),
    Case(tables.qualities_per_rater, "wide", "video rater quality rater quality"),
    Case(tables.qualities_as_rows, "long", "video rater_name attribute score"),
    Case(
        tables.qualities_as_rows_without_an_overall,
        "asks",
        problem="unclear_qualities",
        choices=("--dimension 'imaging quality'", "--dimension 'motion smoothness'"),
    ),
    Case(
        tables.qualities_as_sheets,
        "asks",
        problem="unclear_qualities",
        choices=("--sheet '鮮明さ'", "--sheet '動き'"),
    ),
    Case(tables.sessions_as_rows, "long", "video rater_name other score"),
    Case(tables.vote_counts, "votes", "video votes count mean_given sd unused"),
    Case(tables.vote_counts_under_words, "votes", "video votes"),
    Case(tables.small_vote_counts, "asks", problem="unclear_votes", choices=("--form votes", "--form wide")),
    Case(tables.numbered_raters_on_another_scale, "wide", PLAIN),
    Case(tables.half_points_and_a_mean, "wide", "video rater mean_given sd"),
    Case(tables.half_points_and_an_uncomputed_mean, "wide", "video rater mean_given sd"),
    Case(tables.totals_below, "wide", PLAIN),
    Case(tables.clips_under_a_source_header, "wide", PLAIN),
    Case(tables.form_export, "wide", PLAIN),
    Case(tables.people_as_rows, "wide", PLAIN),
    Case(tables.form_without_endings, "wide", PLAIN),
    Case(tables.form_of_two_questions, "wide", "video attribute rater"),
    Case(tables.statistics_as_rows, "mos", "video mean sd count"),
    Case(
        tables.two_tests,
        "asks",
        problem="unclear_sheets",
        choices=("--sheet 'Test 1'", "--sheet 'Test 2'", "--sheet all"),
    ),
    Case(tables.a_summary_sheet, "wide", PLAIN),
    Case(
        tables.marks,
        "asks",
        problem="unclear_texts",
        choices=("--map '◎=5,○=3.667,△=2.333,×=1'", "--map '◎=5,○=4,△=3,×=1'"),
    ),
    Case(
        tables.days,
        "asks",
        problem="unclear_dates",
        choices=(
            "--map 2026-01-01=1.1,2026-03-02=3.2",
            "--map 2026-01-01=1.1,2026-03-02=2.3",
        ),
    ),
    Case(
        tables.stars_of_five,
        "asks",
        problem="unclear_dates",
        choices=("--map 2026-01-05=1,2026-03-05=3,2026-04-05=4,2026-05-05=5",),
    ),
    Case(
        tables.letters,
        "asks",
        problem="unclear_texts",
        choices=("--map A=5,B=4,C=3,E=1", "--map E=5,C=3,B=2,A=1"),
    ),
    Case(
        tables.words_of_another_scale,
        "asks",
        problem="unclear_texts",
        choices=("--map '優=4,良=3,可=2,不可=1'", "--map '優=5,良=3.667,可=2.333,不可=1'"),
    ),
    Case(
        tables.percents,
        "asks",
        problem="unclear_texts",
        choices=("--scale 0,100,10,50", "--map 20%=1,60%=3,100%=5", "--map 20%=1.8,60%=3.4,100%=5"),
    ),
    Case(tables.spellings, "long", "video rater_name score"),
    Case(tables.four_points, "asks", problem="unclear_end", choices=("--scale 1,4,10,50", "--scale 1,5,10,50")),
    Case(tables.ids_for_names, "asks", problem="unclear_video_column", choices=("--video-column flickr_id",)),
    Case(
        tables.blank_separated,
        "asks",
        problem="unclear_columns",
        choices=(
            "--score-column D --scale 0,100,10,50",
            "--score-column E --scale 0,100,10,50",
            "--form wide --scale 0,100,10,50",
        ),
    ),
    Case(tables.name_and_score, "mos", "video mean"),
    Case(tables.json_records, "mos", "video prompt mean"),
    Case(tables.json_lines, "wide", PLAIN),
    Case(tables.json_by_video, "wide", PLAIN),
    Case(tables.json_conversations, "mos", "video mean"),
    Case(
        tables.json_benchmark,
        "asks",
        problem="unclear_qualities",
        choices=("--dimension imaging_quality", "--dimension motion_smoothness"),
    ),
    Case(
        tables.impairment_in_brackets,
        "asks",
        problem="unclear_direction",
        choices=(
            "--score-column 'annoyance (0 = none, 4 = very annoying)' --scale 0,4,10,50 --lower-is-better",
            "--score-column 'annoyance (0 = none, 4 = very annoying)' --scale 0,4,10,50 --higher-is-better",
        ),
    ),
    Case(
        tables.words_of_nobodys_list_tell_rows_apart,
        "asks",
        problem="unclear_qualities",
        choices=("--dimension foo", "--dimension bar"),
    ),
    Case(tables.votes_in_japanese, "votes", "video votes"),
    Case(tables.votes_of_words_with_a_total, "votes", "video votes count"),
    Case(tables.votes_as_shares, "votes", "video votes"),
    Case(tables.form_with_the_name_in_the_question, "wide", PLAIN),
    Case(tables.form_with_numbered_questions, "wide", PLAIN),
    Case(
        tables.people_as_rows_without_endings, "asks", problem="unclear_sideways", choices=("--form transposed",)
    ),
    Case(
        tables.numbers_for_names_with_blanks, "asks", problem="unclear_video_column", choices=("--video-column A",)
    ),
    Case(tables.tenths, "asks", problem="unclear_texts", choices=("--scale 1,10,10,50", "--scale 0,10,10,50")),
    Case(
        tables.percents_under_names,
        "asks",
        problem="unclear_texts",
        choices=(
            "--scale 0,100,10,50",
            "--map 20%=1,60%=3,80%=4,100%=5",
            "--map 20%=1.8,60%=3.4,80%=4.2,100%=5",
        ),
    ),
]
