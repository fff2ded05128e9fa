"""Beside a browser there is no database: what a file's tests show is made before it opens, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import pytest
from django.db import transaction

from tests.authorisation.test_matrix import _as_test

Made = TypeVar("Made")


class Undone(Protocol):
    """Calls what makes pages; nothing that it wrote stays."""

    def __call__(self, make: Callable[[], Made]) -> Made: ...


@pytest.fixture
def _django_db_helper() -> None:
    """In the place of the fixture that opens a transaction for each test of a file that has a database."""


@pytest.fixture(scope="module")
def undone(django_db_setup: None, django_db_blocker: Any) -> Undone:
    """Make pages for a whole file, where the database of a single test is not yet, or no longer, there."""

    def made(make: Callable[[], Made]) -> Made:
        with django_db_blocker.unblock(), _as_test(transaction.atomic()):
            found = make()
            transaction.set_rollback(True)
        return found

    return made
