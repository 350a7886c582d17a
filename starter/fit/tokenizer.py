"""The starter's tokenizer: all 256 bytes, the words of its own prompt, one token per digit.

Any text in any language becomes tokens (bytes, where no word is known), so a user's text never fails.
"""

from __future__ import annotations

from typing import Final

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from xl_vqa.vlm.tokens import TURN_END, TURN_START, VIDEO_PAD, VISION_END, VISION_START
from xl_vqa.words.model_spec import Prompt

PAD: Final = "<|endoftext|>"
IMAGE_PAD: Final = "<|image_pad|>"
SPECIAL: Final = (PAD, TURN_START, TURN_END, VISION_START, VISION_END, IMAGE_PAD, VIDEO_PAD)
WORDS: Final = ("system\n", "user\n", "assistant\n")

# digits one by one, as Qwen2.5's own pre-tokenizer splits them
PATTERN: Final = r"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*| ?\p{L}+|\s*[\r\n]+|\s+"


def build_tokenizer(prompt: Prompt) -> PreTrainedTokenizerFast:
    """The tokenizer for ``prompt``. The same prompt gives the same ids on every machine."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2000,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=list(SPECIAL),
        show_progress=False,
    )
    words = [*WORDS, prompt.question, prompt.question_with_text.replace("{text}", " ")]
    tokenizer.train_from_iterator([*words, *words], trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=TURN_END,
        additional_special_tokens=[token for token in SPECIAL if token not in (PAD, TURN_END)],
        clean_up_tokenization_spaces=False,
        model_max_length=8192,
    )
