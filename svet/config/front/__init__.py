"""What stands between the network and the pages: nothing a client does slowly may hold a thread.

A web process has one event loop and a few threads. The loop reads heads and bodies, answers ``/health/`` and
``/ready/`` by itself, lets requests queue for a thread, and turns away whoever has waited too long; a thread
only ever sees a request that is whole. Why and what it costs: docs/adr/0082.
"""

from svet.config.front.application import Front

__all__ = ["Front"]
