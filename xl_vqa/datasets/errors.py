"""Errors of tables of people's ratings and of manifests.

InputError
├── RatingsError              a table of people's ratings
│   ├── RatingsNotFoundError
│   ├── RatingsUnreadableError
│   ├── RatingsLockedError
│   ├── RatingsEncryptedError
│   ├── RatingsEmptyError
│   │   └── RatingsNoRowsError          headings alone
│   │       └── RatingsTemplateEmptyError
│   ├── RatingsSheetError
│   ├── RatingsOptionError
│   ├── RatingsVideoColumnError
│   ├── RatingsScoreColumnError
│   │   └── RatingsOursError            its scores are the product's
│   ├── RatingsUncalculatedError   formulas without results where videos or scores would be
│   ├── RatingsListChangedError    a labelling workbook in which videos changed their numbers
│   ├── RatingsListReopenedError   one that people rated, and whose list is no longer closed
│   ├── RatingsComparisonsError    each row compares two videos
│   ├── RatingsUnclearError       two readings are near: the user is asked
│   ├── RatingsNoScoresError
│   ├── RatingsOutOfScaleError
│   ├── RatingsOneLabelError
│   └── RatingsNoVideosError
└── ManifestError             a manifest of labels
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class RatingsError(InputError):
    """A table of people's ratings cannot become labels. ``path`` is always among the parameters."""

    code = "ratings_error"


class RatingsNotFoundError(RatingsError):
    code = "ratings_not_found"


class RatingsUnreadableError(RatingsError):
    code = "ratings_unreadable"


class RatingsLockedError(RatingsError):
    code = "ratings_locked"


class RatingsEncryptedError(RatingsError):
    code = "ratings_encrypted"


class RatingsEmptyError(RatingsError):
    code = "ratings_empty"


class RatingsNoRowsError(RatingsEmptyError):
    code = "ratings_no_rows"


class RatingsTemplateEmptyError(RatingsNoRowsError):
    """Of a sheet with columns of ours."""

    code = "ratings_template_empty"


class RatingsSheetError(RatingsError):
    code = "ratings_sheet"


class RatingsOptionError(RatingsError):
    code = "ratings_option"


class RatingsVideoColumnError(RatingsError):
    code = "ratings_video_column"


class RatingsScoreColumnError(RatingsError):
    code = "ratings_score_column"


class RatingsOursError(RatingsScoreColumnError):
    code = "ratings_ours"


class RatingsUncalculatedError(RatingsError):
    code = "ratings_uncalculated"


class RatingsListChangedError(RatingsError):
    code = "ratings_list_changed"


class RatingsListReopenedError(RatingsError):
    code = "ratings_list_reopened"


class RatingsComparisonsError(RatingsError):
    code = "ratings_comparisons"


class RatingsUnclearError(RatingsError):
    """Two readings are near. ``choices`` are the options that settle it, one string each."""

    code = "ratings_unclear"

    @property
    def choices(self) -> list[str]:
        return list(self.params["choices"])

    def with_commands(self, command: str) -> RatingsUnclearError:
        """The same question with ``command`` and each choice as the lines to run."""
        lines = "\n".join(f"  {command} {choice}" for choice in self.choices)
        return RatingsUnclearError(**{**self.params, "commands": lines})


class RatingsNoScoresError(RatingsError):
    code = "ratings_no_scores"


class RatingsOutOfScaleError(RatingsError):
    code = "ratings_out_of_scale"


class RatingsOneLabelError(RatingsError):
    code = "ratings_one_label"


class RatingsNoVideosError(RatingsError):
    code = "ratings_no_videos"


class ManifestError(InputError):
    code = "manifest_error"
