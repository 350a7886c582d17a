"""What the system and libraries say of a failure is told in the reader's language, and not in their words."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from types import SimpleNamespace

import pytest

from xl_vqa.vlm.hub_trouble import why_no_model
from xl_vqa.words.errors import HostStartError, ModelFailedError, OutputNotWritableError
from xl_vqa.words.reasons import Reason, why_unconnected, why_unwritten


def test_what_speaks_no_tls_is_told_without_a_line_of_openssl() -> None:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    error.reason = "WRONG_VERSION_NUMBER"
    told = HostStartError(problem=why_unconnected(error))
    assert "speaks no secure connection" in told.message("en")
    assert "_ssl" not in told.message("ja")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EEXIST, "同名のファイルがあります"),
        (errno.ELOOP, "リンクが循環しています"),
        (errno.ENOSPC, "空き容量が足りません"),
        (errno.EIO, "システムがエラーを報告しました(Input/output error)"),
    ],
)
def test_why_a_file_cannot_be_written_is_said_in_the_readers_language(number: int, said: str) -> None:
    # the second as safetensors says it
    for error in (OSError(number, os.strerror(number)), RuntimeError(f"I/O error: x (os error {number})")):
        assert said in OutputNotWritableError(path="a.csv", problem=why_unwritten(error)).message("ja")


def test_windows_word_for_a_name_that_no_file_may_have() -> None:
    error = OSError(errno.EINVAL, "Invalid argument")
    error.winerror = 123  # type: ignore[attr-defined,unused-ignore]
    assert "characters" in OutputNotWritableError(path="a?.csv", problem=why_unwritten(error)).message("en")


class RepositoryNotFoundError(Exception):
    """As the hub's library names its own."""


def test_why_a_hub_gave_nothing_is_said_in_the_readers_language() -> None:
    outer = RuntimeError("[Errno -2] Name or service not known")
    outer.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    refused = RuntimeError("Client error '503 Service Unavailable' for url 'https://...'")
    refused.response = SimpleNamespace(status_code=503)  # type: ignore[attr-defined]
    for error, said in (
        (RepositoryNotFoundError("401 Client Error. (Request ID: Root=1)"), "公開モデルはありません"),
        (outer, "端末が見つかりません"),
        (refused, "ステータスは 503"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "空き容量が足りません"),
    ):
        wrong = Reason("problem_hub_refused", detail=why_no_model(error))
        told = ModelFailedError(path="a", problem=wrong).message("ja")
        assert said in told
        assert str(error) not in told
