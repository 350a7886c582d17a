"""Which clips every content gets.

The first plan has single defects in clips that are stored nearly without loss. The later one adds newer defects,
two at once, mild ones and all kinds of encodes; it is drawn from generators of its own, so nothing of the first
plan depends on it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from starter.clips import attributes, purpose
from starter.clips.contents import ASKED_MARK, Content, generator
from starter.clips.defects import (
    ASKED,
    BY_NAME,
    CLEAN,
    DEFECTS,
    FIRST,
    GENERATED,
    JUDGED_ELSEWHERE,
    NEW,
    SEVERITIES,
    TEMPORAL,
    UNSEEN_DEFECTS,
)

COMBINED: Final = "combined"
COPIES: Final = 3
LEARNED: Final = frozenset({"train", "validation"})
LASTING: Final = tuple(
    d.name for d in FIRST if d.name not in {"packet_loss", "freeze", "judder"} | JUDGED_ELSEWHERE
)
"""Defects that do not know how long a clip is, nor what came before a cut."""
CELLS: Final = tuple(d.name for d in ASKED)
HELD_CELLS: Final = (
    "gaussian_blur",
    "lens_blur",
    "motion_blur",
    "color_shift",
    "color_saturation_1",
    "jpeg",
    "white_noise",
    "white_noise_ycbcr",
    "impulse_noise",
    "multiplicative_noise",
    "pixelate",
    "high_sharpen",
)
"""Of ``CELLS`` those that are measured on held-out pictures."""
SELDOM: Final = frozenset({"color_saturation_1", "color_block", "jpeg2000"})
ASKED_COPIES: Final = 10
HARD_TO_SEE: Final = ("color_shift", "pixelate", "color_saturation_1")
"""Of ``CELLS`` what starters missed most: every picture shows it, the first and the last at two levels."""
NOISES: Final = ("white_noise", "high_sharpen", "gaussian_blur")
ON_LIGHT: Final = (
    *NOISES,
    "white_noise",
    "white_noise_ycbcr",
    "impulse_noise",
    "multiplicative_noise",
    "motion_blur",
    "lens_blur",
    "jpeg",
    "h264",
    "upscaled",
)
"""On dark, foggy, soft and other scenes that look damaged and are not: what tells them from damage is the
contrast."""
ON_MOVEMENT: Final = (
    *TEMPORAL,
    *(name for name in GENERATED if name not in UNSEEN_DEFECTS),
    "stutter",
    "frame_blending",
    "freeze",
    "judder",
    "white_noise",
    "high_sharpen",
    "jpeg",
    "pixelate",
    "h264",
    "upscaled",
)
HELD_LOOKS: Final = frozenset({"plain", "pan5", "pan5-blurred", "low-key", "fog", "shallow"})
"""Of held-out looks those that are shown damaged as well."""
EVERY_SEVERITY: Final = frozenset({"test", "unseen"})
"""Splits whose contents show a defect at all severities."""


@dataclass(frozen=True, slots=True)
class Item:
    """One clip to make: (defect, strength) pairs in the order in which they happen.

    ``recoded``: stored at a random codec and quality that count as well. The first plan's are not: those that are
    no codec's defect are all near lossless. ``copy`` tells two clips with the same parts from each other.
    """

    parts: tuple[tuple[str, float], ...]
    recoded: bool = False
    copy: int = 0

    @property
    def name(self) -> str:
        """Unique within a content, and fit for a file's name: ``blur3``, ``r-blur0.4``, ``r-noise2+freeze4``."""
        again = f"~{self.copy}" if self.copy else ""
        parts = "+".join(f"{defect}{strength:g}" for defect, strength in self.parts)
        return ("r-" if self.recoded else "") + parts + again

    @property
    def defect(self) -> str:
        return self.parts[0][0] if len(self.parts) == 1 else COMBINED

    @property
    def severity(self) -> int:
        """0 for clean, else 1..5: the strongest part's; mild ones count as 1."""
        return math.ceil(max(strength for _, strength in self.parts))


