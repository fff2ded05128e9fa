"""Water of one flat: its supplier charges by its own billing, its meter is read here (decision 208)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from svet.accounts.operations.linking import link_account
from svet.accounts.operations.registry import add_provider
from svet.accounts.queries import accounts_by_number, cabinet
from svet.exchange import operations as exchange
from svet.exchange.rules import accounts as account_register
from svet.exchange.rules import charges as charge_register
from svet.exchange.rules import readings as reading_register
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.rules.tables import RegisterColumn
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.people.queries import person_by_phone
from svet.sandbox.town.providers import BUILDER
from svet.sandbox.town.rules.cast import BORIS_PHONE
from svet.sandbox.town.rules.plan import MAIN, WATER, account_number

NUMBER, SERIAL = "7400560671", "203118846"
ZONE: Final = ZoneInfo("Asia/Yekaterinburg")
#: What the dial showed when the history begins, and m³ of each month of it.
BEGINS, USED = Decimal("217.418"), ("4.310", "3.905", "4.122", "5.046", "4.271", "3.764")
CHARGED: Final = "512,40"
#: The index of Boris's own account of electricity: the water comes to the same flat.
_FLAT: Final = 4


def supply_water(*, anchor: Month, now: datetime) -> None:
    """Boris's flat has cold water: an account, a meter read each month, a debt; what is there stays."""
    add_provider(
        code=WATER,
        name="Светлореченский водоканал",
        legal_name="МУП «Светлореченский водоканал» (учебные данные)",
        service=Service.COLD_WATER,
        region="Челябинская область",
        inn="7400000026",
        kpp="740001001",
        settlement_account="40702810000000000026",
        bank_name="Учебный банк «Светлореченский»",
        bic="047500001",
        correspondent_account="30101810000000000001",
        time_zone=ZONE.key,
        hotline="8-351-2222-600",
        logo_color="#0b6e99",
    )
    begins = anchor.plus(-len(USED))
    _take("accounts", _account(begins), now=_noon(begins, 1))
    value = BEGINS
    for place, used in enumerate(USED):
        month = begins.plus(place)
        value += Decimal(used)
        _take("readings", _reading(month, value), now=_noon(month, 24))
    _take("charges", _charge(anchor.plus(-1)), now=min(_noon(anchor, 1), now))
    _attach(now=_noon(anchor.plus(-1), 25))


def _attach(*, now: datetime) -> None:
    boris = person_by_phone(BORIS_PHONE)
    if boris is None:
        return
    held = {card.number for group in cabinet(boris.person_id) for card in group.cards}
    if NUMBER not in held:
        link_account(
            by=Actor.person(boris.person_id),
            account_number=NUMBER,
            meter_number=SERIAL,
            group_public_id=None,
            now=now,
        )


def _account(begins: Month) -> bytes:
    flat = next(one for one in accounts_by_number(account_number(_FLAT)) if one.provider.code == MAIN)
    place = flat.premises
    given = {
        "provider": WATER, "account": NUMBER, "holder": flat.holder_name, "phone": BORIS_PHONE,
        "city": place.city, "street": place.street, "house": place.house, "flat": place.flat,
        "opened_on": "2016-04-01", "meter_serial": SERIAL, "meter_type": "СВ-15Х", "scheme": "1",
        "digits": "5", "decimals": "3", "installed_on": begins.first.isoformat(),
        "verified_on": begins.first.isoformat(), "next_verification_on": begins.plus(72).first.isoformat(),
        "initial_1": str(BEGINS),
    }  # fmt: skip
    return _table(account_register.COLUMNS, given)


def _reading(month: Month, value: Decimal) -> bytes:
    given = {
        "id": f"{NUMBER}-{month}", "account": NUMBER, "meter_serial": SERIAL,
        "date": month.day(22).isoformat(), "value_1": str(value), "source": "register",
    }  # fmt: skip
    return _table(reading_register.COLUMNS, given)


def _charge(month: Month) -> bytes:
    given = {"provider": WATER, "account": NUMBER, "month": str(month), "sum": CHARGED}
    return _table(charge_register.COLUMNS, given) + f"итого;{WATER};1;{CHARGED}\r\n".encode()


def _table(columns: tuple[RegisterColumn, ...], given: dict[str, str]) -> bytes:
    heading = ";".join(column.name for column in columns)
    row = ";".join(given.get(column.name, "") for column in columns)
    return f"{heading}\r\n{row}\r\n".encode()


def _take(profile: str, content: bytes, *, now: datetime) -> None:
    try:
        exchange.take_file(
            profile=profile, name=f"town-water-{profile}.csv", content=content, by=BUILDER, now=now
        )
    except FileRefused as refused:
        if refused.reason != FileReason.ALREADY_TAKEN:
            raise


def _noon(month: Month, day: int) -> datetime:
    return datetime.combine(month.first + timedelta(days=day - 1), time(12), tzinfo=ZONE)
