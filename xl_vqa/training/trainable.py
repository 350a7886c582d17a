"""Which weights move: an adapter beside the frozen model (LoRA), or the model's own (for the small starter)."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from xl_vqa.training.errors import TrainingError
from xl_vqa.training.recipe import Recipe
from xl_vqa.vlm.device import choose_dtype
from xl_vqa.vlm.model_folder import model_type_of
from xl_vqa.vlm.transformers_bars import without_bars
from xl_vqa.words.reasons import Reason

_VISION = re.compile(r"(^|\.)visual\.")
_LANGUAGE = re.compile(r"(^|\.)language_model\.")


@dataclass(frozen=True, slots=True)
class Trainable:
    """A model with its moving weights marked. ``model`` is what the trainer gets."""

    model: Any
    method: str

    @property
    def count(self) -> int:
        return sum(weight.numel() for weight in self.model.parameters() if weight.requires_grad)

    def state(self) -> dict[str, Tensor]:
        """A copy of the moving weights, on the CPU."""
        return {
            name: weight.detach().cpu().clone().contiguous()
            for name, weight in self.model.named_parameters()
            if weight.requires_grad
        }

    def load(self, state: dict[str, Tensor]) -> None:
        """Sets the moving weights to what ``state`` gave."""
        own = {name: weight for name, weight in self.model.named_parameters() if weight.requires_grad}
        if set(own) != set(state):
            raise TrainingError(problem="weights_of_other_recipe")
        with torch.no_grad():
            for name, weight in own.items():
                weight.copy_(state[name])

    def save(self, folder: Path) -> None:
        """An adapter (peft's files) or the whole model."""
        with without_bars():
            self.model.save_pretrained(str(folder))


def weights_dtype(recipe: Recipe, device: torch.device, base: Path) -> str:
    """The number format of the weights of the model in the folder ``base``."""
    if recipe.dtype != "auto":
        return recipe.dtype
    # all weights moving in 16 bits would lose small steps; an adapter's own weights stay in 32
    if recipe.method == "full":
        return "float32"
    return choose_dtype(device, model_type=str(model_type_of(base)))


def make_trainable(model: Any, recipe: Recipe) -> Trainable:
    """``model`` (all weights frozen) made ready by the recipe. Raises TrainingError where nothing would move."""
    parts = [_LANGUAGE, *([_VISION] if recipe.vision == "tuned" else [])]
    if recipe.method == "full":
        moving = [
            name
            for name, _ in model.named_parameters()
            if any(part.search(name) for part in parts) or name.startswith("lm_head")
        ]
        # the starter's visual trunk is published weights that were never meant to move
        moving = [name for name in moving if ".visual.trunk." not in name]
        chosen = set(moving)
        for name, weight in model.named_parameters():
            weight.requires_grad_(name in chosen)
        result = Trainable(model, "full")
    else:
        result = Trainable(_with_adapter(model, recipe, parts), "lora")
        if recipe.checkpointing:
            model.enable_input_require_grads()
    if not result.count:
        raise TrainingError(problem=Reason("nothing_moves", model=recipe.model))
    return result


def _with_adapter(model: Any, recipe: Recipe, parts: list[re.Pattern[str]]) -> Any:
    """``model`` with the adapter to go on from, or a new one beside the linear layers of ``parts``."""
    from peft import LoraConfig, PeftModel, get_peft_model

    with warnings.catch_warnings():
        # peft calls something of transformers by an old name, and says that a hub name became a folder
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", message=".*base_model_name_or_path")
        if recipe.adapter is not None:
            folder = str(recipe.resolve(recipe.adapter))
            going_on = PeftModel.from_pretrained(model, folder, is_trainable=True)
            going_on.peft_config["default"].base_model_name_or_path = recipe.model
            return going_on
        targets = [
            name
            for name, module in model.named_modules()
            if isinstance(module, nn.Linear) and any(part.search(name) for part in parts)
        ]
        if not targets:
            raise TrainingError(problem=Reason("no_linear_layers", model=recipe.model))
        config = LoraConfig(
            r=recipe.lora.rank,
            lora_alpha=recipe.lora.alpha,
            lora_dropout=recipe.lora.dropout,
            target_modules=targets,
            base_model_name_or_path=recipe.model,
        )
        return get_peft_model(model, config)
