"""Acts: written with a document, ended by another or by what takes their ground away, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account
from svet.accounts.tests.factories import NOW, OFFICE, make_account, make_link, set_terms
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.metering.events.acts import ACT_EFFECTS, ACT_NAMES
from svet.metering.models import Meter, OfficeAct
from svet.metering.operations.acts import ActNotFound, end_act, sign_act, withdraw_act, write_act
from svet.metering.operations.controls import take_control_reading
from svet.metering.queries.acts import acts, acts_of, waiting_act_count, waiting_acts
from svet.metering.rules import Zone
from svet.metering.rules.acts import ActOf, ActReason, ActRefused, NewAct, earliest_tampering
from svet.metering.tests.factories import make_meter
from svet.metering.texts.acts import explain
from svet.notices.models import Notice
from svet.people.tests.factories import make_person
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
FOREVER = date(2199, 1, 1)
AUGUST, OCTOBER = date(2026, 8, 1), date(2026, 10, 1)


def new(kind: ActOf, since: date = OCTOBER, until: date | None = None, **more: Any) -> NewAct:
    given: dict[str, Any] = {"number": "17-А", "drawn_on": OCTOBER, **more}
    return NewAct(kind=kind, since=since, until=until, **given)


def write(act: NewAct, *, account: Account, meter: Meter | None = None, by: Actor = OFFICE) -> str:
    return write_act(
        by=by,
        account_public_id=account.public_id,
        act=act,
        meter_public_id=meter.public_id if meter else "",
        reason="обход участка",
        now=NOW,
    )


def counting(account: Account) -> list[tuple[ActOf, date, date | None]]:
    return [(each.kind, each.since, each.until) for each in acts([account.pk], until=FOREVER)[account.pk]]


def test_an_act_counts_from_its_day_and_is_ended_by_a_second_one() -> None:
    meter = make_meter(installed_on=AUGUST)
    act = write(new(ActOf.BROKEN), account=meter.account, meter=meter)
    assert counting(meter.account) == [(ActOf.BROKEN, OCTOBER, None)]
    ended = end_act(by=OFFICE, act_public_id=act, on=date(2026, 11, 2), number="18", now=NOW)
    assert counting(meter.account) == [(ActOf.BROKEN, OCTOBER, date(2026, 11, 2))]
    read = acts_of(account_id=meter.account_id)
    assert [(each.public_id, each.end_number, each.gone_at) for each in read] == [
        (ended, "18", None),
        (act, "", NOW),
    ]
    assert acts([meter.account_id], until=OCTOBER) == {meter.account_id: ()}
    assert list(Entry.objects.filter(subject="act").order_by("pk").values_list("action", flat=True)) == [
        "act.written",
        "act.ended",
    ]


def test_what_takes_its_ground_away_ends_an_act_whenever_it_is_told() -> None:
    meter = make_meter(installed_on=AUGUST)
    write(new(ActOf.LOST), account=meter.account, meter=meter)
    write(new(ActOf.REFUSED, since=date(2026, 9, 1)), account=meter.account)
    Meter.objects.filter(pk=meter.pk).update(removed_on=date(2026, 11, 10))
    assert (ActOf.LOST, OCTOBER, date(2026, 11, 10)) in counting(meter.account)
    take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(1000)}, read_on=date(2026, 11, 5), now=NOW
    )
    assert (ActOf.REFUSED, date(2026, 9, 1), date(2026, 11, 5)) in counting(meter.account)
    # Whoever was not let in again afterwards writes another act.
    write(new(ActOf.REFUSED, since=date(2026, 11, 20), drawn_on=date(2026, 11, 20)), account=meter.account)
    bare = make_account()
    write(new(ActOf.UNMETERED), account=bare)
    make_meter(account=bare, installed_on=date(2026, 11, 7))
    assert counting(bare) == [(ActOf.UNMETERED, OCTOBER, date(2026, 11, 7))]


def test_a_withdrawn_act_counts_for_no_day_and_stays_to_be_read() -> None:
    meter = make_meter(installed_on=AUGUST)
    act = write(new(ActOf.BROKEN), account=meter.account, meter=meter)
    with pytest.raises(Refused):
        withdraw_act(by=OFFICE, act_public_id=act, reason=" ", now=NOW)
    withdraw_act(by=OFFICE, act_public_id=act, reason="акт о другом приборе", now=NOW)
    assert counting(meter.account) == []
    (entry,) = acts_of(account_id=meter.account_id)
    assert (entry.gone_at, entry.gone_reason) == (NOW, "акт о другом приборе")
    with pytest.raises(ActNotFound):
        withdraw_act(by=OFFICE, act_public_id=act, reason="ещё раз", now=NOW)
    with pytest.raises(ActNotFound):
        sign_act(by=OFFICE, act_public_id=act, now=NOW)


def test_interference_counts_when_a_second_member_has_signed() -> None:
    account = make_account()
    first, second = (Actor.staff(make_member().person_id) for _ in range(2))
    act = write(new(ActOf.TAMPERED, since=AUGUST, until=OCTOBER), account=account, by=first)
    assert counting(account) == []
    assert waiting_act_count() == 1
    assert [each.public_id for each in waiting_acts(limit=5)] == [act]
    for hand in (first, OFFICE):
        with pytest.raises(ActRefused) as refused:
            sign_act(by=hand, act_public_id=act, now=NOW)
        assert refused.value.reason is ActReason.SAME_HAND
    sign_act(by=second, act_public_id=act, now=NOW)
    assert counting(account) == [(ActOf.TAMPERED, AUGUST, OCTOBER)]
    assert waiting_act_count() == 0
    with pytest.raises(ActRefused) as refused:
        sign_act(by=second, act_public_id=act, now=NOW)
    assert refused.value.reason is ActReason.SIGNED
    assert OfficeAct.objects.get().signed_by_id == second.person_id


def test_an_unsigned_act_can_be_withdrawn_and_tells_nobody() -> None:
    account = make_account()
    make_link(person=make_person(), account=account)
    act = write(new(ActOf.TAMPERED, since=AUGUST, until=OCTOBER), account=account)
    withdraw_act(by=OFFICE, act_public_id=act, reason="ошибка в адресе", now=NOW)
    assert waiting_act_count() == 0
    assert not Notice.objects.filter(event="office_act").exists()


def test_customers_are_told_of_an_act_and_of_its_withdrawal() -> None:
    meter = make_meter(installed_on=AUGUST)
    make_link(person=make_person(), account=meter.account)
    act = write(new(ActOf.BROKEN), account=meter.account, meter=meter)
    withdraw_act(by=OFFICE, act_public_id=act, reason="акт о другом приборе", now=NOW)
    assert Notice.objects.filter(event="office_act").count() == 2


@pytest.mark.parametrize(
    ("act", "of_meter", "reason"),
    [
        (new(ActOf.BROKEN, number=" "), True, ActReason.NUMBER),
        (new(ActOf.BROKEN, number="9" * 41), True, ActReason.NUMBER),
        (new(ActOf.BROKEN), False, ActReason.METER),
        (new(ActOf.REFUSED), True, ActReason.NO_METER),
        (new(ActOf.UNMETERED), False, ActReason.HAS_METER),
        (new(ActOf.SILENT), True, ActReason.NOT_SMART),
        (new(ActOf.BROKEN, until=OCTOBER), True, ActReason.ORDER),
        (new(ActOf.TAMPERED, since=AUGUST), False, ActReason.UNTIL),
        (new(ActOf.BROKEN, since=date(2026, 12, 31)), True, ActReason.FUTURE),
        (new(ActOf.BROKEN, drawn_on=date(2026, 12, 31)), True, ActReason.FUTURE),
        (new(ActOf.BROKEN, since=date(2026, 7, 31)), True, ActReason.BEFORE),
        (new(ActOf.REFUSED, since=date(2019, 12, 31)), False, ActReason.BEFORE),
        (new(ActOf.TAMPERED, since=date(2026, 6, 30), until=OCTOBER), False, ActReason.TOO_FAR_BACK),
        (new(ActOf.AWAY, until=date(2026, 10, 6), persons=1), False, ActReason.TOO_SHORT),
        (new(ActOf.AWAY, until=date(2026, 11, 1)), False, ActReason.PERSONS),
        (new(ActOf.AWAY, until=date(2026, 11, 1), persons=0), False, ActReason.PERSONS),
        (new(ActOf.AWAY, persons=1), False, ActReason.UNTIL),
    ],
)
def test_what_cannot_be_is_refused_in_words(act: NewAct, of_meter: bool, reason: ActReason) -> None:
    meter = make_meter(installed_on=AUGUST)
    with pytest.raises(ActRefused) as refused:
        write(act, account=meter.account, meter=meter if of_meter else None)
    assert refused.value.reason is reason
    assert explain(refused.value)
    assert not OfficeAct.objects.exists()


def test_of_the_same_thing_no_two_acts_share_a_day() -> None:
    meter = make_meter(installed_on=AUGUST)
    other = make_meter(account=meter.account, installed_on=AUGUST, serial="777000")
    write(new(ActOf.BROKEN), account=meter.account, meter=meter)
    with pytest.raises(ActRefused) as refused:
        write(new(ActOf.BROKEN, since=date(2026, 11, 1)), account=meter.account, meter=meter)
    assert refused.value.reason is ActReason.OVERLAPS
    write(new(ActOf.BROKEN), account=meter.account, meter=other)
    write(new(ActOf.BROKEN, since=AUGUST, until=OCTOBER), account=meter.account, meter=meter)
    with pytest.raises(ActRefused):
        write(new(ActOf.BROKEN), account=make_account(), meter=meter)


def test_an_act_cannot_be_ended_twice_nor_before_it_begins() -> None:
    meter = make_meter(installed_on=AUGUST)
    act = write(new(ActOf.BROKEN), account=meter.account, meter=meter)
    for on, number, reason in (
        (OCTOBER, "18", ActReason.ORDER),
        (date(2026, 12, 31), "18", ActReason.FUTURE),
        (date(2026, 11, 2), " ", ActReason.NUMBER),
    ):
        with pytest.raises(ActRefused) as refused:
            end_act(by=OFFICE, act_public_id=act, on=on, number=number, now=NOW)
        assert refused.value.reason is reason
    ended = end_act(by=OFFICE, act_public_id=act, on=date(2026, 11, 2), number="18", now=NOW)
    with pytest.raises(ActNotFound):
        end_act(by=OFFICE, act_public_id=act, on=date(2026, 11, 2), number="18", now=NOW)
    with pytest.raises(ActRefused) as refused:
        end_act(by=OFFICE, act_public_id=ended, on=date(2026, 11, 2), number="18", now=NOW)
    assert refused.value.reason is ActReason.ENDED


def test_a_customer_writes_no_act() -> None:
    meter = make_meter(installed_on=AUGUST)
    with pytest.raises(ActNotFound):
        write(new(ActOf.BROKEN), account=meter.account, meter=meter, by=Actor.person(make_person().pk))


def test_acts_are_never_edited_deleted_or_brought_back() -> None:
    meter = make_meter(installed_on=AUGUST)
    act = write(new(ActOf.BROKEN), account=meter.account, meter=meter)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeAct.objects.update(since=AUGUST)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeAct.objects.all().delete()
    withdraw_act(by=OFFICE, act_public_id=act, reason="акт о другом приборе", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeAct.objects.update(gone_at=None)


def test_many_accounts_cost_one_query() -> None:
    ids = [make_account().pk for _ in range(3)]
    with CaptureQueriesContext(connection) as asked:
        assert acts(ids, until=FOREVER) == dict.fromkeys(ids, ())
    assert len(asked) == 1


def test_three_months_back_are_counted_by_the_calendar() -> None:
    assert earliest_tampering(date(2026, 5, 31)) == date(2026, 2, 28)
    assert earliest_tampering(OCTOBER) == date(2026, 7, 1)
    assert set(ACT_NAMES) == set(ACT_EFFECTS) == set(ActOf)
    assert date(2026, 10, 7) - OCTOBER == timedelta(days=6)


def test_nobody_more_is_away_than_is_registered() -> None:
    account = make_account()
    set_terms(account, residents=4)
    act = new(ActOf.AWAY, until=OCTOBER + timedelta(days=20), persons=5)
    with pytest.raises(ActRefused) as refused:
        write(act, account=account)
    assert (refused.value.reason, refused.value.field) == (ActReason.MORE_PERSONS, "persons")
    assert "зарегистрировано: 4" in explain(refused.value)
    assert write(replace(act, persons=4), account=account)
    # Nobody knows how many live there: a norm is asked for that first.
    assert write(act, account=make_account())
