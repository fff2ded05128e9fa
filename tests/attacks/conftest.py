"""Attacks are measured against their bounds; ``make attacks`` prints the table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from svet.people.tests import factories

Report = Callable[[str, int, int], None]
_LINES: list[str] = []


@pytest.fixture
def bound() -> Report:
    """Say what an attack achieved and what it may achieve at most; more fails the test."""

    def report(attack: str, achieved: int, at_most: int) -> None:
        _LINES.append(f"{attack:<72}{achieved:>8}{at_most:>8}")
        assert achieved <= at_most, _LINES[-1]

    return report


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """How often a password is hashed matters here, not how long it takes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(factories, "_ENCODED", make_password(factories.PASSWORD))


@pytest.fixture(scope="session", autouse=True)
def print_the_table() -> Iterator[None]:
    yield
    if _LINES:
        head = f"{'attack':<72}{'did':>8}{'bound':>8}"
        sys.stdout.write("\n" + "\n".join([head, "-" * len(head), *_LINES]) + "\n")
