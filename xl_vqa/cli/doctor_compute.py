"""The check of ``xl-vqa doctor`` on what computes: what torch uses, and a card that it cannot use."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xl_vqa.cli.doctor_check import Check, say
from xl_vqa.graphics_card import Card, find_card
from xl_vqa.packages import install_command
from xl_vqa.torch_setup import OLD_CUDA
from xl_vqa.words.settings import Settings

PROGRAM: Final = """
import json, torch
device, kind = "CPU", "cpu"
if torch.cuda.is_available():
    one = torch.cuda.get_device_properties(0)
    device, kind = f"{one.name}, {one.total_memory / 2**30:.0f} GiB", "cuda"
elif torch.backends.mps.is_available():
    device, kind = "Apple GPU", "mps"
own = {"device": device, "kind": kind, "torch": torch.__version__, "cuda": torch.version.cuda}
print(json.dumps(own | {"threads": torch.get_num_threads()}))
"""


@dataclass(frozen=True, slots=True)
class Torch:
    """What torch says of itself. ``cuda`` is the version that it was built for, None for a build without."""

    device: str
    kind: str
    torch: str
    cuda: str | None
    threads: int

    def name(self, language: str) -> str:
        """The device in words; a CPU with its threads."""
        if self.kind != "cpu":
            return self.device
        plural = "" if self.threads == 1 else "s"
        return say(
            language, f"{self.device}, {self.threads} thread{plural}", f"{self.device}({self.threads} スレッド)"
        )


def ask_torch() -> Torch | str:
    """In a process of its own; the last line of what went wrong where it does not even load."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=180, check=False
    )
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or ["torch"])[-1]
    return Torch(**json.loads(done.stdout.strip().splitlines()[-1]))


def check_compute(
    settings: Settings,
    language: str,
    *,
    ask: Callable[[], Torch | str] = ask_torch,
    find: Callable[[], Card | None] = find_card,
) -> Check:
    """A card that torch uses is good; one that it cannot use is named with what to type."""
    own = ask()
    if isinstance(own, str):
        return Check("compute", "bad", own, install_command("torch"))
    card = find() if own.kind == "cpu" else None
    if card is not None:
        return _unused(own, card, language)
    if own.kind == "cpu" and settings.model != "starter":
        note = say(
            language,
            "A Qwen2.5-VL model on a CPU takes minutes a video; a GPU is advised.",
            "CPU での Qwen2.5-VL は 1 本あたり数分かかります。GPU をお勧めします。",
        )
        return Check("compute", "warning", own.name(language), note)
    return Check("compute", "good", own.name(language))


def _unused(own: Torch, card: Card, language: str) -> Check:
    found = say(
        language,
        f"{own.name(language)}. An NVIDIA card is here ({card.name}), and this torch ({own.torch}) cannot use it.",
        f"{own.name(language)}。NVIDIA GPU({card.name})がありますが、この torch({own.torch})では使用できません。",
    )
    command = install_command("torch")
    if own.cuda is None:
        return Check("compute", "warning", found, command)
    built = tuple(int(part) for part in own.cuda.split(".")[:2])
    if card.cuda is not None and card.cuda < built:
        driver = "{}.{}".format(*card.cuda)
        note = say(
            language,
            f"Its driver is made for CUDA {driver}, this torch for CUDA {own.cuda}. Update the driver, or type:",
            f"ドライバーは CUDA {driver} 用、torch は CUDA {own.cuda} 用です。ドライバーを更新するか、次を実行:",
        )
    else:
        note = say(
            language,
            f"This torch is made for CUDA {own.cuda}. See that CUDA_VISIBLE_DEVICES does not hide the card, "
            "update the NVIDIA driver, or, for a card that is too old for it, type:",
            f"この torch は CUDA {own.cuda} 用です。CUDA_VISIBLE_DEVICES の設定を確認し、"
            "ドライバーを更新してください。GPU が古い場合は次を実行:",
        )
    return Check("compute", "warning", found, f"{note} {command} --index {OLD_CUDA}")
