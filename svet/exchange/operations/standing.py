"""What stands in the tables, read back in the words of the register of accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView
from svet.accounts.queries.terms import terms_of
from svet.accounts.rules.terms import TermsValues
from svet.exchange.rules.comparing import Body, KnownAccount
from svet.metering import queries as metering
from svet.metering.queries import MeterView
from svet.metering.rules import Zone, zones_of

BATCH = 5_000


def standing(*, provider_id: int, numbers: Sequence[str], on: date) -> dict[str, KnownAccount]:
    """The provider's accounts of these numbers as of a day, with their meters, the removed ones too."""
    found: dict[str, KnownAccount] = {}
    for start in range(0, len(numbers), BATCH):
        accounts = account_queries.accounts_of_provider(provider_id, numbers=numbers[start : start + BATCH])
        terms = terms_of([row.account_id for row in accounts], on=on)
        by_key: dict[int, KnownAccount] = {
            row.account_id: KnownAccount(_account(row, terms[row.account_id]), row.account_id)
            for row in accounts
        }
        found |= {row.number: by_key[row.account_id] for row in accounts}
        _add_meters(by_key)
    return found


def _account(row: AccountView, terms: TermsValues) -> Body:
    premises = row.premises
    return {
        "holder": row.holder_name,
        "phone": row.registry_phone,
        "city": premises.city,
        "street": premises.street,
        "house": premises.house,
        "flat": premises.flat,
        "area": terms.area,
        "residents": terms.residents,
        "rooms": terms.rooms,
        "stove": terms.stove,
        "electric_heating": terms.electric_heating,
        "tariff_group": terms.tariff_group,
        "opened_on": row.opened_on,
    }


def _add_meters(accounts: Mapping[int, KnownAccount]) -> None:
    meters = {
        row.meter_id: row for row in metering.meters_of(account_ids=list(accounts), standing_only=False)
    }
    initial = metering.initial_values(list(meters))
    for key, row in meters.items():
        account = accounts[row.account_id]
        account.meters[row.serial] = _meter(row, initial.get(key, {}))
        # The same number may come back: the last time decides.
        account.removed.pop(row.serial, None)
        if row.removed_on is not None:
            account.removed[row.serial] = row.removed_on


def _meter(row: MeterView, initial: Mapping[Zone, Decimal]) -> Body:
    zones = zones_of(row.scheme)
    return {
        "meter_type": row.type_name,
        "scheme": row.scheme,
        "digits": row.digits,
        "decimals": row.decimals,
        "ratio": row.ratio,
        "installed_on": row.installed_on,
        "verified_on": row.verified_on,
        "next_verification_on": row.next_verification_on,
        "smart": row.smart,
        "max_daily": row.max_daily_kwh,
        **{f"initial_{place}": initial.get(zone) for place, zone in enumerate(zones, start=1)},
    }
