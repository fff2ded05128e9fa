"""What ``svet verify --since`` passes over: whoever was proved and has not moved; news are no move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from svet.accounts.models import Account
from svet.accounts.models.terms import Terms
from svet.accounts.tests.factories import make_provider
from svet.billing import operations, queries
from svet.billing.models import BillingRun, ProvedAccount
from svet.billing.operations.proving import Proved, prove, ranges
from svet.billing.queries.proofs import longest_ago
from svet.billing.tests.factories import (
    NOW,
    know,
    load_chelyabinsk,
    make_metered_account,
    make_norm,
)
from svet.kernel.periods import Month
from svet.metering.models import Meter, ReadingSet, ReadingValue
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
AFTER = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)


def charge(month: Month, *, now: datetime = NOW) -> None:
    operations.run(provider_id=make_provider().pk, period=month, now=now)


@contextmanager
def unguarded() -> Iterator[None]:
    """What only the owner of the database can: triggers and foreign keys are silent."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def late(meter: Meter, value: int, *, on: date, kind: str = "customer") -> None:
    """A reading that came when all was charged."""
    set_id = know(meter, value, on=on, kind=kind)
    with unguarded():
        ReadingSet.objects.filter(pk=set_id).update(received_at=AFTER)


def since() -> Proved:
    return prove(since=True, now=AFTER)


@pytest.fixture
def proved() -> list[tuple[Account, Meter]]:
    """Three accounts, charged for September and October by readings and estimates, and proved."""
    load_chelyabinsk()
    make_norm(100)
    made = [make_metered_account(installed_on=date(2026, 8, 20), residents=1) for _ in range(3)]
    for place, month in enumerate((9, 10), 1):
        for _, meter in made[:2]:
            make_reading(meter, 1000 + 100 * place, read_on=date(2026, month, 20))
        charge(Month(2026, month))
    assert prove(since=False, now=AFTER) == Proved(looked=3)
    assert since() == Proved(looked=3, unmoved=3, compared=3)
    return made


def test_news_are_no_move(proved: list[tuple[Account, Meter]]) -> None:
    (account, meter), (_, other), (_, silent) = proved
    late(meter, 1150, on=date(2026, 10, 22))
    late(silent, 1010, on=date(2026, 9, 20), kind="control")
    old = Terms.objects.get(account=account)
    Terms.objects.filter(pk=old.pk).update(gone_at=AFTER)
    old.pk, old.known_at, old.residents, old.gone_at = None, AFTER, 5, None
    old.save()
    late(other, 1300, on=date(2026, 11, 10), kind="final")
    Meter.objects.filter(pk=other.pk).update(removed_on=date(2026, 11, 10))
    assert since() == Proved(looked=3, unmoved=3, compared=3)
    assert queries.broken() == []


def test_a_new_charge_is_proved_once(proved: list[tuple[Account, Meter]]) -> None:
    for _, meter in proved:
        make_reading(meter, 1400, read_on=date(2026, 11, 20))
    charge(Month(2026, 11), now=AFTER)
    assert since() == Proved(looked=3)
    assert since() == Proved(looked=3, unmoved=3, compared=3)


def test_a_closed_contract_is_looked_at_again(proved: list[tuple[Account, Meter]]) -> None:
    Account.objects.filter(pk=proved[0][0].pk).update(closed_on=date(2026, 11, 5))
    assert since() == Proved(looked=3, unmoved=2, compared=2)
    assert since() == Proved(looked=3, unmoved=3, compared=3)


def test_what_is_wrong_is_told_until_it_is_mended(proved: list[tuple[Account, Meter]]) -> None:
    account, meter = proved[1]
    first = ReadingValue.objects.filter(reading_set__meter=meter).order_by("pk")[1]
    with unguarded():
        tell_until_mended(account, first)


def tell_until_mended(account: Account, first: ReadingValue) -> None:
    for value in (first.value + 1, first.value + 2):
        ReadingValue.objects.filter(pk=first.pk).update(value=value)
        told = f"у лицевого счёта {account.pk} начислено по 2026-10 не то, что дают его данные"
        assert since() == Proved((told,), looked=3, unmoved=2, compared=2)
    ReadingValue.objects.filter(pk=first.pk).update(value=first.value)
    assert since() == Proved(looked=3, unmoved=2, compared=2)
    assert since() == Proved(looked=3, unmoved=3, compared=3)


