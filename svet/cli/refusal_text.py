"""Says a room's refusal in one line of the terminal."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator

from svet.config.failures import Failure
from svet.kernel.refusals import Refused


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Turn a refusal into a :class:`Failure` with the sentence of the room that refused."""
    try:
        yield
    except Refused as refused:
        raise Failure(explain(refused)) from None


def explain(refused: Refused) -> str:
    """The sentence of the refusing room, or the bare reason when it has none."""
    room = type(refused).__module__.split(".")[1]
    try:
        texts = importlib.import_module(f"svet.{room}.texts")
    except ModuleNotFoundError:
        return str(refused.reason)
    return str(texts.explain(refused))
