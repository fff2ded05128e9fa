"""Invented meters and readings for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from svet.accounts.models import Account
from svet.accounts.tests.factories import NOW, OFFICE, make_account
from svet.metering import operations
from svet.metering.models import Meter
from svet.metering.operations import BatchResult, BatchRow, MeterRow
from svet.metering.rules import Answers, ReadingChannel, Scheme, Zone, zones_of

_serials = count(115_268_446)


def make_meter(
    *,
    account: Account | None = None,
    serial: str | None = None,
    scheme: int = Scheme.SINGLE,
    installed_on: date = date(2025, 1, 10),
    initial: Mapping[Zone, Decimal] | int = 0,
    **row: Any,
) -> Meter:
    """A meter with its initial reading; a plain number stands for every scale."""
    if isinstance(initial, int):
        initial = {zone: Decimal(initial) for zone in zones_of(scheme)}
    made = operations.install_meter(
        row=MeterRow(
            account_id=(account or make_account()).pk,
            serial=serial or str(next(_serials)),
            scheme=scheme,
            installed_on=installed_on,
            initial=initial,
            **row,
        ),
        by=OFFICE,
        now=NOW,
    )
    return Meter.objects.select_related("account__provider").get(pk=made.meter_id)


def make_reading(
    meter: Meter,
    values: Mapping[Zone, Decimal] | int | str,
    *,
    read_on: date,
    channel: ReadingChannel = ReadingChannel.REGISTER,
    **row: Any,
) -> BatchResult:
    """A reading as a register brings it, confirmed; a plain number stands for the single scale."""
    if not isinstance(values, Mapping):
        values = {Zone.SINGLE: Decimal(values)}
    received_at = datetime.combine(read_on, time(9), tzinfo=UTC)
    (result,) = operations.submit_batch(
        rows=[
            BatchRow(
                meter_id=meter.pk,
                values=values,
                read_on=read_on,
                received_at=received_at,
                key=uuid4(),
                **row,
            )
        ],
        channel=channel,
        by=OFFICE,
        # Tests of pages live by the real clock, which runs on beyond NOW.
        now=max(NOW, received_at),
        confirmed=True,
    )
    return result


def answered(more: dict[str, Any]) -> dict[str, Any]:
    """What is left of a submission's fields, with the words of its answers put together."""
    said = {word: more.pop(word, False) for word in ("confirmed", "unchanged", "insists")}
    return {**more, "answers": Answers(**said)}
