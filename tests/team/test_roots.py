"""Which file of this machine a person's path means, and that none outside a shared folder can be meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.bridge.errors import TeamPathError, TeamSetupError
from xl_vqa.team.roots import Roots


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.mp4").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path)
    (folder / "out.mp4").symlink_to(tmp_path / "outside.mp4")
    (folder / "in.mp4").symlink_to(folder / "sub" / "a.mp4")
    (folder / "sub" / "a.mp4").write_bytes(b"a")
    shots = folder / "shots"
    shots.mkdir()
    for number in range(4):
        (shots / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


def roots(share: Path) -> Roots:
    prefixes = ("Z:\\videos", "\\\\nas\\videos", "/mnt/videos", "Z:/videos/deep")
    return Roots({**dict.fromkeys(prefixes, str(share)), "Z:/videos/deep": str(share / "sub")})


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("Z:\\videos\\sub\\a.mp4", "sub/a.mp4"),
        ("z:/VIDEOS/sub/a.mp4", "sub/a.mp4"),
        ("\\\\NAS\\Videos\\sub\\a.mp4", "sub/a.mp4"),
        ("//nas/videos/sub/a.mp4", None),
        ("\\\\?\\Z:\\videos\\sub\\a.mp4", "sub/a.mp4"),
        ("\\\\?\\UNC\\nas\\videos\\sub\\a.mp4", "sub/a.mp4"),
        ("/mnt/videos/sub/a.mp4", "sub/a.mp4"),
        ("/mnt/videos//sub///a.mp4", "sub/a.mp4"),
        ("/mnt/videos/新しい 動画.mp4", "新しい 動画.mp4"),
        ("/mnt/videos/全角　空白.mp4", "全角　空白.mp4"),
        ("/mnt/videos/in.mp4", "sub/a.mp4"),
        ("Z:\\videos\\deep\\a.mp4", "sub/a.mp4"),
        ("/mnt/videos", ""),
        ("/mnt/videosecret/a.mp4", None),
        ("/MNT/videos/a.mp4", None),
        ("Y:\\videos\\a.mp4", None),
        ("/etc/passwd", None),
    ],
)
def test_what_a_path_means(share: Path, path: str, place: str | None) -> None:
    expected = None if place is None else os.path.realpath(share / place)
    assert roots(share).find(path) == expected
    assert roots(share).shares(path) is (place is not None)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/mnt/videos/../outside.mp4", "team_path_dots"),
        ("/mnt/videos/sub/../../outside.mp4", "team_path_dots"),
        ("/mnt/videos/./sub/a.mp4", "team_path_dots"),
        ("Z:\\videos\\..\\outside.mp4", "team_path_dots"),
        ("Z:\\videos/../outside.mp4", "team_path_dots"),
        ("Z:\\other\\..\\videos\\a.mp4", "team_path_dots"),
        ("Z:\\videos\\C:\\windows\\a.mp4", "team_path_drive"),
        ("Z:\\videos\\a.mp4:hidden", "team_path_drive"),
        ("Z:\\videos\\nul.mp4", "team_path_drive"),
        ("Z:\\videos\\COM1", "team_path_drive"),
        ("Z:\\videos\\sub. \\a.mp4", "team_path_drive"),
        ("/mnt/videos/out/outside.mp4", "team_path_link"),
        ("/mnt/videos/out.mp4", "team_path_link"),
        ("\\\\nas\\videos\\out\\home\\host.json", "team_path_link"),
        ("/mnt/videos/a\0.mp4", "team_path_characters"),
        ("/mnt/videos/" + "a" * 5000, "team_path_characters"),
        ("/mnt/videos/\ud83d.mp4", "team_path_characters"),
    ],
)
def test_no_path_leads_out(share: Path, path: str, problem: str) -> None:
    with pytest.raises(TeamPathError) as caught:
        roots(share).find(path)
    assert caught.value.params["problem"] == problem
    for language in ("en", "ja"):
        assert str(share.parent) not in caught.value.message(language)


def test_numbered_pictures_that_are_links_lead_out_as_well(share: Path) -> None:
    assert roots(share).find("/mnt/videos/shots@24") == str(share / "shots@24")
    (share / "shots" / "4.png").symlink_to(share.parent / "outside.mp4")
    with pytest.raises(TeamPathError, match="out of the shared folder"):
        roots(share).find("/mnt/videos/shots@24")


NAMES = st.text(st.sampled_from("ab.:/\\ ~*?\0\u3000\ud83dが"), max_size=6) | st.sampled_from(
    ["..", ".", "out", "C:", "nul"]
)


@given(
    names=st.lists(NAMES, max_size=6),
    prefix=st.sampled_from(["/mnt/videos", "Z:\\videos", "\\\\nas\\videos", "/", "C:\\"]),
)
def test_whatever_is_asked_for_what_is_found_lies_inside(
    names: list[str], prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "inside"
    folder.mkdir(exist_ok=True)
    for link, target in (("out", folder.parent), ("loop", folder / "loop")):
        if not (folder / link).is_symlink():
            (folder / link).symlink_to(target)
    known = Roots({"/mnt/videos": str(folder), "Z:\\videos": str(folder), "\\\\nas\\videos": str(folder)})
    for between in ("/", "\\"):
        try:
            found = known.find(between.join([prefix, *names]))
        except TeamPathError:
            continue
        assert found is None or os.path.commonpath([os.path.realpath(found), folder]) == str(folder)


@pytest.mark.parametrize("prefix", ["videos", "Z:videos", "./v", "/mnt/../v", "", "\\\\?\\Z:\\v", "~/v"])
def test_a_prefix_has_to_be_absolute(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(TeamSetupError):
        Roots({prefix: str(tmp_path)})


def test_a_folder_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(TeamSetupError, match="is not there"):
        Roots({"/mnt/videos": str(tmp_path / "gone")})
