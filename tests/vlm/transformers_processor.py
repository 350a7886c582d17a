"""transformers' own Qwen2VLVideoProcessor, run without torchvision: the oracle of test_patches.

The class is written against torchvision, of which it uses one function on pixels: resize. A module with that
function alone (torch's interpolate on 8-bit values, which is what torchvision calls for bicubic on a CPU)
lets the real class run: its budget rule, normalisation, padding in time and patch order.

Run as a program: reads frames (npz) and settings (JSON), writes patches (npz). A process of its own, because
transformers remembers what is installed.
"""

from __future__ import annotations

import enum
import importlib.machinery
import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import torch


def install_resize() -> None:
    """Makes ``import torchvision`` find a module with resize and normalize only."""

    class InterpolationMode(enum.Enum):
        NEAREST = "nearest"
        NEAREST_EXACT = "nearest-exact"
        BILINEAR = "bilinear"
        BICUBIC = "bicubic"
        BOX = "box"
        HAMMING = "hamming"
        LANCZOS = "lanczos"

    def resize(image: Any, size: Any, interpolation: Any, antialias: bool = True) -> Any:
        assert image.dtype == torch.uint8
        assert interpolation is InterpolationMode.BICUBIC
        flat = image.reshape(-1, *image.shape[-3:])
        resized = torch.nn.functional.interpolate(
            flat, tuple(size), mode="bicubic", antialias=antialias, align_corners=False
        )
        return resized.reshape(*image.shape[:-2], *size)

    def normalize(image: Any, mean: Any, std: Any, inplace: bool = False) -> Any:
        shape = (-1, 1, 1)
        return (image - torch.as_tensor(mean).view(shape)) / torch.as_tensor(std).view(shape)

    names = ["torchvision", "torchvision.transforms", "torchvision.transforms.v2"]
    names += ["torchvision.transforms.functional", "torchvision.transforms.v2.functional", "torchvision.io"]
    for name in names:
        module: Any = types.ModuleType(name)
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        module.__path__ = []
        module.__version__ = "0.28.0"
        module.InterpolationMode = InterpolationMode
        module.resize, module.normalize, module.pil_to_tensor = resize, normalize, None
        module.grayscale_to_rgb = lambda video: video
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)


def main(source: str, settings: str, target: str) -> None:
    install_resize()
    from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

    values = json.loads(settings)
    processor = Qwen2VLVideoProcessor(
        size={"shortest_edge": values["min_pixels"], "longest_edge": values["max_pixels"]},
        cap_pixels_per_frame=False,
    )
    results = {}
    with np.load(source) as clips:
        for name in clips.files:
            video = torch.from_numpy(clips[name]).permute(0, 3, 1, 2)
            made = processor([video], return_tensors="pt")
            results[f"{name}_values"] = made["pixel_values_videos"].numpy()
            results[f"{name}_grid"] = made["video_grid_thw"].numpy()
    np.savez(target, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
    assert Path(sys.argv[3]).exists()
