"""The feed of one cabinet: Anna owns two accounts, Boris sees the first of them, Vera is a stranger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import OFFICE, make_group
from svet.cabinet.history.cards import show
from svet.gateways import acquiring
from svet.history import queries
from svet.history.queries import CardKind, HistoryCard, NotInCabinet
from svet.history.rules import FeedPlace, HistoryFilters, Operation, parse_place
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.metering import operations as metering
from svet.metering import queries as metering_queries
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments import operations as payments
from svet.payments.models import Order
from svet.payments.tests.factories import Family, StubBank, make_family, make_order
from svet.people.models import Person

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


def span(since: date = date(2026, 8, 22), until: date = TODAY, **asked: Any) -> HistoryFilters:
    return HistoryFilters(since=since, until=until, **asked)


def feed(person: Person, filters: HistoryFilters | None = None) -> list[HistoryCard]:
    return queries.everything(actor=Actor.person(person.pk), filters=filters or span())


def told(cards: Sequence[HistoryCard]) -> list[tuple[CardKind, date]]:
    return [(card.kind, card.day) for card in cards]


def by_register(
    account: Account, number: str, *, on: date, kopecks: int = 100_00, applied: datetime = NOW
) -> None:
    row = payments.PaymentToApply(
        external_id=number,
        account_id=account.pk,
        account_text=account.number,
        amount=Money(kopecks),
        paid_on=on,
        provider_id=account.provider_id,
    )
    with transaction.atomic():
        payments.apply_register_payments(source="sber", rows=[row], now=applied)


def paid(bank: StubBank, family: Family, *, kopecks: int, at: datetime) -> Order:
    order = make_order(person=family.anna, lines=[(family.first, kopecks)], now=at)
    payments.send_to_bank(order_id=order.pk, now=at)
    bank.pay(order, paid_at=at)
    payments.settle(order_id=order.pk, now=at, by="test")
    return Order.objects.get(pk=order.pk)


def test_sources_are_merged_by_day_and_within_a_day_by_the_moment(family: Family, bank: StubBank) -> None:
    meter = make_meter(account=family.first, installed_on=date(2026, 9, 1))
    make_reading(meter, 40, read_on=TODAY - 2 * DAY)
    metering.take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(50)}, read_on=TODAY - DAY, now=NOW
    )
    by_register(family.second, "A1", on=TODAY, applied=NOW + timedelta(hours=2))
    paid(bank, family, kopecks=100_00, at=NOW + timedelta(hours=1))
    by_register(family.first, "A2", on=TODAY - DAY, applied=NOW + timedelta(hours=3))
    assert told(feed(family.anna)) == [
        (CardKind.REGISTER, TODAY),
        (CardKind.PAYMENT, TODAY),
        (CardKind.REGISTER, TODAY - DAY),
        (CardKind.CONTROL, TODAY - DAY),
        (CardKind.READING, TODAY - 2 * DAY),
        (CardKind.READING, date(2026, 9, 1)),
    ]
    for operation, kinds in {
        Operation.READINGS: {CardKind.READING},
        Operation.CONTROL: {CardKind.CONTROL},
        Operation.PAYMENTS: {CardKind.PAYMENT, CardKind.REGISTER},
        Operation.BILLS: set(),
    }.items():
        assert {card.kind for card in feed(family.anna, span(operation=operation))} == kinds
    by_sum = feed(family.anna, span(sum_from=ZERO))
    assert {card.kind for card in by_sum} == {CardKind.PAYMENT, CardKind.REGISTER}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_pages_of_any_size_are_the_export_without_gaps_or_doubles(family: Family, size: int) -> None:
    for number in range(9):
        account = (family.first, family.second)[number % 2]
        by_register(account, f"N{number}", on=TODAY - 20 * (number // 2) * DAY)
    filters = span(since=date(2025, 1, 1))
    whole = feed(family.anna, filters)
    seen: list[HistoryCard] = []
    before: FeedPlace | None = None
    for _page in range(60):
        part = queries.timeline(actor=Actor.person(family.anna.pk), filters=filters, before=before, size=size)
        cards = [card for month in part.months for card in month.cards]
        assert len(cards) <= size
        seen += cards
        before = part.before
        if before is None:
            break
    assert before is None
    assert [card.place for card in seen] == [card.place for card in whole]
    assert len({str(card.place) for card in seen}) == 9


@pytest.mark.parametrize("operation", [None, Operation.READINGS, Operation.CONTROL])
def test_of_many_readings_only_those_of_the_page_are_loaded(
    family: Family, monkeypatch: pytest.MonkeyPatch, operation: Operation | None
) -> None:
    for account in (family.first, family.second):
        meter = make_meter(account=account, installed_on=TODAY - 30 * DAY)
        for number in range(4):
            make_reading(meter, 40 + number, read_on=TODAY - (9 - number // 2) * DAY)
        metering.take_control_reading(
            by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(50)}, read_on=TODAY - DAY, now=NOW
        )
    by_register(family.first, "N1", on=TODAY - 8 * DAY)
    filters = span(operation=operation)
    whole = feed(family.anna, filters)
    loaded: list[int] = []
    ask = metering_queries.reading_sets

    def asked(**terms: Any) -> Any:
        found = ask(**terms)
        loaded.append(len(found))
        return found

    monkeypatch.setattr(metering_queries, "reading_sets", asked)
    seen: list[HistoryCard] = []
    before: FeedPlace | None = None
    while not seen or before is not None:
        part = queries.timeline(actor=Actor.person(family.anna.pk), filters=filters, before=before, size=2)
        seen += [card for month in part.months for card in month.cards]
        before = part.before
    assert [card.place for card in seen] == [card.place for card in whole]
    assert len(whole) == {None: 13, Operation.READINGS: 10, Operation.CONTROL: 2}[operation]
    assert max(loaded) <= 3


def test_a_month_adds_up_the_same_on_each_of_its_pages(family: Family) -> None:
    for number in range(5):
        by_register(family.first, f"N{number}", on=TODAY - number * DAY, kopecks=1_00)
    actor, filters = Actor.person(family.anna.pk), span()
    first = queries.timeline(actor=actor, filters=filters, size=2)
    second = queries.timeline(actor=actor, filters=filters, before=first.before, size=2)
    assert [month.month for month in (*first.months, *second.months)] == [Month.of(TODAY)] * 2
    assert first.months[0].paid == second.months[0].paid == Money(5_00)


def test_each_sees_what_the_guard_gives_them_and_no_more(family: Family) -> None:
    by_register(family.first, "A1", on=TODAY)
    by_register(family.second, "A2", on=TODAY)
    assert [len(feed(person)) for person in (family.anna, family.boris, family.vera)] == [2, 1, 0]
    assert queries.everything(actor=Actor.system("nobody"), filters=span()) == []
    group = make_group(person=family.anna)
    asking: tuple[dict[str, Any], ...] = (
        {"account": family.second.public_id},
        {"group": group.public_id},
        {"provider": family.first.provider.public_id},
    )
    for asked in asking:
        feed(family.anna, span(**asked))
        for stranger in (family.vera, family.boris) if "provider" not in asked else (family.vera,):
            with pytest.raises(NotInCabinet) as refused:
                feed(stranger, span(**asked))
            assert refused.value.field == next(iter(asked))
            with pytest.raises(NotInCabinet):
                queries.timeline(actor=Actor.person(stranger.pk), filters=span(**asked))
    Link.objects.filter(person=family.boris).update(removed_at=NOW)
    assert feed(family.boris) == []
    assert not queries.timeline(actor=Actor.person(family.boris.pk), filters=span()).has_accounts


def test_a_shared_payment_shows_a_guest_only_the_line_of_the_account_he_sees(family: Family) -> None:
    make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)], now=NOW)
    (hers,), (his,) = feed(family.anna), feed(family.boris)
    assert (hers.money, his.money) == (Money(335_38), Money(300_00))
    assert [card.account_id for card in his.accounts] == [family.first.pk]
    assert hers.account.account_id == his.account.account_id == family.first.pk


def test_both_days_of_the_span_belong_to_it_by_the_retailers_clock(family: Family) -> None:
    # Five hours ahead of UTC: the first second of the 20th and the last of the 21st.
    for moment in (
        datetime(2026, 11, 19, 18, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 19, 19, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 21, 18, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 21, 19, 0, 0, tzinfo=UTC),
    ):
        make_order(person=family.anna, lines=[(family.second, 35_38)], now=moment)
    for number in range(19, 23):
        by_register(family.first, f"N{number}", on=date(2026, 11, number))
    cards = feed(family.anna, span(since=date(2026, 11, 20), until=date(2026, 11, 21)))
    assert told(cards) == [
        (kind, date(2026, 11, day)) for day in (21, 20) for kind in (CardKind.REGISTER, CardKind.PAYMENT)
    ]


def test_a_refund_stands_on_its_own_day_beside_a_payment_of_any_age(family: Family, bank: StubBank) -> None:
    order = paid(bank, family, kopecks=300_00, at=NOW - 40 * DAY)
    bank.give_back(order, 100_00, name="возврат/1", at=NOW)
    payments.settle(order_id=order.pk, now=NOW, by="test")
    for person in (family.anna, family.boris):
        (refund,) = feed(person, span(since=TODAY - DAY))
        assert (refund.kind, refund.day, refund.money) == (CardKind.REFUND, TODAY, Money(-100_00))
        assert refund.order is not None
        assert refund.order.public_id == order.public_id
        assert refund.paid == Money(-100_00)
    assert told(feed(family.anna, span(until=TODAY - DAY))) == [(CardKind.PAYMENT, TODAY - 40 * DAY)]
    assert sum(card.paid.kopecks for card in feed(family.anna)) == 200_00
    assert [card.kind for card in feed(family.anna, span(sum_to=Money(100_00)))] == [CardKind.REFUND]
    assert feed(family.vera) == []


def test_money_that_was_not_credited_counts_for_nothing(family: Family) -> None:
    make_order(person=family.anna, lines=[(family.first, 300_00)], now=NOW)
    (card,) = feed(family.anna)
    assert (card.money, card.paid, card.charged) == (Money(300_00), ZERO, ZERO)


def test_late_money_stands_on_the_day_it_was_paid_and_moves_no_page(family: Family) -> None:
    for number in range(4):
        by_register(family.first, f"N{number}", on=TODAY - number * DAY)
    actor, filters = Actor.person(family.anna.pk), span()
    first = queries.timeline(actor=actor, filters=filters, size=2)
    # Two registers come between two pages: one for a day already shown, one for a day still to come.
    by_register(family.first, "LATE1", on=TODAY, applied=NOW + DAY)
    by_register(family.first, "LATE2", on=TODAY - 10 * DAY, applied=NOW + DAY)
    second = queries.timeline(actor=actor, filters=filters, before=first.before, size=40)
    numbers = [
        card.register.external_id
        for part in (first, second)
        for month in part.months
        for card in month.cards
        if card.register is not None
    ]
    assert numbers == ["N0", "N1", "N2", "N3", "LATE2"]
    assert told(feed(family.anna))[-1] == (CardKind.REGISTER, TODAY - 10 * DAY)


def test_an_export_ends_at_its_bound_with_the_newest(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        by_register(family.first, f"N{number}", on=TODAY - number * DAY)
    monkeypatch.setattr(queries, "EXPORT", 3)
    assert [card.day for card in feed(family.anna)] == [TODAY, TODAY - DAY, TODAY - 2 * DAY]


def test_the_same_number_of_two_sources_is_two_cards(family: Family) -> None:
    for source in ("sber", "vtb"):
        row = payments.PaymentToApply(
            external_id="A1", account_id=family.first.pk, account_text=family.first.number,
            amount=Money(1_00), paid_on=TODAY, provider_id=family.first.provider_id,
        )  # fmt: skip
        with transaction.atomic():
            payments.apply_register_payments(source=source, rows=[row], now=NOW)
    cards = feed(family.anna)
    assert len({str(card.place) for card in cards}) == len(cards) == 2
    assert [parse_place(str(card.place)) for card in cards] == [card.place for card in cards]


def test_a_balance_from_the_system_before_stands_in_the_feed_of_its_people_only(family: Family) -> None:
    key = f"opening:{family.first.pk}"
    debt = Money(1500_00)
    with transaction.atomic():
        ledger.post(
            key=key,
            kind=TransactionKind.OPENING,
            legs=[Leg(Book.RECEIVABLE, family.first.pk, debt), Leg(Book.OPENING, None, -debt)],
            occurred_at=NOW,
            effective_on=TODAY - DAY,
            provider_id=family.first.provider_id,
        )
    (card,) = feed(family.anna)
    assert (card.kind, card.day, card.money) == (CardKind.ACT, TODAY - DAY, debt)
    assert (card.paid, card.charged) == (ZERO, ZERO)
    shown = show(card, person_id=family.anna.pk)
    assert shown.title == f"Остаток из прежней системы на {TODAY - DAY:%d.%m.%Y}"
    assert shown.rows == (("Долг", "1\u00a0500,00\u00a0₽"),)
    assert feed(family.vera) == []
