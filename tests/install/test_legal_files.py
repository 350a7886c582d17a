"""Licence, notices and package metadata: whole, true to what ships, and in the wheel."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from starter.pictures.picture_licenses import ACCEPTED_LICENSES
from tests.install.environments import PROJECT, ROOT, closure, empty_environment, link_packages

# of the published text with all white space made one space
DIGEST = "0ffddef9e48f8a09aed5caf2d44f7ba1c1be2d9b8e0a6f693b1635b2d5566645"
NOTICE = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
PAGES += sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    words = " ".join(text.split())
    assert words.startswith("Apache License Version 2.0, January 2004")
    assert "9. Accepting Warranty or Additional Liability." in words
    assert "APPENDIX: How to apply the Apache License to your work." in words
    assert len(words.split()) == 1581
    assert hashlib.sha256(words.encode()).hexdigest() == DIGEST


def test_every_source_and_licence_of_the_weights_is_named() -> None:
    card = (
        (ROOT / "model" / "starter" / "README.md").read_text(encoding="utf-8").partition("## Data and licences")[2]
    )
    rows = [line.split("|")[1:3] for line in card.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for source, licence in ((source.strip(), licence.strip()) for source, licence in rows):
        assert source in NOTICE or source == "drawn by code", source
        assert licence in NOTICE, licence
    share_alike = [licence for licence in ACCEPTED_LICENSES if "-SA-" in licence]
    assert all(licence in NOTICE for licence in share_alike)


def test_every_demo_clip_s_work_is_named() -> None:
    with (ROOT / "model" / "demo_clips" / "clips.csv").open(encoding="utf-8-sig", newline="") as file:
        contents = {row["file"].partition("_")[0] for row in csv.DictReader(file)}
    credits = (ROOT / "model" / "demo_clips" / "CREDITS.md").read_text(encoding="utf-8")
    for content in contents:
        assert f"{content}_*" in NOTICE
        assert f"{content}_*" in credits


def test_what_is_said_of_the_decoders_is_what_is_installed() -> None:
    """The terms are read off the libraries themselves."""
    found = closure(PROJECT["dependencies"])
    decord = b"".join(
        Path(str(found["decord"].locate_file(file))).read_bytes()
        for file in found["decord"].files or []
        if ".so" in file.name
    )
    assert f"decord {found['decord'].version}" in NOTICE
    version = re.search(rb"FFmpeg version ([\d.]+)", decord)
    assert version is not None
    assert f"FFmpeg {version[1].decode()}" in NOTICE
    assert b"--enable-nonfree" in decord
    assert b"nonfree and unredistributable" in decord
    libraries = {file.name.partition("-")[0] for file in found["av"].files or []}
    assert {"libx264", "libx265"} <= libraries
    assert "libx264 and libx265" in NOTICE
    assert not any(name.startswith("imageio") for name in found)


def test_pages_that_a_project_has_are_there_and_linked() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("LICENSE", "NOTICE", *PAGES[1:4], "docs/install.md", "docs/settings.md"):
        assert (ROOT / name).stat().st_size > 500
        assert f"({name})" in readme


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.slow
def test_the_wheel_has_it_all_and_rates_a_video(tmp_path: Path) -> None:
    """Built and installed by pip where only its own packages are, and used away from the checkout."""
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    version = wheel.name.split("-")[1]
    for file in ("LICENSE", "NOTICE"):
        assert f"xl_vqa-{version}.dist-info/licenses/{file}" in names
    assert "xl_vqa/_shipped/demo_clips/CREDITS.md" in names
    assert "xl_vqa/_shipped/starter/README.md" in names
    assert not any(name.startswith(("tests/", "tools/", "benchmarks/", "starter/")) for name in names)

    made = empty_environment(tmp_path / "environment")
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["model"]]
    link_packages(made, closure(wanted).values())
    subprocess.run([*pip, "--python", made.python, "install", "--no-deps", "--no-index", wheel], check=True)
    assert made.run("xl-vqa", "--version").stdout.strip() == f"xl-vqa {version}"
    where = made.run("python", "-c", "import xl_vqa; print(xl_vqa.__file__)").stdout
    assert str(tmp_path) in where
    try:
        done = made.run("xl-vqa", "demo", "-o", made.home / "demo.xlsx")
        assert done.returncode == 0, done.stdout + done.stderr
        assert zipfile.is_zipfile(made.home / "demo.xlsx")
        doctor = made.run("xl-vqa", "doctor", "--quick")
        assert doctor.returncode == 0, doctor.stdout
    finally:
        made.run("xl-vqa", "host", "stop")
