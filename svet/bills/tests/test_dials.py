"""Readings of a bill come from its lines: where those tell of every scale the readings say nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from svet.accounts.queries import provider_by_id
from svet.accounts.tests.factories import make_provider, set_terms
from svet.billing import operations as billing
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
from svet.bills.queries import dials, gather
from svet.kernel.periods import Month
from svet.metering.queries import MeterUsage
from svet.metering.tests.factories import make_meter, make_reading

_told = dials._are_told
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_lines_tell_of_readings_what_the_readings_would(monkeypatch: pytest.MonkeyPatch) -> None:
    load_chelyabinsk()
    make_norm(100)
    account, meter = make_metered_account(installed_on=Month(2026, 5).day(24), initial=0)
    set_terms(residents=1)
    # Another meter that is read late, and one whose first month is charged without a reading of its own.
    second = make_meter(account=account, serial="22222222", initial=0, installed_on=Month(2026, 7).day(3))
    make_meter(account=account, serial="33333333", initial=7, installed_on=Month(2026, 9).day(24))
    for place, value in enumerate((100, 210, 300)):
        make_reading(meter, value, read_on=Month(2026, 6).plus(place).day(24))
    make_reading(second, 90, read_on=Month(2026, 9).day(20))
    provider = provider_by_id(make_provider().pk)
    told: list[bool] = []

    def are_told(meters: Sequence[MeterUsage], scales: dials.Scales) -> bool:
        told.append(_told(meters, scales))
        return told[-1]

    for month in (Month(2026, 6).plus(place) for place in range(5)):
        billing.run(provider_id=provider.provider_id, period=month, now=NOW)
        bills = partial(
            gather, provider=provider, account_ids=[account.pk], period=month, issued_on=NOW.date()
        )
        with monkeypatch.context() as patched:
            patched.setattr(dials, "_are_told", are_told)
            ours = bills()
            patched.setattr(dials, "_are_told", lambda meters, scales: False)
            assert bills() == ours
    assert set(told) == {True, False}
