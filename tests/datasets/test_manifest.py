"""The manifest is written whole, read back as it was, and tells what does not fit."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xl_vqa.datasets.errors import ManifestError
from xl_vqa.datasets.manifest import COLUMNS, Manifest, ManifestRow, read_manifest, write_manifest
from xl_vqa.outputs import write_output
from xl_vqa.words.errors import OutputNotWritableError
from xl_vqa.words.labels import Scale

ROW = ManifestRow("/v/桜_1.mp4", 3.45, 0.31, 20, 35, "train", "桜", "")
# what a cell of a spreadsheet or a file name can hold
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
floats = st.one_of(st.none(), st.floats(1, 5).map(lambda x: round(x, 9)))
rows = st.builds(
    ManifestRow,
    words.map(lambda name: "/" + name),
    floats,
    floats,
    st.one_of(st.none(), st.integers(1, 99)),
    st.integers(10, 50),
    st.sampled_from(["train", "val", "test", "none"]),
    words,
    words,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(rows, min_size=1, max_size=10))
def test_what_is_written_is_read(tmp_path: Path, many: list[ManifestRow]) -> None:
    path = tmp_path / "m.csv"
    written = write_manifest(path, many)
    assert read_manifest(path) == written
    assert read_manifest(path).fingerprint == written.fingerprint


def test_excel_shows_japanese_and_the_columns_are_the_agreed_ones(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "m.csv"
    write_manifest(path, [ROW])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8-sig").splitlines()
    assert lines == ["video,mos,ci95,raters,label,split,content,problem", "/v/桜_1.mp4,3.45,0.31,20,35,train,桜,"]
    assert ",".join(COLUMNS) == lines[0]


def test_typed_frame(tmp_path: Path) -> None:
    frame = write_manifest(
        tmp_path / "m.csv", [ROW, ManifestRow("x", None, None, None, None, "none", "", "p")]
    ).frame()
    assert [str(kind) for kind in frame.dtypes] == [
        "string", "float64", "float64", "Int64", "Int64", "string", "string", "string",
    ]  # fmt: skip
    assert frame["label"].isna().tolist() == [False, True]
    assert frame["mos"][0] == 3.45


def test_as_a_person_saved_it_with_other_columns_and_relative_videos(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("Split,remark,video,label,mos\ntrain,x,clips/a.mp4,35.0,3.5\n,y,b.mp4,,\n\n")
    first, second = read_manifest(tmp_path / "m.csv")
    assert (first.video, first.label, first.split) == (str(tmp_path / "clips/a.mp4"), 35, "train")
    assert (second.split, second.label, second.usable) == ("none", None, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("video,label\na.mp4,35\n", "split"),
        ("", "no rows"),
        ("label,split\n35,train\n", "no column video"),
        ("video,label,split\n", "no rows"),
        ("video,label,split\na.mp4,x,train\n", "row 2: label is 'x'"),
        ("video,label,split\na.mp4,3.5,train\n", "whole number"),
        ("video,label,split\na.mp4,nan,train\n", "not a number"),
        ("video,label,split\na.mp4,35,training set\n", "split is"),
        ("video,label,split\n,35,train\n", "missing"),
        ("video,label,split\na.mp4,,val\n", "missing"),
        ('video,label,split\n"a.mp4,35,train\n', "no table of text"),
    ],
)
def test_a_manifest_that_does_not_fit_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(ManifestError) as caught:
        read_manifest(tmp_path / "m.csv")
    assert said in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_manifest_as_excel_saves_it(tmp_path: Path, encoding: str, separator: str) -> None:
    with pytest.raises(ManifestError, match="no such file"):
        read_manifest(tmp_path / "no.csv")
    lines = ["video,label,split,mos", "桜.mp4,35,train,3.5", "海.mp4,20,val,2"]
    (tmp_path / "m.csv").write_bytes("\r\n".join(lines).replace(",", separator).encode(encoding))
    rows = read_manifest(tmp_path / "m.csv").rows
    assert [(Path(row.video).name, row.label, row.split, row.mos) for row in rows] == [
        ("桜.mp4", 35, "train", 3.5),
        ("海.mp4", 20, "val", 2.0),
    ]


def test_parts() -> None:
    manifest = Manifest((ROW, dataclasses.replace(ROW, split="val"), dataclasses.replace(ROW, split="none")))
    assert [len(manifest.part(name)) for name in ("train", "val", "test", "none")] == [1, 1, 0, 1]
    assert len(manifest.usable) == 2
    with pytest.raises(ManifestError):
        manifest.part("holdout")


def test_the_fingerprint_goes_by_what_training_sees() -> None:
    def row(**changes: object) -> ManifestRow:
        return dataclasses.replace(ROW, **changes)  # type: ignore[arg-type]

    a, b = row(video="/data/one/a.mp4"), row(video="/data/two/b.mp4", mos=2.0, label=20)
    base = Manifest((a, b)).fingerprint
    assert Manifest((b, a)).fingerprint == base
    assert Manifest((a, b, row(split="none"))).fingerprint == base
    assert Manifest((dataclasses.replace(a, problem="one_rater: x"), b)).fingerprint == base
    moved = [
        dataclasses.replace(r, video=r.video.replace("/data/", "D:\\new\\").replace("/", "\\")) for r in (a, b)
    ]
    assert Manifest(tuple(moved)).fingerprint == base
    for changes in (
        {"mos": 3.46},
        {"label": 36},
        {"split": "val"},
        {"content": "海"},
        {"video": "/data/one/c.mp4"},
    ):
        assert Manifest((dataclasses.replace(a, **changes), b)).fingerprint != base  # type: ignore[arg-type]


def test_another_scale_than_that_of_the_labels_is_noticed() -> None:
    manifest = Manifest((ROW,))
    manifest.check_scale(Scale())
    for other in (Scale(rounding="floor"), Scale(1, 5, 10, 90), Scale(0, 3, 10, 50)):
        with pytest.raises(ManifestError, match="row 2"):
            manifest.check_scale(other)


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are set otherwise there")
def test_a_full_disk_leaves_the_old_manifest_and_no_rubbish(tmp_path: Path) -> None:
    """A real refusal by the system: the process may write no more than 4 kB to a file."""
    path = tmp_path / "m.csv"
    write_manifest(path, [ROW])
    before = path.read_bytes()
    code = f"""
import resource, signal
from pathlib import Path
from xl_vqa.datasets.manifest import ManifestRow, write_manifest
from xl_vqa.words.errors import OutputNotWritableError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_manifest(Path({str(path)!r}), [ManifestRow("x" * 100, 3.0, None, 1, 30, "train", "c")] * 500)
except OutputNotWritableError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "no room left on the drive" in done.stdout
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.csv"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "m.csv", tmp_path / ("x" * 300 + ".csv")):
        with pytest.raises(OutputNotWritableError):
            write_output(path, b"x", parents=True)
    assert sorted(os.listdir(tmp_path)) == ["file"]
