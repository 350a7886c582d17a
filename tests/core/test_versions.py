"""The order of our versions against that of packaging."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from xl_vqa.words.versions import in_numbers, order

NUMBER = st.integers(0, 12)


@st.composite
def versions(draw: st.DrawFn) -> str:
    text = ".".join(map(str, draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))))
    if draw(st.booleans()):
        text += draw(st.sampled_from(("a", "b", "rc"))) + str(draw(NUMBER))
    for part in (".post", ".dev"):
        if draw(st.booleans()):
            text += part + str(draw(NUMBER))
    return text


@given(versions(), versions())
def test_versions_have_the_order_that_packages_have(one: str, other: str) -> None:
    ours = order(one), order(other)
    assert ours[0] is not None
    assert ours[1] is not None
    assert (ours[0] < ours[1]) is (Version(one) < Version(other))
    assert (ours[0] == ours[1]) is (Version(one) == Version(other))


@given(versions(), st.sampled_from(("+g0a1b2c3", "+g0a1b2c3.dirty", "+unknown")))
def test_what_names_a_commit_has_no_order(version: str, local: str) -> None:
    assert order(version + local) == order(version)


@pytest.mark.parametrize("text", ["", "of somebody", "1.", ".1", "1.2 ", "1.0+", "v1.0", "\u0661.0", "1.post"])
def test_what_is_no_version_has_none(text: str) -> None:
    assert order(text) is None


RELEASES = st.tuples(NUMBER, NUMBER, NUMBER).map(lambda numbers: ".".join(map(str, numbers)))
BUILT = st.builds(lambda release, commits: f"{release}.post{commits}" if commits else release, RELEASES, NUMBER)


@given(BUILT, BUILT)
def test_an_office_program_sees_the_order_of_what_we_build(one: str, other: str) -> None:
    first, second = (tuple(map(int, in_numbers(f"{text}+g0a1b2c3").split("."))) for text in (one, other))
    assert (first < second) is (Version(one) < Version(other))
