"""Errors of an evaluation: predictions that cannot be held against people's scores.

InputError
└── EvaluationError
    ├── EvaluationFileError
    ├── EvaluationColumnError
    ├── EvaluationOptionError
    ├── EvaluationUnclearError     two readings are near: the user is asked
    └── EvaluationNoVideosError
        └── EvaluationNoScoresError
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class EvaluationError(InputError):
    code = "evaluation_error"


class EvaluationFileError(EvaluationError):
    code = "evaluation_file"


class EvaluationColumnError(EvaluationError):
    code = "evaluation_column"


class EvaluationOptionError(EvaluationError):
    code = "evaluation_option"


class EvaluationUnclearError(EvaluationError):
    """Two readings are near. ``choices`` are the options that settle it, one string each."""

    code = "evaluation_unclear"

    @property
    def choices(self) -> list[str]:
        return list(self.params["choices"])

    def with_commands(self, command: str) -> EvaluationUnclearError:
        """The same question with ``command`` and each choice as the lines to run."""
        lines = "\n".join(f"  {command} {choice}" for choice in self.choices)
        return EvaluationUnclearError(**{**self.params, "commands": lines})


class EvaluationNoVideosError(EvaluationError):
    code = "evaluation_no_videos"


class EvaluationNoScoresError(EvaluationNoVideosError):
    code = "evaluation_no_scores"
