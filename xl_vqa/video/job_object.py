"""Windows: a job object around one reader process. Written by the documentation, not run on Windows yet.

The process cannot start others, gets no more than its memory, and ends when the host does. It runs under the
user's own token: files and network stay open to it, unlike on Linux (``confine.py``).
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

_EXTENDED_LIMITS, _UI_LIMITS = 9, 4
_ACTIVE_PROCESS, _PROCESS_MEMORY, _DIE_ON_UNHANDLED, _KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000
# clipboard, desktop, display settings, exit of Windows, global atoms, handles of others, system parameters
_ALL_UI_LIMITS: Final = 0xFF


class _Basic(ctypes.Structure):
    _fields_ = (
        ("per_process_time", ctypes.c_int64),
        ("per_job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("smallest_set", ctypes.c_size_t),
        ("largest_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic),
        ("transfers", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class JobObject:
    """Closing it ends what is inside."""

    def __init__(self, process: int, memory_bytes: int) -> None:
        """``process`` is the handle of a process that was just started. Raises OSError."""
        self._kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._job = ctypes.c_void_p(self._kernel.CreateJobObjectW(None, None))
        limits = _Extended()
        limits.basic.flags = _ACTIVE_PROCESS | _PROCESS_MEMORY | _DIE_ON_UNHANDLED | _KILL_ON_CLOSE
        limits.basic.active_processes = 1
        limits.process_memory = memory_bytes
        screen = ctypes.c_uint32(_ALL_UI_LIMITS)
        done = (
            self._job.value
            and self._set(_EXTENDED_LIMITS, limits)
            and self._set(_UI_LIMITS, screen)
            and self._kernel.AssignProcessToJobObject(self._job, ctypes.c_void_p(process))
        )
        if not done:
            error = ctypes.get_last_error()  # type: ignore[attr-defined,unused-ignore]
            self.close()
            raise OSError(error, "the reader could not be put into a job object")

    def close(self) -> None:
        if self._job.value:
            self._kernel.CloseHandle(self._job)
            self._job = ctypes.c_void_p()

    def _set(self, kind: int, values: Any) -> int:
        size = ctypes.sizeof(values)
        return int(self._kernel.SetInformationJobObject(self._job, kind, ctypes.byref(values), size))
