"""What an error gives as its ``problem`` is a phrase of both languages, or words of others: no English of ours."""

from __future__ import annotations

import ast
import errno
import functools
import http.client
import json
import os
import pickle
import re
import socket
import ssl
import struct
from collections.abc import Iterable
from pathlib import Path
from string import Formatter
from typing import Final

import pytest

from tests.core.sources import trees
from xl_vqa.words.catalogue import LANGUAGES, phrases, sentences
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import (
    HostStartError,
    ModelFailedError,
    VideoAccessError,
    VideoEmptyError,
)
from xl_vqa.words.messages import text
from xl_vqa.words.reasons import (
    MAX_LENGTH,
    Detail,
    Reason,
    why_malformed,
    why_unconnected,
    why_unread,
)

REASONING: Final = {
    "Reason",
    "Detail",
    "because",
    "reason",
    "why_unread",
    "why_unconnected",
    "why_unwritten",
    "problem",
}
"""Calls that give a reason: xl_vqa.words.reasons, and ``why_unwritten`` for what forbids writing."""
TYPED: Final = re.compile(r"\b(Problem|Reason|Detail|Key)\b")
"""Annotations of what holds reasons: what is put there is looked at where it is put there."""


@functools.cache
def typed_functions() -> frozenset[str]:
    """Names that, wherever the package defines a function of them, say by their type that they give reasons."""
    told: dict[str, bool] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                told[node.name] = told.get(node.name, True) and is_typed(node.returns)
    return frozenset(name for name, typed in told.items() if typed)


def is_typed(annotation: ast.expr | None) -> bool:
    return annotation is not None and TYPED.search(ast.unparse(annotation)) is not None


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", sorted(phrases()))
def test_both_languages_say_the_same(key: str) -> None:
    phrase = phrases()[key]
    assert set(phrase) == set(LANGUAGES)
    assert fields(phrase["en"]) == fields(phrase["ja"])
    # the sentence round it has its own end
    assert not phrase["en"].endswith(".")
    assert not phrase["ja"].endswith("。")


OF_PYTHON: Final = {
    "MALFORMED",
    "KeyError",
    "TypeError",
    "AttributeError",
    "RecursionError",
    "OverflowError",
    "struct.error",
}
"""What Python raises where content is not as it must be; their words are English and speak of code."""
RAW: Final = {"Detail.of", "Detail.named", "str", "repr"}


def test_what_python_says_of_malformed_content_is_said_to_nobody() -> None:
    found = []
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler) or node.type is None or node.name is None:
                continue
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if not OF_PYTHON & {ast.unparse(kind) for kind in kinds}:
                continue
            found += [
                f"{path}:{call.lineno}"
                for call in ast.walk(node)
                if isinstance(call, ast.Call)
                and ast.unparse(call.func) in RAW
                and ast.unparse(call.args[0] if call.args else call) == node.name
            ]
    assert not found, "why_malformed() says it in both languages"


@pytest.mark.parametrize(
    ("error", "english"),
    [
        (json.JSONDecodeError("Expecting value", "{\n x", 3), "it is no JSON (line 2, column 2)"),
        (KeyError("label"), "label is missing"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "it is no text in UTF-8"),
        (RecursionError("too deep"), "it is nested too deeply"),
        (OverflowError("int too large"), "a number in it is too large"),
        (struct.error("unpack requires a buffer of 8 bytes"), "it is cut off"),
        (TypeError("unhashable type: 'list'"), "a value in it is of another kind or range than it must be"),
        (ValueError("could not convert string to float: 'x'"), "a value in it is of another kind or range"),
        (ValueError(Reason("content_cut")), "it is cut off"),
        (FileNotFoundError(errno.ENOENT, "No such file"), ""),
    ],
)
def test_malformed_content_is_told_in_both_languages(error: Exception, english: str) -> None:
    wrong = Reason("problem_weights_damaged", file="m.safetensors", detail=why_malformed(error))
    told = ModelFailedError(path="a.mp4", problem=wrong)
    assert english in told.message("en")
    said = told.message("ja").replace("'xl-vqa doctor'", "")
    assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", said), said


def test_a_reason_is_said_in_the_readers_language() -> None:
    error = ModelFailedError(path="a.mp4", problem=Reason("model_answer_count", answers=1, videos=2))
    assert "it gave 1 answers to 2 videos" in error.message("en")
    assert "動画 2 本に対して結果が 1 件でした" in error.message("ja")
    assert "it gave" not in error.message("ja")


