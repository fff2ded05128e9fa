"""What granian serves: reads, queues, answers; the pages are made by the WSGI application behind it."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from svet.config.front import refusals
from svet.config.front.bodies import LONGEST, BodyRefused, Fault, Purse, read_body
from svet.config.front.bridge import Answer, RequestHead, WsgiApplication, answer_of, environ_of
from svet.config.front.desk import Crowded, Lane, RequestQueue

log = logging.getLogger("svet.front")

#: Where somebody stands whose payment has begun: the bank's callbacks, and the page it sends people back to.
BEGUN: Final = ("/callbacks/", "/payment/orders/")
_WITHOUT_BODY: Final = ("GET", "HEAD", "OPTIONS", "TRACE")

Direct = Callable[[], Awaitable[Answer]]
#: An address that is not there for everybody: None is «no such page».
Guarded = Callable[[RequestHead], Awaitable[Answer | None]]
#: Is told the path, the status and the seconds of every answer.
Noted = Callable[[str, int, float], None]


def _nobody_notes(path: str, status: int, seconds: float) -> None:
    """What the front does with its durations when nobody asks."""


class Front:
    """One per web process. ``direct`` are addresses answered by the event loop itself, without a thread."""

    def __init__(
        self,
        application: WsgiApplication,
        *,
        threads: int,
        patience: float,
        direct: Mapping[str, Direct],
        guarded: Mapping[str, Guarded] | None = None,
        note: Noted = _nobody_notes,
    ) -> None:
        self.application = application
        self.direct = direct
        self.guarded = guarded or {}
        self.note = note
        self.desk = RequestQueue(threads, patience)
        self.purse = Purse()
        self.refusals = refusals.Pages()

    async def __rsgi__(self, scope: RequestHead, protocol: Any) -> None:
        began = time.monotonic()
        answer = await self._by_the_loop(scope) or await self._answer(scope, protocol)
        self.note(scope.path, answer.status, time.monotonic() - began)
        if answer.body and scope.method != "HEAD":
            protocol.response_bytes(answer.status, answer.headers, answer.body)
        else:
            protocol.response_empty(answer.status, answer.headers)

    async def _by_the_loop(self, scope: RequestHead) -> Answer | None:
        if scope.method not in ("GET", "HEAD"):
            return None
        if scope.path in self.direct:
            return await self.direct[scope.path]()
        return await self.guarded[scope.path](scope) if scope.path in self.guarded else None

    async def _answer(self, scope: RequestHead, protocol: Any) -> Answer:
        began = time.monotonic()
        try:
            body = await self._body(scope, protocol)
        except BodyRefused as refused:
            return self._refuse(scope, refused.fault.value, began)
        try:
            lane = Lane.BEGUN if scope.path.startswith(BEGUN) else Lane.ORDINARY
            environ = environ_of(scope, body)
            return await self.desk.run(lambda: answer_of(self.application, environ), lane=lane)
        except Crowded:
            return self._refuse(scope, Fault.FULL.value, began)
        except Exception:
            log.exception("a page broke outside of Django: %s", scope.path[:200])
            return self.refusals.answer(500, scope)
        finally:
            self.purse.give_back(len(body))

    async def _body(self, scope: RequestHead, protocol: Any) -> bytes:
        length = scope.headers.get("content-length", "")
        if length in ("", "0") and (
            scope.method in _WITHOUT_BODY or not scope.headers.get("transfer-encoding")
        ):
            return b""
        if length.isdecimal() and int(length[:12]) > LONGEST:
            raise BodyRefused(Fault.LONG)
        chunked = bool(scope.headers.get("transfer-encoding")) or not length.isdecimal()
        return await read_body(protocol, purse=self.purse, promised=None if chunked else int(length))

    def _refuse(self, scope: RequestHead, status: int, began: float) -> Answer:
        log.warning(
            "%s %s %s before a page was made",
            scope.method,
            scope.path[:200],
            status,
            extra={"ms": round((time.monotonic() - began) * 1000), "waiting": self.desk.waiting},
        )
        return self.refusals.answer(status, scope)
