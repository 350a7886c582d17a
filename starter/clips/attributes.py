"""What is wrong with a clip, in the words of an explanation: each attribute with a strength of 0..5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

STRONGEST: Final = 5.0

_GENERATED: Final = {"generated": 1.0}

OF_DEFECT: Final[Mapping[str, Mapping[str, float]]] = {
    "blur": {"blur": 1.0},
    "directional_blur": {"blur": 1.0},
    "upscaled": {"blur": 1.0},
    "pixelated": {"blockiness": 1.0, "blur": 0.5},
    "noise": {"noise": 1.0},
    "h264": {"compression": 1.0},
    "hevc": {"compression": 1.0},
    "av1": {"compression": 1.0},
    "vp9": {"compression": 1.0},
    "mpeg4": {"compression": 1.0, "blockiness": 0.6},
    "blocking": {"compression": 1.0, "blockiness": 1.0},
    "web_copy": {"compression": 1.0, "blur": 0.8},
    "ringing": {"ringing": 1.0, "blur": 0.8},
    "sharpened": {"sharpening": 1.0},
    "underexposed": {"exposure": 1.0},
    "overexposed": {"exposure": 1.0},
    "low_contrast": {"contrast": 1.0},
    "desaturated": {"colour": 1.0},
    "oversaturated": {"colour": 1.0},
    "color_cast": {"colour": 1.0},
    "banding": {"banding": 1.0},
    "packet_loss": {"transmission": 1.0},
    "freeze": {"freeze": 1.0},
    "judder": {"judder": 1.0},
    "stutter": {"judder": 1.0, "freeze": 0.4},
    "flicker": {"flicker": 1.0},
    "shake": {"shake": 1.0},
    "interlaced": {"interlacing": 1.0},
    "frame_blending": {"ghosting": 1.0},
    "warping": {**_GENERATED, "warping": 1.0},
    "morphing": {**_GENERATED, "morphing": 1.0},
    "texture_boiling": {**_GENERATED, "boiling": 1.0},
    "identity_drift": {**_GENERATED, "drift": 1.0},
    "ghost_limbs": {**_GENERATED, "ghosting": 1.0},
    "gaussian_blur": {"blur": 1.0},
    "lens_blur": {"blur": 1.0},
    "motion_blur": {"blur": 1.0},
    "color_diffusion": {"colour": 1.0},
    "color_shift": {"colour": 1.0},
    "color_saturation_1": {"colour": 1.0},
    "color_saturation_2": {"colour": 1.0},
    "jpeg2000": {"compression": 1.0, "blur": 0.5},
    "jpeg": {"compression": 1.0, "blockiness": 0.8},
    "white_noise": {"noise": 1.0},
    "white_noise_ycbcr": {"noise": 1.0},
    "impulse_noise": {"noise": 1.0},
    "multiplicative_noise": {"noise": 1.0},
    "brighten": {"exposure": 1.0},
    "darken": {"exposure": 1.0},
    "jitter": {"warping": 0.6, "noise": 0.5},
    "pixelate": {"blockiness": 1.0, "blur": 0.5},
    "quantization": {"banding": 1.0},
    "color_block": {"transmission": 1.0},
    "high_sharpen": {"sharpening": 1.0},
}
"""Per defect its attributes, and what share of the severity each gets."""

NAMES: Final = tuple(sorted({name for shares in OF_DEFECT.values() for name in shares}))


def of(parts: Iterable[tuple[str, float]], encode_loss: float = 0.0) -> dict[str, float]:
    """Attributes of a clip with these (defect, severity) and an encode that cost ``encode_loss`` MOS.

    Severities lie in 0..5; of several parts with one attribute the stronger counts. A clean copy has none.
    """
    found = {"compression": STRONGEST * encode_loss / 4} if encode_loss >= 0.05 else {}
    for defect, severity in parts:
        for name, share in OF_DEFECT.get(defect, {}).items():
            found[name] = max(found.get(name, 0.0), share * severity)
    return {name: round(min(value, STRONGEST), 2) for name, value in sorted(found.items()) if value > 0}


ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "sharpness": ("blur", "ringing", "sharpening"),
    "blockiness": ("blockiness", "compression", "transmission"),
    "noise": ("noise",),
    "motion_smoothness": ("freeze", "judder", "shake", "interlacing", "ghosting"),
    "flicker": ("flicker", "boiling"),
    "exposure": ("exposure", "contrast"),
    "colour": ("colour", "banding"),
    "deformation": ("generated", "warping", "morphing", "drift"),
}
"""What the model is asked for (words/attributes.py) and what of the above takes away from each."""


def asked_strengths(found: Mapping[str, float]) -> dict[str, float]:
    """How strongly each of ``ASKED`` suffers, 0..5, in a clip with attributes as of ``of``."""
    # the ghosts of a generated film are limbs too many, not two frames in one
    seen = {name: value for name, value in found.items() if not (name == "ghosting" and "generated" in found)}
    return {asked: max((seen.get(name, 0.0) for name in names), default=0.0) for asked, names in ASKED.items()}


def asked_mos(found: Mapping[str, float], mos_min: float = 1.0, mos_max: float = 5.0) -> dict[str, float]:
    """The label of each of ``ASKED`` on the scale of the score: the bottom at strength 5, the top without any."""
    span = mos_max - mos_min
    return {name: mos_max - span * strength / STRONGEST for name, strength in asked_strengths(found).items()}


def named_rightly(found: Mapping[str, float]) -> frozenset[str]:
    """Which of ``ASKED`` suffer most; none where nothing suffers."""
    strengths = asked_strengths(found)
    most = max(strengths.values())
    return frozenset(name for name, strength in strengths.items() if strength == most and most > 0)
