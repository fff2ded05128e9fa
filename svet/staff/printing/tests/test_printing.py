"""The desk «Печать»: what waits, what was printed, the files once more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from svet.bills import operations, queries
from svet.bills.models import PrintBatch
from svet.bills.tests.test_printing import billed, print_all
from svet.journal.models import Entry
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 2, 6, tzinfo=UTC)


@pytest.fixture
def engineer(monkeypatch: pytest.MonkeyPatch) -> Client:
    return working(make_member(role=Role.BILLING))


def test_desk_shows_batches_and_hands_out_the_same_files(engineer: Client) -> None:
    assert "Партий ещё не было" in engineer.get("/staff/printing/").content.decode()
    billed(3)
    (files,) = print_all()
    page = engineer.get("/staff/printing/").content.decode()
    assert files.label in page
    batch = PrintBatch.objects.get()
    address = f"/staff/printing/{batch.public_id}"
    assert engineer.get(f"{address}/bills.pdf").content == files.pdf
    assert engineer.get(f"{address}/register.csv").content == files.register
    assert engineer.get(f"{address}/control.pdf").content == files.control
    assert Entry.objects.filter(action="bills.printed_again").count() == 3
    assert operations.files_of(queries.batch_by_public_id(batch.public_id)) == files


def test_desk_knows_no_other_batches_and_no_other_roles(engineer: Client) -> None:
    assert engineer.get("/staff/printing/0000000000000000/bills.pdf").status_code == 404
    operator = working(make_member(role=Role.OPERATOR))
    assert operator.get("/staff/printing/").status_code == 403