def test_reasons_go_through_json_and_pickle() -> None:
    inner = Reason.of(VideoEmptyError(path="b.mp4"))
    problem = [Reason("model_no_distribution", why=inner), "problem_folder", Detail("errno 5")]
    error = VideoAccessError(path="a.mp4", problem=problem)
    for copy in (from_dict(json.loads(json.dumps(error.to_dict()))), pickle.loads(pickle.dumps(error))):
        for language in LANGUAGES:
            assert copy.message(language) == error.message(language)
    assert "b.mp4 は空(0 バイト)です" in error.message("ja")
    assert "フォルダーです" in error.message("ja")
    assert "errno 5" in error.message("ja")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "接続拒否"),
        (TimeoutError("timed out"), "時間内に応答がありません"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "到達できません"),
        (OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"), "アドレスがありません"),
        (OSError(errno.EADDRINUSE, "Address already in use"), "使用されています"),
        (PermissionError(errno.EACCES, "Permission denied"), "許可されていません"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "端末が見つかりません"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "切断されました"),
        (http.client.RemoteDisconnected("Remote end closed connection without response"), "切断されました"),
    ],
)
def test_a_connection_that_failed_is_told_without_the_systems_words(error: OSError, said: str) -> None:
    behind = RuntimeError("ours")
    behind.__cause__ = error
    for one in (error, behind):
        message = HostStartError(problem=why_unconnected(one)).message("ja")
        assert said in message
        assert str(error) not in message
        assert (error.strerror or "?") not in message


def test_what_the_system_says_of_an_unknown_failure_is_told_to_be_its_word() -> None:
    unknown = why_unconnected(OSError(errno.EIO, "Input/output error"))
    assert "システムがエラーを報告しました(Input/output error)" in HostStartError(problem=unknown).message("ja")
    # 1 is EPERM, but not of TLS
    tls = why_unconnected(ssl.SSLError(1, "CERTIFICATE_VERIFY_FAILED"))
    assert "TLS" in HostStartError(problem=tls).message("ja")


def test_a_parameter_that_happens_to_be_a_key_is_no_reason() -> None:
    assert "problem_folder" in text("video_not_found", "en", path="problem_folder")


