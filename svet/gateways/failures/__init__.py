"""The two ways in which the outer world fails."""

from __future__ import annotations


class GatewayFailure(Exception):
    """A call to the outer world did not do what was asked; ``code`` is the vendor's word for it."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Temporary(GatewayFailure):
    """Nobody knows whether it happened (no answer, 5xx, overload): ask again with the same key.

    ``retry_after``: the seconds the vendor asks to be left alone, 0 when it says nothing of it.
    """

    def __init__(self, message: str, *, code: str = "", retry_after: int = 0) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unreached(Temporary):
    """It did not happen: there was no connection, so nothing was asked. Later, or elsewhere, it may."""


class Permanent(GatewayFailure):
    """It did not happen and will not: the vendor refused the request as it stands."""


#: Codes of answers that came and cannot be understood: of other things the vendor may well speak clearly.
UNREADABLE = frozenset({"shape", "status", "reference", "left"})
