"""Errors of an evaluation: predictions that cannot be held against people's scores.

InputError
└── EvaluationError
    ├── EvaluationFileError
    ├── EvaluationColumnError
    ├── EvaluationOptionError
    ├── EvaluationUnclearError     two readings are near: the user is asked
    └── EvaluationNoVideosError
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError, Unclear


class EvaluationError(InputError):
    code = "evaluation_error"


class EvaluationFileError(EvaluationError):
    code = "evaluation_file"


class EvaluationColumnError(EvaluationError):
    code = "evaluation_column"


class EvaluationOptionError(EvaluationError):
    code = "evaluation_option"


class EvaluationUnclearError(Unclear, EvaluationError):
    code = "evaluation_unclear"


class EvaluationNoVideosError(EvaluationError):
    code = "evaluation_no_videos"