def test_a_newer_hosts_reason_shows_its_key() -> None:
    assert "flux_low" in text("host_error", "ja", problem={"key": "flux_low", "value": 3})


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "読み取り権限がありません"),
        (errno.EISDIR, "フォルダーです"),
        (errno.ENOENT, "ファイルがありません"),
        (errno.ENAMETOOLONG, "パスが長すぎます"),
        (errno.EIO, "ドライブまたはネットワークでエラーが発生しました"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_the_readers_language(number: int, said: str) -> None:
    error = OSError(number, os.strerror(number))
    assert said in VideoAccessError(path="a.mp4", problem=why_unread(error, "a.mp4")).message("ja")


def test_windows_words_for_a_folder_and_for_a_file_in_use(tmp_path: Path) -> None:
    refused = PermissionError(errno.EACCES, "Permission denied")
    assert why_unread(refused, tmp_path) == "problem_folder"
    assert why_unread(refused) == "problem_no_permission"
    refused.winerror = 32  # type: ignore[attr-defined,unused-ignore]
    assert why_unread(refused, tmp_path / "list.xlsx") == "problem_locked"


def test_words_of_others_are_one_line_and_never_empty() -> None:
    assert Detail.of(OSError(28, "No space left on device", "x")) == "No space left on device"
    assert Detail.of(ValueError("two\nlines")) == "two lines"
    assert Detail.of(KeyError()) == "KeyError"
    assert Detail.named(KeyError("a")) == "KeyError: 'a'"
    assert len(Detail.of(ValueError("x" * 9999))) == MAX_LENGTH


class Literals(ast.NodeVisitor):
    """The ``problem`` of every error that is raised in a module, as far as it is not a reason."""

    def __init__(self, tree: ast.Module) -> None:
        self.free: list[str] = []
        self._scopes: list[ast.AST] = [tree]
        self._functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._seen: set[str] = set()
        self._types_of_others = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module != "xl_vqa.words.reasons"
            for alias in node.names
        } | {_name(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)}
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scopes.append(node)
        if self._is_typed(node.returns):
            self._note(one for one in _returned(node) if self._is_free(one))
        self.generic_visit(node)
        self._scopes.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        in_function = isinstance(self._scopes[-1], ast.FunctionDef)
        if self._is_typed(node.annotation) and node.value is not None and in_function:
            self._note(one for one in (node.value, *self._put_into(_name(node.target))) if self._is_free(one))
        elif self._is_typed(node.annotation) and node.value is not None:
            texts = (
                one for one in ast.walk(node.value) if isinstance(one, ast.Constant) and type(one.value) is str
            )
            self._note(one for one in texts if self._is_free(one))
        self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        if self._is_typed(node.annotation):
            self._note(one for one in self._put_into(node.arg) if self._is_free(one))

    def _is_typed(self, annotation: ast.expr | None) -> bool:
        # other rooms have a Problem and a Key of their own
        return is_typed(annotation) and not self._types_of_others & set(TYPED.findall(ast.unparse(annotation)))

    def _note(self, free: Iterable[ast.expr]) -> None:
        self.free += [f"{one.lineno}: {ast.unparse(one)}" for one in free]

    def _put_into(self, name: str) -> list[ast.expr]:
        """What this function adds to a list."""
        found: list[ast.expr] = []
        for node in ast.walk(self._scopes[-1]):
            if isinstance(node, ast.AugAssign) and _name(node.target) == name:
                found.append(node.value)
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in (f"{name}.append", f"{name}.extend"):
                found += node.args
        return found

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        for keyword in node.keywords:
            of_error = keyword.arg == "problem" and (name.endswith("Error") or name == "kind")
            if (of_error or (keyword.arg == "why" and name == "Reason")) and self._is_free(keyword.value):
                self.free.append(f"{node.lineno}: {ast.unparse(keyword.value)}")
        # English in the mouth of another is English all the same
        if name == "Detail" and any(isinstance(part, (ast.Constant, ast.JoinedStr)) for part in node.args):
            self.free.append(f"{node.lineno}: {ast.unparse(node)}")
        self.generic_visit(node)

    def _is_free(self, value: ast.expr) -> bool:
        # of an error that was made elsewhere: error.problem, error.params["problem"]
        if ast.unparse(value).replace("'", '"').endswith((".problem", '.params["problem"]', ".detail")):
            return False
        if isinstance(value, ast.Constant):
            return value.value not in (None, "") and value.value not in phrases()
        if isinstance(value, ast.IfExp):
            return self._is_free(value.body) or self._is_free(value.orelse)
        if isinstance(value, (ast.BoolOp, ast.List)):
            return any(map(self._is_free, value.values if isinstance(value, ast.BoolOp) else value.elts))
        if isinstance(value, (ast.ListComp, ast.Starred)):
            return self._is_free(value.elt if isinstance(value, ast.ListComp) else value.value)
        if isinstance(value, ast.BinOp):
            return self._is_free(value.left) or self._is_free(value.right)
        if isinstance(value, ast.Call):
            return self._is_free_call(value)
        if isinstance(value, ast.Tuple) and all(isinstance(one, ast.Tuple) for one in value.elts):
            return any(map(self._is_free, value.elts))
        if isinstance(value, ast.Tuple):
            # a reason, and where it comes from
            return all(map(self._is_free, (one for one in value.elts if isinstance(one, (ast.Call, ast.Name)))))
        if isinstance(value, ast.Name):
            return any(map(self._is_free, self._given(value.id)))
        return True

    def _is_free_call(self, call: ast.Call) -> bool:
        name = _name(call.func)
        if name in REASONING or (name in ("of", "named") and _name(call.func.value) in REASONING):
            return False
        function = self._functions.get(name)
        if function is None:
            # by its type; what it returns is looked at where it stands
            return name not in typed_functions() and not (
                name == "list" and not any(map(self._is_free, call.args))
            )
        if name in self._seen:
            return False
        self._seen.add(name)
        self._scopes.append(function)
        found = any(map(self._is_free, _returned(function)))
        self._scopes.pop()
        self._seen.discard(name)
        return found

    def _holds_reasons(self, values: ast.expr) -> bool:
        """Whether what a loop goes through is declared as reasons."""
        if isinstance(values, ast.Call):
            return _name(values.func) in typed_functions() or any(map(self._holds_reasons, values.args))
        if not isinstance(values, ast.Name):
            return not self._is_free(values)
        return any(
            self._is_typed(node.annotation)
            for scope in (self._scopes[-1], self._scopes[0])
            for node in ast.walk(scope)
            if (isinstance(node, ast.AnnAssign) and _name(node.target) == values.id)
            or (isinstance(node, ast.arg) and node.arg == values.id)
        )

    def _given(self, name: str) -> list[ast.expr]:
        """What a variable is given, and what a list of that name gets; itself where that is not to be seen."""
        found: list[ast.expr] = []
        for node in ast.walk(self._scopes[-1]):
            if isinstance(node, ast.Assign) and any(_name(target) == name for target in node.targets):
                found.append(node.value)
            elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
                if _name(node.target) == name and node.value:
                    found.append(node.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "append" and _name(node.func.value) == name:
                    found += node.args
            elif isinstance(node, ast.arg) and node.arg == name and is_typed(node.annotation):
                found.append(ast.Constant(None))
            elif isinstance(node, (ast.For, ast.comprehension)) and name in map(_name, ast.walk(node.target)):
                # one of a list whose own type says that it holds reasons
                found += [ast.Constant(None)] if self._holds_reasons(node.iter) else []
        return found or [ast.Constant(f"unknown {name}")]


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    """What it gives back, without what the functions inside it do."""
    found: list[ast.expr] = []
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Return, ast.Yield)) and node.value:
            found.append(node.value)
        if not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def free_literals(source: str) -> list[str]:
    return Literals(ast.parse(source)).free


