"""The town is built by the retailer's own operations, and may be built again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from svet.accounts.models import Account
from svet.arrangements.models import InstalmentPlan, PaymentPromise
from svet.billing import queries as billing
from svet.billing.models import ChargeLine, HouseProblem
from svet.bills import queries as bill_queries
from svet.bills.models import Bill
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.metering import queries as metering
from svet.outages.models import Outage
from svet.outages.queries import outages_of
from svet.outages.rules import TOLD_AHEAD
from svet.sandbox.town import operations
from svet.sandbox.town.rules.cast import BORIS_PHONE, VERA_PHONE
from svet.sandbox.town.rules.plan import account_number
from svet.sandbox.town.settings import TownSettings
from svet.support.models import Appeal

pytestmark = pytest.mark.django_db(transaction=True)
TOWN = TownSettings(seed="svet", anchor=Month(2026, 11), accounts=30, first=30, second_provider=3)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_second_build_changes_nobodys_debt() -> None:
    operations.build(town=TOWN, now=NOW, progress=lambda _: None)
    accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    owed, postings, bills = ledger.balances(accounts), Posting.objects.count(), Bill.objects.count()
    operations.build(town=TOWN, now=NOW, progress=lambda _: None)
    assert ledger.balances(accounts) == owed
    assert (Posting.objects.count(), Bill.objects.count()) == (postings, bills)
    assert any(money.kopecks > 0 for money in owed.values())
    assert ledger.broken() == []
    assert billing.broken() == []
    # Five flats share the common needs of their house, month after month, and its meter tells them again.
    assert billing.broken_houses() == []
    shared = ChargeLine.objects.filter(basis="house", kwh__gt=0)
    assert shared.values("account").distinct().count() == 5
    assert not HouseProblem.objects.exists()
    assert bill_queries.broken_chain() == bill_queries.broken() == []
    # Payments of the last days of a month came after its bills: they stand on the next ones with their day.
    late = Bill.objects.filter(snapshot__movements__contains=[{"kind": "payment", "late": True}])
    assert late.exists()
    # Each desk has one thing to do, and no more after the second build.
    assert [metering.review_count(), metering.waiting_dispute_count(), Appeal.objects.count()] == [1, 1, 1]
    # So it is with what people have promised, agreed on and been told of.
    assert list(PaymentPromise.objects.values_list("state", "person__phone")) == [("open", BORIS_PHONE)]
    assert list(InstalmentPlan.objects.values_list("state", "person__phone")) == [("standing", VERA_PHONE)]
    (works,) = Outage.objects.all()
    assert works.begins_at - NOW > TOLD_AHEAD
    (annas,) = Account.objects.filter(number=account_number(1))
    met = outages_of([annas.pk], now=NOW)
    assert [[one.public_id for one in each] for each in met.values()] == [[works.public_id]]
