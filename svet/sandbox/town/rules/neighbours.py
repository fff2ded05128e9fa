"""One house of the town with a meter of its own: its flats, and the registers that the retailer loads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from svet.kernel.periods import Month
from svet.sandbox.town.rules.plan import FLATS, MAIN, SEASON, Household

CODE = "SVR-KOLC-7"
_METER, _RATIO, _INITIAL = "ОДПУ-70071", "150/5", 1200
#: What the house uses beyond its flats: light on the stairs, a lift, a pump.
_SHARE = 1.25


def flats(houses: Iterable[Household]) -> list[Household]:
    """The flats of the house among these households."""
    return [house for house in houses if house.index in FLATS and house.provider == MAIN]


def house_register(members: Sequence[Household], *, since: Month) -> bytes:
    """The house itself: the owners manage it, so that common needs go with the flats' own ranges."""
    area = sum(house.area_m2 for house in members)
    first = members[0]
    return _text(
        "provider;house;address;from;way;total_area;common_area;norm;meter;digits;ratio;initial",
        f"{MAIN};{CODE};{first.city}, {first.street}, {first.house};{since};direct;{area};64;2.1;"
        f"{_METER};6;{_RATIO};{_INITIAL}",
    )


def rooms_register(members: Sequence[Household], *, since: Month) -> bytes:
    """Whose flats are in it."""
    rows = [f"{MAIN};{CODE};{house.number};{house.area_m2};{since}" for house in members]
    return _text("provider;house;account;area;from", *rows)


def reading_register(members: Sequence[Household], *, since: Month, month: Month) -> bytes:
    """What its meter showed at the end of a month; it has a ratio of 30."""
    shown, each = float(_INITIAL), since
    while each <= month:
        shown += sum(house.monthly_kwh for house in members) * SEASON[each.month - 1] * _SHARE / 30
        each = each.plus(1)
    return _text("provider;house;meter;month;value", f"{MAIN};{CODE};{_METER};{month};{shown:.1f}")


def _text(*lines: str) -> bytes:
    return "\n".join(lines).encode()
