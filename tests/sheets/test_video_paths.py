"""What people write into cells, on Windows and elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from xl_vqa.sheets.video_paths import is_foreign, resolve
from xl_vqa.words.errors import RelativePathError
from xl_vqa.words.video_names import is_web_address


def nothing(path: str) -> bool:
    return False


def only(*paths: str) -> Callable[[str], bool]:
    return lambda path: path in paths


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.mp4", "C:\\lists\\a.mp4"),
        ("clips/a.mp4", "C:\\lists\\clips\\a.mp4"),
        ("..\\clips\\a.mp4", "C:\\clips\\a.mp4"),
        ("D:\\v\\a.mp4", "D:\\v\\a.mp4"),
        ("\\v\\a.mp4", "C:\\v\\a.mp4"),
        ("\\\\server\\share\\a.mp4", "\\\\server\\share\\a.mp4"),
        ("//server/share/a.mp4", "\\\\server\\share\\a.mp4"),
        ("file:///C:/v/a%20b.mp4", "C:\\v\\a b.mp4"),
        ("file:///C:\\v\\a.mp4", "C:\\v\\a.mp4"),
        ("file://C:/v/a.mp4", "C:\\v\\a.mp4"),
        ("file://server/share/a.mp4", "\\\\server\\share\\a.mp4"),
        ("file:///\\\\server\\share\\a.mp4", "\\\\server\\share\\a.mp4"),
        ("file://///server/share/a.mp4", "\\\\server\\share\\a.mp4"),
        ("FILE:///C:/%E5%8B%95%E7%94%BB.mp4", "C:\\動画.mp4"),
    ],
)
def test_windows(text: str, path: str) -> None:
    assert resolve(text, "C:\\lists", windows=True, exists=nothing) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a.mp4", "/lists/a.mp4"),
        ("/v/../w/a.mp4", "/w/a.mp4"),
        ("file:///v/a%20b.mp4", "/v/a b.mp4"),
        ("file://localhost/v/a.mp4", "/v/a.mp4"),
        ("C:\\v\\a.mp4", "C:\\v\\a.mp4"),
        ("\\\\server\\share\\a.mp4", "\\\\server\\share\\a.mp4"),
        ("file:///C:/v/a.mp4", "C:\\v\\a.mp4"),
    ],
)
def test_elsewhere(text: str, path: str) -> None:
    assert resolve(text, "/lists", windows=False, exists=nothing) == path


def test_the_spelling_that_exists_wins() -> None:
    assert resolve("clips\\a.mp4", "/l", windows=False, exists=only("/l/clips/a.mp4")) == "/l/clips/a.mp4"
    assert resolve("clips\\a.mp4", "/l", windows=False, exists=only("/l/clips\\a.mp4")) == "/l/clips\\a.mp4"
    assert resolve("C:¥v¥a.mp4", "C:\\l", windows=True, exists=only("C:\\v\\a.mp4")) == "C:\\v\\a.mp4"
    # a name may hold a percent sign that was never encoded
    assert resolve("file:///v/50%25.mp4", "/l", windows=False, exists=only("/v/50%25.mp4")) == "/v/50%25.mp4"


@pytest.mark.parametrize(
    ("text", "file"),
    [
        # the address of a relative link, as a workbook stores it
        ("my%20clips/a%23b.mp4", "/l/my clips/a#b.mp4"),
        ("..%5Cclips%5C会議.mp4", "/clips/会議.mp4"),
        # typed in full width, or pasted with a no-break space
        ("ｃｌｉｐｓ／ａ．mp4", "/l/clips/a.mp4"),
        ("my\u00a0clip.mp4", "/l/my clip.mp4"),
        ("ｶﾞｲﾄﾞ.mp4", "/l/ガイド.mp4"),
    ],
)
def test_a_name_of_another_spelling_is_found_where_its_own_leads_nowhere(text: str, file: str) -> None:
    assert resolve(text, "/l", windows=False, exists=only(file)) == file
    assert resolve(text, "/l", windows=False, exists=only(file, f"/l/{text}")) == f"/l/{text}"
    assert resolve(text, "/l", windows=False, exists=nothing) == f"/l/{text}"


def test_japanese_names_written_on_a_mac() -> None:
    composed = "ダイジェスト.mp4"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert resolve(composed, "/l", windows=False, exists=only(f"/l/{decomposed}")) == f"/l/{decomposed}"
    assert resolve(decomposed, "/l", windows=False, exists=only(f"/l/{composed}")) == f"/l/{composed}"
    assert resolve(composed, "/l", windows=False, exists=nothing) == f"/l/{composed}"


def test_nothing_is_looked_up_without_a_choice() -> None:
    def refuse(path: str) -> bool:
        raise AssertionError("a look-up costs a round trip on a network share")

    assert resolve("a.mp4", "/l", windows=False, exists=refuse) == "/l/a.mp4"


def test_addresses_and_foreign_paths() -> None:
    assert is_web_address(" https://example.com/a.mp4")
    assert is_web_address("s3://bucket/a.mp4")
    assert not is_web_address("C:\\a.mp4")
    assert not is_web_address("http.mp4")
    assert is_foreign("C:\\a.mp4", windows=False)
    assert is_foreign("\\\\s\\a.mp4", windows=False)
    assert not is_foreign("C:\\a.mp4", windows=True)
    assert not is_foreign("/a.mp4", windows=False)


def test_without_a_folder_only_whole_paths_mean_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPS", "/media/clips")
    for text in ("a.mp4", "clips/a.mp4", ".", "$UNKNOWN/a.mp4"):
        with pytest.raises(RelativePathError):
            resolve(text, None, windows=False, exists=nothing)
    assert resolve("$CLIPS/a.mp4", None, windows=False, exists=nothing) == "/media/clips/a.mp4"
    assert resolve("\\v\\a.mp4", None, windows=True, exists=nothing) == "\\v\\a.mp4"
    # a name may hold such a sign itself
    assert resolve("$CLIPS/a.mp4", "/l", windows=False, exists=only("/l/$CLIPS/a.mp4")) == "/l/$CLIPS/a.mp4"
