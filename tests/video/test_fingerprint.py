"""A rating is filed under the content, so the content must be told apart to the last byte."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xl_vqa.video.fingerprint import fingerprint, stat_key
from xl_vqa.words.errors import NotAVideoError, VideoEmptyError, VideoNotFoundError


@given(st.binary(min_size=1, max_size=3_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_it_is_the_hash_of_the_whole_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert fingerprint(path) == "b2:" + blake2b(content, digest_size=32).hexdigest()


def test_larger_than_the_buffer_and_the_last_byte_counts(tmp_path: Path) -> None:
    content = bytes(3 * (1 << 20) + 17)
    first, second = tmp_path / "a.mp4", tmp_path / "b.mp4"
    first.write_bytes(content)
    second.write_bytes(content[:-1] + b"\1")
    assert fingerprint(first) == "b2:" + blake2b(content, digest_size=32).hexdigest()
    assert fingerprint(first) != fingerprint(second)


def test_the_name_does_not_count(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mov", "日本.mp4"):
        (tmp_path / name).write_bytes(b"same")
    assert len({fingerprint(tmp_path / name) for name in ("a.mp4", "b.mov", "日本.mp4")}) == 1


def test_a_stat_key_moves_with_the_content_even_if_the_time_is_set_back(tmp_path: Path) -> None:
    import os

    path = tmp_path / "a.mp4"
    path.write_bytes(b"1234")
    before, times = stat_key(path), path.stat()
    path.write_bytes(b"4321")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert stat_key(path) != before


def test_what_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoEmptyError):
        fingerprint(tmp_path / "empty.mp4")
    with pytest.raises(NotAVideoError):
        fingerprint(tmp_path)
    with pytest.raises(VideoNotFoundError):
        fingerprint(tmp_path / "none.mp4")
    with pytest.raises(VideoNotFoundError):
        stat_key(tmp_path / "none.mp4")
