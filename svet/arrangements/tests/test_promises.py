"""Promises from the person's word to the books' answer: late, twice, backwards, by somebody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from svet.accounts.models import Account, Link
from svet.accounts.queries import accounts_by_id
from svet.arrangements import operations as arrangements
from svet.arrangements.models import PaymentPromise
from svet.arrangements.operations import drop_promises, judge_promises, promise_payment, recall_promise
from svet.arrangements.queries import (
    promise_answers,
    promise_offer,
    promised_by,
    promised_left,
    promises_of,
    standing_promises,
)
from svet.arrangements.rules import (
    PromiseConflict,
    PromiseNotFound,
    PromiseReason,
    PromiseRefused,
    PromiseState,
)
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.notices.models import Notice
from svet.payments.tests.factories import Family, make_family, owe
from svet.people.models import Person

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
UNTIL = date(2026, 12, 1)
_keys = count(1)


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


def give(family: Family, *, person: Person | None = None, until: date = UNTIL, now: datetime = NOW) -> str:
    by = Actor.person((person or family.anna).pk)
    return promise_payment(by=by, account_public_id=family.first.public_id, until=until, now=now)


def pay(account: Account, kopecks: int, *, on: date) -> None:
    """A payment that counts for a day, whenever it becomes known."""
    with transaction.atomic():
        ledger.post(
            key=f"test-paid:{next(_keys)}",
            kind=TransactionKind.PAYMENT,
            legs=[Leg(Book.BANK, None, Money(kopecks)), Leg(Book.RECEIVABLE, account.pk, Money(-kopecks))],
            occurred_at=NOW,
            effective_on=on,
            provider_id=account.provider_id,
        )


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 23, tzinfo=UTC)


def states() -> list[str]:
    return list(PaymentPromise.objects.order_by("pk").values_list("state", flat=True))


def told(event: str) -> list[int]:
    return list(Notice.objects.filter(event=event).values_list("recipient_id", flat=True))


def refusal(family: Family, **changes: Any) -> Any:
    before = states()
    with pytest.raises((PromiseRefused, PromiseConflict)) as refused:
        give(family, **changes)
    assert states() == before
    return refused.value.reason


def test_a_promise_stands_and_is_kept_by_a_payment_in_time(family: Family) -> None:
    give(family)
    (standing,) = standing_promises([family.first.pk, family.second.pk]).values()
    assert (standing.money, standing.until_on, standing.state) == (Money(300_00), UNTIL, PromiseState.OPEN)
    ids = [family.first.pk, family.second.pk]
    assert promised_left(ids, today=UNTIL).keys() == {family.first.pk}
    assert promised_left(ids, today=UNTIL + timedelta(days=1)).keys() == frozenset()
    owe(family.first, 500_00)
    pay(family.first, 300_00, on=date(2026, 11, 30))
    assert judge_promises(now=at(date(2026, 12, 1))) == 1
    assert judge_promises(now=at(date(2026, 12, 2))) == 0
    (kept,) = promises_of(family.first.pk)
    assert (kept.state, kept.paid_on) == (PromiseState.KEPT, date(2026, 11, 30))
    assert told("promise_kept") == [family.anna.recipient_id]
    actions = Entry.objects.filter(subject_id=kept.public_id).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["arrangements.promised", "arrangements.kept"]


def test_nothing_paid_breaks_it_when_registers_have_come_and_pauses_the_next(family: Family) -> None:
    give(family)
    for day in range(1, 5):
        assert judge_promises(now=at(date(2026, 12, day))) == 0
    assert judge_promises(now=at(date(2026, 12, 5))) == 1
    assert (states(), told("promise_broken")) == (["broken"], [family.anna.recipient_id])
    later = at(date(2027, 1, 30))
    assert refusal(family, until=date(2027, 2, 5), now=later) is PromiseReason.BROKEN_LATELY
    offer = promise_offer(Actor.person(family.anna.pk), account_public_id=family.first.public_id, now=later)
    assert (offer.why, offer.free_on) == (PromiseReason.BROKEN_LATELY, date(2027, 1, 30))
    give(family, until=date(2027, 2, 5), now=at(date(2027, 1, 31)))


def recall(family: Family, made: str, *, now: datetime, person: Person | None = None) -> None:
    by = Actor.person((person or family.anna).pk)
    recall_promise(by=by, account_public_id=family.first.public_id, promise_public_id=made, now=now)


def test_taken_back_it_silences_nothing_and_only_the_same_day_costs_nothing(family: Family) -> None:
    ids = [family.first.pk]
    recall(family, give(family), now=NOW + timedelta(hours=1))
    assert (states(), promised_left(ids, today=NOW.date())) == (["recalled"], {})
    made, day_after = give(family), NOW + timedelta(days=1)
    for _again in range(2):
        recall(family, made, now=day_after)
    assert states() == ["recalled", "recalled"]
    assert judge_promises(now=at(date(2026, 12, 9))) == 0
    assert (told("promise_broken"), told("promise_kept")) == ([], [])
    actions = Entry.objects.filter(subject_id=made).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["arrangements.promised", "arrangements.recalled"]
    assert refusal(family, now=day_after) is PromiseReason.BROKEN_LATELY
    Link.objects.filter(person=family.boris).update(can_pay=True)
    give(family, person=family.boris, now=day_after)


def test_taken_back_every_evening_it_wins_no_month(family: Family) -> None:
    for day in range(2):
        recall(family, give(family, now=NOW + timedelta(days=day)), now=NOW + timedelta(days=day, hours=8))
    assert refusal(family, now=NOW + timedelta(days=2)) is PromiseReason.BROKEN_LATELY


def test_what_was_paid_is_kept_and_cannot_be_taken_back_before_the_job_says_so(family: Family) -> None:
    made, day_after = give(family), NOW + timedelta(days=1)
    pay(family.first, 300_00, on=day_after.date())
    with pytest.raises(PromiseConflict) as over:
        recall(family, made, now=day_after)
    assert (over.value.reason, states()) == (PromiseReason.OVER, ["open"])
    by = Actor.person(family.anna.pk)
    offer = promise_offer(by, account_public_id=family.first.public_id, now=day_after)
    assert (offer.standing is not None, offer.mine) == (True, False)
    judge_promises(now=day_after)
    assert states() == ["kept"]
    owe(family.first, 100_00)
    give(family, now=day_after)


def test_many_of_somebody_elses_hide_no_broken_one(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    give(family)
    judge_promises(now=(later := at(date(2026, 12, 5))))
    broken = PaymentPromise.objects.get()
    for _row in range(20):
        PaymentPromise.objects.create(
            account_id=broken.account_id,
            person_id=family.boris.pk,
            kopecks=1,
            made_at=later,
            made_on=later.date(),
            until_on=date(2026, 12, 9),
            after_seq=1,
            state=PromiseState.RECALLED.value,
            decided_at=later,
        )
    changes: dict[str, Any] = {"until": date(2026, 12, 15), "now": later}
    assert refusal(family, **changes) is PromiseReason.BROKEN_LATELY
    answers = promise_answers(accounts_by_id([family.first.pk]), person_id=family.anna.pk, now=later)
    assert answers[family.first.pk].why is PromiseReason.BROKEN_LATELY


def test_it_is_taken_back_by_its_maker_only_and_not_when_its_day_is_over(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    made = give(family)
    for person, now in ((family.boris, NOW), (family.anna, at(UNTIL + timedelta(days=1)))):
        with pytest.raises(PromiseConflict):
            recall(family, made, now=now, person=person)
    with pytest.raises(PromiseConflict):
        recall(family, "another", now=NOW)
    with pytest.raises(PromiseNotFound):
        recall(family, made, now=NOW, person=family.vera)
    assert states() == ["open"]
    judge_promises(now=at(date(2026, 12, 5)))
    with pytest.raises(PromiseConflict):
        recall(family, made, now=at(date(2026, 12, 5)))
    assert states() == ["broken"]


def test_a_job_that_comes_weeks_late_goes_by_the_days_of_postings(family: Family) -> None:
    give(family)
    pay(family.first, 300_00, on=UNTIL)
    owe(family.first, 900_00)
    assert judge_promises(now=at(date(2027, 1, 20))) == 1
    assert states() == ["kept"]


def test_what_was_paid_a_day_late_does_not_keep_it(family: Family) -> None:
    give(family)
    pay(family.first, 300_00, on=UNTIL + timedelta(days=1))
    judge_promises(now=at(date(2026, 12, 2)))
    assert states() == ["open"]
    judge_promises(now=at(date(2026, 12, 5)))
    assert states() == ["broken"]


def test_a_register_that_is_late_mends_it(family: Family) -> None:
    give(family)
    judge_promises(now=at(date(2026, 12, 5)))
    pay(family.first, 300_00, on=date(2026, 11, 28))
    assert judge_promises(now=at(date(2026, 12, 9))) == 1
    assert (states(), len(told("promise_kept"))) == (["kept"], 1)
    # It is no broken one any more: another may be given.
    owe(family.first, 100_00)
    give(family, until=date(2026, 12, 15), now=at(date(2026, 12, 10)))


def test_one_stands_at_a_time_whoever_gave_it(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    give(family, person=family.boris)
    assert refusal(family) is PromiseReason.OPEN
    row = PaymentPromise.objects.get()
    row.pk, row.public_id = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_no_debt_no_far_day_no_promise(family: Family, settings: Any) -> None:
    assert refusal(family, until=date(2026, 12, 5)) is PromiseReason.DAY
    assert refusal(family, until=date(2026, 11, 20)) is PromiseReason.DAY
    settings.PROMISE_DAYS = 0
    assert refusal(family) is PromiseReason.OFF
    settings.PROMISE_DAYS = 14
    pay(family.first, 300_00, on=date(2026, 11, 20))
    assert refusal(family) is PromiseReason.NO_DEBT


@pytest.mark.parametrize("who", ["boris", "vera"])
def test_who_may_not_pay_may_not_promise(family: Family, who: str) -> None:
    with pytest.raises(PromiseNotFound):
        give(family, person=getattr(family, who))


def test_the_next_holder_has_nothing_of_the_former_ones_word(family: Family) -> None:
    give(family)
    Account.objects.filter(pk=family.first.pk).update(held_since=date(2026, 11, 25))
    assert standing_promises([family.first.pk]) == {}
    assert promised_left([family.first.pk], today=UNTIL).keys() == frozenset()
    pay(family.first, 300_00, on=date(2026, 11, 26))
    judge_promises(now=at(date(2026, 11, 27)))
    assert (states(), told("promise_kept")) == (["dropped"], [])
    owe(family.first, 50_00)
    give(family, until=date(2026, 12, 5), now=at(date(2026, 11, 28)))


def test_who_leaves_the_cabinet_has_promised_nothing(family: Family) -> None:
    give(family)
    with transaction.atomic():
        drop_promises(person_id=family.anna.pk, by=Actor.person(family.anna.pk), now=NOW)
    assert states() == ["dropped"]
    assert judge_promises(now=at(date(2026, 12, 20))) == 0
    (row,) = promised_by(person_id=family.anna.pk, limit=5)
    assert (row["account"], row["state"], row["kopecks"]) == (family.first.number, "dropped", 300_00)


def test_a_storno_that_is_known_late_unkeeps_it_in_whatever_order_it_came(family: Family) -> None:
    give(family)
    pay(family.first, 300_00, on=date(2026, 11, 24))
    judge_promises(now=at(date(2026, 11, 25)))
    assert states() == ["kept"]
    pay(family.first, -300_00, on=date(2026, 11, 24))
    # Until registers have come it may be paid again in time, and nobody is told one thing and then another.
    assert judge_promises(now=at(date(2026, 12, 2))) == 0
    assert judge_promises(now=at(date(2026, 12, 5))) == 1
    assert (states(), len(told("promise_broken"))) == (["broken"], 1)
    assert judge_promises(now=at(date(2026, 12, 6))) == 0
    assert refusal(family, until=date(2026, 12, 15), now=at(date(2026, 12, 6))) is PromiseReason.BROKEN_LATELY


def test_a_storno_with_a_payment_in_time_after_it_leaves_it_kept(family: Family) -> None:
    give(family)
    pay(family.first, 300_00, on=date(2026, 11, 24))
    judge_promises(now=at(date(2026, 11, 25)))
    pay(family.first, -300_00, on=date(2026, 11, 24))
    pay(family.first, 300_00, on=UNTIL)
    assert judge_promises(now=at(date(2026, 12, 20))) == 0
    assert states() == ["kept"]


def test_a_helpers_word_ends_with_the_right_to_pay(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    give(family, person=family.boris)
    Link.objects.filter(person=family.boris).update(can_pay=False)
    # At once, before any job: Anna is reminded again, sees no word of his, and may give her own.
    assert promised_left([family.first.pk], today=UNTIL).keys() == frozenset()
    anna = Actor.person(family.anna.pk)
    offer = promise_offer(anna, account_public_id=family.first.public_id, now=NOW)
    assert (offer.why, offer.standing) == (None, None)
    give(family)
    assert states() == ["dropped", "open"]
    pay(family.first, 300_00, on=date(2026, 11, 24))
    judge_promises(now=at(date(2026, 11, 25)))
    assert told("promise_kept") == [family.anna.recipient_id]


def test_nobody_is_told_whether_was_paid_what_they_may_not_see(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    give(family, person=family.boris)
    Link.objects.filter(person=family.boris).delete()
    judge_promises(now=at(date(2026, 12, 6)))
    assert (states(), told("promise_broken")) == (["dropped"], [])


def test_who_broke_a_word_waits_alone(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    give(family, person=family.boris)
    judge_promises(now=at(date(2026, 12, 6)))
    later: dict[str, Any] = {"until": date(2026, 12, 15), "now": at(date(2026, 12, 6))}
    assert refusal(family, person=family.boris, **later) is PromiseReason.BROKEN_LATELY
    give(family, **later)
    assert states() == ["broken", "open"]


def test_what_befalls_one_promise_is_no_matter_of_those_behind_it(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(family)
    late = at(UNTIL + timedelta(days=30))
    first = PaymentPromise.objects.get()
    other = make_family()
    give(other)
    judge = arrangements._judge

    def spoilt(identity: int, *, now: datetime) -> bool:
        if identity == first.pk:
            raise RuntimeError("a row nobody can read")
        return judge(identity, now=now)

    monkeypatch.setattr(arrangements, "_judge", spoilt)
    assert judge_promises(now=late) == 1
    assert sorted(states()) == ["broken", "open"]
