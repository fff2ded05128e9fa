"""Rows of registers have no foreign keys: what a whole statement's trigger refuses instead."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from svet.exchange.models import ImportFile, ImportRow
from svet.exchange.tests.test_payment_registers import FIRST, NOBODYS, pay, row
from svet.exchange.tests.test_taking import town  # noqa: F401
from svet.payments.models import ImportedPayment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
NOBODY = 10**12


@pytest.fixture(autouse=True)
def _taken(town: object) -> None:  # noqa: F811
    pay(row("G1", FIRST, "300,00"), row("G2", NOBODYS, "1,00"), total="301,00")


@pytest.mark.parametrize(("column", "words"), [("account_id", "no account"), ("provider_id", "no provider")])
def test_a_row_belongs_to_somebody_when_it_is_written_and_when_it_changes(column: str, words: str) -> None:
    paid = ImportedPayment.objects.get(external_id="G1")
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        ImportedPayment.objects.filter(pk=paid.pk).update(**{column: NOBODY})
    paid.pk, paid.external_id, paid.public_id = None, "G3", "g3"
    setattr(paid, column, NOBODY)
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        paid.save(force_insert=True)


def test_one_stranger_among_many_rows_refuses_the_statement() -> None:
    paid = ImportedPayment.objects.get(external_id="G1")
    rows = []
    for at in range(3):
        one = ImportedPayment.objects.get(pk=paid.pk)
        one.pk, one.external_id, one.public_id = None, f"M{at}", f"m{at}"
        one.account_id = NOBODY if at == 1 else paid.account_id
        rows.append(one)
    with pytest.raises(IntegrityError, match="no account"), transaction.atomic():
        ImportedPayment.objects.bulk_create(rows)
    assert ImportedPayment.objects.count() == 2


def test_a_row_stands_in_a_register_and_stays_there() -> None:
    line = ImportRow.objects.filter(profile="payments").order_by("line_no").first()
    assert line is not None
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        ImportRow.objects.filter(pk=line.pk).update(file_id=NOBODY)
    line.pk, line.file_id = None, NOBODY
    with pytest.raises(IntegrityError, match="no register"), transaction.atomic():
        line.save(force_insert=True)


def test_a_register_is_never_deleted_whoever_asks() -> None:
    with pytest.raises(IntegrityError, match="its rows tell what was taken"), transaction.atomic():
        ImportFile.objects.filter(profile="payments")._raw_delete("default")
    assert ImportFile.objects.filter(profile="payments").exists()
