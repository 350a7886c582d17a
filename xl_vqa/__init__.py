"""Video quality in a spreadsheet: integer labels from a vision-language model, on your own machine.

What stands in ``__all__`` is public and changes as CHANGELOG.md says; everything else may change at any time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from xl_vqa._version import VERSION

if TYPE_CHECKING:
    from xl_vqa.api import explain, rate, rate_async, rate_attributes, rate_iter
    from xl_vqa.evaluation.errors import EvaluationError
    from xl_vqa.evaluation.from_files import evaluate
    from xl_vqa.evaluation.result import Evaluation
    from xl_vqa.rating_frame import rate_frame
    from xl_vqa.without_host import predict
    from xl_vqa.words.attributes import AttributeRating, Attributes
    from xl_vqa.words.errors import (
        AddinError,
        AttributeLeftOutError,
        CancelledError,
        CloudFolderError,
        DistributionError,
        FolderOfPicturesError,
        HostAuthenticationError,
        HostDiskError,
        HostError,
        HostRequestError,
        HostStartError,
        HostUnavailableError,
        InputError,
        InstallError,
        ListAsVideoError,
        ModelEntryError,
        ModelError,
        ModelFailedError,
        ModelIncompatibleError,
        ModelMemoryError,
        ModelNotFoundError,
        ModelSettingsError,
        NoAttributesError,
        NoReadingError,
        NotAPathError,
        NotATextError,
        NotAVideoError,
        NoVideoPathError,
        NoVideosInFolderError,
        NoVideosMatchError,
        NoVideoStreamError,
        OfficeFailedError,
        OfficeMissingError,
        OutputFormatError,
        OutputNotWritableError,
        PackageMissingError,
        PictureRateError,
        ProfileFileError,
        ProfileMismatchError,
        ProfileNotFoundError,
        RangeShapesError,
        RelativePathError,
        ScaleError,
        SelectionChangedError,
        SelectionError,
        SettingsError,
        SettingsNotWrittenError,
        UnknownAttributeError,
        VideoAccessError,
        VideoAddressError,
        VideoChangingError,
        VideoCrashedReaderError,
        VideoEmptyError,
        VideoError,
        VideoListError,
        VideoNotFoundError,
        VideoTimeoutError,
        VideoTooLargeError,
        VideoTruncatedError,
        VideoUnreadableError,
        WorkbookCellError,
        WorkbookColumnAmbiguousError,
        WorkbookColumnError,
        WorkbookColumnMissingError,
        WorkbookError,
        WorkbookFormatError,
        WorkbookFormulaError,
        WorkbookLabelsError,
        WorkbookLockedError,
        WorkbookNotFoundError,
        WorkbookNoVideoColumnError,
        WorkbookOwnedError,
        WorkbookPasswordError,
        WorkbookProtectedError,
        WorkbookSheetError,
        WorkbookTemplateError,
        WorkbookUncomputedError,
        WorkbookUnreadableError,
        WorksheetArgumentError,
        WorksheetCellError,
        WorksheetError,
        WorksheetMissingArgumentError,
        XlVqaError,
    )
    from xl_vqa.words.explanation import Explanation, Progress
    from xl_vqa.words.labels import Band, Bands, Scale
    from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.score_run import ScoredWorkbook, score_workbook


def _installed() -> str:
    # not at the top: it takes 30 ms, and a wheel has the version written down
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("xl_vqa")
    except PackageNotFoundError:
        return "0+unknown"  # a folder that nobody installed


__version__ = VERSION or _installed()
__all__ = [
    "AddinError",
    "AttributeLeftOutError",
    "AttributeRating",
    "Attributes",
    "Band",
    "Bands",
    "CancelledError",
    "CloudFolderError",
    "DistributionError",
    "Evaluation",
    "EvaluationError",
    "Explanation",
    "FolderOfPicturesError",
    "FramesUsed",
    "HostAuthenticationError",
    "HostDiskError",
    "HostError",
    "HostRequestError",
    "HostStartError",
    "HostUnavailableError",
    "InputError",
    "InstallError",
    "LabelDistribution",
    "ListAsVideoError",
    "ModelEntryError",
    "ModelError",
    "ModelFailedError",
    "ModelIncompatibleError",
    "ModelMemoryError",
    "ModelNotFoundError",
    "ModelSettingsError",
    "NoAttributesError",
    "NoReadingError",
    "NoVideoPathError",
    "NoVideoStreamError",
    "NoVideosInFolderError",
    "NoVideosMatchError",
    "NotAPathError",
    "NotATextError",
    "NotAVideoError",
    "OfficeFailedError",
    "OfficeMissingError",
    "OutputFormatError",
    "OutputNotWritableError",
    "PackageMissingError",
    "PictureRateError",
    "ProfileFileError",
    "ProfileMismatchError",
    "ProfileNotFoundError",
    "Progress",
    "RangeShapesError",
    "Rating",
    "RelativePathError",
    "Scale",
    "ScaleError",
    "ScoredWorkbook",
    "SelectionChangedError",
    "SelectionError",
    "Settings",
    "SettingsError",
    "SettingsNotWrittenError",
    "UnknownAttributeError",
    "VideoAccessError",
    "VideoAddressError",
    "VideoChangingError",
    "VideoCrashedReaderError",
    "VideoEmptyError",
    "VideoError",
    "VideoListError",
    "VideoNotFoundError",
    "VideoTimeoutError",
    "VideoTooLargeError",
    "VideoTruncatedError",
    "VideoUnreadableError",
    "WorkbookCellError",
    "WorkbookColumnAmbiguousError",
    "WorkbookColumnError",
    "WorkbookColumnMissingError",
    "WorkbookError",
    "WorkbookFormatError",
    "WorkbookFormulaError",
    "WorkbookLabelsError",
    "WorkbookLockedError",
    "WorkbookNoVideoColumnError",
    "WorkbookNotFoundError",
    "WorkbookOwnedError",
    "WorkbookPasswordError",
    "WorkbookProtectedError",
    "WorkbookSheetError",
    "WorkbookTemplateError",
    "WorkbookUncomputedError",
    "WorkbookUnreadableError",
    "WorksheetArgumentError",
    "WorksheetCellError",
    "WorksheetError",
    "WorksheetMissingArgumentError",
    "XlVqaError",
    "__version__",
    "evaluate",
    "explain",
    "predict",
    "rate",
    "rate_async",
    "rate_attributes",
    "rate_frame",
    "rate_iter",
    "score_workbook",
]

_ERRORS: Final = "xl_vqa.words.errors"
_PLACES: Final = {
    "AttributeRating": "xl_vqa.words.attributes",
    "Attributes": "xl_vqa.words.attributes",
    "Band": "xl_vqa.words.labels",
    "Bands": "xl_vqa.words.labels",
    "Evaluation": "xl_vqa.evaluation.result",
    "EvaluationError": "xl_vqa.evaluation.errors",
    "Explanation": "xl_vqa.words.explanation",
    "FramesUsed": "xl_vqa.words.rating",
    "LabelDistribution": "xl_vqa.words.rating",
    "Progress": "xl_vqa.words.explanation",
    "Rating": "xl_vqa.words.rating",
    "Scale": "xl_vqa.words.labels",
    "ScoredWorkbook": "xl_vqa.workbooks.score_run",
    "Settings": "xl_vqa.words.settings",
    "evaluate": "xl_vqa.evaluation.from_files",
    "explain": "xl_vqa.api",
    "predict": "xl_vqa.without_host",
    "rate": "xl_vqa.api",
    "rate_async": "xl_vqa.api",
    "rate_attributes": "xl_vqa.api",
    "rate_frame": "xl_vqa.rating_frame",
    "rate_iter": "xl_vqa.api",
    "score_workbook": "xl_vqa.workbooks.score_run",
}
"""Where a name stands; one that is not here is an error of ``_ERRORS``."""


def __getattr__(name: str) -> Any:
    # lazily: a cell that imports xl_vqa.bridge must not pay for what only programs use
    if name in __all__:
        return getattr(import_module(_PLACES.get(name, _ERRORS)), name)
    raise AttributeError(f"module 'xl_vqa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
