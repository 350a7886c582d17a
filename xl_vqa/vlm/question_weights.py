"""Small weights beside a model that only its attribute questions use, as LoRA pairs that are switched on for them.

A question is read behind a video that the model has read already, by itself, so that what these weights change is
the question alone: the video's cache and the overall score are those of the model without them, to the bit.

Hooks instead of peft: importing that takes longer than rating a clip, and a model that peft has wrapped is another
one for whoever reads its parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Reason

FILE_NAME: Final = "question_weights.safetensors"


@dataclass(frozen=True, slots=True)
class QuestionWeights:
    """``pairs[name]`` of the linear layer of that name: ``down`` [rank, in], ``up`` [out, rank]."""

    pairs: Mapping[str, tuple[Tensor, Tensor]]

    @classmethod
    def fresh(cls, model: nn.Module, rank: int) -> QuestionWeights:
        """Of every linear layer of the language model; they change nothing until they are trained."""
        pairs = {}
        for name, layer in model.named_modules():
            if ".language_model." in name and isinstance(layer, nn.Linear):
                down = torch.empty(rank, layer.in_features)
                nn.init.normal_(down, std=layer.in_features**-0.5)
                pairs[name] = down.requires_grad_(), torch.zeros(layer.out_features, rank).requires_grad_()
        return cls(pairs)

    @classmethod
    def load(cls, folder: Path, model: nn.Module, digest: str) -> QuestionWeights:
        """What ``save`` wrote into a model's folder, in the device and number format of the model's layers.

        Raises ModelIncompatibleError for a file that is missing, is another one than ``digest`` says, or does not
        fit the model.
        """
        path = folder / FILE_NAME
        if not path.is_file() or digest_of(path) != digest:
            raise ModelIncompatibleError(
                model=str(folder), problem=Reason("question_weights_other", file=FILE_NAME)
            )
        stored = load_file(path)
        layers = dict(model.named_modules())
        pairs = {}
        for name in sorted({key.rpartition(".")[0] for key in stored}):
            layer, down, up = layers.get(name), stored[f"{name}.down"], stored[f"{name}.up"]
            fits = isinstance(layer, nn.Linear) and (up.shape[0], down.shape[1]) == tuple(layer.weight.shape)
            if not fits:
                raise ModelIncompatibleError(
                    model=str(folder), problem=Reason("question_weights_other", file=FILE_NAME)
                )
            weight: Any = layer.weight if layer is not None else None
            pairs[name] = down.to(weight), up.to(weight)
        return cls(pairs)

    def save(self, folder: Path) -> str:
        """Writes them into a model's folder, in 16 bits; returns the digest for its xl_vqa.json."""
        values = {}
        for name, (down, up) in self.pairs.items():
            values[f"{name}.down"] = down.detach().half().contiguous()
            values[f"{name}.up"] = up.detach().half().contiguous()
        save_file(values, folder / FILE_NAME)
        return digest_of(folder / FILE_NAME)

    @property
    def tensors(self) -> list[Tensor]:
        """All of them, for an optimiser."""
        return [one for pair in self.pairs.values() for one in pair]

    @contextmanager
    def on(self, model: nn.Module) -> Iterator[None]:
        """The model as its attribute questions see it."""
        layers = dict(model.named_modules())
        with ExitStack() as stack:
            for name, (down, up) in self.pairs.items():
                handle = layers[name].register_forward_hook(_added(down, up))
                stack.callback(handle.remove)
            yield


def _added(down: Tensor, up: Tensor) -> Any:
    def hook(_: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output + (given[0] @ down.T) @ up.T

    return hook


def digest_of(path: Path) -> str:
    """Of the file's content."""
    return blake2b(path.read_bytes(), digest_size=16).hexdigest()
