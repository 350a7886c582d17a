"""Text to tokens in a way that a text can never steer the model: control tokens are only put in by us."""

from __future__ import annotations

import json
from typing import Any, Final

from tokenizers import Tokenizer

from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.reasons import Reason

VIDEO_PAD: Final = "<|video_pad|>"
VISION_START: Final = "<|vision_start|>"
VISION_END: Final = "<|vision_end|>"
TURN_START: Final = "<|im_start|>"
TURN_END: Final = "<|im_end|>"
CONTROL: Final = (TURN_START, TURN_END, VISION_START, VISION_END, VIDEO_PAD)


class PromptTokenizer:
    """A model's tokenizer, split in two: plain text, and control tokens by name.

    ``plain`` knows no added token at all, so ``<|im_end|>`` inside a user's text becomes ordinary
    characters. ``tokenizer``: transformers' or the tokenizers library's own. Thread-safe. Raises
    ModelIncompatibleError where a control token is missing or a digit is not a token of its own.
    """

    def __init__(self, tokenizer: Any, *, model: str) -> None:
        backend = tokenizer if isinstance(tokenizer, Tokenizer) else getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise ModelIncompatibleError(model=model, problem="model_no_tokenizer")
        facts = json.loads(backend.to_str())
        self._control: dict[str, int] = {token["content"]: token["id"] for token in facts["added_tokens"]}
        missing = [name for name in CONTROL if name not in self._control]
        if missing:
            raise ModelIncompatibleError(
                model=model, problem=Reason("model_tokens_missing", tokens=", ".join(missing))
            )
        # a template that adds tokens of its own would refer to tokens that the plain half does not have
        facts.update(added_tokens=[], post_processor=None, truncation=None, padding=None)
        self._plain = Tokenizer.from_str(json.dumps(facts))
        self.digits = self._digit_ids(model)

    def control(self, name: str) -> int:
        """The id of a control token."""
        return self._control[name]

    def plain(self, text: str) -> list[int]:
        """The ids of a text, every character of it taken as text."""
        # half of a surrogate pair (a cut-off emoji from a cell) cannot be encoded
        whole = text.encode("utf-8", "replace").decode("utf-8")
        return list(self._plain.encode(whole, add_special_tokens=False).ids)

    def shorten(self, text: str, budget: int) -> str:
        """The beginning of a text that takes at most ``budget`` tokens; cut between characters."""
        # a token is rarely longer than 16 characters; this keeps a novel in a cell from being tokenized whole
        whole = text.encode("utf-8", "replace").decode("utf-8")[: budget * 16]
        encoding = self._plain.encode(whole, add_special_tokens=False)
        if len(encoding.ids) <= budget:
            return whole
        return whole[: encoding.offsets[budget][0]]

    def _digit_ids(self, model: str) -> tuple[int, ...]:
        ids = []
        for digit in "0123456789":
            tokens = self.plain(digit)
            if len(tokens) != 1:
                problem = Reason("model_digit_split", digit=digit, count=len(tokens))
                raise ModelIncompatibleError(model=model, problem=problem)
            ids.append(tokens[0])
        # tokenizers that group digits have single digits as well, so look at longer numbers too
        for number in ("10", "37", "50", "123", "2025"):
            if self.plain(number) != [ids[int(digit)] for digit in number]:
                problem = Reason("model_digits_joined", number=number)
                raise ModelIncompatibleError(model=model, problem=problem)
        if len(set(ids)) != 10:
            raise ModelIncompatibleError(model=model, problem="model_digits_alike")
        return tuple(ids)
