"""Defects in five strengths, and the pseudo-MOS of each.

Three kinds. Where people were asked (noise, blur, colour, JPEG and more, defects_people.py) the table of a defect
holds their means. Codecs and scaling are measured by VMAF against the reference, and what VMAF says is turned into
what people said of films (``mos_of_vmaf``). Where nobody was asked, as of everything in time, a table of this
project gives the MOS of each strength: a judgement, between the same ends; the model card says so. Such a table
holds for a clip in which the defect shows as it usually does: a freeze of a still scene costs what is seen of it
(visibility.py). Several defects in one clip are judged by ``combined_mos``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from starter.clips import defects_cadence, defects_generated, defects_people
from starter.clips.encoder import Frames
from starter.clips.human_opinion import CLEAN_MOS, Origin, stills

SEVERITIES: Final = (1, 2, 3, 4, 5)
CLEAN: Final = "clean"

Change = Callable[[Frames, float, np.random.Generator], Frames]


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect. ``levels`` are the parameters of severities 1..5.

    ``filters`` is an ffmpeg filter with ``{v}`` (the level), ``{s}`` (the level for this picture's height,
    relative to 360 lines), ``{w}`` and ``{h}`` (scaled picture size). ``codec`` names the codec whose quality
    the level is. ``table`` gives the MOS per severity; None means VMAF. ``asked``: the table holds people's means.
    ``neutral`` is the level at which nothing is wrong; a mild defect lies between it and severity 1.
    """

    name: str
    levels: tuple[float, ...]
    change: Change | None = None
    filters: str = ""
    codec: str | None = None
    qualities: tuple[float, ...] | None = None
    table: tuple[float, ...] | None = None
    neutral: float | None = None
    asked: bool = False

    @property
    def origin(self) -> Origin:
        """Who gives its labels."""
        return "people" if self.asked else "vmaf" if self.table is None else "table"


VMAF_POINTS: Final = (
    (20.0, 1.0),
    (47.3, 2.0),
    (57.7, 2.65),
    (65.3, 3.0),
    (69.5, 3.44),
    (81.0, 4.23),
    (93.5, CLEAN_MOS),
)
"""(VMAF, MOS): what people said of films (film_opinion.py), straight between the points and level beyond."""


def mos_of_vmaf(vmaf: float) -> float:
    """What people would say of a coded or scaled film that has this VMAF."""
    places, means = zip(*VMAF_POINTS, strict=True)
    return float(np.interp(vmaf, places, means))


def _lookup(frames: Frames, curve: NDArray[np.floating]) -> Frames:
    table: Frames = np.clip(np.rint(curve), 0, 255).astype(np.uint8)
    return table[frames]


