"""Which headings are ours."""

from __future__ import annotations

import pytest

from xl_vqa.sheets.columns import COLUMNS, FIELDS, Headed, field_of_heading, heading


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("number", [1, 2, 12, 99])
def test_a_heading_that_we_write_is_known_again(field: str, language: str, number: int) -> None:
    assert field_of_heading(heading(field, language, number)) == Headed(field, number)


@pytest.mark.parametrize("text", ["VQA MOS 2024", "VQA score 0", "VQA band 1080", "MOS", "VQA", "Score 2"])
def test_a_users_heading_is_not_ours(text: str) -> None:
    # a year or a height is no number of a set
    assert field_of_heading(text) is None


def test_no_heading_stands_for_two_columns() -> None:
    for place in (0, 1):
        assert len({column.heading[place] for column in COLUMNS}) == len(COLUMNS)
