"""A year of the town by the rules of the whole history: nobody who was read owes another kopeck."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from svet.accounts.models import Provider
from svet.billing import queries as billing
from svet.billing.models import ChargeLine
from svet.billing.queries import DifferenceCause
from svet.billing.rules import Basis
from svet.kernel.periods import Month
from svet.sandbox.town import operations
from svet.sandbox.town.settings import TownSettings

pytestmark = pytest.mark.django_db(transaction=True)
TOWN = TownSettings(seed="svet", anchor=Month(2026, 11), accounts=60, first=60, second_provider=4)


def test_only_months_without_readings_are_counted_otherwise() -> None:
    operations.build(town=TOWN, now=datetime(2026, 11, 22, 9, tzinfo=UTC), progress=lambda _: None)
    found = [
        each for provider in Provider.objects.all() for each in billing.differences(provider_id=provider.pk)
    ]
    assert len(found) == 64
    differing = {each.account_number: each for each in found if each is not None}
    # The mean by months in place of the mean by days, one norm for the account, its zones by their hours.
    assert {each.cause for each in differing.values()} <= {DifferenceCause.ESTIMATES}
    estimated = ChargeLine.objects.filter(basis__in=[Basis.AVERAGE.value, Basis.NORM.value])
    assert set(differing) <= set(estimated.values_list("account__number", flat=True))
    assert len(differing) < len(found) / 4
