"""The tree of errors. Every one has a code, and under it a sentence in the catalogue (xl_vqa.words.catalogue).

Here stand those that the host, cells and files speak of. A room whose errors are its own affair has them in its
``errors.py``: datasets, evaluation, training, calc.

XlVqaError
├── InputError                what was asked for is wrong
│   ├── ScaleError            scale or bands do not fit together
│   ├── DistributionError     numbers that are no label distribution
│   ├── SettingsError         settings file or environment
│   │   └── SettingsNotWrittenError   they are as they were
│   ├── ModelEntryError       an entry of models.json that cannot be made or removed
│   ├── NoVideosInFolderError
│   ├── NoVideosMatchError
│   ├── VideoListError        a list of videos cannot be read
│   ├── NoVideoPathError      a row without a path
│   ├── NotAPathError         a number, a list or the like in a path's place
│   ├── NotATextError         the same in a text's place
│   ├── UnknownAttributeError     an attribute that the model in force does not know
│   ├── AttributeLeftOutError     one that says nothing of this video: the motion of a still picture
│   ├── WorksheetError        a formula or a selection in a spreadsheet
│   │   ├── WorksheetArgumentError
│   │   ├── WorksheetMissingArgumentError
│   │   ├── WorksheetCellError        an error value as an argument
│   │   ├── RangeShapesError
│   │   ├── RelativePathError
│   │   ├── CloudFolderError
│   │   ├── ProfileNotFoundError
│   │   ├── NoReadingError            a function that only a domain profile can answer
│   │   ├── ProfileFileError          a domain profile that cannot be read
│   │   └── SelectionError
│   │       └── SelectionChangedError
│   ├── AddinError            the add-in's file
│   │   └── InstallError
│   └── WorkbookError         a workbook or output file
│       ├── WorkbookNotFoundError
│       ├── WorkbookUnreadableError
│       │   ├── WorkbookFormatError       .xls, .xlsb, .ods and the like
│       │   └── WorkbookPasswordError
│       ├── WorkbookLockedError
│       │   └── WorkbookOwnedError        a lock file beside it says who has it open
│       ├── WorkbookProtectedError
│       ├── WorkbookSheetError
│       ├── WorkbookColumnError
│       │   ├── WorkbookNoVideoColumnError
│       │   ├── WorkbookColumnMissingError
│       │   └── WorkbookColumnAmbiguousError
│       ├── WorkbookCellError             one cell holds no path; the other rows go on
│       │   └── WorkbookFormulaError
│       ├── WorkbookTemplateError         not made from a template, or from one without AI columns
│       │   └── WorkbookLabelsError
│       ├── WorkbookUncomputedError
│       ├── OfficeMissingError            LibreOffice is needed and not there, or failed
│       ├── OfficeFailedError
│       ├── OutputFormatError
│       └── OutputNotWritableError
├── VideoError                one video cannot be rated; the others go on
│   ├── VideoNotFoundError
│   ├── VideoAddressError     a web address instead of a path
│   ├── VideoAccessError
│   ├── VideoEmptyError
│   ├── NotAVideoError
│   ├── FolderOfPicturesError
│   ├── ListAsVideoError      a table or a list of videos, given as a video
│   ├── PictureRateError
│   ├── NoVideoStreamError
│   ├── VideoTruncatedError
│   ├── VideoUnreadableError
│   ├── VideoTooLargeError
│   ├── VideoChangingError
│   ├── VideoTimeoutError     its reader gave no sign of life
│   └── VideoCrashedReaderError
├── ModelError
│   ├── ModelNotFoundError
│   ├── ModelIncompatibleError
│   ├── ModelMemoryError
│   ├── ModelSettingsError    it cannot be loaded as the settings ask for it
│   ├── ModelFailedError
│   ├── NoAttributesError         it was taught the overall quality alone
│   ├── ProfileMismatchError      a domain profile that was fitted for another model
│   └── PackageMissingError   a package is missing or broken, most often torch
├── HostError
│   ├── HostUnavailableError
│   ├── HostStartError
│   ├── HostAuthenticationError
│   ├── HostRequestError
│   └── HostDiskError
└── CancelledError

Standard library only. Parameters of an error are plain JSON values, so it survives the way through HTTP.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from xl_vqa.words.messages import text


class XlVqaError(Exception):
    """Base of all errors that people see. ``str()`` is the English sentence."""

    code: ClassVar[str] = "error"

    ok: ClassVar[bool] = False
    label: ClassVar[None] = None
    expected_label: ClassVar[None] = None
    mos: ClassVar[None] = None
    band: ClassVar[None] = None
    band_probability: ClassVar[None] = None
    """What a Rating has and a video with an error has not, so that a list of both can be read in one loop."""

    def __init__(self, **params: Any) -> None:
        super().__init__(params)
        self.params = params
        self._path: str | None = None

    @property
    def error(self) -> str:
        """What is wrong, in English; ``message("ja")`` says it in Japanese. A Rating's is None."""
        return self.message("en")

    @property
    def path(self) -> str:
        """The input that it belongs to, as far as that is known, else an empty text."""
        return str(self.params.get("path", "")) if self._path is None else self._path

    def of(self, path: str) -> Self:
        """The same error for one input: where the host fails, many inputs share one."""
        own = type(self)(**self.params)
        own._path = path
        return own

    def message(self, language: str = "en") -> str:
        """What happened, to which file, and what to do, in ``en`` or ``ja``."""
        return text(self.code, language, **self.params)

    def __str__(self) -> str:
        return self.message("en")

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.params, self._path)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, for the way through HTTP; ``from_dict`` reads it back."""
        return {"code": self.code, "params": self.params, "message": self.message("en")}


def _rebuild(kind: type[XlVqaError], params: dict[str, Any], path: str | None = None) -> XlVqaError:
    error = kind(**params)
    error._path = path
    return error


class InputError(XlVqaError):
    code = "input_error"


class ScaleError(InputError):
    code = "scale_error"


class DistributionError(InputError):
    code = "distribution_error"


class SettingsError(InputError):
    code = "settings_error"


class SettingsNotWrittenError(SettingsError):
    code = "settings_not_written"


class ModelEntryError(InputError):
    code = "model_entry"


class NoVideosInFolderError(InputError):
    code = "no_videos_in_folder"


class NoVideosMatchError(InputError):
    code = "no_videos_match"


class VideoListError(InputError):
    code = "video_list"


class NoVideoPathError(InputError):
    code = "no_video_path"


class NotAPathError(InputError):
    code = "not_a_path"


class NotATextError(InputError):
    code = "not_a_text"


class UnknownAttributeError(InputError):
    code = "unknown_attribute"


class AttributeLeftOutError(InputError):
    code = "attribute_left_out"


class WorksheetError(InputError):
    code = "worksheet_error"


class WorksheetArgumentError(WorksheetError):
    code = "worksheet_argument"


class WorksheetCellError(WorksheetError):
    code = "worksheet_cell_error"


class WorksheetMissingArgumentError(WorksheetError):
    code = "worksheet_missing_argument"


class RangeShapesError(WorksheetError):
    code = "range_shapes"


class RelativePathError(WorksheetError):
    code = "relative_path"


class CloudFolderError(WorksheetError):
    code = "cloud_folder"


class ProfileNotFoundError(WorksheetError):
    code = "profile_not_found"


class NoReadingError(WorksheetError):
    code = "no_reading"


class ProfileFileError(WorksheetError):
    code = "profile_file"


class SelectionError(WorksheetError):
    code = "selection"


class SelectionChangedError(SelectionError):
    code = "selection_changed"


class AddinError(InputError):
    code = "addin"


class InstallError(AddinError):
    code = "install"


class WorkbookError(InputError):
    code = "workbook_error"


class WorkbookNotFoundError(WorkbookError):
    code = "workbook_not_found"


class WorkbookUnreadableError(WorkbookError):
    code = "workbook_unreadable"


class WorkbookFormatError(WorkbookUnreadableError):
    code = "workbook_format"


class WorkbookPasswordError(WorkbookUnreadableError):
    code = "workbook_password"


class WorkbookLockedError(WorkbookError):
    code = "workbook_locked"


class WorkbookOwnedError(WorkbookLockedError):
    code = "workbook_owned"


class WorkbookProtectedError(WorkbookError):
    code = "workbook_protected"


class WorkbookSheetError(WorkbookError):
    code = "workbook_sheet"


class WorkbookColumnError(WorkbookError):
    code = "workbook_column"


class WorkbookNoVideoColumnError(WorkbookColumnError):
    code = "workbook_no_video_column"


class WorkbookColumnMissingError(WorkbookColumnError):
    code = "workbook_column_missing"


class WorkbookColumnAmbiguousError(WorkbookColumnError):
    code = "workbook_column_ambiguous"


class WorkbookCellError(WorkbookError):
    code = "workbook_cell"


class WorkbookFormulaError(WorkbookCellError):
    code = "workbook_formula"


class WorkbookTemplateError(WorkbookError):
    code = "workbook_template"


class WorkbookLabelsError(WorkbookTemplateError):
    code = "workbook_labels"


class WorkbookUncomputedError(WorkbookError):
    code = "workbook_uncomputed"


class OfficeMissingError(WorkbookError):
    code = "office_missing"


class OfficeFailedError(WorkbookError):
    code = "office_failed"


class OutputFormatError(WorkbookError):
    code = "output_format"


class OutputNotWritableError(WorkbookError):
    code = "output_not_writable"


class VideoError(XlVqaError):
    """One video cannot be rated; its path is always among the parameters."""

    code = "video_error"


class VideoNotFoundError(VideoError):
    code = "video_not_found"


class VideoAddressError(VideoError):
    code = "video_address"


class VideoAccessError(VideoError):
    code = "video_access"


class VideoEmptyError(VideoError):
    code = "video_empty"


class NotAVideoError(VideoError):
    code = "not_a_video"


class FolderOfPicturesError(VideoError):
    code = "folder_of_pictures"


class ListAsVideoError(VideoError):
    code = "list_as_video"


class PictureRateError(VideoError):
    code = "picture_rate"


class NoVideoStreamError(VideoError):
    code = "no_video_stream"


class VideoTruncatedError(VideoError):
    code = "video_truncated"


class VideoUnreadableError(VideoError):
    code = "video_unreadable"


class VideoTooLargeError(VideoError):
    code = "video_too_large"


class VideoChangingError(VideoError):
    """The file changed while it was read, so a score would belong to no file at all."""

    code = "video_changing"


class VideoTimeoutError(VideoError):
    """Reading it, or asking its drive, took longer than the limit."""

    code = "video_timed_out"


class VideoCrashedReaderError(VideoError):
    """``problem``: how the process that read it ended, or that the model's process died over it."""

    code = "video_crashed_reader"


class ModelError(XlVqaError):
    code = "model_error"


class ModelNotFoundError(ModelError):
    code = "model_not_found"


class ModelIncompatibleError(ModelError):
    code = "model_incompatible"


class ModelMemoryError(ModelError):
    code = "model_memory"


class ModelSettingsError(ModelError):
    code = "model_settings"


class ModelFailedError(ModelError):
    code = "model_failed"


class NoAttributesError(ModelError):
    code = "no_attributes"


class ProfileMismatchError(ModelError):
    code = "profile_mismatch"


class PackageMissingError(ModelError):
    code = "package_missing"


class HostError(XlVqaError):
    code = "host_error"


class HostUnavailableError(HostError):
    code = "host_unavailable"


class HostStartError(HostError):
    code = "host_start"


class HostAuthenticationError(HostError):
    code = "host_authentication"


class HostRequestError(HostError):
    code = "host_request"


class HostDiskError(HostError):
    code = "host_disk"


class CancelledError(XlVqaError):
    code = "cancelled"
