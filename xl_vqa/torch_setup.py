"""Installs what rating needs, torch in the build that fits this machine: ``python -m xl_vqa.torch_setup``.

pip alone cannot choose: on Linux the package index gives a build with several GB of CUDA libraries, on Windows one
without CUDA, whatever card is there. PyTorch documents an index of its own for every build; this module picks one.

It runs in a fresh environment before anything is installed: standard library only.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.graphics_card import Card, find_card
from xl_vqa.packages import installed, of_extra
from xl_vqa.words.settings import language_anyhow
from xl_vqa.words.table import Table

BUILDS: Final = "https://download.pytorch.org/whl/"
"""PyTorch's documented address; ``cpu``, ``cu126``, ... follow."""
CPU: Final = "cpu"
CUDA: Final = "cu130"
"""The CUDA 13.0 that the package index's own build of torch 2.13 for Linux is made with."""
OLD_CUDA: Final = "cu126"
"""For drivers older than CUDA 13, and for the cards that CUDA 13 has dropped."""
DEFAULT: Final = "default"
"""The configured package index, whatever it gives."""

TEXTS: Final[dict[str, dict[str, str]]] = {
    "configured": {
        "en": "pip is set up with an index or links of its own here: torch is taken from there. PyTorch's own "
        "builds: --index cpu, --index cu126 or --index cu130.",
        "ja": "pip に独自のインデックスまたはリンクが設定されているため、torch はそこから取得します。"
        "PyTorch 配布のものを使う場合: --index cpu、--index cu126、--index cu130。",
    },
    "no_card": {
        "en": "No NVIDIA card was found: taking the CPU build of torch (about 200 MB instead of several GB).",
        "ja": "NVIDIA GPU が見つからないため、CPU 版の torch を使用します(数 GB ではなく約 200 MB)。",
    },
    "card": {
        "en": "{card} was found: taking torch for CUDA.",
        "ja": "{card} を検出: CUDA 版の torch を使用します。",
    },
    "old_driver": {
        "en": "{card} was found with a driver for CUDA {cuda}: taking torch for CUDA 12.6. A newer driver would "
        "allow a newer one.",
        "ja": "{card}(CUDA {cuda} 対応ドライバー)を検出: CUDA 12.6 版の torch を使用します。"
        "ドライバーを更新すると新しい版を使用できます。",
    },
    "chosen": {"en": "Taking torch as asked for: {index}.", "ja": "指定された torch を使用します: {index}。"},
    "plain": {"en": "Taking torch from the package index.", "ja": "パッケージインデックスの torch を使用します。"},
    "unreachable": {
        "en": "{address} gave no torch for this machine; the package index is tried. The addresses that PyTorch "
        "offers are listed at pytorch.org/get-started/locally",
        "ja": "{address} からは torch を取得できませんでした。パッケージインデックスを試します。"
        "利用できるアドレスは pytorch.org/get-started/locally をご覧ください",
    },
}

