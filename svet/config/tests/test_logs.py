"""What strangers put into addresses reaches the log neither as lines of its own nor as somebody's phone."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from svet.cli import main as command
from svet.config.logs import logging_settings
from svet.config.logs.faults import told
from svet.people.tests.factories import make_person


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


_ANNA = ["+79117178512", "Анна", "Лучинина"]
_ROWS = (
    "INSERT INTO people_person (phone, first_name, last_name) VALUES (%s, %s, %s)",
    "INSERT INTO people_person (phone, first_name, password) VALUES (%s, %s, %s)",
    "SELECT %s || %s, %s::int",
    "UPDATE people_person SET phone = %s, first_name = %s || repeat(%s, 400)",
)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", _ROWS)
def test_a_row_that_the_database_refuses_is_not_written_down(
    lines: tuple[logging.Logger, io.StringIO], statement: str
) -> None:
    logger, stream = lines
    make_person()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, _ANNA)
    except DatabaseError:
        logger.exception("a page broke")
    written = stream.getvalue()
    for personal in (*_ANNA, "DETAIL"):
        assert personal not in written
    # What it takes to find the mistake is there: the place in the code, the rule and its table.
    assert "test_logs.py" in written
    assert "people_person" in written or "22P02" in written or "22001" in written


class TypedError(Exception):
    """A fault that quotes what it was given."""


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("no such phone +7 911 717-85-12 here", "no such phone"),
        ("89117178512", "<phone>"),
        ("anna.luchinina@mail.example.ru is refused", "is refused"),
        ("invalid literal for int() with base 10: 'Лучинина'", "invalid literal for int()"),
        ("GET https://bot.example/send?access_token=s3cr3t-79117178512: 500", "https://bot.example/send"),
        ("postgresql://svet:s3cr3t-79117178512@db.example/svet is away", "db.example/svet is away"),
        ("1 error\nname\n  too long [input_value='Анна s3cr3t-79117178512', input_type=str]", "too long"),
    ],
)
def test_what_a_fault_quotes_is_not_written_down(
    lines: tuple[logging.Logger, io.StringIO], words: str, kept: str
) -> None:
    logger, stream = lines
    try:
        try:
            raise TypedError(words)
        except TypedError as first:
            raise RuntimeError("behind it") from first
    except RuntimeError:
        logger.exception("a page broke: %s", words)
    faults = stream.getvalue().partition("Traceback")[2]
    assert kept in faults
    assert "TypedError" in faults
    assert "RuntimeError: behind it" in faults
    for personal in ("717", "Лучинина", "Анна", "anna", "s3cr3t"):
        assert personal not in faults, faults
    assert "79117178512" not in stream.getvalue().replace("-79117178512", "")


def test_a_fault_makes_no_line_of_its_own(lines: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = lines
    forged = "2026-11-28T00:00:00Z [error    ] forged"
    try:
        raise TypedError(f"bad\n{forged}\u2028{forged}\x85{forged}\x1b[2J\x9b2J")
    except TypedError:
        logger.exception("a page broke")
    assert not [
        line for line in stream.getvalue().splitlines() if line.startswith(forged[:10]) and "forged" in line
    ]
    assert not set(stream.getvalue()) & set("\x1b\x9b\x85\u2028")


def test_faults_of_a_chain_and_of_a_group_are_told_once() -> None:
    try:
        try:
            raise TypedError("the first")
        finally:
            raise ExceptionGroup("many", [TypedError("in it"), KeyError("too")])
    except ExceptionGroup as group:
        text = told((type(group), group, group.__traceback__))
    for each in ("the first", "many", "in it", "too"):
        assert (
            text.count(f"Error: {each}") + text.count(f"Group: {each}") + text.count(f"Error: '{each}'") == 1
        )


def test_a_command_tells_no_row_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_words: object) -> None:
        raise TypedError("refused: 'Лучинина', +79117178512")

    monkeypatch.setattr(command, "svet", broken)
    with pytest.raises(SystemExit) as ended:
        command.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "TypedError: refused: <…>, <phone>" in said
    assert "test_logs.py" in said
