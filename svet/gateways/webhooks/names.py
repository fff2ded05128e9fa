"""Names of customers' addresses: asked for in no more time and threads than we choose to give."""

from __future__ import annotations

import socket
from threading import BoundedSemaphore, Thread
from typing import Final

from svet.gateways.failures import Temporary

#: Names asked for at once. The system's resolver cannot be told to stop: a question nobody waits for any more
#: keeps its place until it ends, and none of the places of calls.
ASKED: Final = 64
_places = BoundedSemaphore(ASKED)


def resolved(host: str, port: int, *, patience: float) -> list[str]:
    """The addresses of a name, in the resolver's order.

    :raises Temporary: no such name, no answer in ``patience`` seconds; ``crowded``: too many are asked for
    """
    if not _places.acquire(blocking=False):
        raise Temporary("webhook: enough names are asked for", code="crowded")
    found: list[list[str]] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.append([str(each[4][0]) for each in answers])
        except Exception as error:
            failed.append(error)
        finally:
            _places.release()

    # A daemon: whoever stops the worker does not wait for somebody's name server.
    asking = Thread(target=ask, name="webhook-name", daemon=True)
    asking.start()
    asking.join(patience)
    if found:
        return found[0]
    if failed:
        raise Temporary(f"webhook: {type(failed[0]).__name__}") from failed[0]
    raise Temporary("webhook: the name was not found in time", code="slow")
