"""The version of a build: from a tag, from commits after it, from an archive, and from a folder without git."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from packaging.version import Version

from tests.install.environments import ROOT

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the repositories of these tests")
FILES = ("pyproject.toml", ".gitattributes", "tools/version_from_git.py")
NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": os.sep}
NOBODY |= {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str | Path) -> str:
    command = ["git", "-c", "protocol.file.allow=always", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | NOBODY, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.strip()


def commit(folder: Path, text: str) -> None:
    (folder / "README.md").write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", text)


def version_of(folder: Path) -> str:
    """What hatchling finds, by the settings that a copy of this project has."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "version"],
        cwd=folder,
        env=os.environ | NOBODY,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = tmp_path / "repository"
    for name in FILES:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, made / name)
    git(made, "init", "--quiet")
    for text in ("first", "second", "third"):
        commit(made, text)
    return made


def test_a_tag_is_the_version_and_commits_after_it_are_counted(repository: Path) -> None:
    short = git(repository, "rev-parse", "--short", "HEAD")
    assert version_of(repository) == f"0.1.0.post2+g{short}"  # no tag yet: counted from the first commit
    git(repository, "tag", "v0.3.0")
    git(repository, "tag", "starter-2026")  # no version
    assert version_of(repository) == "0.3.0"
    (repository / "README.md").write_text("changed", encoding="utf-8")
    assert version_of(repository) == "0.3.0+dirty"
    commit(repository, "fourth")
    after = version_of(repository)
    assert after == f"0.3.0.post1+g{git(repository, 'rev-parse', '--short', 'HEAD')}"
    assert Version("0.3.0") < Version(after) < Version("0.3.1")
    (repository / "README.md").write_text("changed", encoding="utf-8")
    assert version_of(repository) == after + ".dirty"


def test_a_clone_that_was_cut_off_is_a_release_only_where_it_has_the_tag(repository: Path, tmp_path: Path) -> None:
    address = repository.as_uri()
    short = git(repository, "rev-parse", "--short", "HEAD")
    git(tmp_path, "clone", "--quiet", "--depth", "1", address, tmp_path / "cut")
    assert version_of(tmp_path / "cut") == f"0.1.0.post0+g{short}"
    git(repository, "tag", "v0.3.0")
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "v0.3.0", address, tmp_path / "release")
    assert version_of(tmp_path / "release") == "0.3.0"


def test_an_archive_of_git_knows_its_version(repository: Path, tmp_path: Path) -> None:
    def unpacked(name: str) -> Path:
        git(repository, "archive", "--output", tmp_path / f"{name}.tar", "HEAD")
        with tarfile.open(tmp_path / f"{name}.tar") as archive:
            archive.extractall(tmp_path / name, filter="data")
        return tmp_path / name

    assert version_of(unpacked("untagged")) == "0.1.0+unknown"
    git(repository, "tag", "v0.3.0")
    assert version_of(unpacked("tagged")) == "0.3.0"
    commit(repository, "fourth")
    assert re.fullmatch(r"0\.3\.0\.post1\+g[0-9a-f]{7,}", version_of(unpacked("later")))


def test_a_folder_without_git_says_that_its_version_is_not_known(repository: Path) -> None:
    shutil.rmtree(repository / ".git")
    assert version_of(repository) == "0.1.0+unknown"


def test_what_stands_in_for_a_version_is_the_last_one_of_the_changes() -> None:
    """CHANGELOG.md names releases; what is taken where git says nothing must not lie before the last of them."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    last = max(re.findall(r"(?m)^## (\d+\.\d+\.\d+)", changes), key=Version)
    assert f'default-tag = "v{last}"' in project
    assert f'default-version = "{last}+unknown"' in project
