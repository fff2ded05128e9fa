"""Whether a row says of an account what is known of it already, column by column. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from svet.exchange.rules.accounts import AccountRow

#: How many digits after the comma the tables keep: what is behind them is no difference.
_PLACES = {"area": 2, "ratio": 2, "max_daily": 1, "initial_1": 3, "initial_2": 3, "initial_3": 3}
Body = Mapping[str, object]


@dataclass(slots=True)
class KnownAccount:
    """What is known of one account: its own body and that of each of its meters by number."""

    account: Body
    account_id: int | None = None
    meters: dict[str, Body] = field(default_factory=dict)
    removed: dict[str, date] = field(default_factory=dict)

    @property
    def up(self) -> list[str]:
        """The numbers of the meters that stand there now."""
        return [serial for serial in self.meters if serial not in self.removed]


def account_body(row: AccountRow) -> Body:
    """What a row says of the account and its premises, by the names of the columns."""
    return {
        "holder": row.holder,
        "phone": row.phone,
        "city": row.city,
        "street": row.street,
        "house": row.house,
        "flat": row.flat,
        "area": row.area_m2,
        "residents": row.residents,
        "rooms": row.rooms,
        "stove": row.stove,
        "electric_heating": row.electric_heating,
        "tariff_group": row.tariff_group,
        "opened_on": row.opened_on,
    }


def meter_body(row: AccountRow) -> Body:
    """What a row says of its meter, by the names of the columns."""
    initials = dict(zip(("initial_1", "initial_2", "initial_3"), row.initials, strict=False))
    return {
        "meter_type": row.meter_type,
        "scheme": row.scheme,
        "digits": row.digits,
        "decimals": row.decimals,
        "ratio": row.ratio,
        "installed_on": row.installed_on,
        "verified_on": row.verified_on,
        "next_verification_on": row.next_verification_on,
        "smart": row.smart,
        "max_daily": row.max_daily,
        **initials,
    }


def differences(said: Body, *, known: Body, given: frozenset[str]) -> list[str]:
    """The columns of ``given`` in which a row differs from what is known."""
    return [
        name
        for name, value in said.items()
        if name in given and _plain(name, value) != _plain(name, known.get(name))
    ]


def _plain(name: str, value: object) -> object:
    if isinstance(value, Decimal):
        places = Decimal(1).scaleb(-_PLACES.get(name, 0))
        return value.quantize(places, rounding=ROUND_HALF_UP)
    return value
