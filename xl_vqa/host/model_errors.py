"""What people are told where a model cannot be loaded or looked at, here and on a worker."""

from __future__ import annotations

import logging

from xl_vqa.packages import as_missing
from xl_vqa.words.errors import ModelError, ModelFailedError, ModelMemoryError, ModelSettingsError, XlVqaError
from xl_vqa.words.reasons import Detail, Reason

log = logging.getLogger("xl_vqa.host.models")


def as_model_error(error: Exception, model: str) -> ModelError:
    """What people are told where ``model`` cannot be loaded or looked at."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, MemoryError):
        return ModelMemoryError(problem="host_model_memory")
    if isinstance(error, XlVqaError):
        # a setting that is right in itself and not for this model or machine
        return ModelSettingsError(model=model, problem=Reason.of(error))
    missing = as_missing(error)
    if missing is not None:
        log.error("a package cannot be used", exc_info=error)
        return missing
    log.error("the model cannot be used", exc_info=error)
    return ModelFailedError(path=model, problem=Detail.named(error))