def underexposed(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    return _lookup(frames, np.arange(256) * level)


def overexposed(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    return _lookup(frames, np.arange(256) * level + 8 * (level - 1))


def sharpened(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Unsharp masking of the brightness, 5x5 pixels, ``level`` times the detail added."""
    weights = np.array([1, 4, 6, 4, 1], np.float32) / 16
    result = np.empty_like(frames)
    for i, frame in enumerate(frames):
        luma = defects_generated.mixed(frame, defects_generated.LUMA)
        wide = np.pad(luma, 2, mode="edge")
        rows = sum(weight * wide[k : k + luma.shape[0]] for k, weight in enumerate(weights))
        smooth = sum(weight * rows[:, k : k + luma.shape[1]] for k, weight in enumerate(weights))
        added = np.float32(level) * (luma - smooth)
        result[i] = np.clip(np.rint(frame + added[..., None]), 0, 255).astype(np.uint8)
    return result


def low_contrast(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    return _lookup(frames, (np.arange(256) - 128) * level + 128)


def saturation(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    grey = (frames.astype(np.uint16) @ np.array([77, 150, 29], np.uint16) >> 8).astype(np.int16)[..., None]
    return np.clip(grey + (frames.astype(np.int16) - grey) * np.float32(level), 0, 255).astype(np.uint8)


def color_cast(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    tint = np.array([[1, -0.2, -1], [-1, -0.1, 1], [-0.6, 1, -0.6], [0.8, -1, 0.6]])[rng.integers(4)]
    result = np.empty_like(frames)
    for channel in range(3):
        result[..., channel] = _lookup(frames[..., channel], np.arange(256) * (1 + level * tint[channel]))
    return result


def banding(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    step = 255.0 / (level - 1)
    return _lookup(frames, np.rint(np.arange(256) / step) * step)


def packet_loss(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Slices are lost and concealed from an older frame, shifted; the damage stays until a refresh."""
    result = frames.copy()
    count, height, width, _ = frames.shape
    block = max(8, round(height / 22 / 2) * 2)
    for _ in range(round(level * count)):
        start = int(rng.integers(1, count))
        last = min(count, start + int(rng.integers(3, 11)))
        top = int(rng.integers(0, max(1, height // block))) * block
        rows = block * int(rng.integers(1, 3))
        left = int(rng.integers(0, max(1, width // block))) * block
        right = min(width, left + block * int(rng.integers(4, 20)))
        shift = int(rng.integers(-3, 4)) * block // 2
        older = result[max(0, start - int(rng.integers(1, 5)))]
        patch = np.roll(older, shift, axis=1)[top : top + rows, left:right].copy()
        if rng.random() < 0.3:
            # a decoder without concealment leaves flat blocks
            small = patch[:: max(1, block // 2), :: max(1, block // 2)]
            patch = small.repeat(max(1, block // 2), 0).repeat(max(1, block // 2), 1)[
                : patch.shape[0], : patch.shape[1]
            ]
        result[start:last, top : top + rows, left:right] = patch
    return result


def freeze(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """The picture stalls ``level`` of the time, in stretches, and jumps on after each."""
    count = len(frames)
    index = np.arange(count)
    stretch = max(3, round(count * min(level, 0.5) / 2))
    frozen = 0
    for _ in range(50):
        if frozen >= level * count:
            break
        start = int(rng.integers(1, max(2, count - stretch + 1)))
        index[start : start + stretch] = index[start - 1]
        frozen = int((np.diff(index) == 0).sum())
    return frames[index]


def judder(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Every frame is shown ``level`` times over: a low frame rate in a container that claims a high one."""
    return frames[(np.arange(len(frames)) // int(level)) * int(level)]


def flicker(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    gains = 1 + level * np.where(np.arange(len(frames)) % 2, 1, -1) * rng.uniform(0.4, 1.0, len(frames))
    if rng.random() < 0.5:
        gains = 1 + level * rng.uniform(-1, 1, len(frames))
    return np.stack([_lookup(frame, np.arange(256) * gain) for frame, gain in zip(frames, gains, strict=True)])


def shake(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Frame by frame the camera jumps; the borders are cropped away, so the picture is slightly larger."""
    height, width = frames.shape[1:3]
    reach = max(1, round(level * height))
    margin = min(reach, height // 6)
    rows, columns = height - 2 * margin, width - 2 * margin
    y = (np.arange(height) * rows // height).astype(np.intp)
    x = (np.arange(width) * columns // width).astype(np.intp)
    result = np.empty_like(frames)
    for i, frame in enumerate(frames):
        dy, dx = np.clip(np.rint(rng.normal(0, margin / 1.6, 2)), -margin, margin).astype(int)
        result[i] = frame[np.ix_(y + margin + dy, x + margin + dx)]
    return result


FIRST: Final[tuple[Defect, ...]] = (
    Defect("blur", (0.5, 0.8, 1.2, 1.9, 3.2), filters="gblur=sigma={s}", neutral=0.0),
    Defect("directional_blur", (1, 2, 3.5, 6, 11), filters="dblur=angle={angle}:radius={s}"),
    Defect(
        "upscaled",
        (0.75, 0.55, 0.4, 0.28, 0.18),
        filters="scale={w}:{h}:flags=area,scale={W}:{H}:flags=bicubic",
        neutral=1.0,
    ),
    Defect(
        "pixelated",
        (0.6, 0.42, 0.3, 0.2, 0.13),
        filters="scale={w}:{h}:flags=area,scale={W}:{H}:flags=neighbor",
        neutral=1.0,
    ),
    Defect("noise", (6, 12, 22, 36, 60), filters="noise=alls={v}:allf=t", neutral=0.0),
    Defect("h264", (24, 31, 37, 43, 49), codec="h264", neutral=16.0),
    Defect("hevc", (28, 34, 39, 44, 50), codec="hevc", neutral=20.0),
    Defect("av1", (45, 53, 58, 61, 63), codec="av1", neutral=30.0),
    Defect("vp9", (40, 48, 54, 59, 63), codec="vp9", neutral=25.0),
    Defect("mpeg4", (6, 11, 17, 24, 31), codec="mpeg4", neutral=2.0),
    Defect(
        "web_copy",
        (0.8, 0.65, 0.5, 0.4, 0.3),
        filters="scale={w}:{h}:flags=area,scale={W}:{H}:flags=bicubic",
        codec="h264",
        qualities=(28, 32, 36, 40, 44),
    ),
    Defect(
        "sharpened",
        (0.8, 1.5, 2.3, 3.3, 4.8),
        sharpened,
        table=(4.5, 3.9, 3.2, 2.5, 1.8),
        neutral=0.0,
    ),
    Defect(
        "underexposed", (0.75, 0.55, 0.4, 0.27, 0.15), underexposed, table=(4.4, 3.7, 3.0, 2.2, 1.4), neutral=1.0
    ),
    Defect("overexposed", (1.25, 1.5, 1.9, 2.4, 3.2), overexposed, table=(4.3, 3.6, 2.9, 2.2, 1.5), neutral=1.0),
    Defect(
        "low_contrast", (0.75, 0.58, 0.42, 0.28, 0.16), low_contrast, table=(4.4, 3.8, 3.1, 2.3, 1.5), neutral=1.0
    ),
    Defect("desaturated", (0.7, 0.5, 0.32, 0.15, 0.0), saturation, table=(4.6, 4.3, 3.9, 3.5, 3.2), neutral=1.0),
    Defect("oversaturated", (1.4, 1.9, 2.6, 3.5, 5.0), saturation, table=(4.5, 3.9, 3.2, 2.5, 1.9), neutral=1.0),
    Defect("color_cast", (0.06, 0.13, 0.22, 0.34, 0.5), color_cast, table=(4.5, 3.9, 3.2, 2.5, 1.9), neutral=0.0),
    Defect("banding", (24, 14, 9, 6, 4), banding, table=(4.3, 3.6, 2.8, 2.1, 1.5), neutral=64.0),
    Defect("packet_loss", (0.06, 0.15, 0.35, 0.7, 1.4), packet_loss, table=(4.0, 3.3, 2.6, 1.9, 1.3), neutral=0.0),
    Defect("freeze", (0.15, 0.3, 0.45, 0.6, 0.8), freeze, table=(4.0, 3.3, 2.7, 2.1, 1.6), neutral=0.0),
    Defect("judder", (2, 3, 4, 6, 8), judder, table=(4.2, 3.6, 3.0, 2.4, 1.9)),
    Defect("flicker", (0.04, 0.08, 0.15, 0.25, 0.4), flicker, table=(4.2, 3.5, 2.7, 2.0, 1.4), neutral=0.0),
    Defect("shake", (0.004, 0.01, 0.02, 0.035, 0.06), shake, table=(4.3, 3.7, 3.0, 2.3, 1.7), neutral=0.0),
)
"""Their order is part of the stored clips, for the first plan draws from it: add to NEW only."""

NEW: Final[tuple[Defect, ...]] = (
    Defect(
        "warping",
        (0.003, 0.007, 0.014, 0.026, 0.045),
        defects_generated.warping,
        table=(4.1, 3.3, 2.5, 1.8, 1.3),
        neutral=0.0,
    ),
    Defect(
        "morphing",
        (0.02, 0.06, 0.15, 0.3, 0.5),
        defects_generated.morphing,
        table=(4.0, 3.2, 2.4, 1.8, 1.3),
    ),
    Defect(
        "texture_boiling",
        (0.4, 0.75, 1.3, 2.2, 3.6),
        defects_generated.texture_boiling,
        table=(4.2, 3.4, 2.7, 2.0, 1.4),
        neutral=0.0,
    ),
    Defect(
        "identity_drift",
        (0.12, 0.25, 0.45, 0.7, 1.0),
        defects_generated.identity_drift,
        table=(4.4, 3.7, 3.0, 2.3, 1.7),
        neutral=0.0,
    ),
    Defect(
        "ghost_limbs",
        (0.18, 0.3, 0.44, 0.62, 0.85),
        defects_generated.ghost_limbs,
        table=(4.1, 3.4, 2.7, 2.0, 1.5),
        neutral=0.0,
    ),
    Defect("interlaced", (1, 2, 3, 5, 8), defects_cadence.interlaced, table=(3.8, 3.2, 2.6, 2.0, 1.6)),
    Defect("frame_blending", (1, 2, 3, 5, 8), defects_cadence.frame_blending, table=(4.3, 3.7, 3.1, 2.4, 1.9)),
    Defect(
        "stutter", (0.5, 1.0, 1.8, 3.0, 4.8), defects_cadence.stutter, table=(4.2, 3.6, 2.9, 2.3, 1.7), neutral=0.0
    ),
    Defect("blocking", (27, 33, 39, 45, 51), codec="h264_blocky", neutral=18.0),
    Defect(
        "ringing",
        (0.75, 0.55, 0.4, 0.28, 0.18),
        filters="scale={w}:{h}:flags=area,scale={W}:{H}:flags=sinc",
        neutral=1.0,
    ),
)

DEFECTS: Final = FIRST + NEW
GENERATED: Final = ("warping", "morphing", "texture_boiling", "identity_drift", "ghost_limbs")
TEMPORAL: Final = ("packet_loss", "freeze", "judder", "flicker", "shake")
UNSEEN_DEFECTS: Final = ("ghost_limbs", "interlaced", "ringing")
"""Never taught and never used to choose a model: one of generated video, one of broadcast, one of the picture
itself. What the starter makes of them tells what it would make of damage that nobody thought of."""

ASKED: Final = tuple(
    Defect(name, levels, change, table=stills()[name][0], asked=True)
    for name, (change, levels) in defects_people.CHANGES.items()
)
"""Defects that people were asked about; they go into the plans of ``contents.ASKED`` and ``contents.PURPOSE``."""
JUDGED_ELSEWHERE: Final = frozenset(
    {
        "blur",
        "directional_blur",
        "pixelated",
        "noise",
        "sharpened",
        "underexposed",
        "overexposed",
        "desaturated",
        "oversaturated",
        "banding",
    }
)
"""Of ``FIRST`` those that people judged under another name: no longer taught, for VMAF and the tables are
wrong."""

BY_NAME: Final[Mapping[str, Defect]] = {defect.name: defect for defect in (*DEFECTS, *ASKED)}


def level_at(defect: Defect, strength: float) -> float:
    """The parameter at a strength of 1..5, or between 0 and 1 where the defect has a neutral level.

    Raises ValueError for a strength that the defect does not have.
    """
    return along((defect.neutral, *defect.levels), strength)


def quality_at(defect: Defect, strength: float) -> float:
    """What the codec of ``defect`` is told; whole, because not every encoder takes fractions."""
    return float(
        round(along((None, *defect.qualities) if defect.qualities else (defect.neutral, *defect.levels), strength))
    )


def table_mos(defect: Defect, strength: float, seen: float = 1.0) -> float | None:
    """The table's MOS, of which the loss counts by the share ``seen`` (0..1); None where VMAF judges.

    A table that nobody was asked for was made for 1..5; it is drawn together so that nothing wrong is what people
    give to a clean film.
    """
    if defect.table is None:
        return None
    if defect.asked:
        mos = along((CLEAN_MOS, *defect.table), strength)
    else:
        mos = 1 + (along((5.0, *defect.table), strength) - 1) * (CLEAN_MOS - 1) / 4
    return CLEAN_MOS - (CLEAN_MOS - mos) * seen


def along(values: Sequence[float | None], strength: float) -> float:
    """Between the values of whole strengths 0, 1, 2 ...; the one at 0 may be missing. Raises ValueError."""
    below = min(int(strength), len(values) - 2)
    low, high, share = values[below], values[below + 1], strength - below
    if not 0 <= strength <= len(values) - 1 or high is None or (low is None and share < 1):
        raise ValueError(f"no such strength of this defect: {strength}")
    return high if low is None or share == 1 else low + (high - low) * share


def combined_mos(parts: Sequence[float]) -> float:
    """MOS of several defects in one clip: the worst one's, less half of what each other one would still cost.

    A defect that alone costs a share of the scale costs half that share of what the worse ones left. So the
    result lies below each part and never below 1.
    """
    ordered = sorted(parts)
    left = ordered[0] - 1
    for mos in ordered[1:]:
        left *= 1 - 0.5 * max(0.0, CLEAN_MOS - mos) / (CLEAN_MOS - 1)
    return 1 + left


def filter_of(defect: Defect, severity: float, size: tuple[int, int], rng: np.random.Generator) -> str:
    """The ffmpeg filters of a severity for a picture of ``size`` (width, height); empty where there are none."""
    level = level_at(defect, severity)
    width, height = size
    small = [max(16, round(side * level / 2) * 2) for side in size]
    words = {
        "v": f"{level:g}",
        "s": f"{level * min(size) / 360:.3f}",
        "w": small[0],
        "h": small[1],
        "W": width,
        "H": height,
        "angle": f"{rng.uniform(0, 180):.1f}",
    }
    return defect.filters.format(**words)
