"""What Svet asks of the retailer's own sign-in service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun: where to send the browser, and what only this browser may know."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in there. ``subject`` never changes; ``phone`` is empty when the service vouches for none;
    ``strong`` tells that a second factor was asked."""

    issuer: str
    subject: str
    phone: str
    strong: bool


class IdentityProvider(Protocol):
    """Signs people in, two verbs around the browser's visit."""

    def begin(self, *, back: str) -> Begun:
        """Begin a sign-in that comes back to the address ``back``. :raises Temporary: :raises Permanent:"""
        ...

    def finish(self, *, nonce: str, verifier: str, code: str, back: str) -> Identity:
        """Learn who came back with ``code``.

        :raises Temporary: the service does not answer.
        :raises Permanent: it vouches for nobody, or what it says does not fit what was begun.
        """
        ...
