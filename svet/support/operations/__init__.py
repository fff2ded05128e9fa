"""Writes of appeals: opening, answering and closing them, and what is forgotten of who has left."""

from svet.support.operations.appeals import (
    ROBOT,
    SupportConflict,
    answer,
    close,
    close_quiet,
    keep_photo,
    open_appeal,
    take,
    write_on,
)
from svet.support.operations.leaving import forget_writer

__all__ = [
    "ROBOT",
    "SupportConflict",
    "answer",
    "close",
    "close_quiet",
    "forget_writer",
    "keep_photo",
    "open_appeal",
    "take",
    "write_on",
]
