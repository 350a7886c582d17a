"""A real environment with a chosen part of the packages that are installed here, made of links in a second.

What ``pip install .`` brings, with or without extras, is found as pip finds it: from the requirements of
pyproject.toml and of each package's own metadata, markers and extras included. What only the tests' extras bring
is not there.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import tomllib
import venv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(requirements: Iterable[str]) -> dict[str, importlib.metadata.Distribution]:
    """Every distribution that the requirements bring, by normalised name; all must be installed here."""
    found: dict[str, importlib.metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(one), "") for one in requirements]
    while waiting:
        wanted, extra = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = normal(wanted.name)
        for own in ("", *wanted.extras):
            if (name, own) in seen:
                continue
            seen.add((name, own))
            found[name] = found.get(name) or importlib.metadata.distribution(name)
            waiting += [(Requirement(one), own) for one in found[name].requires or []]
    return found


@dataclass(frozen=True)
class Environment:
    """An environment's folder, and commands run in it as a person would."""

    folder: Path
    home: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, *command: object, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        """``command`` as typed after activating the environment."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("XL_VQA_", "PYTHON", "LC_", "LANG"))}
        variables |= {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(self.folder),
            "XL_VQA_HOME": str(self.home),
            "XL_VQA_LANGUAGE": "en",
            "XL_VQA_TORCH_THREADS": "1",
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "200",
        }
        return subprocess.run(
            [str(one) for one in command],
            env=variables | changes,
            cwd=cwd or self.home,
            capture_output=True,
            encoding="utf-8",
            timeout=280,
            check=False,
        )


def empty_environment(folder: Path) -> Environment:
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    home = folder / "home"
    home.mkdir()
    return Environment(folder, home)


def link_packages(environment: Environment, packages: Iterable[importlib.metadata.Distribution]) -> None:
    """Puts links to the files of installed packages into an environment."""
    site = next((environment.folder / "lib").glob("python*/site-packages"))
    for package in packages:
        for top in {file.parts[0] for file in package.files or []} - {"..", "__pycache__"}:
            link = site / top
            if not link.exists():
                link.symlink_to(Path(str(package.locate_file(top))).resolve())


def _asked_for(extras: Sequence[str]) -> list[str]:
    return [*PROJECT["dependencies"], *(one for e in extras for one in PROJECT["optional-dependencies"][e])]


def packages_environment(folder: Path, extras: Sequence[str] = ()) -> Environment:
    """The packages that the product and its ``extras`` ask for, without the product; and pip."""
    made = empty_environment(folder)
    link_packages(made, closure(_asked_for(extras)).values())
    subprocess.run([made.python, "-m", "ensurepip"], check=True, capture_output=True)
    return made


def installed_environment(folder: Path, wheel: Path, extras: Sequence[str] = ()) -> Environment:
    """What ``pip install`` of the ``wheel`` gives, with the packages of the ``extras``."""
    made = packages_environment(folder, extras)
    install = [made.python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel]
    subprocess.run(install, check=True, capture_output=True)
    return made


def base_environment(folder: Path, extras: Sequence[str] = ()) -> Environment:
    """What ``pip install .`` of this checkout gives, with the packages of the ``extras``."""
    made = empty_environment(folder)
    wanted = closure(_asked_for(extras))
    link_packages(made, [*wanted.values(), importlib.metadata.distribution("xl_vqa")])
    site = next((folder / "lib").glob("python*/site-packages"))
    # the editable install's own link leads to the same place, but may be made in a way that needs its finder
    (site / "checkout.pth").write_text(f"{ROOT}\n")
    script = folder / "bin" / "xl-vqa"
    # as pip writes it: a training process of its own imports this file again
    script.write_text(
        f"#!{made.python}\nfrom xl_vqa.cli.main import main\nif __name__ == '__main__':\n    main()\n"
    )
    script.chmod(0o755)
    return made
