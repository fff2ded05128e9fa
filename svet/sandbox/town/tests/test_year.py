"""A year of the town, run month after month, from every side: it is built once, and at the end once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command

from svet.accounts.models import Account, Provider
from svet.arrangements.models import InstalmentPlan, PaymentPromise
from svet.billing import queries as billing
from svet.billing.models import ChargeLine, HouseProblem, Problem
from svet.billing.rules import Basis
from svet.billing.tests.wrong_prices import PRICE, correct, correction
from svet.bills import queries as bill_queries
from svet.bills.models import Bill
from svet.bills.queries.streams import broken as broken_streams
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.metering import queries as metering
from svet.outages.models import Outage
from svet.outages.queries import outages_of
from svet.outages.rules import TOLD_AHEAD
from svet.sandbox.town import operations
from svet.sandbox.town.rules.cast import BORIS_PHONE, VERA_PHONE
from svet.sandbox.town.rules.plan import SECOND, account_number
from svet.sandbox.town.rules.plan import months as months_of_town
from svet.sandbox.town.settings import TownSettings
from svet.sandbox.town.tests.sentences import check_all_bills
from svet.support.models import Appeal
from svet.tariffs.queries.law import law_entries
from svet.usage.queries import story_of
from svet.usage.rules import energy_reasons, money_reasons

pytestmark = pytest.mark.django_db
# Enough of them for somebody to be silent from the first day on.
TOWN = TownSettings(seed="svet", anchor=Month(2026, 11), accounts=60, first=60, second_provider=4)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The town as its year left it."""
    with django_db_blocker.unblock():
        operations.build(town=TOWN, now=NOW, progress=lambda _: None)
    yield
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)


def test_every_account_is_billed_and_none_is_billed_nothing_without_a_cause(town: None) -> None:
    assert not Problem.objects.exists()
    charged = Account.objects.filter(provider__service=Service.ELECTRICITY)
    assert Bill.objects.count() == charged.count() * len(months_of_town(TOWN.anchor))
    by_norm = ChargeLine.objects.filter(basis=Basis.NORM.value)
    assert by_norm.filter(kwh__gt=0).exists()
    unexplained = []
    for bill in Bill.objects.filter(total_kopecks=0).select_related("account"):
        charge = billing.charge(bill.account_id, Month.of(bill.period))
        assert charge is not None
        # Nothing was used, and a reading says so, or the months of the mean; or all is given back.
        known = [line for line in charge.lines if line.basis is Basis.READING or line.base]
        if not known or any(line.kwh for line in charge.lines if line not in known):
            unexplained.append(f"{bill.account.number} {bill.period}")
    assert unexplained == []


def test_no_sentence_of_any_bill_contradicts_its_sums(town: None) -> None:
    compared, estimated = check_all_bills()
    assert compared > 100
    assert estimated > 5


def test_the_second_supplier_shows_penalties_and_the_first_one_none(town: None) -> None:
    """By an invented rate that says so; only the last bills of those who owe changed."""
    with_streams = Bill.objects.filter(snapshot__has_key="streams").select_related("account__provider")
    assert {bill.account.provider.code for bill in with_streams} == {SECOND}
    assert {Month.of(bill.period) for bill in with_streams} == {TOWN.anchor.plus(-1)}
    for bill in with_streams:
        streams = bill.snapshot["streams"]
        assert streams["penalty"] == streams["shown"] > 0
        assert bill.snapshot["sums"]["penalty"] == streams["shown"]
    assert broken_streams() == []
    (invented,) = law_entries()
    assert "придумана" in invented.entry.act


def test_the_story_of_every_account_comes_to_its_bills_to_the_kopeck(town: None) -> None:
    months = explained = 0
    for account in Account.objects.all():
        story = story_of(account_id=account.pk)
        billed = {Month.of(bill.period): bill.total_kopecks for bill in Bill.objects.filter(account=account)}
        assert {each.month: each.kopecks for each in story.months} == billed
        for each in story.months:
            months += 1
            before = story.compared_with(each.month)
            if before is not None:
                parts = sum(reason.kopecks for reason in money_reasons(each, before))
                assert parts == each.kopecks - before.kopecks
                kwh = sum(reason.kwh for reason in energy_reasons(each, before))
                assert kwh == each.kwh - before.kwh
                explained += 1
    assert (months, explained > 500) == (64 * len(months_of_town(TOWN.anchor)), True)


def test_what_stands_is_what_the_whole_history_gives(town: None) -> None:
    found = [
        each for provider in Provider.objects.all() for each in billing.differences(provider_id=provider.pk)
    ]
    assert found == [None] * 64
    assert ChargeLine.objects.filter(basis__in=[Basis.AVERAGE.value, Basis.NORM.value]).exists()
    assert ChargeLine.objects.exclude(reverses=None).exists(), "nobody sent readings late"
    assert billing.broken() == []


def test_prices_corrected_later_leave_what_was_charged_proved_by_norms_known_then(town: None) -> None:
    """By today's prices nothing of June on would come out: what was known of norms has to."""
    by_norm = ChargeLine.objects.filter(basis=Basis.NORM.value, month__gte=date(2026, 6, 1))
    assert by_norm.exists()
    for group in by_norm.values_list("tariff_row__group_code", flat=True).distinct():
        region = Provider.objects.exclude(region="").values_list("region", flat=True)[0]
        file = correction(region, group, PRICE, since=date(2026, 6, 3), days=0, number=5)
        assert correct(file, now=NOW) is not None
    assert billing.broken() == []


def test_a_second_build_changes_nobodys_debt(town: None) -> None:
    """Last of all: it writes."""
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
