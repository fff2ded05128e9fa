"""Says a room's refusal in one line of the terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from svet.config.failures import Failure
from svet.kernel import words
from svet.kernel.refusals import Refused


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Turn a refusal into a :class:`Failure` with the sentence of the room that refused."""
    try:
        yield
    except Refused as refused:
        raise Failure(words.explain(refused)) from None
