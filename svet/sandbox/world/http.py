"""A small threading HTTP server around one WSGI application, from the standard library."""

from __future__ import annotations

import socket
import threading
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def server_bind(self) -> None:
        # HTTPServer would ask the resolver for our name, which may take seconds in a container.
        host, port = self.server_address[:2]
        # A restart finds its port free.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(host), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(WSGIRequestHandler):
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:
        """The journal says what happened."""

    def address_string(self) -> str:
        return str(self.client_address[0])


class HttpServer:
    """Listens from construction, answers from ``start``."""

    def __init__(self, *, host: str, port: int, application: WSGIApplication) -> None:
        """Take the port. :raises OSError: it is taken."""
        self._server = _Server((host, port), _Handler)
        self._server.set_app(application)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="http", daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests; those under way are left to end with the process."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(1)
