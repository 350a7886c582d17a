"""HDR as a person sees it on an ordinary screen: PQ and HLG light brought down to BT.709.

The way of ITU-R BT.2390 (EETF): what is darker than about half of the screen's white stays as bright as it was
made, and what is brighter is rolled off, so that highlights keep their drawing. The curve runs over the brightest
channel and scales all three, so that hues stay. Reference white is 203 cd/m2 (ITU-R BT.2408).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Light = NDArray[np.float32]
"""Linear light in cd/m2, [..., 3]."""

SCREEN_WHITE: Final = 203.0
DEFAULT_PEAK: Final = 1000.0
"""cd/m2, where the file does not say what it was made for; what most is made on."""
SCREEN_GAMMA: Final = 2.4  # ITU-R BT.1886

_ROWS: Final = 16
_STEPS: Final = 1 << 16
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_HLG_GAMMA: Final = 1.2  # of a screen of 1000 cd/m2

_FROM_2020: Final = (
    (1.660491, -0.587641, -0.072850),
    (-0.124550, 1.132900, -0.008349),
    (-0.018151, -0.100579, 1.118730),
)
_FROM_P3: Final = (
    (1.224940, -0.224940, 0.0),
    (-0.042057, 1.042057, 0.0),
    (-0.019638, -0.078636, 1.098274),
)
_P3_PRIMARIES: Final = (11, 12)
_BT709_PRIMARIES: Final = 1


class Transfer(IntEnum):
    """Of ITU-T H.273."""

    PQ = 16
    HLG = 18


@dataclass(frozen=True, slots=True)
class ToneMap:
    """From one HDR video's coded RGB to what is shown."""

    transfer: Transfer
    peak: float = DEFAULT_PEAK
    """The brightest light that the video was made for, cd/m2."""
    primaries: int = 9
    """Of ITU-T H.273."""

    def apply(self, coded: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Coded RGB, uint16 over its whole range, [..., 3], to RGB as shown, uint8."""
        shown = np.empty(coded.shape, np.uint8)
        # a few rows at a time stay in the processor's cache: four times as fast, and no large arrays in between
        for start in range(0, len(coded), _ROWS):
            rows = slice(start, start + _ROWS)
            shown[rows] = self.show(self.light(coded[rows]))
        return shown

    def light(self, coded: NDArray[np.uint16]) -> Light:
        """Coded RGB to the light that it stands for."""
        if self.transfer is Transfer.PQ:
            return _pq_light_table()[coded]
        return light_of_scene(_hlg_scene_table()[coded])

    def show(self, light: Light) -> NDArray[np.uint8]:
        """Light in the video's own primaries to RGB as shown."""
        brightest = np.maximum(np.maximum(light[..., 0], light[..., 1]), np.maximum(light[..., 2], 0))
        places = (np.sqrt(np.sqrt(brightest / 10_000)) * (_STEPS - 1)).clip(0, _STEPS - 1).astype(np.uint16)
        scaled = light * _scale_table(self.peak)[places][..., None]
        matrix = self._matrix()
        if matrix is not None:
            scaled = scaled @ matrix
        table = _screen_table()
        shown: NDArray[np.uint8] = table[(scaled.clip(0, 1) * (_STEPS - 1)).astype(np.uint16)]
        return shown

    def _matrix(self) -> NDArray[np.float32] | None:
        if self.primaries == _BT709_PRIMARIES:
            return None
        rows = _FROM_P3 if self.primaries in _P3_PRIMARIES else _FROM_2020
        return np.array(rows, np.float32).T


def tone_map_of(transfer: int, primaries: int, side_data: Any) -> ToneMap | None:
    """For a video whose first frame has these tags; None where it is no HDR.

    ``side_data`` is PyAV's of that frame: the light that the video was made for is taken from it.
    """
    if transfer not in tuple(Transfer):
        return None
    kind = Transfer(transfer)
    peak = _announced_peak(side_data) if kind is Transfer.PQ else None
    return ToneMap(kind, peak or DEFAULT_PEAK, primaries)


def pq_code(light: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """cd/m2 to the signal of SMPTE ST 2084, 0..1."""
    power = (np.asarray(light, np.float64) / 10_000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def pq_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of ``pq_code``."""
    power = np.clip(code, 0, 1) ** (1 / _M2)
    light: NDArray[np.float64] = 10_000 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return light


def hlg_scene(code: NDArray[np.float32]) -> NDArray[np.float32]:
    """The signal of HLG, 0..1, to the light of the scene, 0..1 (ITU-R BT.2100, table 5)."""
    bright = (np.exp((code - _HLG_C) / _HLG_A) + _HLG_B) / 12
    return np.where(code <= 0.5, code**2 / 3, bright).astype(np.float32)


def light_of_scene(scene: Light) -> Light:
    """The light of HLG's scene, [..., 3] in BT.2020, to that of its screen of 1000 cd/m2."""
    brightness = np.maximum(scene @ np.array((0.2627, 0.6780, 0.0593), np.float32), 1e-9)
    gain = DEFAULT_PEAK * brightness ** (_HLG_GAMMA - 1)
    return np.asarray(np.maximum(scene, 0) * gain[..., None], np.float32)


def rolled_off(light: NDArray[np.float64], peak: float, white: float = SCREEN_WHITE) -> NDArray[np.float64]:
    """Light of a video made for ``peak`` as a screen with ``white`` shows it (BT.2390-8, 5.4), cd/m2."""
    if peak <= white:
        return np.minimum(light, white)
    top = float(pq_code(peak))
    signal = np.minimum(pq_code(light) / top, 1.0)
    highest = float(pq_code(white)) / top
    knee = 1.5 * highest - 0.5
    t = np.clip((signal - knee) / (1 - knee), 0, 1)
    rolled = (
        (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * highest
    )
    return pq_light(np.where(signal < knee, signal, rolled) * top)


def _announced_peak(side_data: Any) -> float | None:
    """MaxCLL, else the peak of the screen it was mastered on, where it makes sense."""
    candidates: list[float] = []
    content = side_data.get("CONTENT_LIGHT_LEVEL")
    if content is not None:
        candidates.append(float(np.frombuffer(bytes(content), np.uint32)[0]))
    mastering = side_data.get("MASTERING_DISPLAY_METADATA")
    if mastering is not None:
        # AVMasteringDisplayMetadata: eight rationals of colour, then the least and the most light, then two flags
        values = np.frombuffer(bytes(mastering), np.int32)
        if values.size >= 22 and values[21] and values[19]:
            candidates.append(float(values[18] / values[19]))
    return next((peak for peak in candidates if SCREEN_WHITE / 2 <= peak <= 10_000), None)


@lru_cache(maxsize=1)
def _pq_light_table() -> Light:
    return pq_light(np.arange(_STEPS) / (_STEPS - 1)).astype(np.float32)


@lru_cache(maxsize=1)
def _hlg_scene_table() -> Light:
    return hlg_scene((np.arange(_STEPS) / (_STEPS - 1)).astype(np.float32))


@lru_cache(maxsize=8)
def _scale_table(peak: float) -> Light:
    """By what light is multiplied, in shares of the screen's white; by the fourth root of the brightest
    channel."""
    light = np.maximum((np.arange(_STEPS) / (_STEPS - 1)) ** 4 * 10_000, 1e-9)
    return (rolled_off(light, peak) / light / SCREEN_WHITE).astype(np.float32)


@lru_cache(maxsize=1)
def _screen_table() -> NDArray[np.uint8]:
    share = np.arange(_STEPS) / (_STEPS - 1)
    return np.round(255 * share ** (1 / SCREEN_GAMMA)).astype(np.uint8)
