"""Errors of learning on.

InputError
└── LearningError           nothing can be collected or learned
    ├── BatchRefusedError   labels that are not to be learned, with the rows
    └── HoldOutError        a hold-out that was changed, or that is part of what is learned
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class LearningError(InputError):
    code = "learning_error"


class BatchRefusedError(LearningError):
    code = "batch_refused"


class HoldOutError(LearningError):
    code = "hold_out_error"
