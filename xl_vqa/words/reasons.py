"""What an error gives as its ``problem``: a reason that has a phrase in every language, or words of others.

A ``problem`` is one of:

- the key of a phrase (xl_vqa.words.catalogue), whose fields are the error's own parameters;
- a ``Reason``: such a key with parameters of its own, or an error inside an error;
- a ``Detail``: what the operating system or a library said, or a name or figure, shown as it is;
- a list of these, several at once.

English written out in the code is none of these (tests/core/test_reasons.py counts it). All of them are
plain JSON, so they survive the way through HTTP and are put into words where they are read.
Standard library only.
"""

from __future__ import annotations

import errno
import json
import os
import re
import struct
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.messages import spoken

if TYPE_CHECKING:
    import ssl

SHARING_VIOLATIONS: Final = (32, 33)
"""Windows, as in ``atomic``: nothing may be loaded where a confined reader meets them."""
_UNREAD: Final = {
    errno.ENOENT: "problem_no_such_file",
    errno.ENOTDIR: "problem_file_for_folder",
    errno.ELOOP: "problem_link_circle",
    **dict.fromkeys((errno.EACCES, errno.EPERM), "problem_no_permission"),
    errno.EISDIR: "problem_folder",
    errno.ENAMETOOLONG: "problem_path_too_long",
}
_UNCONNECTED: Final = {
    errno.ECONNREFUSED: "network_refused",
    **dict.fromkeys((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN), "network_unreachable"),
    **dict.fromkeys((errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT), "network_not_ours"),
    errno.EADDRINUSE: "network_port_used",
    **dict.fromkeys((errno.EACCES, errno.EPERM), "network_forbidden"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOBUFS), "network_too_many"),
}
_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG")
MALFORMED: Final = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What reading a file raises that is not there, not what it should be, or cut off: for ``why_malformed``."""
_UNTRUSTED: Final = {
    9: "tls_not_yet",
    10: "tls_expired",
    18: "tls_unknown_issuer",
    19: "tls_unknown_issuer",
    20: "tls_unknown_issuer",
    21: "tls_unknown_issuer",
    62: "tls_other_name",
    64: "tls_other_name",
}
"""OpenSSL's numbers (X509_V_ERR_...) for why a certificate is not trusted."""
_SYSTEM_NUMBER: Final = re.compile(r"\(os error (\d+)\)")
"""How programs in Rust show the system's number of an error."""
MAX_LENGTH: Final = 300
"""Characters of a library's word on an error: some print whole files."""


class Reason(dict[str, Any]):
    """A phrase of the catalogue by its key, with its own parameters; ``str()`` says it in English.

    Of its parameters ``why`` may be a reason, a detail or a list of them in turn.
    """

    def __init__(self, key: str, /, **params: Any) -> None:
        super().__init__(params, key=key)

    @classmethod
    def of(cls, error: XlVqaError) -> Reason:
        """An error's sentence inside another's."""
        return cls(error.code, **error.params)

    def __str__(self) -> str:
        return str(spoken(self, "en"))


class Detail(str):
    """Words of the operating system, a library or the reader, in whatever language: no words of ours."""

    __slots__ = ()

    @classmethod
    def of(cls, error: BaseException) -> Detail:
        """What an error of another's code says, on one line: never empty, never long."""
        said = getattr(error, "strerror", None) or str(error)
        return cls(" ".join(str(said).split())[:MAX_LENGTH] or type(error).__name__)

    @classmethod
    def named(cls, error: BaseException) -> Detail:
        """The same behind the kind of error, where its words alone say too little (``KeyError: 'a'``)."""
        return cls(f"{type(error).__name__}: {error}"[:MAX_LENGTH])


def because(error: BaseException) -> Reason | Detail:
    """Another error as the reason: one of ours in the reader's language, any other in its own words.

    A ValueError raised with a reason gives that.
    """
    if isinstance(error, XlVqaError):
        return Reason.of(error)
    given = error.args[0] if error.args else None
    return given if isinstance(given, (Reason, Detail)) else Detail.of(error)


def why_unread(error: OSError, path: str | os.PathLike[str] | None = None) -> Problem:
    """Why the file at ``path`` (None: a folder) could not be read: a phrase where the cause is known."""
    # Windows says of a folder that it must not be read
    if path is not None and os.path.isdir(path):
        return "problem_folder"
    if getattr(error, "winerror", None) in SHARING_VIOLATIONS:
        return "problem_locked"
    known = _UNREAD.get(error.errno or 0)
    return known or Reason("problem_drive", detail=Detail.of(error))


def why_malformed(error: Exception) -> Problem:
    """What is wrong with content that was read but not understood: what Python says of it is no word for a reader.

    The error itself stays with the one that is raised from it, for the log.
    """
    given = error.args[0] if error.args else None
    if isinstance(error, XlVqaError) or isinstance(given, Reason):
        return because(error)
    if isinstance(error, OSError):
        unread = why_unread(error)
        # as a whole reason, a bare key would not be said as a detail
        return Reason(unread) if type(unread) is str else unread
    if isinstance(error, json.JSONDecodeError):
        return Reason("content_no_json", line=error.lineno, column=error.colno)
    if isinstance(error, KeyError):
        return Reason("problem_missing", name=str(given))
    known = {UnicodeError: "content_no_text", RecursionError: "content_too_deep", OverflowError: "content_number"}
    found = next((key for kind, key in known.items() if isinstance(error, kind)), None)
    cut = isinstance(error, (EOFError, struct.error))
    return Reason(found or ("content_cut" if cut else "content_other"))


def why_unwritten(error: Exception) -> Problem:
    """Why a file could not be written, also by a library with errors of its own for a full disk (safetensors)."""
    from xl_vqa.atomic import known_reason

    if not isinstance(error, OSError):
        number = _SYSTEM_NUMBER.search(str(error))
        if number is None:
            return because(error)
        error = OSError(int(number[1]), os.strerror(int(number[1])))
    return known_reason(error) or Reason("problem_system", detail=Detail.of(error))


def why_unconnected(error: BaseException) -> Problem:
    """Why no connection came about or stayed, or nothing can listen. Of an error of ours, what lies behind it."""
    import socket
    import ssl

    cause = error if isinstance(error, OSError) else error.__cause__
    if not isinstance(cause, OSError):
        return because(error)
    # their numbers mean other things than the system's
    if isinstance(cause, socket.gaierror):
        return "network_no_such_name"
    if isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "network_cut"
    if isinstance(cause, ssl.SSLError):
        # its sentence names a line of OpenSSL's code
        told = getattr(cause, "reason", None) or Detail.of(cause)
        return "network_plain" if told in _NO_TLS else Reason("network_no_tls", detail=Detail(told))
    if isinstance(cause, TimeoutError):
        return "network_silent"
    known = _UNCONNECTED.get(cause.errno or 0)
    # http.client's own have no number
    cut = isinstance(cause, ConnectionError)
    return known or ("network_cut" if cut else Reason("problem_system", detail=Detail.of(cause)))


def why_untrusted(error: ssl.SSLCertVerificationError) -> Problem:
    """Why this machine does not trust the certificate that it was shown."""
    return _UNTRUSTED.get(error.verify_code) or Detail(error.verify_message)


Key = str
"""The key of a phrase. To mypy any text; tests/core/test_reasons.py looks that what bears this type is one."""
Problem = Key | Reason | Detail
