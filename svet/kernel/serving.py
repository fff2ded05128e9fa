"""Whether this thread serves a page: what may take as long as the outer world likes must not be done then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SERVING: ContextVar[bool] = ContextVar("serving", default=False)
#: Whether this process does nothing but serve pages.
_FOR_GOOD: list[bool] = []


class DoneWhileServing(RuntimeError):
    """Something that only a job may do was begun while a page was served."""


@contextmanager
def serving(yes: bool = True) -> Iterator[None]:
    """Whatever is done inside is done for a page that somebody waits for; ``yes`` False: by somebody else."""
    before = _SERVING.set(yes)
    try:
        yield
    finally:
        _SERVING.reset(before)


def serve_for_good() -> None:
    """Say that this process does nothing else, whatever threads it starts."""
    _FOR_GOOD.append(True)


def is_serving() -> bool:
    """Whether a page is waited for by somebody."""
    return _SERVING.get() or bool(_FOR_GOOD)


def require_not_serving(what: str) -> None:
    """Stop what only a job may do. :raises DoneWhileServing:"""
    if is_serving():
        raise DoneWhileServing(f"{what} is for a job, not for a thread that serves pages")
