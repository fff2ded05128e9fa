"""A conversation over HTTP that can be cut from another thread, whatever it is waiting for."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Wire:
    """The sockets of one conversation. A time-out of ``requests`` begins anew with every byte that drips;
    a socket that is shut down says nothing any more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: list[socket.socket] = []
        self._cut = False

    def keep(self, made: socket.socket) -> socket.socket:
        """Note a new connection. :raises OSError: the conversation was cut already"""
        with self._lock:
            if self._cut:
                made.close()
                raise OSError("this conversation was cut")
            # A second name of the same connection: TLS takes the first one over.
            self._held.append(made.dup())
        return made

    def cut(self) -> None:
        """End every connection of the conversation, and let no other begin."""
        with self._lock:
            self._cut = True
            for held in self._held:
                with suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)
        self.close()

    def close(self) -> None:
        """Forget the connections."""
        with self._lock:
            for held in self._held:
                held.close()
            self._held.clear()


class WireAdapter(HTTPAdapter):
    """Connections of ``requests`` that are noted in a :class:`Wire`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__()

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        wire = self._wire

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return wire.keep(super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return wire.keep(super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
