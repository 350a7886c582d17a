"""Writes the files of ``locks/``, every package with the hashes of all its files: ``make locks``.

uv resolves for Linux, Windows and macOS at once, within the versions of constraints.txt; what only another
system needs is pinned there, too, when it is met first.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# what "python -m xl_vqa.torch_setup" and Windows bring on top of the bare dependencies
RUN = ("model", "excel")
EXTRAS = (*RUN, "test", "dev", "train", "starter")
TORCH = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)$")
HEADS = {
    "run": "What an installation that rates needs besides torch.",
    "torch": "torch and its CUDA packages as the package index has them.",
    "develop": "What tests, checks and training need besides run.txt.",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def resolve(*extras: str) -> dict[str, str]:
    """Every package's lines (version, marker and hashes) by name."""
    options = [part for extra in extras for part in ("--extra", extra)]
    uv = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    done = subprocess.run(
        [sys.executable, "-m", *uv, "--no-header", "-q", "-c", "constraints.txt", *options, "pyproject.toml"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    entries = re.split(r"^(?=\S)", done.stdout, flags=re.MULTILINE)
    return {normal(re.split(r"[=\[ ]", entry)[0]): entry for entry in entries if entry.strip()}


def main() -> None:
    base = resolve(*RUN)
    everything = resolve(*EXTRAS)
    parts = {
        "run": {name: entry for name, entry in base.items() if not TORCH.match(name)},
        "torch": {name: entry for name, entry in base.items() if TORCH.match(name)},
        "develop": {name: entry for name, entry in everything.items() if name not in base},
    }
    for part, entries in parts.items():
        head = f"# {HEADS[part]} Made by 'make locks'; docs/install.md says how to use it.\n"
        (ROOT / "locks" / f"{part}.txt").write_text(head + "".join(entries.values()), encoding="utf-8")
    pin({name: entry for entries in parts.values() for name, entry in entries.items()})


def pin(entries: dict[str, str]) -> None:
    """Adds to constraints.txt what it does not know yet."""
    file = ROOT / "constraints.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    known = {normal(line.partition("==")[0]) for line in lines}
    lines += [re.split(r"[ \\]", entry)[0] for name, entry in entries.items() if name not in known]
    file.write_text("\n".join(sorted(lines, key=str.lower)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
