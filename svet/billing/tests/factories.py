"""Shipped tariffs and charged accounts for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_provider
from svet.billing import operations
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id
from svet.kernel.periods import Month
from svet.metering.models import Meter, ReadingSet, ReadingValue
from svet.metering.rules import Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.tariffs.models import TariffRow
from svet.tariffs.operations.loading import SHIPPED
from tests.kept import kept

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
NOVEMBER = Month(2026, 11)


_CHELYABINSK: list[bytes] = []
_KEPT = ", ".join(str(field.column) for field in TariffRow._meta.concrete_fields if not field.primary_key)


def load_chelyabinsk() -> None:
    """The tariffs of the test provider's region: read from their file once, then as they were kept of it."""
    table = TariffRow._meta.db_table
    if _CHELYABINSK and not TariffRow.objects.exists():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({_KEPT}) FROM STDIN") as copy:
            for data in _CHELYABINSK:
                copy.write(data)
        return
    empty = not TariffRow.objects.exists()
    operations.load_tariffs(file=SHIPPED / "chelyabinsk.csv", now=NOW)
    if empty:
        kept = f"COPY (SELECT {_KEPT} FROM {table} ORDER BY id) TO STDOUT"
        with connection.cursor() as cursor, cursor.copy(kept) as copy:
            _CHELYABINSK[:] = map(bytes, copy)


def make_metered_account(
    *,
    scheme: int = Scheme.SINGLE,
    initial: int = 1000,
    installed_on: date = date(2026, 9, 20),
    **account: Any,
) -> tuple[Account, Meter]:
    """An account with one meter that stood at ``initial`` on every scale."""
    made = make_account(**account)
    return made, make_meter(account=made, scheme=scheme, installed_on=installed_on, initial=initial)


@kept
def charge_november(
    *, values: Mapping[Zone, Decimal] | int = 1137, scheme: int = Scheme.SINGLE
) -> tuple[Account, Meter]:
    """An account with readings of October and November 2026, charged for November on the shipped tariffs."""
    load_chelyabinsk()
    account, meter = make_metered_account(scheme=scheme, installed_on=date(2026, 10, 20))
    make_reading(meter, values, read_on=date(2026, 11, 20))
    operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    return account, meter


def make_norm(kwh: int = 90, *, since: date = date(2025, 1, 1)) -> None:
    """The test provider charges by norm where there is nothing else to count from."""
    operations.set_policy(
        provider_id=make_provider().pk,
        valid_from=since,
        norm_kwh_per_person=Decimal(kwh),
        by=Actor.system("test"),
        now=NOW,
    )


_known = count(1)


def know(
    meter: Meter,
    value: int | Mapping[Zone, Decimal],
    *,
    on: date,
    kind: str = "customer",
    at: datetime | None = None,
) -> int:
    """A set that counts, however late and whatever it says; those made later came later.

    A plain number stands for the single scale.
    """
    number = next(_known)
    made = ReadingSet.objects.create(
        public_id=new_public_id(),
        receipt_number=f"known-{number}",
        account_id=meter.account_id,
        meter=meter,
        read_on=on,
        received_at=at or NOW + timedelta(seconds=number),
        channel="register",
        kind=kind,
        state="accepted",
        author_kind="system",
        author_name="test",
        key=uuid4(),
    )
    shown = {Zone.SINGLE: Decimal(value)} if isinstance(value, int) else value
    ReadingValue.objects.bulk_create(
        ReadingValue(
            reading_set=made, account_id=meter.account_id, zone=zone.value, value=each, turns=0, consumption=0
        )
        for zone, each in shown.items()
    )
    return made.pk
