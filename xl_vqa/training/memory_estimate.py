"""What a training will need of memory, said before the first step instead of after an hour.

An estimate from the model's own config, not a measurement: weights, gradients and optimizer state are exact,
activations follow the published count for a transformer layer (Korthikanti et al., 2022: about 34 bytes per
token and hidden unit in 16 bits without attention scores, which sdpa does not keep).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_ADAM_BYTES: Final = 4 + 4 + 4
"""float32 gradient and two moments per trained weight."""
_ACTIVATION_BYTES: Final = 34
_SAFETY: Final = 1.15


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Bytes."""

    weights: int
    trained: int
    activations: int
    logits: int

    @property
    def total(self) -> int:
        return int((self.weights + self.trained + self.activations + self.logits) * _SAFETY)

    def lines(self) -> list[str]:
        """One line per part, in GiB."""
        parts = (
            ("weights", self.weights),
            ("gradients and optimizer", self.trained),
            ("activations", self.activations),
            ("answers", self.logits),
            ("together, with a margin", self.total),
        )
        return [f"{name}: {size / 2**30:.2f} GiB" for name, size in parts]


def estimate(
    config: Any,
    *,
    parameters: int,
    trained: int,
    bytes_per_weight: int,
    tokens: int,
    batch: int,
    tail: int,
    checkpointing: bool,
) -> MemoryEstimate:
    """For one step. ``config``: the model's, with its text config inside; ``tokens``: prompt tokens of the longest
    video; ``tail``: positions whose logits are kept."""
    text = config.get_text_config()
    width, layers = text.hidden_size, text.num_hidden_layers
    scale = bytes_per_weight / 2
    layer = int(tokens * batch * width * _ACTIVATION_BYTES * scale)
    kept = int(tokens * batch * width * bytes_per_weight * layers) + layer if checkpointing else layer * layers
    # the vision tower works on four patches per token; frozen, it keeps nothing but its output
    logits = 3 * tail * batch * text.vocab_size * 4
    return MemoryEstimate(parameters * bytes_per_weight, trained * (_ADAM_BYTES + 4), kept, logits)