def test_who_can_only_be_told_by_todays_facts_is_computed_each_time(
    proved: list[tuple[Account, Meter]],
) -> None:
    """A set that bears a later moment than the charge it was used for, as from a clock put back."""
    set_id = ReadingValue.objects.filter(reading_set__meter=proved[0][1]).order_by("pk")[1].reading_set_id
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metering_readingset SET received_at = %s WHERE id = %s", [AFTER + timedelta(1), set_id]
        )
    for _ in range(2):
        assert since() == Proved(looked=3, unmoved=2, compared=2)


def test_rows_are_compared_in_turn(proved: list[tuple[Account, Meter]]) -> None:
    """What is looked at seldom is looked at: a planted kWh is told once its book is the oldest proof."""

    def look(at_most: int, days: int) -> Proved:
        return prove(since=True, now=AFTER + timedelta(days), longest_ago=longest_ago(at_most))

    assert longest_ago(3) == (AFTER, proved[2][0].pk)
    assert longest_ago(4) is None
    for days, (account, _) in enumerate(proved, 1):
        assert look(1, days) == Proved(looked=3, unmoved=3, compared=1)
        assert ProvedAccount.objects.latest("proved_at").account_id == account.pk
    first = ReadingValue.objects.filter(reading_set__meter=proved[1][1]).order_by("pk")[1]
    with unguarded():
        ReadingValue.objects.filter(pk=first.pk).update(value=first.value + 1)
        assert look(1, 4) == Proved(looked=3, unmoved=3, compared=1)
        told = f"у лицевого счёта {proved[1][0].pk} начислено по 2026-10 не то, что дают его данные"
        assert look(1, 5) == Proved((told,), looked=3, unmoved=2)
        # It has no proof, so it is told every time and takes nobody's turn.
        assert look(1, 6) == Proved((told,), looked=3, unmoved=2, compared=1)
        ReadingValue.objects.filter(pk=first.pk).update(value=first.value)
    BillingRun.objects.filter(period=date(2026, 10, 1)).update(cut_off_day=10)
    assert look(1, 7).unmoved == 0


def test_a_new_charge_is_computed_out_of_turn(proved: list[tuple[Account, Meter]]) -> None:
    for _, meter in proved[2:]:
        make_reading(meter, 1400, read_on=date(2026, 11, 20))
    charge(Month(2026, 11), now=AFTER)
    oldest = longest_ago(1)
    assert prove(since=True, now=AFTER, longest_ago=oldest).unmoved == 0


def test_ranges_share_all_keys_between_processes(proved: list[tuple[Account, Meter]]) -> None:
    for parts in (1, 2, 3, 7):
        pieces = ranges(parts)
        found = Proved()
        for after, until in pieces:
            found = found.and_(prove(since=False, now=AFTER, after=after, until=until))
        assert found == Proved(looked=3)
    ProvedAccount.objects.all().delete()
    assert since() == Proved(looked=3)


def test_who_came_behind_a_run_is_not_missed_by_it(proved: list[tuple[Account, Meter]]) -> None:
    """As while a made-up history is built for some accounts after others: its clock begins again."""
    later, _ = make_metered_account(installed_on=date(2026, 8, 20), residents=1)
    with unguarded():
        Terms.objects.filter(account=later).update(known_at=datetime(2026, 8, 1, tzinfo=UTC))
    assert queries.uncharged() == []
    charge(Month(2026, 11), now=AFTER)
    assert queries.uncharged() == []
    # An account that the run has looked at is.
    BillingRun.objects.update(reached=later.pk, started_at=AFTER)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_chargeline WHERE account_id = %s", [later.pk])
        cursor.execute("DELETE FROM billing_charge WHERE account_id = %s", [later.pk])
    assert queries.uncharged() == [
        f"у лицевого счёта {later.pk} за 2026-{month:02} нет ни начисления, ни ошибки"
        for month in (11, 10, 9)
    ]
