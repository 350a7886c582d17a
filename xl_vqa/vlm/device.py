"""Which device and number format a model runs in."""

from __future__ import annotations

import torch

from xl_vqa.vlm.memory import BESIDE_FEW_BITS, FEW_BITS
from xl_vqa.vlm.model_folder import QWEN_TYPE, STARTER_TYPE
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.reasons import Reason

_NO_MEMORY = ("out of memory", "not enough memory", "allocate memory")
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_BESIDE = _DTYPES[BESIDE_FEW_BITS]


def choose_device(device: str = "auto") -> torch.device:
    """``auto`` takes an NVIDIA GPU, then an Apple GPU, then the CPU.

    Raises SettingsError for a device that this machine, or this build of torch, does not have.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
    # torch raises AssertionError where it was built without the device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).strip().splitlines()[0]
        refused = Reason("problem_device", value=device, detail=reason)
        raise SettingsError(source="device", problem=refused) from error
    if chosen.type == "meta":
        raise SettingsError(source="device", problem="problem_device_meta")
    return chosen


def choose_dtype(
    device: torch.device, dtype: str = "auto", *, model_type: str = QWEN_TYPE, few_bits: bool = False
) -> str:
    """The name of the number format, for a model of ``model_type`` (model_folder.model_type_of).

    ``auto`` is bfloat16 on an NVIDIA GPU that computes in it and float32 everywhere else: on CPUs bfloat16 is
    slow without special instructions and moves scores, float16 overflows in Qwen2.5. For the starter it is
    float32 on every device: two million weights leave nothing to save, and so a GPU gives the CPU's scores,
    under the same fingerprint. ``few_bits`` allows a Qwen2.5-VL ``int8`` and ``nf4`` (few_bits.py) too. Raises
    SettingsError for an unknown name, and for few bits where they cannot be.
    """
    if few_bits and dtype in FEW_BITS:
        if model_type == STARTER_TYPE:
            raise SettingsError(source="dtype", problem=Reason("problem_dtype_starter", value=dtype))
        return dtype
    if dtype == "auto" and model_type == STARTER_TYPE:
        return "float32"
    if dtype == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if fast else "float32"
    if dtype not in _DTYPES:
        choices = ", ".join(("auto", *_DTYPES, *(FEW_BITS if few_bits else ())))
        wrong = Reason("problem_one_of", name="dtype", choices=choices, value=repr(dtype))
        raise SettingsError(source="dtype", problem=wrong)
    return dtype


def torch_dtype(dtype: str) -> torch.dtype:
    """The format of a name that ``choose_dtype`` returned; of few bits, that of all the rest."""
    return _BESIDE if dtype in FEW_BITS else _DTYPES[dtype]


def free_bytes(device: torch.device) -> int | None:
    """Memory left on a GPU; None where the device does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return None


def release(device: torch.device) -> None:
    """Gives freed GPU memory back, so that a smaller batch finds room."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that memory ran out, on a GPU or in the machine."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    # torch's CPU and MPS allocators have no exception class of their own
    return isinstance(error, RuntimeError) and any(part in text for part in _NO_MEMORY)