Plan = tuple[Item, ...]


def plan(content: Content, per_content: int) -> Plan:
    """The first plan, and after it the later one (nothing for the demo's contents).

    For training a content gets a clean copy and ``COPIES`` clips of either plan (fewer of the first one where
    ``per_content`` is less), because another content teaches more than another copy of the same.
    """
    if content.look:
        return asked_plan(content) if content.name.endswith(ASKED_MARK) else purpose_plan(content)
    if content.seconds is not None:
        return long_plan(content)
    first, later = first_plan(content, per_content), later_plan(content)
    whole = first + later
    if content.split in LEARNED:
        rng = generator("copies", content.name)
        chosen = sorted(int(i) for i in rng.permutation(len(later))[:COPIES])
        whole = first[: 1 + COPIES] + tuple(later[i] for i in chosen)
    return tuple(item for item in whole if not any(name in JUDGED_ELSEWHERE for name, _ in item.parts))


def asked_plan(content: Content) -> Plan:
    """What people were asked about. Held out: a clean copy and ``HELD_CELLS`` at all five levels. To learn
    from: three clean copies, ``ASKED_COPIES`` defects at their levels and between them, of which one in six is
    recoded as well, and ``HARD_TO_SEE``.
    """
    if content.split not in LEARNED:
        cells = [Item(((name, level),)) for name in HELD_CELLS for level in SEVERITIES]
        return (Item(((CLEAN, 0),)), *cells)
    rng = generator("asked plan", content.name)
    items = [Item(((CLEAN, 0),)), Item(((CLEAN, 0),), copy=1), Item(((CLEAN, 0),), recoded=True)]
    names = [CELLS[i] for i in rng.permutation(len(CELLS))]
    # all defects once before one comes again; what people judge beside the original comes seldom
    names = [name for name in names if name not in SELDOM or rng.random() < 0.3]
    for place in range(ASKED_COPIES):
        strength = float(rng.choice(SEVERITIES))
        if rng.random() < 0.35:
            strength = round(float(rng.uniform(1, 5)), 2)
        items.append(Item(((names[place % len(names)], strength),), recoded=place % 6 == 5))
    first, second = (float(level) for level in rng.permutation(SEVERITIES)[:2])
    moved, coarse, grey = HARD_TO_SEE
    items += [Item(((moved, first),)), Item(((moved, second),)), Item(((coarse, float(rng.choice(SEVERITIES))),))]
    # at its strongest colours are turned round, which nobody means; black and white somebody may
    items += [Item(((grey, 5.0),)), Item(((grey, float(rng.choice([1, 2, 3]))),))]
    return tuple(dict.fromkeys(items))


def purpose_plan(content: Content) -> Plan:
    """What is done on purpose. Held out: a clean copy, and of ``HELD_LOOKS`` damage too: defects of time where it
    moves fast, else noise, sharpening and blur. To learn from: two clean copies and two such defects.
    """
    moves = purpose.LOOKS[content.look].moves
    on_top = ON_MOVEMENT if moves else ON_LIGHT
    if content.split not in LEARNED:
        damage = (
            [(name, 4) for name in TEMPORAL] if moves else [(name, level) for name in NOISES for level in (2, 4)]
        )
        strong = [Item((part,)) for part in damage]
        return (Item(((CLEAN, 0),)), *(strong if content.look in HELD_LOOKS else ()))
    rng = generator("purpose plan", content.name)
    items = [Item(((CLEAN, 0),)), Item(((CLEAN, 0),), recoded=True)]
    chosen = [on_top[int(place)] for place in rng.permutation(len(on_top))[:2]]
    items += [Item(((name, int(rng.choice(SEVERITIES))),)) for name in chosen]
    return tuple(dict.fromkeys(items))