say: Final = Table(TEXTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """``index``: the last part of PyTorch's address, a whole one, or ``default``. ``reason``: a key of TEXTS."""

    index: str
    reason: str

    @property
    def address(self) -> str | None:
        """What pip's --index-url gets; None for the configured index."""
        if self.index == DEFAULT:
            return None
        return self.index if "://" in self.index else BUILDS + self.index


def choose(card: Card | None, *, system: str = sys.platform, configured: bool = False) -> Choice:
    """The build for a machine. ``configured``: pip has an index or links of its own, as in many companies."""
    if configured:
        return Choice(DEFAULT, "configured")
    if system == "darwin":
        return Choice(DEFAULT, "plain")
    if card is not None:
        if card.cuda is not None and card.cuda < (13, 0):
            return Choice(OLD_CUDA, "old_driver")
        # on Linux the package index has the same build
        return Choice(CUDA if system == "win32" else DEFAULT, "card")
    # on Windows the package index's build is the one for the CPU
    return Choice(DEFAULT, "plain") if system == "win32" else Choice(CPU, "no_card")


def pip_is_configured() -> bool:
    """Whether pip was told of an index or of links, by a file or by the environment."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return re.search(r"[.](index-url|extra-index-url|find-links|no-index)\s*=", done.stdout) is not None


def wanted_torch(checkout: Path) -> str:
    """``torch==VERSION`` as a checkout's constraints.txt pins it, else what the installed package asks for."""
    pins = checkout / "constraints.txt"
    if pins.is_file():
        pinned = re.search(r"^torch==\S+", pins.read_text(encoding="utf-8"), re.MULTILINE)
        if pinned:
            return pinned[0]
    return next((one for one in wanted_model(checkout) if _is_torch(one)), "torch")


def wanted_model(checkout: Path) -> list[str]:
    """The packages of the extra "model", by a checkout's pyproject.toml, else by the installed package."""
    project = checkout / "pyproject.toml"
    if project.is_file():
        table = tomllib.loads(project.read_text(encoding="utf-8"))
        if table.get("project", {}).get("name") == "xl_vqa":
            return list(table["project"]["optional-dependencies"]["model"])
    return of_extra("model")


def _is_torch(requirement: str) -> bool:
    return re.match(r"torch\b(?!-)", requirement) is not None


def commands(
    choice: Choice, wanted: str, installed: str | None, constraints: Path | None, others: Sequence[str] = ()
) -> list[list[str]]:
    """The arguments of pip, one list per call.

    From PyTorch's own index comes torch alone (it has few versions of anything else); the last call brings what
    torch needs, and the ``others`` that rating needs, from the configured index.
    """
    pins = ["--constraint", str(constraints)] if constraints is not None else []
    rest = ["install", *pins, wanted, *others]
    build = None if installed is None else installed.partition("+")[2]
    # pip takes another build of the same version for the same
    anew = ["install", "--no-deps", "--force-reinstall"]
    if choice.address is None:
        # the package index's own builds bear no name
        replaced = build and choice.reason in ("card", "chosen")
        return [[*anew, *pins, wanted], rest] if replaced else [rest]
    first = anew if build is not None and build != choice.index else anew[:2]
    return [[*first, "--index-url", choice.address, wanted], rest]


def _pip(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pip", *arguments], check=False).returncode


def main(
    arguments: Sequence[str] | None = None,
    *,
    pip: Callable[[Sequence[str]], int] = _pip,
    find: Callable[[], Card | None] = find_card,
    configured: Callable[[], bool] = pip_is_configured,
    system: str = sys.platform,
) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m xl_vqa.torch_setup", description="Installs torch, and what else rating needs."
    )
    parser.add_argument(
        "--index",
        default="auto",
        help="auto (default), default (the configured index), cpu, cu126, cu130, ... or a whole address",
    )
    parser.add_argument("--quiet", action="store_true", help="let pip say less")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and stop")
    options = parser.parse_args(arguments)
    language = language_anyhow()
    if options.index in ("", "auto"):
        card = find()
        choice = choose(card, system=system, configured=configured())
        cuda = "" if card is None or card.cuda is None else "{}.{}".format(*card.cuda)
        print(say(choice.reason, language, card=card.name if card else "", cuda=cuda), flush=True)
    else:
        choice = Choice(options.index, "chosen")
        print(say("chosen", language, index=options.index), flush=True)
    checkout = Path(__file__).resolve().parents[1]
    pins = checkout / "constraints.txt"
    others = [one for one in wanted_model(checkout) if not _is_torch(one)]
    constraints = pins if pins.is_file() else None
    todo = commands(choice, wanted_torch(checkout), installed("torch"), constraints, others)
    for number, call in enumerate(todo):
        call = [call[0], "--quiet", *call[1:]] if options.quiet else call
        if options.dry_run:
            print(f"python -m pip {shlex.join(call)}")
            continue
        status = pip(call)
        if status and number == 0 and options.index in ("", "auto") and choice.address is not None:
            # a place without PyTorch's own index still gets a torch
            print(say("unreachable", language, address=choice.address), file=sys.stderr, flush=True)
        elif status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
