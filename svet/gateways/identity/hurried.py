"""A bulkhead before the sign-in service: it is asked by pages, and it may hang."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from svet.gateways.failures.bulkhead import Bulkhead
from svet.gateways.identity.cutting import Wire
from svet.gateways.identity.openid import OpenIdProvider
from svet.gateways.identity.port import Begun, Identity

T = TypeVar("T")
#: Seconds for all that one page asks of the service, of which there are up to four questions.
PATIENCE: Final = 5.0
#: Seconds for which a page waits while others ask it and none of them hangs.
QUEUE: Final = 1.0


@lru_cache(maxsize=4)
def bulkhead(issuer: str, places: int) -> Bulkhead:
    """The one bulkhead of this process before this service."""
    return Bulkhead("identity provider", places=places, queue=QUEUE)


class HurriedProvider:
    """A sign-in service that few pages ask at once, each in ``PATIENCE`` seconds altogether."""

    def __init__(self, made: Callable[[Wire], OpenIdProvider], *, places: Bulkhead) -> None:
        self._made = made
        self._places = places

    def begin(self, *, back: str) -> Begun:
        """See the port."""
        return self._within(lambda provider: provider.begin(back=back))

    def finish(self, *, nonce: str, verifier: str, code: str, back: str) -> Identity:
        """See the port."""
        return self._within(
            lambda provider: provider.finish(nonce=nonce, verifier=verifier, code=code, back=back)
        )

    def _within(self, call: Callable[[OpenIdProvider], T]) -> T:
        wire = Wire()
        provider = self._made(wire)

        def asked() -> T:
            try:
                return call(provider)
            finally:
                wire.close()

        return self._places.within(asked, patience=PATIENCE, cut=wire.cut)
