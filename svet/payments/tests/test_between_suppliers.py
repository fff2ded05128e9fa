"""A payment that belongs to another supplier: moved in the books of both, and the money sent after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.ledger.models import Posting, Transaction
from svet.notices.models import Notice
from svet.payments.models import MoneyAct, MoneySending
from svet.payments.operations import acts, take
from svet.payments.operations.claiming import ClaimConflict
from svet.payments.operations.sendings import mark_sent, take_mark_back
from svet.payments.queries.sendings import open_sending_count, open_sendings, sending_of
from svet.payments.rules.acts import MoneyActKind, MoneyActReason, MoneyActRefused, NewMoneyAct
from svet.payments.rules.registers import CaseKind
from svet.payments.rules.sendings import PaymentOrderSlip, SendingState
from svet.payments.tests.factories import Family, make_family, owe, provider_with_requisites
from svet.payments.tests.test_acts import NOW, TODAY, WHY, owed, refused, sign, sound, undo
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.staffing.tests.factories import make_member
from tests.kills import MOST, enough, killed_at

PAID_ON = date(2026, 11, 3)
SLIP = PaymentOrderSlip("1 042", TODAY)


@dataclass(frozen=True)
class Two:
    olga: Actor
    ivan: Actor
    ours: Account
    theirs: Account
    anna: Person
    mother: Person


def make_two_of(family: Family) -> Two:
    """A second supplier beside the family's, with an account of Anna's mother."""
    other = provider_with_requisites(code="sever", name="Северэнерго")
    theirs = make_account(provider=other, number="0700000001")
    mother = make_person(first_name="Мария", patronymic="Петровна")
    make_link(person=mother, account=theirs, confirmed=True)
    owe(theirs, 900_00)
    olga, ivan = (Actor.staff(make_member().person_id, name=name) for name in ("Ольга", "Иван"))
    return Two(olga, ivan, family.first, theirs, family.anna, mother)


@pytest.fixture
def two(db: None) -> Two:
    return make_two_of(make_family())


def moving(kopecks: int = 500_00, *, provider: str = "sever", to: str = "0700000001") -> NewMoneyAct:
    return NewMoneyAct(MoneyActKind.TRANSFER, kopecks, "Заявление № 5", PAID_ON, to, provider)


def write(two: Two, act: NewMoneyAct | None = None) -> acts.MoneyActReport:
    act = act or moving()
    seen = acts.preview_act(by=two.olga, account_public_id=two.ours.public_id, new=act, now=NOW)
    return acts.write_act(
        by=two.olga, account_public_id=two.ours.public_id, new=act, reason=WHY, shown=seen.shown, now=NOW
    )


def posted(two: Two) -> str:
    report = write(two)
    sign(report.public_id, by=two.ivan)
    return report.public_id


def sent(two: Two, act: str, slip: PaymentOrderSlip = SLIP) -> None:
    mark_sent(by=two.olga, act_public_id=act, slip=slip, now=NOW)


def state_of(act: str) -> SendingState:
    found = sending_of(act)
    assert found is not None
    return found.state


def books() -> dict[str, tuple[str, date, dict[str, int]]]:
    return {
        one.key: (
            one.provider.code,
            one.effective_on,
            dict(one.postings.values_list("book", "kopecks")),
        )
        for one in Transaction.objects.filter(key__startswith="act:").select_related("provider")
    }


def test_it_stands_in_the_books_of_both_on_the_day_it_was_paid_after_two_signatures(two: Two) -> None:
    ours, theirs = owed(two.ours), owed(two.theirs)
    seen = acts.preview_act(by=two.olga, account_public_id=two.ours.public_id, new=moving(1_00), now=NOW)
    assert (seen.before.kopecks, seen.after.kopecks) == (ours, ours + 1_00)
    assert (seen.to_before.kopecks, seen.to_after.kopecks) == (theirs, theirs - 1_00)
    assert (seen.by_two, seen.sends, seen.receives) == (True, "Уралэнергосбыт", "Северэнерго")
    report = write(two)
    assert report.waits
    assert (owed(two.ours), owed(two.theirs), books(), open_sending_count()) == (ours, theirs, {}, 0)
    assert refused(lambda: sign(report.public_id, by=two.olga)) is MoneyActReason.SAME_HAND
    sign(report.public_id, by=two.ivan)
    assert (owed(two.ours), owed(two.theirs)) == (ours + 500_00, theirs - 500_00)
    key = f"act:{report.public_id}"
    assert books() == {
        key: ("ural", PAID_ON, {"receivable": 500_00, "interco": -500_00}),
        f"{key}:to": ("sever", PAID_ON, {"interco": 500_00, "receivable": -500_00}),
    }
    (task,) = open_sendings(limit=9)
    assert (task.from_name, task.to_name, task.money.kopecks) == ("Уралэнергосбыт", "Северэнерго", 500_00)
    assert (task.from_account, task.to_account, task.age(NOW)) == (
        two.ours.number,
        two.theirs.number,
        timedelta(0),
    )
    told = {notice.recipient_id: notice.text for notice in Notice.objects.filter(event="money_moved")}
    assert "на другой счёт" in told[two.anna.recipient_id]
    assert "с другого счёта" in told[two.mother.recipient_id]
    sound()


def test_signed_twice_it_is_posted_once(two: Two) -> None:
    act = posted(two)
    before = owed(two.ours), owed(two.theirs)
    assert refused(lambda: sign(act, by=two.ivan)) is MoneyActReason.DECIDED
    assert (owed(two.ours), owed(two.theirs)) == before
    assert open_sending_count() == 1


def test_the_same_supplier_chosen_makes_the_ordinary_transfer(two: Two) -> None:
    second = make_account(provider=two.ours.provider)
    report = write(two, moving(5_00, provider="ural", to=second.number))
    assert not report.waits
    act = MoneyAct.objects.get()
    assert (act.kind, open_sending_count()) == (MoneyActKind.TRANSFER, 0)
    assert not Posting.objects.filter(book="interco").exists()
    sound()


def test_a_number_both_suppliers_have_goes_to_the_chosen_one(two: Two) -> None:
    same = make_account(provider=two.ours.provider, number=two.theirs.number)
    sign(write(two).public_id, by=two.ivan)
    assert owed(same) == 0
    assert owed(two.theirs) == 400_00


def test_the_other_supplier_must_be_chosen_and_known_and_have_the_account(two: Two) -> None:
    for act, reason in {
        moving(provider=""): MoneyActReason.OTHER_PROVIDER,
        moving(provider="nobody"): MoneyActReason.OTHER_ACCOUNT,
        moving(to="0799999999"): MoneyActReason.OTHER_ACCOUNT,
        moving(-1_00): MoneyActReason.SUM,
    }.items():
        assert refused(partial(write, two, act)) is reason
    assert not MoneyAct.objects.exists()


def test_a_closed_account_of_the_other_supplier_still_takes_what_it_owes(two: Two) -> None:
    Account.objects.filter(pk=two.theirs.pk).update(closed_on=date(2026, 11, 10))
    seen = acts.preview_act(by=two.olga, account_public_id=two.ours.public_id, new=moving(), now=NOW)
    assert seen.to_account is not None
    assert seen.to_account.closed_on == date(2026, 11, 10)
    posted(two)
    assert owed(two.theirs) == 400_00
    sound()


def test_the_task_stands_until_somebody_says_by_which_payment_order_it_was_sent(two: Two) -> None:
    act = posted(two)
    for slip, reason in {
        PaymentOrderSlip("  ", TODAY): MoneyActReason.SENDING_NUMBER,
        PaymentOrderSlip("1" * 21, TODAY): MoneyActReason.SENDING_NUMBER,
        PaymentOrderSlip("7", TODAY + timedelta(days=1)): MoneyActReason.SENDING_DAY,
        PaymentOrderSlip("7", date(1990, 1, 1)): MoneyActReason.SENDING_DAY,
    }.items():
        assert refused(partial(sent, two, act, slip)) is reason
    assert open_sending_count() == 1
    take(kind=CaseKind.SENDING, subject=act, by=two.ivan, now=NOW)
    with pytest.raises(ClaimConflict):
        sent(two, act)
    take(kind=CaseKind.SENDING, subject=act, by=two.olga, now=NOW, over=True)
    sent(two, act)
    found = sending_of(act)
    assert found is not None
    assert (found.state, found.number, found.sent_on, found.sent_by) == (
        SendingState.SENT,
        "1 042",
        TODAY,
        "Ольга",
    )
    assert refused(lambda: sent(two, act)) is MoneyActReason.SENDING_CHANGED
    assert open_sending_count() == 0
    sound()


def test_a_mark_by_mistake_is_taken_back_and_the_money_is_owed_again(two: Two) -> None:
    act = posted(two)
    sent(two, act)
    take_mark_back(by=two.ivan, act_public_id=act, reason=WHY, now=NOW)
    assert state_of(act) is SendingState.OPEN
    again = partial(take_mark_back, by=two.ivan, act_public_id=act, reason=WHY, now=NOW)
    assert refused(again) is MoneyActReason.SENDING_CHANGED
    sent(two, act, PaymentOrderSlip("1043", TODAY))
    sound()


def test_undone_before_the_money_was_sent_nothing_is_to_be_sent_either_way(two: Two) -> None:
    ours, theirs = owed(two.ours), owed(two.theirs)
    act = posted(two)
    seen = acts.preview_undo(by=two.olga, act_public_id=act, now=NOW)
    assert (seen.by_two, seen.sends, seen.receives) == (True, "", "")
    back = undo(act, by=two.ivan)
    assert back.waits
    sign(back.public_id, by=two.olga)
    assert (owed(two.ours), owed(two.theirs), open_sending_count()) == (ours, theirs, 0)
    assert state_of(act) is state_of(back.public_id) is SendingState.DROPPED
    assert refused(lambda: sent(two, act)) is MoneyActReason.SENDING_CHANGED
    sound()


def test_undone_after_the_money_was_sent_the_other_supplier_owes_it_back(two: Two) -> None:
    act = posted(two)
    sent(two, act)
    back = undo(act, by=two.olga)
    sign(back.public_id, by=two.ivan)
    (task,) = open_sendings(limit=9)
    assert (task.act_public_id, task.from_name, task.to_name, task.money.kopecks) == (
        back.public_id,
        "Северэнерго",
        "Уралэнергосбыт",
        500_00,
    )
    assert (task.from_account, task.to_account) == (two.theirs.number, two.ours.number)
    mark = partial(take_mark_back, by=two.ivan, act_public_id=act, reason=WHY, now=NOW)
    assert refused(mark) is MoneyActReason.SENDING_CHANGED
    sent(two, back.public_id, PaymentOrderSlip("77", TODAY))
    assert open_sending_count() == 0
    sound()


def test_money_sent_while_the_undoing_waits_is_looked_at_again_before_the_signature(two: Two) -> None:
    act = posted(two)
    back = undo(act, by=two.olga)
    seen = acts.preview_waiting(by=two.ivan, act_public_id=back.public_id)
    assert seen.sends == ""
    sent(two, act)
    blind = partial(acts.sign_act, by=two.ivan, act_public_id=back.public_id, shown=seen.shown, now=NOW)
    assert refused(blind) is MoneyActReason.CHANGED
    assert acts.preview_waiting(by=two.ivan, act_public_id=back.public_id).sends == "Северэнерго"
    sign(back.public_id, by=two.ivan)
    assert state_of(back.public_id) is SendingState.OPEN
    sound()


def test_a_refused_undoing_leaves_the_task_and_another_one_may_come(two: Two) -> None:
    act = posted(two)
    back = undo(act, by=two.olga)
    acts.refuse_act(by=two.ivan, act_public_id=back.public_id, reason=WHY, now=NOW)
    assert (state_of(act), sending_of(back.public_id)) == (SendingState.OPEN, None)
    sign(undo(act, by=two.olga).public_id, by=two.ivan)
    assert state_of(act) is SendingState.DROPPED
    sound()


def test_only_staff_says_that_money_was_sent_and_only_of_such_an_act(two: Two) -> None:
    act = posted(two)
    for actor in (Actor.person(two.anna.pk), Actor.anonymous(), Actor.system("job")):
        with pytest.raises(MoneyActRefused):
            mark_sent(by=actor, act_public_id=act, slip=SLIP, now=NOW)
        with pytest.raises(MoneyActRefused):
            take_mark_back(by=actor, act_public_id=act, reason=WHY, now=NOW)
    other = write(two, NewMoneyAct(MoneyActKind.CORRECTION, 1_00, "№ 1", TODAY))
    assert refused(lambda: sent(two, other.public_id)) is MoneyActReason.NOT_FOUND
    assert refused(lambda: sent(two, "nothere")) is MoneyActReason.NOT_FOUND


def test_the_database_itself_wants_two_hands_and_a_payment_order(two: Two) -> None:
    act = posted(two)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneyAct.objects.filter(public_id=act).update(decided_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        MoneySending.objects.update(state=SendingState.SENT)


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_it_is_in_the_books_of_both_or_of_neither() -> None:
    two = make_two_of(make_family())
    kills = 0
    for point in range(1, MOST):
        ours, theirs = owed(two.ours), owed(two.theirs)
        act = write(two).public_id
        seen = acts.preview_waiting(by=two.ivan, act_public_id=act)
        killed = killed_at(
            point,
            partial(acts.sign_act, by=two.ivan, act_public_id=act, shown=seen.shown, now=NOW),
        )
        kills += killed
        moved = owed(two.ours) - ours
        assert moved in (0, 500_00)
        assert owed(two.theirs) == theirs - moved
        assert (sending_of(act) is not None) == bool(moved)
        sound()
        if not killed:
            break
        if not moved:
            acts.refuse_act(by=two.olga, act_public_id=act, reason=WHY, now=NOW)
    assert enough(kills, every=11, short=3), kills
