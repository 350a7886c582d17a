"""A device that is none: tensors that say they lie on ``pretend:0``, compute on the CPU, and refuse to be mixed.

For tests without a GPU. As on a GPU, an operation over tensors of both devices raises; unlike torch's
FakeTensorMode the numbers are real, so what depends on data runs as well, and results can be compared. Only
single-element CPU tensors and indices may come from the CPU, as torch allows on a GPU.

torch holds one such device per process, so tests run it in a process of its own: ``python -m
tests.pretend_device JOB`` with a JSON file {"output", "video", "text", "models": [[model, dtype], ...]}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

NAME = "pretend"
_aten = torch.ops.aten
# indices may lie on the CPU (torch moves them); a copy is what brings tensors across
_MAY_MIX = {_aten.index.Tensor, _aten.index_put.default, _aten.index_put_.default, _aten.copy_.default}


class PretendTensor(torch.Tensor):
    """A CPU tensor, ``held``, that says it lies elsewhere."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> PretendTensor:
        result: PretendTensor = torch.Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=torch.device(NAME, 0),
        )
        result.held = held
        return result

    def __repr__(self, **_: Any) -> str:
        return f"{self.held} on {NAME}"

    def tolist(self) -> Any:
        # torch's own refuses every subclass
        return self.held.tolist()

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


class Pretend(TorchDispatchMode):
    """Inside it ``torch.device("pretend")`` can be used like any other."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {})


def run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """One operation. Raises RuntimeError where tensors of both devices are mixed."""
    tensors = [leaf for leaf in tree_flatten((args, kwargs))[0] if isinstance(leaf, torch.Tensor)]
    away = [tensor for tensor in tensors if isinstance(tensor, PretendTensor)]
    home = [tensor for tensor in tensors if not isinstance(tensor, PretendTensor) and tensor.dim() > 0]
    if away and home and func not in _MAY_MIX:
        raise RuntimeError(f"{func}: tensors on {NAME} and on the CPU")
    inner_args, inner = tree_map_only(PretendTensor, lambda tensor: tensor.held, (args, kwargs))
    device = kwargs.get("device")
    if device is not None:
        inner["device"] = torch.device("cpu")
        stays = torch.device(device).type == NAME
    else:
        stays = bool(away) if func not in _MAY_MIX else isinstance(args[0], PretendTensor)
    result = func(*inner_args, **inner)
    if func._schema.is_mutable and func._schema.name.endswith("_"):
        return args[0]
    return tree_map_only(torch.Tensor, PretendTensor, result) if stays else result


def main(job_file: str) -> None:
    """Rates the job's video by each model on the pretended device, by the rater's whole way."""
    from xl_vqa.video.read import read_frames
    from xl_vqa.vlm.loader import load_rater

    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    _setup_privateuseone_for_python_backend(NAME)
    # torch.tensor(values, device=...) then makes a CPU tensor and copies it where Pretend sees it
    torch._C._set_only_lift_cpu_tensors(True)
    # a view of a weight that is not an inference tensor, made by Python, cannot become one
    torch.inference_mode = torch.no_grad  # type: ignore[assignment,misc]
    found = []
    with Pretend():
        for model, dtype in job["models"]:
            rater = load_rater(model, device=NAME, dtype=dtype)
            video = rater.prepare(read_frames(job["video"], rater.spec.sampling))
            (outcome,) = rater.rate([(video, job["text"])])
            if isinstance(outcome, Exception):
                raise outcome
            found.append({"probabilities": outcome.probabilities, **rater.describe()})
    Path(job["output"]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
