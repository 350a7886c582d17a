"""The starter's tower under torch's FakeTensorMode on a device that is not the CPU.

Run as ``python -m tests.fake_device``. It raises where devices are mixed, and where a shape depends on a value
(a GPU would have to be waited for). No fake cuda device: a torch without CUDA cannot even take a slice of a tensor
there. In a process of its own, because torch holds one such device per process.
"""

from __future__ import annotations

import json

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from xl_vqa.vlm.starter_model import small_config
from xl_vqa.vlm.starter_tower import FEATURES, StarterTower

GRID = (3, 24, 14)


def made(dtype: str) -> StarterTower:
    """A tower without numbers, to be called under FakeTensorMode."""
    torch.set_default_dtype(getattr(torch, dtype))
    with torch.device("pretend"):
        tower = StarterTower(small_config(64))
    torch.set_default_dtype(torch.float32)
    return tower


def run(tower: StarterTower) -> dict[str, str]:
    """The format and device of everything that the tower gives."""
    patches = torch.empty(GRID[0] * GRID[1] * GRID[2], 1176, device="pretend")
    features = tower.features(patches, GRID)
    parts = {name: getattr(features, name) for name in FEATURES}
    parts["tokens"] = tower.project(features, GRID)
    return {name: f"{part.dtype} on {part.device.type}" for name, part in parts.items()}


def main() -> None:
    """Prints JSON: what ``run`` found in each format, and the error of a tower with a buffer left on the CPU."""
    _setup_privateuseone_for_python_backend("pretend")
    # torch.tensor(values, device=...) then makes a CPU tensor and copies it where the mode sees it
    torch._C._set_only_lift_cpu_tensors(True)
    found: dict[str, object] = {}
    with FakeTensorMode(), torch.inference_mode():
        for dtype in ("float32", "bfloat16", "float16"):
            found[dtype] = run(made(dtype))
        mixed = made("float32")
        mixed.clip_mean = mixed.clip_mean.cpu()
        try:
            run(mixed)
        except RuntimeError as error:
            found["mixed"] = type(error).__name__
    print(json.dumps(found))


if __name__ == "__main__":
    main()
