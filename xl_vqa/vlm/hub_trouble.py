"""Why a model hub gave no model: what its library, and what that stands on, raises, in words for people.

The library's own sentences are several lines of English with addresses and numbers of requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xl_vqa.words.reasons import Detail, Problem, Reason, why_unconnected, why_unwritten

# by name, so that nothing of the library is loaded for it; the more particular first
_KINDS: Final = (
    ("GatedRepoError", "hub_gated"),
    ("DisabledRepoError", "hub_unknown"),
    ("RevisionNotFoundError", "hub_no_revision"),
    ("RepositoryNotFoundError", "hub_unknown"),
    ("LocalTokenNotFoundError", "hub_gated"),
)


def why_no_model(error: BaseException) -> Problem:
    """The reason inside ``problem_hub_refused``."""
    for name, said in _KINDS:
        if any(kind.__name__ == name for one in _chain(error) for kind in type(one).__mro__):
            return Reason(said)
    for one in _chain(error):
        status = getattr(getattr(one, "response", None), "status_code", None)
        if isinstance(status, int):
            return Reason("hub_unknown") if status in (401, 404) else Reason("hub_status", status=status)
    for one in reversed(list(_chain(error))):
        if isinstance(one, OSError) and one.errno is not None:
            # of a file that is written here, or of the connection
            return _whole(why_unwritten(one) if one.filename is not None else why_unconnected(one))
        if "Timeout" in type(one).__name__:
            return Reason("network_silent")
    return Detail.of(error)


def _whole(problem: Problem) -> Problem:
    # a bare key would not be said as a detail
    return Reason(problem) if type(problem) is str else problem


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and what lies behind it."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__
