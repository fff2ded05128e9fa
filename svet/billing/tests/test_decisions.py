"""Decisions through the real run: previewed, signed, charged, explained, proved, and taken back whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from svet.accounts.models import Account
from svet.accounts.queries import account_for
from svet.accounts.tests.factories import make_provider
from svet.billing import operations, queries
from svet.billing.models import OverrideRow, Problem
from svet.billing.operations.decisions import (
    DecisionNotFound,
    DecisionReport,
    decide,
    preview_new,
    preview_signing,
    preview_undoing,
    sign_decision,
    undo_decision,
)
from svet.billing.operations.rehearsing import rehearse
from svet.billing.queries.decisions import decisions_of, preview_decision, waiting_decision_count
from svet.billing.queries.dry_runs import dry_run_of
from svet.billing.queries.explaining import explanation
from svet.billing.rules import BillingReason, LineCause
from svet.billing.rules.decisions import DecisionReason, DecisionRefused, NewDecision
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.rules.facts import OverrideKind
from svet.billing.rules.kinds import BillingProblem
from svet.billing.tests.factories import NOW, know
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter
from svet.metering.rules import Zone
from svet.people.tests.factories import make_person
from svet.staffing.rules import StaffRefused

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
_clock = iter(range(1, 100_000))


@pytest.fixture
def olga() -> Actor:
    return staff("Ольга")


@pytest.fixture
def ivan() -> Actor:
    return staff("Иван")


def staff(name: str) -> Actor:
    person = make_person(first_name=name, is_staff=True)
    return Actor.staff(person_id=person.pk, name=name)


def later() -> datetime:
    """Each act some minutes after the one before."""
    return NOW + timedelta(minutes=5 * next(_clock))


def run(*periods: Month, **how: Any) -> operations.RunReport:
    for period in periods:
        at = how.pop("at", None) or later()
        report = operations.run(provider_id=make_provider().pk, period=period, now=at, over_gap=True)
    return report


def learn(meter: Meter, value: int) -> None:
    """A control reading of the 24th of June that becomes known now."""
    know(meter, value, on=date(2026, 6, 24), kind="control", at=later())


def new(kind: OverrideKind, since: Month, until: Month | None = None, **more: Any) -> NewDecision:
    ends = None if kind in (OverrideKind.RECOMPUTE,) else until or since
    return NewDecision(kind=kind, document="служебная записка № 7", since=since, until=ends, **more)


def write(account: Account, what: NewDecision, by: Actor, **more: Any) -> DecisionReport:
    seen = preview_new(by=by, account_public_id=account.public_id, new=what, now=NOW, **more)
    return decide(
        by=by,
        account_public_id=account.public_id,
        new=what,
        reason="разобрано по заявлению",
        shown=seen.shown,
        now=later(),
        **more,
    )


def sign(report: DecisionReport, by: Actor) -> None:
    seen = preview_signing(by=by, decision_public_id=report.public_id, now=NOW)
    sign_decision(by=by, decision_public_id=report.public_id, shown=seen.shown, now=later())


def balance(account: Account) -> int:
    return ledger.balance(account.pk).kopecks


def proved(account: Account, *months: Month) -> None:
    """The books are right, and every charge is computed again from its own file."""
    assert queries.broken() == queries.uncharged() == []
    for month in months:
        told = explanation(account.pk, month)
        assert told is not None
        assert told.exact
        assert replayed(read(written(told))) == []


def test_a_void_month_is_taken_back_by_the_next_charge_and_undone_whole(olga: Actor, ivan: Actor) -> None:
    account, _ = make_summer()
    run(JUNE, JULY)
    seen = preview_new(
        by=olga, account_public_id=account.public_id, new=new(OverrideKind.NO_CHARGE, JUNE), now=NOW
    )
    (month,) = seen.months
    assert (month.month, month.stands.kopecks, month.changed.kopecks) == (JUNE, 48_500, 0)
    assert seen.effect == -48_500
    report = write(account, new(OverrideKind.NO_CHARGE, JUNE), olga)
    assert not report.waits
    run(AUGUST)
    charge = queries.charge(account.pk, AUGUST)
    assert charge is not None
    assert {line.cause for line in charge.lines if line.month == JUNE} == {LineCause.DECISION}
    assert balance(account) == 97_000
    proved(account, JUNE, JULY, AUGUST)

    back = preview_undoing(by=ivan, decision_public_id=report.public_id, now=NOW)
    assert back.effect == 48_500
    assert undo_decision(by=ivan, decision_public_id=report.public_id, reason="ошибка в месяце", now=later())
    run(AUGUST.plus(1))
    # June to August stand as if nothing had been decided; September is an average of them.
    assert balance(account) == 145_500 + 48_500
    proved(account, JUNE, AUGUST, AUGUST.plus(1))
    (entry,) = decisions_of(account_id=account.pk)
    assert entry.gone_reason == "ошибка в месяце"


def test_beyond_the_limit_two_sign_and_two_take_back(olga: Actor, ivan: Actor) -> None:
    account, _ = make_summer()
    run(JUNE)
    what = new(OverrideKind.CREDIT, JUNE, kopecks=-100_001)
    report = write(account, what, olga)
    assert report.waits
    assert waiting_decision_count() == 1
    run(JULY)
    assert balance(account) == 97_000
    with pytest.raises(DecisionRefused) as refused:
        sign(report, olga)
    assert refused.value.reason is DecisionReason.SAME_HAND
    sign(report, ivan)
    with pytest.raises(DecisionRefused) as refused:
        sign_decision(by=ivan, decision_public_id=report.public_id, shown="", now=NOW)
    assert refused.value.reason is DecisionReason.SIGNED
    run(AUGUST)
    assert balance(account) == 145_500 - 100_001
    proved(account, JUNE, JULY, AUGUST)
    how: dict[str, Any] = {"decision_public_id": report.public_id, "reason": "решено иначе", "now": later()}
    assert not undo_decision(by=ivan, **how)
    with pytest.raises(DecisionRefused) as refused:
        undo_decision(by=ivan, **how)
    assert refused.value.reason is DecisionReason.SAME_HAND
    run(AUGUST.plus(1))
    assert balance(account) == 194_000 - 100_001
    assert undo_decision(by=olga, **how | {"now": later()})
    run(OCTOBER)
    assert balance(account) == 242_500
    with pytest.raises(DecisionNotFound):
        undo_decision(by=olga, **how)


def test_many_small_sums_of_one_hand_ask_for_the_second(olga: Actor) -> None:
    account, _ = make_summer()
    run(JUNE)
    assert not write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-60_000), olga).waits
    assert not write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-40_000), olga).waits
    assert write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-1), olga).waits


def test_a_preview_that_is_old_is_signed_by_nobody(olga: Actor, ivan: Actor) -> None:
    account, meter = make_summer()
    run(JUNE, JULY)
    what = new(OverrideKind.NO_CHARGE, JULY)
    seen = preview_new(by=olga, account_public_id=account.public_id, new=what, now=NOW)
    learn(meter, 150)
    with pytest.raises(DecisionRefused) as refused:
        decide(
            by=olga, account_public_id=account.public_id, new=what, reason="по заявлению", shown=seen.shown,
            now=later(),
        )  # fmt: skip
    assert refused.value.reason is DecisionReason.CHANGED
    assert not OverrideRow.objects.exists()


def test_a_hold_posts_nothing_and_what_waited_comes_as_months_of_its_own(olga: Actor) -> None:
    account, _ = make_summer()
    run(JUNE)
    hold = NewDecision(kind=OverrideKind.HOLD, document="№ 1", since=JULY)
    report = write(account, hold, olga)
    assert not report.waits
    assert run(JULY).problems == 1
    (problem,) = Problem.objects.all()
    assert problem.reason == BillingReason.HELD
    assert queries.uncharged() == []
    assert undo_decision(by=olga, decision_public_id=report.public_id, reason="вопрос решён", now=later())
    assert run(AUGUST).problems == 0
    charge = queries.charge(account.pk, AUGUST)
    assert charge is not None
    assert [(line.month, line.cause) for line in charge.lines] == [
        (JULY, LineCause.FIRST),
        (AUGUST, LineCause.FIRST),
    ]
    assert balance(account) == 145_500
    assert not Problem.objects.exists()
    proved(account, JUNE, AUGUST)


def test_a_hold_that_ends_by_itself_is_not_overlooked_by_the_short_way(olga: Actor) -> None:
    account, meter = make_summer()
    run(JUNE)
    # The present month is November: the run of December is the first that heeds the hold no more.
    end = Month(2026, 12)
    write(
        account, NewDecision(kind=OverrideKind.HOLD, document="№ 1", since=JUNE, until=JUNE, ends=end), olga
    )
    learn(meter, 50)
    run(JULY, AUGUST)
    assert balance(account) == (100 + 150 + 100) * 485
    know(meter, 700, on=date(2026, 12, 20), at=NOW + timedelta(days=40))
    run(end, at=NOW + timedelta(days=60))
    charge = queries.charge(account.pk, end)
    assert charge is not None
    assert sum(line.kwh for line in charge.lines if line.month == JUNE) == -50
    proved(account, JULY, AUGUST, end)


def test_a_decided_volume_of_a_meter_and_its_undoing(olga: Actor) -> None:
    account, meter = make_summer()
    run(JUNE, JULY)
    what = new(OverrideKind.VOLUME, JULY, zone="single", kwh=Decimal(30))
    report = write(account, what, olga, meter_public_id=meter.public_id)
    with pytest.raises(DecisionRefused) as refused:
        write(account, replace(what, kwh=Decimal(31)), olga)
    assert refused.value.reason is DecisionReason.OVERLAPS
    run(AUGUST)
    assert balance(account) == 230 * 485
    proved(account, JULY, AUGUST)
    undo_decision(by=olga, decision_public_id=report.public_id, reason="показания верны", now=later())
    run(AUGUST.plus(1))
    assert balance(account) == 400 * 485
    proved(account, AUGUST, AUGUST.plus(1))


def test_a_volume_where_nothing_is_charged_is_refused_in_the_preview(olga: Actor) -> None:
    account, _ = make_summer()
    run(JUNE)
    with pytest.raises(BillingProblem) as refused:
        write(account, new(OverrideKind.VOLUME, JUNE, zone="night", kwh=Decimal(30)), olga)
    assert refused.value.reason is BillingReason.DECISION_MISSES
    with pytest.raises(DecisionRefused) as nothing:
        write(account, new(OverrideKind.RECOMPUTE, JUNE), olga)
    assert nothing.value.reason is DecisionReason.NOTHING
    with pytest.raises(DecisionRefused):
        write(account, new(OverrideKind.NO_CHARGE, Month(2026, 5)), olga)
    with pytest.raises(StaffRefused):
        decide(
            by=olga, account_public_id=account.public_id, new=new(OverrideKind.NO_CHARGE, JUNE), reason="",
            shown="", now=NOW,
        )  # fmt: skip


def test_a_large_correction_waits_for_two_and_goes_out_once(olga: Actor, ivan: Actor) -> None:
    account, meter = make_summer()
    operations.set_policy(
        provider_id=make_provider().pk, valid_from=date(2026, 1, 1), brake_kopecks=20_000,
        by=Actor.system("test"), now=NOW,
    )  # fmt: skip
    run(JUNE)
    learn(meter, 50)
    rehearsed = rehearse(
        provider_id=make_provider().pk, period=JULY, by=Actor.system("Ольга"), clock=lambda: NOW, seed=1
    )
    shown = dry_run_of(provider_id=make_provider().pk, period=JULY)
    assert rehearsed.accounts == 1
    assert shown is not None
    assert dict(shown.problems) == {BillingReason.LARGE_DIFFERENCE: 1}
    assert run(JULY).problems == 1
    (view,) = queries.problems(provider_ids=[make_provider().pk])
    assert (view.reason, view.details["kopecks"]) == (BillingReason.LARGE_DIFFERENCE, str(-50 * 485))
    report = write(account, new(OverrideKind.RECOMPUTE, JUNE), olga)
    assert report.waits
    seen = preview_signing(by=ivan, decision_public_id=report.public_id, now=NOW)
    first = seen.months[0]
    assert (first.month, int(first.stands.kwh), int(first.changed.kwh)) == (JUNE, 100, 50)
    sign(report, ivan)
    assert run(JULY).problems == 0
    assert balance(account) == 200 * 485
    # What comes later on top of it is beyond what was signed.
    learn(meter, 4)
    assert run(AUGUST).problems == 1
    proved(account, JUNE, JULY)


def test_a_preview_without_a_decision_tells_what_the_next_charge_posts(olga: Actor) -> None:
    account, meter = make_summer()
    run(JUNE)
    learn(meter, 50)
    seen = preview_decision(account=account_for(olga, public_id=account.public_id), today=Month(2026, 11))
    assert [(each.month, int(each.stands.kwh), int(each.changed.kwh)) for each in seen.months] == [
        (JUNE, 100, 50),
        (JULY, 0, 150),
    ]


def test_what_was_decided_is_never_edited(olga: Actor) -> None:
    account, _ = make_summer()
    run(JUNE)
    report = write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-100), olga)
    rows = OverrideRow.objects.filter(public_id=report.public_id)
    for change in ({"kopecks": -99}, {"reason": "иная"}, {"signed_at": None}, {"known_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
    undo_decision(by=olga, decision_public_id=report.public_id, reason="ошибка", now=later())
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(gone_at=None)


def test_an_account_with_a_decision_is_found_by_one_condition(olga: Actor) -> None:
    account, _ = make_summer()
    other, _ = make_summer()
    run(JUNE)
    write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-100), olga)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id FROM accounts_account a"
            " WHERE NOT EXISTS (SELECT FROM billing_override o WHERE o.account_id = a.id)"
        )
        assert [row[0] for row in cursor.fetchall()] == [other.pk]


def test_losses_are_signed_by_two_and_stand_beside_each_reading(olga: Actor, ivan: Actor) -> None:
    account, meter = make_summer()
    run(JUNE)
    losses = NewDecision(
        kind=OverrideKind.LOSSES, document="акт границ № 3", since=JUNE, percent=Decimal("2.5")
    )
    report = write(account, losses, olga)
    assert report.waits
    sign(report, ivan)
    run(JULY)
    assert balance(account) == (200 + 3 + 3) * 485
    charge = queries.charge(account.pk, JULY)
    assert charge is not None
    assert {(line.month, line.basis.value, int(line.kwh), line.cause) for line in charge.lines} == {
        (JUNE, "losses", 3, LineCause.DECISION),
        (JULY, "reading", 100, LineCause.FIRST),
        (JULY, "losses", 3, LineCause.FIRST),
    }
    # What a late control says of June is no decision.
    learn(meter, 40)
    run(AUGUST)
    charge = queries.charge(account.pk, AUGUST)
    assert charge is not None
    assert {line.cause for line in charge.lines if line.month == JUNE} == {LineCause.CONTROL}
    # 40, 160 and 100 kWh: 1, 4 and 3 kWh are lost (2.5 is 3).
    assert balance(account) == (300 + 1 + 4 + 3) * 485
    proved(account, JUNE, JULY, AUGUST)


def test_nobody_outside_the_office_decides(olga: Actor) -> None:
    account, _ = make_summer()
    run(JUNE)
    anna = Actor.person(make_person().pk)
    with pytest.raises(DecisionNotFound):
        write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-100), anna)
    report = write(account, new(OverrideKind.CREDIT, JUNE, kopecks=-100_001), olga)
    for act in (preview_signing, preview_undoing):
        with pytest.raises(DecisionNotFound):
            act(by=anna, decision_public_id=report.public_id, now=NOW)
    with pytest.raises(DecisionNotFound):
        sign_decision(by=anna, decision_public_id=report.public_id, shown="", now=NOW)


def test_a_price_before_sending_knows_what_is_held_and_decided(olga: Actor) -> None:
    account, meter = make_summer()
    run(JUNE, JULY, AUGUST)
    learn(meter, 50)  # June and July are to be corrected: −50 and +50 kWh
    september = date(2026, 9, 24)

    def told() -> int | None:
        view = account_for(olga, public_id=account.public_id)
        found = queries.preview_reading(
            account=view,
            meter_id=meter.pk,
            values={Zone.SINGLE: (Decimal(400), 0)},
            usage={Zone.SINGLE: Decimal(100)},
            on=september,
        )
        return None if found.bill is None else found.bill.kopecks

    assert told() == 48_500
    report = write(account, NewDecision(kind=OverrideKind.HOLD, document="№ 1", since=JULY, until=JULY), olga)
    assert told() == 24_250
    undo_decision(by=olga, decision_public_id=report.public_id, reason="решено", now=later())
    write(account, new(OverrideKind.CREDIT, JULY, kopecks=-1_000), olga)
    assert told() == 47_500
