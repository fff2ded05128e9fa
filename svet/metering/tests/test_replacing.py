"""A meter is replaced: both readings stand on one account, and only the new number opens it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.models import LinkProof
from svet.accounts.tests.factories import OFFICE, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.metering import operations, queries
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations import MeterRow
from svet.metering.rules import ReplaceReason, ValueReason, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices.models import Notice
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ON = date(2026, 11, 12)
DAY_NIGHT = {Zone.DAY: Decimal(3), Zone.NIGHT: Decimal(1)}


def replace(
    old: Meter, *, by: Actor = OFFICE, final: int = 3700, serial: str = "2000777", **row: Any
) -> Meter:
    new: dict[str, Any] = {
        "scheme": 2,
        "initial": DAY_NIGHT,
        "installed_on": ON,
        "type_name": "Меркурий 206",
    } | row
    made = operations.replace_meter(
        by=by,
        meter_public_id=old.public_id,
        final={Zone.SINGLE: Decimal(final)},
        new=MeterRow(account_id=old.account_id, serial=serial, **new),
        reason="акт замены № 17",
        now=NOW,
    )
    return Meter.objects.get(pk=made.meter_id)


@pytest.fixture
def old() -> Meter:
    meter = make_meter(initial=3500, installed_on=date(2026, 9, 1))
    make_reading(meter, 3600, read_on=date(2026, 10, 20))
    return meter


def test_both_readings_stand_and_only_the_new_number_opens_the_account(old: Meter) -> None:
    anna = make_person()
    make_link(person=anna, account=old.account, confirmed=True)
    new = replace(old)
    old.refresh_from_db()
    assert (old.removed_on, new.installed_on, new.account_id) == (ON, ON, old.account_id)
    kinds = ReadingSet.objects.filter(account=old.account, read_on=ON).values_list("meter_id", "kind")
    assert sorted(kinds) == sorted([(old.pk, "final"), (new.pk, "initial")])
    assert list(LinkProof.objects.values_list("serial", flat=True)) == ["2000777"]
    assert queries.final_values(meter_ids=[old.pk]) == {old.pk: {Zone.SINGLE: Decimal(3700)}}
    notice = Notice.objects.get(recipient_id=anna.recipient_id, event="meter_replaced")
    assert "2000777" in notice.text


def test_what_the_connection_can_carry_outlives_the_meter(old: Meter) -> None:
    Meter.objects.filter(pk=old.pk).update(max_daily_kwh=Decimal(72))
    assert replace(old).max_daily_kwh == Decimal(72)


def test_the_transformers_outlive_the_meter_unless_they_are_changed_too(old: Meter) -> None:
    Meter.objects.filter(pk=old.pk).update(ratio=Decimal(30))
    new = replace(old)
    assert new.ratio == 30
    make_reading(new, {Zone.DAY: Decimal(5), Zone.NIGHT: Decimal(2)}, read_on=date(2026, 11, 22))
    used = queries.usage(account_ids=[old.account_id], period=Month(2026, 11))[old.account_id]
    assert sum(zone.kwh or 0 for meter in used for zone in meter.zones) == 30 * (100 + 2 + 1)
    entry = Entry.objects.get(action="meter.replaced")
    assert entry.before is not None
    assert entry.after is not None
    assert [Decimal(str(side["ratio"])) for side in (entry.before, entry.after)] == [Decimal(30), Decimal(30)]
    changed = operations.replace_meter(
        by=OFFICE,
        meter_public_id=new.public_id,
        final={Zone.DAY: Decimal(5), Zone.NIGHT: Decimal(2)},
        new=MeterRow(account_id=old.account_id, serial="3000888", installed_on=date(2026, 11, 23)),
        ratio=Decimal("0.5"),
        reason="сняты трансформаторы",
        now=NOW,
    )
    assert changed.ratio == Decimal("0.5")


@pytest.mark.parametrize("ratio", ["0", "-30", "NaN", "Infinity", "100000", "1.005"])
def test_a_ratio_that_cannot_be_changes_nothing(old: Meter, ratio: str) -> None:
    with pytest.raises(Refused) as refused:
        operations.replace_meter(
            by=OFFICE,
            meter_public_id=old.public_id,
            final={Zone.SINGLE: Decimal(3700)},
            new=MeterRow(account_id=old.account_id, serial="2000777", installed_on=ON),
            ratio=Decimal(ratio),
            reason="акт замены № 17",
            now=NOW,
        )
    assert (refused.value.reason, refused.value.field) == (ReplaceReason.RATIO, "ratio")
    assert Meter.objects.count() == 1


def test_the_month_of_the_replacement_counts_both(old: Meter) -> None:
    new = replace(old)
    make_reading(new, {Zone.DAY: Decimal(33), Zone.NIGHT: Decimal(11)}, read_on=date(2026, 11, 22))
    used = queries.usage(account_ids=[old.account_id], period=Month(2026, 11))[old.account_id]
    assert sum(zone.kwh or 0 for meter in used for zone in meter.zones) == 100 + 30 + 10


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"final": 3599}, ValueReason.LOWER),
        ({"installed_on": date(2026, 8, 31)}, ReplaceReason.BEFORE_INSTALLED),
        ({"installed_on": NOW.date() + timedelta(days=2)}, ValueReason.FUTURE),
    ],
)
def test_an_impossible_replacement_changes_nothing(
    old: Meter, changed: dict[str, Any], reason: object
) -> None:
    with pytest.raises(Refused) as refused:
        replace(old, **changed)
    assert refused.value.reason is reason
    old.refresh_from_db()
    assert old.removed_on is None
    assert Meter.objects.count() == 1


def test_the_same_number_twice_and_a_customer_are_refused(old: Meter) -> None:
    anna = make_person()
    make_link(person=anna, account=old.account, confirmed=True)
    attempts: list[dict[str, Any]] = [{"serial": old.serial}, {"by": Actor.person(anna.pk)}]
    for attempt in attempts:
        with pytest.raises(Refused):
            replace(old, **attempt)
    assert Meter.objects.count() == 1
