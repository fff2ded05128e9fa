"""Acts of staff about the books: Olga writes, Ivan signs; Anna's account is what it is about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.billing.models import FactDraft
from svet.billing.queries.hands import alone_lately
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.ledger import queries as ledger
from svet.ledger.models import Posting, Transaction
from svet.notices.models import Notice
from svet.payments import queries, texts
from svet.payments.models import MoneyAct
from svet.payments.operations import acts
from svet.payments.queries.acts import act_by_id, waiting_act_count
from svet.payments.rules.acts import (
    MoneyActConflict,
    MoneyActKind,
    MoneyActReason,
    MoneyActRefused,
    NewMoneyAct,
)
from svet.payments.tests.factories import make_family, owe, provider_with_requisites
from svet.staffing.tests.factories import make_member

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = date(2026, 11, 22)
WHY = "заявление потребителя"


@dataclass(frozen=True)
class Desk:
    olga: Actor
    ivan: Actor
    first: Account
    second: Account


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()


def make_desk() -> Desk:
    family = make_family()
    olga, ivan = (Actor.staff(make_member().person_id, name=name) for name in ("Ольга", "Иван"))
    return Desk(olga, ivan, family.first, family.second)


def new(kind: MoneyActKind, kopecks: int, *, to: str = "", on: date = TODAY) -> NewMoneyAct:
    return NewMoneyAct(kind, kopecks, "Акт № 7", on, to)


def write(desk: Desk, act: NewMoneyAct, *, by: Actor | None = None) -> acts.MoneyActReport:
    hand = by or desk.olga
    seen = acts.preview_act(by=hand, account_public_id=desk.first.public_id, new=act, now=NOW)
    return acts.write_act(
        by=hand, account_public_id=desk.first.public_id, new=act, reason=WHY, shown=seen.shown, now=NOW
    )


def sign(public_id: str, *, by: Actor) -> None:
    seen = acts.preview_waiting(by=by, act_public_id=public_id)
    acts.sign_act(by=by, act_public_id=public_id, shown=seen.shown, now=NOW)


def undo(public_id: str, *, by: Actor) -> acts.MoneyActReport:
    seen = acts.preview_undo(by=by, act_public_id=public_id, now=NOW)
    return acts.undo_act(by=by, act_public_id=public_id, reason=WHY, shown=seen.shown, now=NOW)


def owed(account: Account) -> int:
    return ledger.balance(account.pk).kopecks


def refused(act: Callable[[], object]) -> MoneyActReason:
    with pytest.raises(Refused) as caught:
        act()
    assert texts.explain(caught.value) != texts.explain(Refused(MoneyActKind.TRANSFER))
    return MoneyActReason(caught.value.reason)


def sound() -> None:
    assert queries.broken() == ledger.broken() == []


def test_a_small_transfer_is_posted_at_once_on_both_accounts_and_both_are_told(desk: Desk) -> None:
    first, second = owed(desk.first), owed(desk.second)
    report = write(desk, new(MoneyActKind.TRANSFER, 500_00, to=desk.second.number))
    assert not report.waits
    assert (owed(desk.first), owed(desk.second)) == (first + 500_00, second - 500_00)
    posted = Transaction.objects.get(key=f"act:{report.public_id}")
    assert (posted.kind, posted.effective_on) == ("transfer", TODAY)
    assert set(Posting.objects.filter(transaction=posted).values_list("book", flat=True)) == {"receivable"}
    told = {notice.text for notice in Notice.objects.filter(event="money_moved")}
    assert any("перенесены с него на другой счёт" in text for text in told)
    assert any("с другого счёта перенесены" in text for text in told)
    sound()


def test_a_transfer_to_another_supplier_or_to_itself_is_refused_in_words(desk: Desk) -> None:
    stranger = make_account(provider=provider_with_requisites(code="other"), number="0700000001")
    for number, reason in {
        stranger.number: MoneyActReason.OTHER_PROVIDER,
        desk.first.number: MoneyActReason.SAME_ACCOUNT,
        "0399999999": MoneyActReason.OTHER_ACCOUNT,
        "abc": MoneyActReason.OTHER_ACCOUNT,
    }.items():
        assert refused(partial(write, desk, new(MoneyActKind.TRANSFER, 1_00, to=number))) is reason
    assert not MoneyAct.objects.exists()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (new(MoneyActKind.CORRECTION, 0), MoneyActReason.SUM),
        (new(MoneyActKind.WRITE_OFF, -1_00), MoneyActReason.SUM),
        (new(MoneyActKind.CORRECTION, 10**12), MoneyActReason.SUM),
        (new(MoneyActKind.CORRECTION, 1_00, on=date(2026, 11, 23)), MoneyActReason.DAY),
        (new(MoneyActKind.CORRECTION, 1_00, on=date(1990, 1, 1)), MoneyActReason.DAY),
        (NewMoneyAct(MoneyActKind.CORRECTION, 1_00, "  ", TODAY), MoneyActReason.DOCUMENT),
        (new(MoneyActKind.WRITE_OFF, 100_000_00), MoneyActReason.ABOVE_DEBT),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, act: NewMoneyAct, reason: MoneyActReason) -> None:
    assert refused(lambda: write(desk, act)) is reason


def test_beyond_the_limit_another_member_signs(desk: Desk) -> None:
    before = owed(desk.first)
    report = write(desk, new(MoneyActKind.CORRECTION, -1500_00))
    assert report.waits
    assert (owed(desk.first), waiting_act_count()) == (before, 1)
    assert refused(lambda: sign(report.public_id, by=desk.olga)) is MoneyActReason.SAME_HAND
    sign(report.public_id, by=desk.ivan)
    assert (owed(desk.first), waiting_act_count()) == (before - 1500_00, 0)
    assert refused(lambda: sign(report.public_id, by=desk.ivan)) is MoneyActReason.DECIDED
    assert owed(desk.first) == before - 1500_00
    sound()


def test_small_acts_of_one_hand_add_up_to_the_limit(desk: Desk) -> None:
    assert not write(desk, new(MoneyActKind.CORRECTION, -600_00)).waits
    assert write(desk, new(MoneyActKind.CORRECTION, -600_00)).waits


def test_facts_by_one_hand_are_in_the_same_pot_and_money_in_theirs(desk: Desk) -> None:
    given = FactDraft.objects.create(
        account_id=desk.first.pk,
        kind="end",
        facts={"on": "2026-11-01"},
        given_kopecks=600_00,
        months=1,
        since=date(2026, 10, 1),
        by_id=desk.olga.person_id,
        by_name=desk.olga.name,
        written_at=NOW,
        state="done",
        decided_at=NOW,
    )
    assert write(desk, new(MoneyActKind.CORRECTION, -600_00)).waits
    assert not write(desk, new(MoneyActKind.CORRECTION, -300_00)).waits
    # What is given back by a fact comes after money of the same hand too.
    assert alone_lately(desk.first.pk, now=NOW) == 900_00
    FactDraft.objects.filter(pk=given.pk).update(decided_by=desk.ivan.person_id)
    assert alone_lately(desk.first.pk, now=NOW) == 300_00


def test_a_write_off_has_always_two_signatures(desk: Desk) -> None:
    owe(desk.first, 50_00)
    before = owed(desk.first)
    report = write(desk, new(MoneyActKind.WRITE_OFF, 10_00))
    assert report.waits
    sign(report.public_id, by=desk.ivan)
    assert owed(desk.first) == before - 10_00
    assert Posting.objects.filter(book="write_off").get().kopecks == 10_00
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyAct.objects.filter(public_id=report.public_id).update(decided_by=desk.olga.person_id)
    sound()


def test_pressed_twice_it_is_written_once(desk: Desk) -> None:
    for kopecks in (-100_00, -5000_00):
        act = new(MoneyActKind.CORRECTION, kopecks)
        seen = acts.preview_act(by=desk.olga, account_public_id=desk.first.public_id, new=act, now=NOW)

        def press(act: NewMoneyAct = act, shown: str = seen.shown) -> None:
            acts.write_act(
                by=desk.olga,
                account_public_id=desk.first.public_id,
                new=act,
                reason=WHY,
                shown=shown,
                now=NOW,
            )

        press()
        assert refused(press) is MoneyActReason.CHANGED
    assert MoneyAct.objects.count() == 2


def test_a_balance_that_moved_is_looked_at_again_before_the_signature(desk: Desk) -> None:
    report = write(desk, new(MoneyActKind.CORRECTION, -5000_00))
    seen = acts.preview_waiting(by=desk.ivan, act_public_id=report.public_id)
    owe(desk.first, 1_00)
    with pytest.raises(MoneyActConflict):
        acts.sign_act(by=desk.ivan, act_public_id=report.public_id, shown=seen.shown, now=NOW)
    sign(report.public_id, by=desk.ivan)
    sound()


def test_a_debt_that_was_paid_meanwhile_is_not_written_off(desk: Desk) -> None:
    owe(desk.first, 50_00 - owed(desk.first))
    report = write(desk, new(MoneyActKind.WRITE_OFF, 50_00))
    owe(desk.first, -20_00)
    assert refused(lambda: sign(report.public_id, by=desk.ivan)) is MoneyActReason.ABOVE_DEBT
    acts.refuse_act(by=desk.olga, act_public_id=report.public_id, reason=WHY, now=NOW)
    assert owed(desk.first) == 30_00
    assert refused(lambda: sign(report.public_id, by=desk.ivan)) is MoneyActReason.DECIDED


def test_an_act_is_taken_back_once_by_a_new_act(desk: Desk) -> None:
    first, second = owed(desk.first), owed(desk.second)
    report = write(desk, new(MoneyActKind.TRANSFER, 500_00, to=desk.second.number))
    back = undo(report.public_id, by=desk.olga)
    # Five hundred were moved by this hand lately: the way back would be beyond the limit only above it.
    assert not back.waits
    assert (owed(desk.first), owed(desk.second)) == (first, second)
    assert refused(lambda: undo(report.public_id, by=desk.olga)) is MoneyActReason.UNDONE
    assert refused(lambda: undo(back.public_id, by=desk.olga)) is MoneyActReason.UNDONE
    assert Transaction.objects.filter(kind="transfer").count() == 2
    found = act_by_id(report.public_id)
    assert found is not None
    assert found.undone_by == back.public_id
    sound()


def test_what_two_have_signed_two_take_back(desk: Desk) -> None:
    before = owed(desk.first)
    report = write(desk, new(MoneyActKind.CORRECTION, 5000_00))
    sign(report.public_id, by=desk.ivan)
    back = undo(report.public_id, by=desk.ivan)
    assert back.waits
    acts.refuse_act(by=desk.olga, act_public_id=back.public_id, reason=WHY, now=NOW)
    again = undo(report.public_id, by=desk.ivan)
    sign(again.public_id, by=desk.olga)
    assert owed(desk.first) == before
    sound()


def test_only_staff_may(desk: Desk) -> None:
    act = new(MoneyActKind.CORRECTION, 1_00)
    for actor in (Actor.person(desk.olga.person_id or 0), Actor.anonymous(), Actor.system("job")):
        with pytest.raises(MoneyActRefused):
            acts.preview_act(by=actor, account_public_id=desk.first.public_id, new=act, now=NOW)
    assert refused(lambda: acts.preview_waiting(by=desk.olga, act_public_id="nothere")) is (
        MoneyActReason.NOT_FOUND
    )


def test_an_invented_posting_is_noticed(desk: Desk) -> None:
    report = write(desk, new(MoneyActKind.CORRECTION, 5_00))
    MoneyAct.objects.filter(public_id=report.public_id).update(kopecks=6_00)
    assert {breach.rpartition(" ")[2] for breach in queries.broken_books()} == {f"act:{report.public_id}"}


@pytest.mark.django_db(transaction=True)
def test_two_second_signatures_at_once_post_once() -> None:
    desk = make_desk()
    before = owed(desk.first)
    report = write(desk, new(MoneyActKind.CORRECTION, -5000_00))
    hands = [desk.ivan, *(Actor.staff(make_member().person_id, name="Пётр") for _ in range(3))]
    barrier, stopped = threading.Barrier(len(hands)), list[Exception]()

    def press(hand: Actor) -> None:
        seen = acts.preview_waiting(by=hand, act_public_id=report.public_id)
        barrier.wait()
        try:
            acts.sign_act(by=hand, act_public_id=report.public_id, shown=seen.shown, now=NOW)
        except Exception as error:
            stopped.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(hand,)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stopped) == len(hands) - 1
    assert all(isinstance(error, MoneyActConflict) for error in stopped)
    assert owed(desk.first) == before - 5000_00
    sound()


@pytest.mark.parametrize(
    ("kind", "kopecks", "moves", "book", "posted"),
    [
        (MoneyActKind.FEE, 50_00, 50_00, "revenue", "fee"),
        (MoneyActKind.BENEFIT, 50_00, -50_00, "subsidy", "benefit"),
        (MoneyActKind.PENALTY, 50_00, 50_00, "revenue", "penalty"),
        (MoneyActKind.PENALTY, -50_00, -50_00, "revenue", "penalty"),
    ],
)
def test_fees_benefits_and_penalties_have_books_and_kinds_of_their_own(
    desk: Desk, kind: MoneyActKind, kopecks: int, moves: int, book: str, posted: str
) -> None:
    before = owed(desk.first)
    written = write(desk, new(kind, kopecks))
    assert (written.waits, owed(desk.first)) == (False, before + moves)
    transaction = Transaction.objects.get(key=f"act:{written.public_id}")
    assert (transaction.kind, transaction.postings.get(book=book).kopecks) == (posted, -moves)
    undo(written.public_id, by=desk.olga)
    assert owed(desk.first) == before
    assert queries.broken() == []


@pytest.mark.parametrize("kind", [MoneyActKind.FEE, MoneyActKind.BENEFIT])
def test_a_fee_and_a_benefit_are_above_zero(desk: Desk, kind: MoneyActKind) -> None:
    assert refused(lambda: write(desk, new(kind, -1))) is MoneyActReason.SUM


def test_a_large_fee_waits_for_another_member(desk: Desk) -> None:
    written = write(desk, new(MoneyActKind.FEE, 5_000_00))
    before = owed(desk.first)
    assert written.waits
    sign(written.public_id, by=desk.ivan)
    assert owed(desk.first) == before + 5_000_00
    assert queries.broken() == []
