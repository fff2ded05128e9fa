"""What strangers put into addresses reaches the log neither as lines of its own nor as somebody's phone."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.test import RequestFactory

from svet.config.logs import logging_settings


@pytest.fixture(params=["demo", "production"])
def lines(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger that writes as this environment does."""
    made = logging_settings(env=request.param, level="INFO")["formatters"]["structured"]
    factory = made.pop("()")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(factory(**made))
    logger = logging.getLogger("svet.test_logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


def test_an_address_makes_no_line_of_its_own(lines: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = lines
    for line in ("/\r\n[error] forged", "/\u2028forged", "/\x1b[2Jforged", "/\x85forged"):
        logger.warning("Not Found: %s", line, extra={"status_code": 404, "where": line})
    assert len(stream.getvalue().splitlines()) == 4
    assert "\x1b" not in stream.getvalue()
    assert "forged" in stream.getvalue()


def test_no_query_of_an_address_is_written_down(lines: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = lines
    request = RequestFactory().get("/staff/accounts/", {"q": "+79117178512"})
    logger.error("Internal Server Error: %s", request.path, extra={"request": request, "status_code": 500})
    written = stream.getvalue()
    assert "79117178512" not in written
    assert "/staff/accounts/" in written
    assert "GET" in written