def long_plan(content: Content) -> Plan:
    """Of a long view: a clean copy and ``COPIES`` defects that mean the same in parts of a video, one recoded."""
    rng = generator("long plan", content.name)
    names = [LASTING[i] for i in rng.permutation(len(LASTING))[:COPIES]]
    items = [
        Item(((name, int(rng.choice(SEVERITIES))),), recoded=number == 0) for number, name in enumerate(names)
    ]
    return (Item(((CLEAN, 0),)), *items)


def first_plan(content: Content, per_content: int) -> Plan:
    """Training and validation: a clean copy and ``per_content`` different defects at random severities. Test and
    unseen sources: a clean copy and two defects at all severities, so that the order of severities can be judged.
    """
    rng = generator("plan", content.name)
    names = [FIRST[i].name for i in rng.permutation(len(FIRST))]
    severities = [int(rng.choice(SEVERITIES)) for _ in names]
    chosen = list(zip(names, severities, strict=True))[:per_content]
    if content.split in EVERY_SEVERITY:
        chosen = [(name, severity) for name in names[:2] for severity in SEVERITIES]
    return tuple(Item(((name, severity),)) for name, severity in ((CLEAN, 0), *chosen))


def later_plan(content: Content) -> Plan:
    """Training and validation: six clips, none with an unseen defect. Test and unseen sources: at all severities
    an unseen defect, and a newer one that is taught or an old one of time.
    """
    rng = generator("later plan", content.name)
    if content.split in EVERY_SEVERITY:
        shown = {item.defect for item in first_plan(content, 0)}
        temporal = [name for name in TEMPORAL if name not in shown]
        newer = _taught([d.name for d in NEW])
        names = [_one(rng, UNSEEN_DEFECTS), _one(rng, newer if rng.random() < 0.5 else temporal)]
        return tuple(Item(((name, severity),), recoded=True) for name in names for severity in SEVERITIES)
    if content.split not in LEARNED:
        return ()
    generated = _taught(GENERATED)
    classical = [d.name for d in NEW if d.name not in (*GENERATED, *UNSEEN_DEFECTS)]
    pair = [generated[i] for i in rng.permutation(len(generated))[:2]]
    single = [*pair, _one(rng, classical), _one(rng, TEMPORAL)]
    items = [Item(((name, int(rng.choice(SEVERITIES))),), recoded=True) for name in single]
    items.append(Item(_combination(rng), recoded=True))
    mild = _taught([d.name for d in DEFECTS if d.neutral is not None and d.name not in single])
    items.append(Item(((_one(rng, mild), round(float(rng.uniform(0.35, 0.85)), 2)),), recoded=True))
    return tuple(items)


def _combination(rng: np.random.Generator) -> tuple[tuple[str, float], ...]:
    names = PAIRS[int(rng.integers(len(PAIRS)))]
    return tuple((name, int(rng.integers(1, 5))) for name in names)


def _compatible(first: str, second: str) -> bool:
    """Not two codecs in one file, and not twice the same trouble."""
    a, b = BY_NAME[first], BY_NAME[second]
    alike = attributes.OF_DEFECT[first].keys() & attributes.OF_DEFECT[second].keys()
    return not (a.codec and b.codec) and not alike


def _taught(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in UNSEEN_DEFECTS]


def _one(rng: np.random.Generator, names: Sequence[str]) -> str:
    return names[int(rng.integers(len(names)))]


# cameras and networks come after what is filmed: damage of time and of transmission is done last
_LAST: Final = frozenset({"freeze", "judder", "stutter", "packet_loss"})

PAIRS: Final[tuple[tuple[str, str], ...]] = tuple(
    (b, a) if a in _LAST and b not in _LAST else (a, b)
    for a, b in itertools.combinations(_taught([d.name for d in DEFECTS]), 2)
    if _compatible(a, b)
)
"""What may be combined in one clip, in order."""
