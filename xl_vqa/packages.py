"""Packages that are missing or broken, and what to type to have them. It works without any: standard library."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xl_vqa.shell import typed
from xl_vqa.words.errors import PackageMissingError

# what is imported under another name than it is installed under
INSTALLED_AS: Final = {
    "grpc-reflection": "grpcio-reflection",
    "pil": "pillow",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


# what one needs of them, one needs all of
TOGETHER: Final = ("excel",)


def asked_for() -> list[str]:
    """The requirements of the installed xl_vqa as its metadata has them; empty where it is not installed."""
    try:
        return importlib.metadata.requires("xl_vqa") or []
    except importlib.metadata.PackageNotFoundError:
        return []


def of_extra(extra: str) -> list[str]:
    """What an extra asks for, without markers, as the installed xl_vqa has it."""
    named = re.compile(rf"""extra == ['"]{re.escape(extra)}['"]""")
    return [one.partition(";")[0].strip() for one in asked_for() if named.search(one.partition(";")[2])]


def package_name(requirement: str) -> str:
    """The normalised name of the package that a requirement asks for."""
    return _normal(re.split(r"[^\w.-]", requirement)[0])


def installed(package: str) -> str | None:
    """The version of ``package`` that is here, None where it is not."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def requirements() -> dict[str, str]:
    """What the installed xl_vqa asks for, extras too: requirement without its marker, by normalised name."""
    found: dict[str, str] = {}
    for one in asked_for():
        wanted = one.partition(";")[0].strip()
        # base requirements come first, and win over an extra's
        found.setdefault(package_name(wanted), wanted)
    return found


def missing_package(error: BaseException) -> str | None:
    """The package of ours whose absence or damage ``error`` tells of, None where it tells of something else."""
    known = requirements()
    for one in _chain(error):
        if isinstance(one, ModuleNotFoundError) and one.name:
            top = _normal(one.name.partition(".")[0])
            name = INSTALLED_AS.get(top, top)
            if name in known:
                return name
        if isinstance(one, (ImportError, OSError)) and _inside(one, "torch"):
            # a DLL or shared library that does not load
            return "torch"
    return None


def install_command(package: str) -> str:
    """What to type to have ``package``, for this very Python."""
    python = typed(sys.executable)
    if package == "torch" or package in {package_name(one) for one in of_extra("model")}:
        # it brings the build of torch that fits, and all the rest of the extra
        return f"{python} -m xl_vqa.torch_setup"
    wanted = [requirements().get(package, package)]
    for extra in TOGETHER:
        members = of_extra(extra)
        if package in map(package_name, members):
            wanted = members
    return f"{python} -m pip install {' '.join(map(typed, wanted))}"


def missing(package: str) -> PackageMissingError:
    """The error for people about a package that is known to be missing."""
    return PackageMissingError(package=package, command=install_command(package))


def as_missing(error: BaseException) -> PackageMissingError | None:
    """The error for people, where ``error`` is about a package."""
    package = missing_package(error)
    if package is None:
        return None
    return missing(package)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from; transformers wraps the import that really failed."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _inside(error: BaseException, package: str) -> bool:
    """Whether it was raised while the package itself was being imported."""
    step = error.__traceback__
    while step is not None:
        if Path(step.tb_frame.f_code.co_filename).parts[-2:] == (package, "__init__.py"):
            return True
        step = step.tb_next
    return False
