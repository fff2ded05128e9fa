"""The front before a page that says what it got, for a real server to serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django

from svet.config.front import Front


def _echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


django.setup()
application = Front(_echo, threads=1, patience=5, direct={})
