"""Are the locked packages what they should be? ``make audit``.

    python tools/audit_packages.py [--offline] [--torch]

Of every package in ``locks/``: its licence is one of those that this project may ask people to install (as the
installed package states it), and the installed version is the locked one. Then pip is asked, as in an installation
but without installing, whether the index still has these versions, with these hashes, and has not withdrawn one.

Known weaknesses are not looked up: that needs an advisory service, see docs/it.md.

Exit status: 0 nothing found; 1 something was; 2 the index could not be asked (``--offline`` leaves it out).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
PARTS: Final = ("run", "develop")
"""torch with its CUDA packages is several GB, and asked about only with ``--torch``."""

ALLOWED: Final = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 CNRI-Python HPND ISC LLVM-exception MIT MIT-0 "
    "MIT-CMU MPL-2.0 PSF-2.0 Python-2.0 Unlicense Zlib".split()
)
"""SPDX names. The GPL is not among them: av and decord state their own licence, and what they bring besides stands
in NOTICE."""

OLD_WORDS: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Public Domain": "CC0-1.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""Classifiers, and what packages wrote before there were SPDX expressions."""

TOOLS: Final = {
    "pcodedmp": "GPL-3.0",
    "pingouin": "GPL-3.0",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}
"""Beyond the list, and so only in ``develop``: tests run them; who uses the product has none of them, but for
psycopg where the extra "team" was asked for (NOTICE)."""

ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>\S+)", re.MULTILINE)


@dataclass(slots=True)
class Findings:
    """``wrong`` is what fails the audit, ``unseen`` names packages of other systems, which are not here."""

    wrong: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(part: str) -> dict[str, str]:
    """The version of every package in a file of ``locks/``."""
    text = (ROOT / "locks" / f"{part}.txt").read_text(encoding="utf-8")
    return {normal(entry["name"]): entry["version"] for entry in ENTRY.finditer(text)}


def licences(name: str, metadata: Mapping[str, str], classifiers: Iterable[str]) -> set[str]:
    """The SPDX names that a package states, or its own words where they are none."""
    expression = metadata.get("License-Expression")
    if expression:
        return set(re.split(r"\s+(?:AND|OR|WITH)\s+", expression.replace("(", " ").replace(")", " ").strip()))
    last = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    stated = [word for word in last if word not in ("OSI Approved", "DFSG approved")] or (
        metadata.get("License") or ""
    ).splitlines()[:1]
    return {part for word in stated for part in OLD_WORDS.get(word.strip(), word.strip()).split(" AND ")} or {
        "none"
    }


def look_at_installed(packages: Mapping[str, str], findings: Findings) -> None:
    for name, version in sorted(packages.items()):
        try:
            package = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            findings.unseen.append(name)
            continue
        # a build for a certain card or for the CPU says so behind a plus
        if package.version.partition("+")[0] != version.partition("+")[0]:
            findings.wrong.append(f"{name}: {package.version} is installed, {version} is locked")
        metadata = {
            key: package.metadata[key] for key in ("License-Expression", "License") if key in package.metadata
        }
        stated = licences(name, metadata, package.metadata.get_all("Classifier") or [])
        beyond = stated - ALLOWED - ({TOOLS[name]} if name in TOOLS else set())
        if beyond:
            findings.wrong.append(f"{name} {version}: licence {', '.join(sorted(beyond))}")


def ask_index(file: Path, findings: Findings) -> bool:
    """Whether the index could be asked. A version that is gone, withdrawn or changed is a finding."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
    done = subprocess.run(
        [*command, "--require-hashes", "--progress-bar", "off", "-r", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stderr.splitlines()
    findings.wrong += [f"{file.name}: {line.strip()}" for line in said if "yanked" in line.lower()]
    if done.returncode == 0:
        return True
    if re.search(r"DO NOT MATCH THE HASHES|No matching distribution", done.stderr) and not re.search(
        r"Connection|Max retries|Network|Temporary failure|timed out", done.stderr
    ):
        findings.wrong += [f"{file.name}: {line.strip()}" for line in said if line.startswith("ERROR")]
        return True
    print(done.stderr.strip()[-2000:], file=sys.stderr)
    return False


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offline", action="store_true", help="do not ask the index")
    parser.add_argument("--torch", action="store_true", help="ask the index about torch, too")
    options = parser.parse_args(arguments)
    findings = Findings()
    packages = {name: version for part in (*PARTS, "torch") for name, version in locked(part).items()}
    look_at_installed(packages, findings)
    here = len(packages) - len(findings.unseen)
    print(f"licences and versions: {here} of {len(packages)} locked packages are here")
    if findings.unseen:
        print(f"not looked at, for they are not installed here: {', '.join(findings.unseen)}")
    asked = True
    for part in () if options.offline else (*PARTS, *(["torch"] if options.torch else [])):
        asked = ask_index(ROOT / "locks" / f"{part}.txt", findings) and asked
        print(f"index: locks/{part}.txt {'asked' if asked else 'could not be asked'}")
    print("not looked up: known weaknesses (docs/it.md says how)")
    for line in findings.wrong:
        print(f"FOUND {line}")
    return 1 if findings.wrong else 0 if asked else 2


if __name__ == "__main__":
    sys.exit(main())
