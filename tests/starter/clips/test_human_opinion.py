"""What people said, and the labels that are made of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.clips import defects, film_opinion, human_opinion, labels
from starter.clips.defects import BY_NAME, CLEAN, DEFECTS
from starter.clips.human_opinion import CLEAN_MOS


def test_the_tables_say_what_was_published() -> None:
    stills = human_opinion.stills()
    assert len(stills) == 25
    means, spread = stills["white_noise"]
    assert means == (3.89, 3.39, 3.05, 2.71, 2.3)
    assert spread[4] == 0.27
    assert all(1 <= mean <= 5 for row, _ in stills.values() for mean in row)
    ladder = film_opinion.rungs()
    assert {height for height, _ in ladder} == {288, 384, 480, 720, 1080}
    assert ladder[384, 750] == [2.808, 3.192]
    assert all(1 <= mos <= 5 for row in ladder.values() for mos in row)


def test_a_level_s_means_fall_but_for_shifts() -> None:
    for defect in defects.ASKED:
        table: Any = defect.table
        assert list(table) == sorted(table, reverse=True) or defect.name == "color_shift", defect.name


@given(st.floats(0, 100), st.floats(0, 100))
def test_vmaf_rises_with_opinion_between_its_ends(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 1 <= defects.mos_of_vmaf(low) <= defects.mos_of_vmaf(high) <= CLEAN_MOS
    assert labels.loss(high) <= labels.loss(low)


def test_the_map_rises_through_its_points() -> None:
    vmaf, mos = zip(*defects.VMAF_POINTS, strict=True)
    assert list(vmaf) == sorted(set(vmaf))
    assert list(mos) == sorted(mos)
    assert (mos[0], mos[-1]) == (1.0, CLEAN_MOS)


def test_points_rise_where_the_measurement_does_not() -> None:
    measured = [
        (30.0, 1.5, (288, 375)),
        (50.0, 2.6, (384, 650)),
        (52.0, 2.4, (384, 750)),
        (80.0, 4.4, (720, 3000)),
    ]
    found = film_opinion.points(measured)
    assert found[0] == (film_opinion.WORST, 1.0)
    assert found[-1] == (100.0, CLEAN_MOS)
    # what people took for undamaged ends the map
    assert film_opinion.points([*measured, (95.0, 4.85, (1080, 5000))])[-1] == (95.0, CLEAN_MOS)
    assert [mos for _, mos in found] == sorted(mos for _, mos in found)
    assert (51.0, 2.5) in found


def test_a_clean_clip_has_what_people_give_clean_films() -> None:
    assert labels.label([(CLEAN, 0)], (), None) == (CLEAN_MOS, "vmaf")
    mos, origin = labels.label([(CLEAN, 0)], (), 100.0)
    assert (mos, origin) == (CLEAN_MOS, "vmaf")


@pytest.mark.parametrize("name", [d.name for d in DEFECTS if d.table is not None])
def test_tables_nobody_was_asked_for_end_where_people_do(name: str) -> None:
    table: Any = BY_NAME[name].table
    for severity in defects.SEVERITIES:
        mos, origin = labels.label([(name, severity)], (1.0,), None)
        assert origin == "table"
        # drawn together towards 1, in order
        assert 1 <= mos < table[severity - 1]
        assert mos == pytest.approx(1 + (table[severity - 1] - 1) * (CLEAN_MOS - 1) / 4, abs=0.001)
    assert labels.label([(name, 5)], (0.0,), None)[0] == CLEAN_MOS


def test_the_least_trustworthy_label_names_the_clip() -> None:
    people = labels.label([("white_noise", 3)], (1.0,), 99.9)
    assert people[1] == "people"
    assert labels.label([("white_noise", 3)], (1.0,), 50.0)[1] == "vmaf"
    assert labels.label([("white_noise", 3), ("freeze", 2)], (1.0, 1.0), None)[1] == "table"
    assert labels.label([("h264", 3)], (1.0,), 60.0)[1] == "vmaf"
    both = labels.label([("white_noise", 3), ("freeze", 2)], (1.0, 1.0), None)[0]
    assert both < people[0]


def test_a_share_is_wanted_for_every_defect() -> None:
    with pytest.raises(ValueError, match="zip"):
        labels.label([("freeze", 2)], (), None)


def test_the_spread_of_people_s_means_is_along_their_levels() -> None:
    row = human_opinion.stills()["white_noise"][1]
    assert labels.spread([("white_noise", 2)]) == pytest.approx(row[1])
    assert labels.spread([("white_noise", 2.5)]) == pytest.approx((row[1] + row[2]) / 2)
    # weaker than the first level there is no measured one
    assert labels.spread([("white_noise", 0.5)]) == pytest.approx(row[0])
    wider = max(row[1], human_opinion.stills()["jpeg"][1][3])
    assert labels.spread([("white_noise", 2), ("jpeg", 4)]) == pytest.approx(wider)
    assert labels.spread([(CLEAN, 0)]) == labels.spread([("freeze", 3)]) == 0
