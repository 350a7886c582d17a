"""Errors of monitoring.

InputError
└── MonitoringError     nothing can be said
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class MonitoringError(InputError):
    code = "monitoring_error"
