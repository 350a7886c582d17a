"""From RGB frames to the patches a Qwen2.5-VL vision tower reads, without torchvision.

A patch covers two frames in time and 14x14 pixels; four neighbouring patches (2x2) become one token. Every
step follows the rule of transformers' Qwen2VLVideoProcessor, so patches are equal to its own
(tests/vlm/test_patches.py): sides rounded to multiples of 28 within the pixel budget, bicubic with
antialiasing on 8-bit values, normalisation with 255 folded into mean and spread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.model_spec import Normalization, Pixels
from xl_vqa.words.reasons import Reason

PATCH: Final = 14
MERGE: Final = 2
TEMPORAL_PATCH: Final = 2
FACTOR: Final = PATCH * MERGE
PATCH_VALUES: Final = 3 * TEMPORAL_PATCH * PATCH * PATCH
MAX_ASPECT: Final = 200


@dataclass(frozen=True, slots=True)
class Patches:
    """One video. ``values``: uint8 [t*h*w, 3*2*14*14], the order a vision tower expects; ``grid``: (t, h, w).

    Kept as 8-bit values, a quarter of the floats' memory, until the batch runs.
    """

    values: torch.Tensor
    grid: tuple[int, int, int]

    @property
    def tokens(self) -> int:
        """Video tokens in the prompt."""
        t, h, w = self.grid
        return t * h * w // (MERGE * MERGE)

    def pinned(self) -> Patches:
        """The same in memory that a GPU copies from by itself, while the machine goes on."""
        return Patches(self.values.pin_memory(), self.grid)

    def on(self, device: torch.device | str) -> torch.Tensor:
        """The values on ``device``, still 8 bits each: a quarter of what floats would take to bring there."""
        return self.values.to(device, non_blocking=self.values.is_pinned())

    def normalized(self, normalization: Normalization, *, device: torch.device | str = "cpu") -> torch.Tensor:
        """float32 [t*h*w, 1176]: what a model takes as ``pixel_values_videos``."""
        mean = torch.tensor(normalization.mean, device=device) * 255
        std = torch.tensor(normalization.std, device=device) * 255
        # within a patch the channel comes first, then time, row, column
        values = self.on(device).view(-1, 3, PATCH_VALUES // 3).float()
        return values.sub_(mean.view(3, 1)).div_(std.view(3, 1)).view(-1, PATCH_VALUES)


def smart_resize(height: int, width: int, *, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    """The size (height, width) a frame is brought to: multiples of 28, within the budget, aspect kept.

    Two kinds of picture may pass ``max_pixels`` by a little: a small one rounded up to ``min_pixels`` where
    the two are close, and a very long one under a very small budget, because no side goes below 28.
    Raises ValueError for a side longer than 200 times the other.
    """
    if min(height, width) < 1 or max(height, width) > MAX_ASPECT * min(height, width):
        raise ValueError(f"a picture of {width}x{height} is longer than {MAX_ASPECT}:1")
    # Python's rounding of halves to even is part of the rule
    new_height, new_width = round(height / FACTOR) * FACTOR, round(width / FACTOR) * FACTOR
    if new_height * new_width > max_pixels:
        shrink = math.sqrt(height * width / max_pixels)
        new_height = max(FACTOR, math.floor(height / shrink / FACTOR) * FACTOR)
        new_width = max(FACTOR, math.floor(width / shrink / FACTOR) * FACTOR)
    elif new_height * new_width < min_pixels:
        grow = math.sqrt(min_pixels / (height * width))
        new_height = math.ceil(height * grow / FACTOR) * FACTOR
        new_width = math.ceil(width * grow / FACTOR) * FACTOR
    return new_height, new_width


def frame_size(height: int, width: int, frames: int, pixels: Pixels) -> tuple[int, int]:
    """``smart_resize`` under both budgets: per frame, and an even share of the one over all frames."""
    padded = frames + frames % TEMPORAL_PATCH
    most = max(min(pixels.max_pixels, pixels.total_pixels // padded), pixels.min_pixels)
    return smart_resize(height, width, min_pixels=pixels.min_pixels, max_pixels=most)


def make_patches(frames: Sequence[NDArray[np.uint8]], pixels: Pixels) -> Patches:
    """Resizes RGB frames [height, width, 3] and cuts them into patches.

    An odd number of frames repeats the last one. A picture longer than 200:1 (an LED ticker) is first
    widened by repeating its edge. Raises ModelIncompatibleError for no frames, or frames that are not RGB
    pictures of one size.
    """
    check_frames(frames)
    first = within_aspect(frames[0])
    size = frame_size(first.shape[0], first.shape[1], len(frames), pixels)
    # one frame at a time: the whole clip at its source size is never held twice
    resized = torch.stack([resize(within_aspect(frame), size) for frame in frames])
    return cut(resized)


def no_larger_than_seen(frames: Sequence[NDArray[np.uint8]], pixels: Pixels) -> list[NDArray[np.uint8]]:
    """Frames at the size at which ``make_patches`` looks at them, where that is smaller.

    Its patches of them are the same to the bit. What it would widen, enlarge or refuse stays as it is.
    """
    try:
        check_frames(frames)
    except ModelIncompatibleError:
        return list(frames)
    first = frames[0]
    height, width = first.shape[:2]
    if within_aspect(first) is not first:
        return list(frames)
    size = frame_size(height, width, len(frames), pixels)
    # a size beside the budget would be brought to another one when it is looked at
    if size[0] * size[1] >= height * width or frame_size(*size, len(frames), pixels) != size:
        return list(frames)
    return [np.ascontiguousarray(resize(one, size).permute(1, 2, 0).numpy()) for one in frames]


def check_frames(frames: Sequence[NDArray[np.uint8]]) -> None:
    """Raises ModelIncompatibleError for no frames, or frames that are not RGB pictures of one size."""
    if not frames:
        raise ModelIncompatibleError(model="patches", problem="model_no_frames")
    shape = frames[0].shape
    for frame in frames:
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape != shape or shape[2] != 3 or 0 in shape:
            problem = Reason("model_frame_kind", dtype=str(frame.dtype), shape=str(frame.shape))
            raise ModelIncompatibleError(model="patches", problem=problem)


def within_aspect(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture longer than 200:1 widened by its own edge; any other as it is."""
    height, width = frame.shape[:2]
    extra_rows = max(math.ceil(width / MAX_ASPECT) - height, 0)
    extra_columns = max(math.ceil(height / MAX_ASPECT) - width, 0)
    if not extra_rows and not extra_columns:
        return frame
    margins = [(extra // 2, extra - extra // 2) for extra in (extra_rows, extra_columns)]
    return np.pad(frame, (*margins, (0, 0)), mode="edge")


def resize(frame: NDArray[np.uint8], size: tuple[int, int]) -> torch.Tensor:
    """RGB [height, width, 3] to uint8 [3, *size]: bicubic, with antialiasing."""
    picture = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1).unsqueeze(0)
    if tuple(picture.shape[-2:]) != size:
        picture = functional.interpolate(picture, size, mode="bicubic", antialias=True, align_corners=False)
    return picture[0]


def cut(frames: torch.Tensor) -> Patches:
    """uint8 [frames, 3, height, width], sides multiples of 28, into patches."""
    if frames.shape[0] % TEMPORAL_PATCH:
        frames = torch.cat((frames, frames[-1:]))
    count, channels, height, width = frames.shape
    t, h, w = count // TEMPORAL_PATCH, height // PATCH, width // PATCH
    rows = rows_of_patches(frames.contiguous())
    # (t, pair, channel, block row, row in block, y, block column, column in block)
    cells = rows.reshape(t, TEMPORAL_PATCH, channels, h // MERGE, MERGE, PATCH, w // MERGE, MERGE)
    # patches run block by block so that the four of one token lie together
    ordered = np.ascontiguousarray(cells.transpose(0, 3, 6, 4, 7, 2, 1, 5))
    return Patches(torch.from_numpy(ordered.view(np.uint8).reshape(t * h * w, PATCH_VALUES)), (t, h, w))


def rows_of_patches(values: torch.Tensor) -> NDArray[np.void]:
    """8-bit values [..., n * 14] on the CPU as [..., n] pieces of 14, without a copy: a patch's row moves as one.

    Torch would move each value by itself, six times as slowly.
    """
    return values.numpy().view(np.dtype((np.void, PATCH)))
