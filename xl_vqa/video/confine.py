"""What a process that decodes strangers' files may still do on Linux: read them, and little else.

By the C library alone and without any rights: Landlock (files, TCP, signals to others), seccomp (sockets,
programs, other processes), and limits of memory. A kernel that lacks one of them is left at the others; ``Walls``
says what holds. Windows has ``job_object.py``; other systems get the limits.

Landlock is laid twice. Around the process: nothing is written, and the data folder with token and store cannot be
opened. Around the thread that reads one video: that file alone, and the program's own code.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

LINUX: Final = sys.platform.startswith("linux")

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_SET_DUMPABLE = 1, 38, 22, 4
_SECCOMP_MODE_FILTER: Final = 2
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_LANDLOCK_VERSION, _LANDLOCK_PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# how many rights on files each version of Landlock knows; further ones are those of the last
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_RIGHTS, _SCOPES = 0b11, 0b11
_EPERM: Final = 1
_KERNEL: Final = ("/proc", "/sys", "/dev")

# numbers of system calls (x86-64, arm64): other processes, programs, the network, the kernel's own levers
_FORBIDDEN: Final[dict[str, tuple[int, int]]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "bind": (49, 200),
    "listen": (50, 201),
    "socketpair": (53, 199),
    "execve": (59, 221),
    "kill": (62, 129),
    "ptrace": (101, 117),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "mount": (165, 40),
    "umount2": (166, 39),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "accept4": (288, 242),
    "perf_event_open": (298, 241),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "execveat": (322, 281),
    "userfaultfd": (323, 282),
    "pidfd_send_signal": (424, 424),
    "io_uring_setup": (425, 425),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
}
_MACHINES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


@dataclass(frozen=True, slots=True)
class Walls:
    """What holds around a process. ``landlock`` is the kernel's version of it, 0 where it has none."""

    landlock: int = 0
    seccomp: bool = False
    memory: bool = False


def die_with_parent() -> None:
    """This process ends when the thread that started it does; on Linux alone."""
    if LINUX:
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine_process(hidden: str, memory_bytes: int, written_bytes: int) -> Walls:
    """To be called before there are threads; it cannot be undone.

    The folder ``hidden`` cannot be opened, nor anything for writing; ``written_bytes`` may go into one file that
    is open already, and ``memory_bytes`` may be mapped in all.
    """
    memory = _limit_memory(memory_bytes, written_bytes)
    if not LINUX:
        return Walls(memory=memory)
    libc = _libc()
    # what a debugger of the same user could read, another reader could read as well
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return Walls(memory=memory)
    return Walls(_landlock(libc, _all_but(hidden)), _seccomp(libc), memory)


def confine_thread(readable: Sequence[str]) -> None:
    """This thread, and those it will start, open the files ``readable`` and below, and no others."""
    if LINUX:
        _landlock(_libc(), readable)


def _all_but(hidden: str) -> list[str]:
    """Everything that is there now, but for one folder and the kernel's own views of other processes."""
    place = os.path.realpath(hidden)
    found: list[str] = ["/dev/shm"]
    while (parent := os.path.dirname(place)) != place:
        try:
            beside = [entry.path for entry in os.scandir(parent) if not entry.is_symlink()]
        except OSError:
            # a folder that cannot be listed: better no wall here than videos that cannot be read
            return ["/"]
        found += [path for path in beside if path not in (place, *_KERNEL)]
        place = parent
    return found


def _limit_memory(count: int, written: int) -> bool:
    if sys.platform == "win32":
        return False
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # of shared memory too, which counts as a file
        resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
        resource.setrlimit(resource.RLIMIT_AS, (count, count))
        return True
    return False


def _landlock(libc: Any, readable: Sequence[str]) -> int:
    version = int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION))
    if version < 1:
        return 0
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    # a newer kernel reads as much of this structure as it is told there is
    facts = struct.pack("QQQ", files, _TCP_RIGHTS if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    facts = facts[: 24 if version >= 6 else 16 if version >= 4 else 8]
    rules = int(libc.syscall(_LANDLOCK_CREATE_RULESET, facts, ctypes.c_size_t(len(facts)), 0))
    if rules < 0:
        return 0
    try:
        for path in readable:
            with contextlib.suppress(OSError):
                _allow(libc, rules, path)
        return version if libc.syscall(_LANDLOCK_RESTRICT_SELF, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def _allow(libc: Any, rules: int, path: str) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    try:
        rights = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
        # packed: 8 bytes of rights, 4 of the descriptor
        libc.syscall(_LANDLOCK_ADD_RULE, rules, _LANDLOCK_PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _seccomp(libc: Any) -> bool:
    known = _MACHINES.get(platform.machine())
    if known is None:
        return False
    steps = _filter(*known)
    program = _Program(len(steps) // 8, steps)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


@lru_cache(maxsize=1)
def _filter(column: int, architecture: int) -> bytes:
    """The BPF program: calls of another architecture and forbidden ones fail with EPERM, the others go through."""
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    refuse, allow = 0x00050000 | _EPERM, 0x7FFF0000
    numbers = sorted(pair[column] for pair in _FORBIDDEN.values())
    steps = [
        (load, 0, 0, 4),
        (equal, 1, 0, architecture),
        (answer, 0, 0, refuse),
        (load, 0, 0, 0),
        # the x32 calls of x86-64 would go round the list
        (at_least, len(numbers) + 1, 0, 0x40000000),
        *((equal, len(numbers) - place, 0, number) for place, number in enumerate(numbers)),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


@lru_cache(maxsize=1)
def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
