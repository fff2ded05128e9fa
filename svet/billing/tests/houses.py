"""A house of three flats for tests, entered by the registers that an office sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_provider
from svet.billing import operations
from svet.billing.operations.house_registers import HouseReport, take_house_file
from svet.billing.rules.house_file import HouseFile
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering.models import Meter
from svet.metering.tests.factories import make_reading

BY = Actor.system("test")
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
#: When December is charged, and some day before it.
IN_DECEMBER, LATER = NOW + timedelta(days=31), NOW + timedelta(days=20)
AREAS = ("50.1", "33.3", "70")


def take(file: HouseFile, header: str, *rows: str, at: datetime = NOW) -> HouseReport:
    """Take rows of a register of the test provider."""
    code = make_provider().code
    lines = [f"provider;{header}", *(f"{code};{row}" for row in rows)]
    return take_house_file(file=file, content="\n".join(lines).encode(), by=BY, now=at)


def make_house(
    *,
    way: str = "direct",
    total: str = "200",
    common: str = "",
    norm: str = "",
    losses: str = "",
    ratio: str = "150/5",
    since: str = "2026-11",
    code: str = "H-1",
    initial: str = "1000",
) -> None:
    """A house whose meter began at ``initial`` with transformers."""
    take(
        HouseFile.HOUSES,
        "house;address;from;way;total_area;common_area;norm;losses;meter;digits;ratio;initial",
        f"{code};ул. Мира, 1;{since};{way};{total};{common};{norm};{losses};M-1;5;{ratio};{initial}",
    )


def read_house(
    month: str, value: str, *, others: str = "", code: str = "H-1", at: datetime = NOW
) -> HouseReport:
    """What the meter of the house showed at the end of a month."""
    return take(
        HouseFile.READINGS, "house;meter;month;value;others", f"{code};;{month};{value};{others}", at=at
    )


def move_in(
    account: Account,
    area: str,
    *,
    since: str = "2026-11",
    until: str = "",
    code: str = "H-1",
    at: datetime = NOW,
) -> None:
    """An account belongs to the house."""
    take(
        HouseFile.ROOMS,
        "house;account;area;from;to",
        f"{code};{account.number};{area};{since};{until}",
        at=at,
    )


def make_flats(areas: Sequence[str] = AREAS, *, used: Sequence[int] = (137, 90, 200)) -> list[Meter]:
    """Flats of the house, read in November."""
    load_chelyabinsk()
    meters = []
    for area, kwh in zip(areas, used, strict=True):
        account, meter = make_metered_account(installed_on=date(2026, 10, 20))
        make_reading(meter, 1000 + kwh, read_on=date(2026, 11, 20))
        move_in(account, area)
        meters.append(meter)
    return meters


def read_flats(meters: Sequence[Meter], value: int, *, on: date = date(2026, 12, 20)) -> None:
    """The flats are read again."""
    for meter in meters:
        make_reading(meter, value, read_on=on)


def run(month: Month, **how: object) -> operations.RunReport:
    """Charge a month of the test provider."""
    return operations.run(
        provider_id=make_provider().pk,
        period=month,
        now=NOW if month == NOVEMBER else IN_DECEMBER,
        **how,  # type: ignore[arg-type]
    )


def area_sum(areas: Sequence[str] = AREAS) -> Decimal:
    """m² of the flats."""
    return sum(map(Decimal, areas), Decimal(0))
