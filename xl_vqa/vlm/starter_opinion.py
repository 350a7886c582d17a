"""The starter's first opinion: what small networks say of a whole video from its pooled features.

A language model that is shown a thousand cells of a few hundred pictures learns the pictures. Networks of two
hidden layers on a few hundred principal components of the pooled features hold on pictures that they have not met,
so the model is told what they think, beside the cells: the expected MOS, as bumps along the scale, and that of
every attribute. The score stays the model's own, digit by digit.

Each expert was taught on other pictures (starter/fit/opinion.py), so the language model could be taught with the
opinions of experts that had not seen the picture either; in use all are asked, and their mean counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

FOLDS: Final = 4
"""Parts of the pictures of training: expert i was taught without part i % FOLDS."""
EXPERTS: Final = 3 * FOLDS
"""Of a new starter; those of before have one for each part."""
PARTS: Final = 384
"""Principal components of the pooled features."""
HIDDEN: Final = (128, 48)
OPINIONS: Final = 9
"""MOS, and that of eight attributes in the order of words/attributes.KNOWN."""
LOWEST, HIGHEST = 1.0, 5.0
BUMPS: Final = 17
"""Along the scale, a quarter of a MOS apart."""
LIMIT: Final = 5.0
"""Standard deviations: a picture unlike any in training must not drive the networks out of their range."""


class Said(NamedTuple):
    """Of one video: ``opinions`` [1, OPINIONS], and the components that they stand on, ``parts`` [1, PARTS]."""

    opinions: Tensor
    parts: Tensor


_heard: ContextVar[tuple[list[Said], ...]] = ContextVar("heard", default=())


@contextmanager
def hearing() -> Iterator[list[Said]]:
    """What is said of each video that this thread has read meanwhile, on the CPU, in their order.

    A Qwen2.5-VL reads pictures through the same calls and says nothing. Other threads are not heard.
    """
    said: list[Said] = []
    before = _heard.set((*_heard.get(), said))
    try:
        yield said
    finally:
        _heard.reset(before)


def say(opinions: Tensor, parts: Tensor) -> None:
    """To whoever is hearing."""
    listeners = _heard.get()
    if listeners:
        one = Said(*(told.detach().float().cpu() for told in (opinions, parts)))
        for said in listeners:
            said.append(one)


class Expert(nn.Sequential):
    """Opinions [n, OPINIONS] from components [n, PARTS]."""

    def __init__(self, drop: float = 0.3) -> None:
        first, second = HIDDEN
        super().__init__(
            nn.Dropout(drop),
            nn.Linear(PARTS, first),
            nn.GELU(),
            nn.Dropout(drop),
            nn.Linear(first, second),
            nn.GELU(),
            nn.Linear(second, OPINIONS),
        )


class FirstOpinion(nn.Module):
    """From pooled features [n, size] to what is added to every token, [n, width]."""

    summary_mean: Tensor
    summary_scale: Tensor
    components: Tensor

    def __init__(self, size: int, width: int, experts: int = EXPERTS) -> None:
        super().__init__()
        self.register_buffer("summary_mean", torch.zeros(size))
        self.register_buffer("summary_scale", torch.ones(size))
        self.register_buffer("components", torch.zeros(PARTS, size))
        self.experts = nn.ModuleList(Expert() for _ in range(experts))
        self.told = nn.Linear(BUMPS + OPINIONS - 1, width, bias=False)

    def standardised(self, summary: Tensor) -> Tensor:
        """``summary`` [n, size] in standard deviations of training, within LIMIT."""
        ready: Tensor = ((summary.float() - self.summary_mean) * self.summary_scale).clamp(-LIMIT, LIMIT)
        return ready.float()

    def parts(self, summary: Tensor) -> Tensor:
        """Components [n, PARTS] of ``summary`` [n, size]."""
        return nn.functional.linear(self.standardised(summary), self.components.float())

    def opinions(self, summary: Tensor, fold: Tensor | None = None) -> Tensor:
        """``opinions_on`` the components of ``summary`` [n, size]."""
        return self.opinions_on(self.parts(summary), fold)

    def opinions_on(self, parts: Tensor, fold: Tensor | None = None) -> Tensor:
        """MOS of the whole and of every attribute, [n, OPINIONS], LOWEST..HIGHEST: the experts' mean, or of each
        row that of the experts without the part ``fold`` [n] of the pictures."""
        # a tower may be cast as a whole
        parts = parts.to(self.told.weight.dtype)
        said = torch.stack([one(parts) for one in self.experts]).float()
        every = said.mean(0)
        if fold is not None:
            every = said.view(-1, FOLDS, *said.shape[1:]).mean(0)[fold, torch.arange(len(parts))]
        return every.clamp(LOWEST, HIGHEST)

    def forward(self, opinions: Tensor) -> Tensor:
        """What tokens are told of ``opinions`` [n, OPINIONS]."""
        places = torch.linspace(LOWEST, HIGHEST, BUMPS, device=opinions.device)
        step = (HIGHEST - LOWEST) / (BUMPS - 1)
        bumps = torch.exp(-0.5 * ((opinions[:, :1] - places) / step).square())
        attributes = (opinions[:, 1:] - (LOWEST + HIGHEST) / 2) / 2
        told: Tensor = self.told(torch.cat([bumps, attributes], dim=1).to(self.told.weight.dtype))
        return told
