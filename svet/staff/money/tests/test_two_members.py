"""Two members decide one row at the same moment: real connections, real locks."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from svet.accounts.tests.factories import make_account
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger.models import Transaction
from svet.payments import operations, queries
from svet.payments.models import ImportedPayment
from svet.payments.operations import PaymentToApply
from svet.staffing.tests.factories import make_member


@pytest.mark.django_db(transaction=True)
def test_one_puts_and_one_sends_back_and_only_the_first_counts() -> None:
    account, now = make_account(), timezone.now()
    day = timezone.localdate() - timedelta(days=2)
    row = PaymentToApply("SUIP1", None, "0399999999", Money(315_00), day, account.provider_id)
    with use_case():
        operations.apply_register_payments(source="bank", rows=[row], now=now)
    row_id = ImportedPayment.objects.get().public_id
    olga, ivan = (Actor.staff(make_member().person_id, name=name) for name in ("Ольга", "Иван"))
    barrier, refused = threading.Barrier(6), list[Exception]()

    def act(put: bool) -> None:
        barrier.wait()
        try:
            if put:
                operations.put_on_account(
                    row_public_id=row_id,
                    account_number=account.number,
                    seen_public_id=account.public_id,
                    by=olga,
                    now=now,
                    reason="узнали по чеку",
                )
            else:
                operations.return_suspense(
                    row_public_id=row_id, by=ivan, now=now, reason="банк просил вернуть"
                )
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(n % 2 == 0,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    assert all(isinstance(error, operations.RowConflict) for error in refused)
    assert Transaction.objects.exclude(key__startswith="reg:").count() == 1
    assert queries.broken_books() == []
