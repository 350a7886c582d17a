"""Errors of a calibration: a sheet that says too little, or nothing, about the model.

InputError
└── CalibrationError
    ├── CalibrationTooSmallError
    └── CalibrationNoVideosError
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class CalibrationError(InputError):
    code = "calibration_error"


class CalibrationTooSmallError(CalibrationError):
    code = "calibration_too_small"


class CalibrationNoVideosError(CalibrationError):
    code = "calibration_no_videos"
