"""Small weights beside a model that only its attribute questions use: LoRA pairs, each question with its ranks.

A question is read behind a video that the model has read already, by itself, and they are on for its last token
and its answer alone: the video's cache and the overall score are those of the model without them, to the bit. All
questions are read in one call all the same: every token goes through the ranks of its own question only. Where a
question is in the words of the overall one, it costs a single token.

Hooks instead of peft: importing that takes longer than rating a clip, and a model that peft has wrapped is another
one for whoever reads its parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from xl_vqa.vlm.attribute_opinion import OpinionShare
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Reason

FILE_NAME: Final = "question_weights.safetensors"
_OPINION: Final = "first_opinion"
"""Share and spread of the first opinion, [2]; not there where it takes no part."""


@dataclass(frozen=True, slots=True)
class QuestionWeights:
    """``pairs[name]`` of the linear layer of that name: ``down`` [questions * rank, in] and ``up`` [out,
    questions * rank], question after question. ``opinion``: how much the first opinion counts beside them."""

    pairs: Mapping[str, tuple[Tensor, Tensor]]
    questions: int
    opinion: OpinionShare | None = None

    @classmethod
    def fresh(cls, model: nn.Module, questions: int, rank: int) -> QuestionWeights:
        """Of every linear layer of the language model; they change nothing until they are trained."""
        pairs = {}
        for name, layer in model.named_modules():
            if ".language_model." in name and isinstance(layer, nn.Linear):
                down = torch.empty(questions * rank, layer.in_features)
                nn.init.normal_(down, std=layer.in_features**-0.5)
                up = torch.zeros(layer.out_features, questions * rank)
                pairs[name] = down.requires_grad_(), up.requires_grad_()
        return cls(pairs, questions)

    @classmethod
    def load(cls, folder: Path, model: nn.Module, digest: str, questions: int) -> QuestionWeights:
        """What ``save`` wrote into a model's folder, in the device and number format of the model's layers.

        Raises ModelIncompatibleError for a file that is missing, is another one than ``digest`` says, or does not
        fit the model and so many questions.
        """
        path = folder / FILE_NAME
        if not path.is_file() or digest_of(path) != digest:
            raise _unfit(folder)
        stored = load_file(path)
        told = stored.pop(_OPINION, None)
        layers = dict(model.named_modules())
        found: Any = model
        beside = found.get_input_embeddings().weight
        pairs = {}
        for name in sorted({key.rpartition(".")[0] for key in stored}):
            layer, down, up = layers.get(name), stored[f"{name}.down"], stored[f"{name}.up"]
            # not the weight's own shape: of few bits it is another (few_bits.py)
            shape = getattr(layer, "out_features", None), getattr(layer, "in_features", None)
            if (up.shape[0], down.shape[1]) != shape:
                raise _unfit(folder)
            if len(down) != up.shape[1] or len(down) % questions:
                raise _unfit(folder)
            pairs[name] = down.to(beside), up.to(beside)
        return cls(pairs, questions, None if told is None else OpinionShare(*map(float, told)))

    def save(self, folder: Path) -> str:
        """Writes them into a model's folder, in 16 bits; returns the digest for its xl_vqa.json."""
        values = {}
        for name, (down, up) in self.pairs.items():
            values[f"{name}.down"] = down.detach().half().contiguous()
            values[f"{name}.up"] = up.detach().half().contiguous()
        if self.opinion is not None:
            values[_OPINION] = torch.tensor([self.opinion.share, self.opinion.spread])
        save_file(values, folder / FILE_NAME)
        return digest_of(folder / FILE_NAME)

    @property
    def tensors(self) -> list[Tensor]:
        """All of them, for an optimiser."""
        return [one for pair in self.pairs.values() for one in pair]

    @contextmanager
    def on(self, model: nn.Module, numbers: Sequence[int], kept: Sequence[int] | None = None) -> Iterator[None]:
        """The model as its questions see it: token i of a call takes the ranks of question ``numbers[i]``, or none
        at -1. ``kept``: the tokens that a model computes its last layer for, where these are not all."""
        layers = dict(model.named_modules())
        own = nn.functional.one_hot(torch.tensor(list(numbers)) + 1, self.questions + 1)[:, 1:]
        with ExitStack() as stack:
            for name, (down, up) in self.pairs.items():
                used = own.repeat_interleave(len(down) // self.questions, dim=1).to(down)
                hook = _added(down, up, used, None if kept is None else used[list(kept)])
                stack.callback(layers[name].register_forward_hook(hook).remove)
            yield


def _added(down: Tensor, up: Tensor, used: Tensor, kept: Tensor | None) -> Any:
    def hook(_: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
        x = given[0]
        ranks = used if kept is None or x.shape[-2] == len(used) else kept
        return output + ((x @ down.T) * ranks) @ up.T

    return hook


def _unfit(folder: Path) -> ModelIncompatibleError:
    return ModelIncompatibleError(model=str(folder), problem=Reason("question_weights_other", file=FILE_NAME))


def digest_of(path: Path) -> str:
    """Of the file's content."""
    return blake2b(path.read_bytes(), digest_size=16).hexdigest()
