"""One POST to an address a customer gave: resolved once, judged, that very address called; no redirects."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.failures.bulkhead import Bulkhead
from svet.gateways.webhooks.addresses import is_named, is_public, may_be_called
from svet.gateways.webhooks.names import resolved
from svet.kernel.spans import span

#: Seconds for a connection and for each silence; and for all of a call, name and answer included.
SILENCE: Final = 5.0
PATIENCE: Final = 10.0
#: Calls at once in one process: whoever answers slowly takes no worker from notices and payments for long.
PLACES: Final = 4
#: What of an answer is read; nothing in it is of use to us.
MOST_BYTES: Final = 4_096
#: The ``code`` of a refusal of the address itself.
FORBIDDEN: Final = "forbidden"


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What the program said: its status, and after how many seconds it asks to be called again."""

    status: int
    retry_after: int | None = None


class WebhookCaller:
    """Calls addresses of customers; ``origins`` may be private and plain."""

    def __init__(self, *, origins: Collection[str] = (), trust: ssl.SSLContext | None = None) -> None:
        self._origins = tuple(origins)
        self._trust = trust or ssl.create_default_context()
        self._bulkhead = Bulkhead("webhooks", places=PLACES)

    def takes(self, url: str) -> bool:
        """Whether an address may be given to us at all."""
        return may_be_called(url, origins=self._origins)

    def call(self, *, url: str, headers: Mapping[str, str], body: bytes) -> HookAnswer:
        """Post the body; whatever the program answers is an answer.

        :raises Temporary: no answer in time, no connection, no free place
        :raises Permanent: the address may not be called, or leads into a network that may not
        """
        if not self.takes(url):
            raise Permanent("webhook: this address is not called", code=FORBIDDEN)
        backend = _JudgedBackend(
            private=is_named(url, origins=self._origins), ends_at=time.monotonic() + PATIENCE
        )
        pool = httpcore.ConnectionPool(
            ssl_context=self._trust, network_backend=backend, max_connections=1, retries=0
        )
        with pool, span("webhook", server=urlsplit(url).hostname or ""):
            return self._bulkhead.within(
                lambda: _post(pool, url=url, headers=headers, body=body), patience=PATIENCE, cut=backend.cut
            )


def _post(pool: httpcore.ConnectionPool, *, url: str, headers: Mapping[str, str], body: bytes) -> HookAnswer:
    limits = {"connect": SILENCE, "read": SILENCE, "write": SILENCE, "pool": SILENCE}
    sent = {**headers, "Content-Type": "application/json", "User-Agent": "Svet", "Connection": "close"}
    try:
        with pool.stream(
            "POST", url, headers=list(sent.items()), content=body, extensions={"timeout": limits}
        ) as answer:
            read = 0
            for part in answer.iter_stream():
                read += len(part)
                if read > MOST_BYTES:
                    break
            return HookAnswer(answer.status, _retry_after(answer.headers))
    except Permanent:
        raise
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
        raise Temporary(f"webhook: {type(error).__name__}") from error


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """Seconds only: a date would be judged by a clock that is not ours."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) <= 7:
            return int(value)
    return None


class _JudgedBackend(httpcore.NetworkBackend):
    """Resolves a name once, judges every address it has, and connects to the first of them and no other.

    Nothing of a call is done after ``ends_at``, however its parts are spread: a call that was given up
    while its name was asked for connects no more.
    """

    def __init__(self, *, private: bool, ends_at: float) -> None:
        self._private = private
        self._ends_at = ends_at
        self._inner = httpcore.SyncBackend()
        self._streams: list[httpcore.NetworkStream] = []
        self._given_up = False

    def cut(self) -> None:
        """Break what hangs, and connect no more."""
        self._given_up = True
        for stream in list(self._streams):
            stream.close()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = resolved(host, port, patience=min(SILENCE, self._left(None)))
        if not addresses:
            raise Temporary("webhook: the name has no address")
        if not self._private and not all(is_public(each) for each in addresses):
            raise Permanent("webhook: the name leads into a network that is not called", code=FORBIDDEN)
        left = self._left(timeout)
        stream = self._inner.connect_tcp(addresses[0], port, left, local_address, socket_options)
        self._streams.append(stream)
        # In this order: whoever gives up between the two lines finds the stream or is found here.
        if self._given_up:
            stream.close()
        return _TimedStream(stream, self._left)

    def _left(self, wanted: float | None) -> float:
        left = self._ends_at - time.monotonic()
        if self._given_up or left <= 0:
            raise httpcore.TimeoutException("the time of the call is over")
        return left if wanted is None else min(wanted, left)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step gets no more than what is left of the call."""

    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[float | None], float]) -> None:
        self._inner, self._left = inner, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _TimedStream(inner, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
