"""Files of ratings that are empty, broken, locked or no tables at all: each is told what is wrong."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.datasets.builders import JAPANESE_WIDE, LONG, text, workbook
from xl_vqa.datasets.errors import (
    RatingsEmptyError,
    RatingsEncryptedError,
    RatingsLockedError,
    RatingsNotFoundError,
    RatingsScoreColumnError,
    RatingsUnreadableError,
    RatingsVideoColumnError,
)
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale

SCALE = Scale()


def test_empty_files_and_sheets(tmp_path: Path) -> None:
    (tmp_path / "zero.csv").write_bytes(b"")
    (tmp_path / "blank.csv").write_text("\n \n,,\n")
    workbook(tmp_path / "empty.xlsx", {"表": []})
    text(tmp_path / "header.csv", JAPANESE_WIDE[:1])
    for name in ("zero.csv", "blank.csv", "empty.xlsx", "header.csv"):
        with pytest.raises(RatingsEmptyError):
            read_ratings(tmp_path / name, SCALE)


def test_missing_file_folder_and_file_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RatingsNotFoundError):
        read_ratings(tmp_path / "no.xlsx", SCALE)
    with pytest.raises(RatingsUnreadableError, match="folder"):
        read_ratings(tmp_path, SCALE)
    path = text(tmp_path / "r.csv", LONG)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    # an administrator may read everything, so the system's answer is played here
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(RatingsLockedError, match="no permission"):
        read_ratings(path, SCALE)


def test_workbook_with_a_password_and_the_old_format(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
    (tmp_path / "secret.xlsx").write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100)
    with pytest.raises(RatingsEncryptedError):
        read_ratings(tmp_path / "secret.xlsx", SCALE)
    (tmp_path / "old.xls").write_bytes(ole)
    with pytest.raises(RatingsUnreadableError, match=r"\.xls "):
        read_ratings(tmp_path / "old.xls", SCALE)


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_truncated_workbook(tmp_path: Path, keep: float) -> None:
    path = workbook(tmp_path / "r.xlsx", {"s": [["video", "A"], *[[f"{k}.mp4", 3] for k in range(300)]]})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(RatingsUnreadableError, match="damaged"):
        read_ratings(path, SCALE)


def test_workbook_with_broken_xml(tmp_path: Path) -> None:
    good = workbook(tmp_path / "g.xlsx", {"s": LONG})
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content)
    with pytest.raises(RatingsUnreadableError, match="damaged"):
        read_ratings(tmp_path / "bad.xlsx", SCALE)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, b"%PDF-1.7\n\x00\x01\xff\xfe" * 30]
)
def test_files_that_are_no_tables(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.csv").write_bytes(content)
    with pytest.raises((RatingsUnreadableError, RatingsVideoColumnError)):
        read_ratings(tmp_path / "r.csv", SCALE)


def test_no_video_column_and_no_score_column(tmp_path: Path) -> None:
    with pytest.raises(RatingsVideoColumnError) as caught:
        read_ratings(text(tmp_path / "v.csv", [["名前", "年齢"], ["佐藤", 30]]), SCALE)
    assert "名前, 年齢" in str(caught.value)
    with pytest.raises(RatingsScoreColumnError) as no_scores:
        read_ratings(text(tmp_path / "s.csv", [["動画", "備考"], ["a.mp4", "暗い"]]), SCALE)
    assert "動画, 備考" in no_scores.value.message("ja")