@pytest.mark.parametrize(
    "body",
    [
        "raise VideoError(problem='it is odd')",
        "raise VideoError(problem=f'{name} is odd')",
        "raise VideoError(problem=str(error))",
        "problem = 'it is odd'\n    raise VideoError(problem=problem)",
        "raise VideoError(problem='problem_folder' if a else 'it is odd')",
        "raise VideoError(problem=Detail('it is odd'))",
        "raise VideoError(problem=Reason('says', what='x', why='it is odd'))",
        "problems = []\n    problems.append('it is odd')\n    raise VideoError(problem=problems)",
        "raise VideoError(problem=given)",
        "problems: list[Problem] = []\n    problems.append('it is odd')",
        "problems: list[Problem] = ['it is odd']",
        "def g() -> Problem:\n        return 'it is odd'",
        "def g(problems: list[Problem]) -> None:\n        problems += [f'{given} is odd']",
    ],
)
def test_english_of_ours_is_found(body: str) -> None:
    assert len(free_literals(f"def f(given):\n    {body}\n")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "raise VideoError(problem='problem_folder')",
        "raise VideoError(problem=Reason('says', what='x', why=Detail.of(error)))",
        "raise VideoError(problem=why_unwritten(error))",
        "problem = Reason('x') if a else Detail.of(error)\n    raise VideoError(problem=problem)",
        "raise VideoError(problem=error.params['problem'])",
        "problems: list[Problem] = []\n    problems.append('problem_folder')",
    ],
)
def test_reasons_are_not(body: str) -> None:
    assert free_literals(f"def f(given):\n    {body}\n") == []


def test_keys_in_tables_are_known() -> None:
    table = "KEYS: Final[tuple[tuple[bytes, Key], ...]] = ((b'%PDF', {!r}),)\n"
    assert free_literals(table.format("problem_pdf")) == []
    assert len(free_literals(table.format("it is odd"))) == 1


def test_no_problem_is_english_of_ours() -> None:
    found = [
        f"{name}:{one}"
        for name, tree in trees().items()
        if name != "words/reasons.py"
        for one in Literals(tree).free
    ]
    assert not found, "\n".join(found)


def test_every_reason_is_known_and_given_what_it_says() -> None:
    wrong = []
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _name(node.func) != "Reason" or not node.args:
                continue
            keys = node.args[0]
            for key in (keys.body, keys.orelse) if isinstance(keys, ast.IfExp) else (keys,):
                if not isinstance(key, ast.Constant):
                    continue
                phrase = phrases().get(key.value) or sentences().get(key.value)
                given = {keyword.arg for keyword in node.keywords}
                if phrase is None or (None not in given and fields(phrase["en"]) - given):
                    wrong.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)
