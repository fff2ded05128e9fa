"""A year of the town, run month after month, is what one look at the whole history gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from svet.accounts.models import Provider
from svet.billing import queries as billing
from svet.billing.models import ChargeLine
from svet.billing.rules import Basis
from svet.kernel.periods import Month
from svet.sandbox.town import operations
from svet.sandbox.town.settings import TownSettings

pytestmark = pytest.mark.django_db(transaction=True)
TOWN = TownSettings(seed="svet", anchor=Month(2026, 11), accounts=60, first=60, second_provider=4)


def test_what_stands_is_what_the_whole_history_gives() -> None:
    operations.build(town=TOWN, now=datetime(2026, 11, 22, 9, tzinfo=UTC), progress=lambda _: None)
    found = [
        each for provider in Provider.objects.all() for each in billing.differences(provider_id=provider.pk)
    ]
    assert found == [None] * 64
    assert ChargeLine.objects.filter(basis__in=[Basis.AVERAGE.value, Basis.NORM.value]).exists()
    assert ChargeLine.objects.exclude(reverses=None).exists(), "nobody sent readings late"
    assert billing.broken() == []
