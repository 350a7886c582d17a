"""The question around a video as token ids, in the chat format of Qwen2.5-VL.

The format is written out here, token by token, instead of running the tokenizer's chat template: templates
change between releases of a model, and a user's text must not be able to end its turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xl_vqa.vlm import tokens
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.model_spec import Prompt

TEXT_BUDGET: Final = 512
"""Tokens of a user's text that reach the model (about 350 English words); the rest is cut off."""


@dataclass(frozen=True, slots=True)
class PromptTokens:
    """Token ids ``before`` and ``after`` the video's own tokens, which are all ``video``."""

    before: tuple[int, ...]
    video: int
    after: tuple[int, ...]

    def ids(self, video_tokens: int) -> list[int]:
        """The whole prompt for a video of so many tokens."""
        return [*self.before, *[self.video] * video_tokens, *self.after]

    def shared(self, video_tokens: int) -> int:
        """How many tokens every question has in common: up to the end of the video."""
        return len(self.before) + video_tokens + 1


def build_prompt(tokenizer: PromptTokenizer, prompt: Prompt, text: str | None = None) -> PromptTokens:
    """The prompt up to the answer: the next token is the label's first digit.

    ``text`` (what a generated video was made from) goes into ``question_with_text``; blank text counts as
    none. Nothing in it is taken for a control token, and at most ``TEXT_BUDGET`` tokens of it are used.
    """
    plain, control = tokenizer.plain, tokenizer.control
    start, end, newline = control(tokens.TURN_START), control(tokens.TURN_END), plain("\n")
    before: list[int] = []
    if prompt.system is not None:
        before += [start, *plain("system\n" + prompt.system), end, *newline]
    before += [start, *plain("user\n"), control(tokens.VISION_START)]
    after = [control(tokens.VISION_END), *asked(tokenizer, question_text(tokenizer, prompt, text))]
    return PromptTokens(tuple(before), control(tokens.VIDEO_PAD), tuple(after))


def asked(tokenizer: PromptTokenizer, question: str) -> tuple[int, ...]:
    """What follows the video's end: the question, and the turn up to the answer."""
    plain, control = tokenizer.plain, tokenizer.control
    end, newline = control(tokens.TURN_END), plain("\n")
    return (*plain(question), end, *newline, control(tokens.TURN_START), *plain("assistant\n"))


def question_text(tokenizer: PromptTokenizer, prompt: Prompt, text: str | None) -> str:
    """The question as the model will read it."""
    # LEFT(A2, 80) in a spreadsheet may cut a character in half, which no tokenizer takes
    cleaned = (text or "").encode("utf-8", "replace").decode().strip()
    if not cleaned:
        return prompt.question
    # replace, not format: braces in a user's text are only braces
    return prompt.question_with_text.replace("{text}", tokenizer.shorten(cleaned, TEXT_BUDGET))
