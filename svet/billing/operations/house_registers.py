"""Registers of houses come in: a whole file or nothing; a row that says otherwise corrects what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from svet.accounts import queries as account_queries
from svet.billing.models import (
    HouseMeterRow,
    HouseMonthRow,
    HouseReadingRow,
    HouseRow,
    HouseStayRow,
    HouseTermsRow,
)
from svet.billing.operations.turnstile import one_at_a_time
from svet.billing.queries.house_books import counting, house_books
from svet.billing.rules.house_file import (
    HouseCells,
    HouseError,
    HouseFault,
    HouseFile,
    HouseFileRefused,
    read_house_file,
)
from svet.billing.rules.house_inputs import HouseBook, HouseMeter
from svet.billing.rules.houses import HouseWay
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Occupied
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case

_NO_END = Month(2199, 12)


@dataclass(frozen=True, slots=True)
class HouseReport:
    """How many facts of a register were new, how many corrected others, how many were known."""

    added: int
    corrected: int
    unchanged: int


@dataclass(slots=True)
class _Taking:
    """A register being taken: who brings it, when, and what became of its facts."""

    by: Actor
    now: datetime
    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    providers: dict[str, int] = field(default_factory=dict)

    def house(self, row: HouseCells) -> HouseRow | None:
        """The house that a row names."""
        provider_id = self.provider(row)
        code = row.text("house")
        if provider_id is None or not code:
            return None
        found = HouseRow.objects.filter(provider_id=provider_id, code=code).first()
        if found is None:
            row.wrong("house", HouseFault.NO_HOUSE)
        return found

    def provider(self, row: HouseCells) -> int | None:
        """The supplier that a row names."""
        code = row.text("provider")
        if code and code not in self.providers:
            row.wrong("provider", HouseFault.NO_PROVIDER)
        return self.providers.get(code)

    def keep(self, model: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
        """Write a fact down unless it is known; what was said of the same before counts no more."""
        stands = counting(model.objects.filter(**key)).first()
        if stands is not None and all(getattr(stands, name) == value for name, value in values.items()):
            self.unchanged += 1
            return
        if stands is not None:
            stands.gone_at = self.now
            stands.save(update_fields=["gone_at"])
            self.corrected += 1
        else:
            self.added += 1
        model.objects.create(**key, **values, known_at=self.now, by_name=self.by.name[:100])


def take_house_file(*, file: HouseFile, content: bytes, by: Actor, now: datetime) -> HouseReport:
    """Take a register of houses (see ``rules.house_file``).

    What it corrects of a month that is charged, the next run of the house posts as a difference.
    :raises HouseFileRefused: something in it is wrong; nothing is taken
    """
    rows, errors = read_house_file(file, content)
    taking = _Taking(
        by, now, providers={each.code: each.provider_id for each in account_queries.charging_providers()}
    )
    with use_case():
        for provider_id in sorted(taking.providers.values()):
            one_at_a_time(provider_id)
        for row in rows:
            _TAKERS[file](row, taking)
        if errors:
            raise HouseFileRefused(errors)
        if taking.added + taking.corrected:
            journal.record(
                by=by,
                action="houses.loaded",
                subject="houses",
                subject_id=file.value,
                now=now,
                after={"added": taking.added, "corrected": taking.corrected},
            )
    return HouseReport(taking.added, taking.corrected, taking.unchanged)


def enter_house_reading(
    *, house_public_id: str, cells: Mapping[str, str], by: Actor, now: datetime, patience: int | None = None
) -> HouseReport:
    """Enter or correct one reading of a house; ``cells`` are named as the columns of its register.

    ``patience``: who charges, or a register that is taken, is waited for so many seconds (None: to the end).
    :raises HouseFileRefused: something in it is wrong, or there is no such house
    """
    errors: list[HouseError] = []
    with use_case():
        house = HouseRow.objects.select_related("provider").filter(public_id=house_public_id).first()
        if house is None:
            raise HouseFileRefused([HouseError(0, "house", HouseFault.NO_HOUSE)])
        try:
            one_at_a_time(house.provider_id, patience=patience)
        except Occupied:
            raise HouseFileRefused([HouseError(0, "house", HouseFault.OCCUPIED)]) from None
        taking = _Taking(by, now, providers={house.provider.code: house.provider_id})
        _take_reading(
            HouseCells(0, {**cells, "provider": house.provider.code, "house": house.code}, errors), taking
        )
        if errors:
            raise HouseFileRefused(errors)
        if taking.added + taking.corrected:
            journal.record(
                by=by,
                action="house.read",
                subject="house",
                subject_id=house.public_id,
                now=now,
                after=dict(cells),
            )
    return HouseReport(taking.added, taking.corrected, taking.unchanged)


def reopen_house_month(*, house_public_id: str, month: Month, by: Actor, now: datetime) -> bool:
    """Let the next run compute the common needs of a month again, with what flats sent late; whether it will.

    What it gives then is posted as a difference to every account of the house.
    """
    with use_case():
        frozen = counting(HouseMonthRow.objects.filter(house__public_id=house_public_id, month=month.first))
        if not frozen.update(inputs=""):
            return False
        journal.record(
            by=by,
            action="house.reopened",
            subject="house",
            subject_id=house_public_id,
            now=now,
            after={"month": str(month)},
        )
    return True


def _take_house(row: HouseCells, taking: _Taking) -> None:
    provider_id, code, address = taking.provider(row), row.text("house"), row.text("address")
    since, way = row.wanted_month("from"), row.way("way")
    values = {
        "way": way.value,
        "total_area": row.wanted_number("total_area", above=True),
        "common_area": row.number("common_area", above=True),
        "norm": row.number("norm", above=True),
        "losses_percent": row.number("losses") or Decimal(0),
    }
    if way is HouseWay.NORM and (values["common_area"] is None or values["norm"] is None):
        row.wrong("norm", HouseFault.NORM_WANTED)
    if row.is_wrong or provider_id is None:
        return
    house, _ = HouseRow.objects.get_or_create(
        provider_id=provider_id, code=code, defaults={"address": address, "known_at": taking.now}
    )
    if house.address != address:
        house.address = address
        house.save(update_fields=["address"])
    taking.keep(HouseTermsRow, {"house": house, "since": since.first}, values)
    if row.cells.get("meter"):
        _take_meter(house, row, since, taking)


def _take_meter(house: HouseRow, row: HouseCells, since: Month, taking: _Taking) -> None:
    """A meter that came with a month, and the end of the one whose place it takes."""
    serial, replaces = row.text("meter"), row.text("replaces", wanted=False)
    digits, initial = row.wanted_number("digits", above=True), row.wanted_number("initial")
    if digits > _MOST_DIGITS or digits % 1:
        row.wrong("digits", HouseFault.NUMBER)
    values = {"digits": int(digits), "ratio": row.ratio("ratio"), "initial": initial}
    known = counting(HouseMeterRow.objects.filter(house=house, serial=replaces)).first()
    if replaces and (known is None or known.since >= since.first):
        row.wrong("replaces", HouseFault.WHICH_METER)
    final = row.wanted_number("final") if replaces else None
    if row.is_wrong:
        return
    there = counting(HouseMeterRow.objects.filter(house=house, serial=serial)).first()
    if there is None or there.since == since.first:
        taking.keep(HouseMeterRow, {"house": house, "serial": serial}, {"since": since.first, **values})
    if known is not None:
        gone = {"since": known.since, "digits": known.digits, "ratio": known.ratio, "initial": known.initial}
        gone |= {"until": since.plus(-1).first, "final": final}
        taking.keep(HouseMeterRow, {"house": house, "serial": replaces}, gone)


def _take_room(row: HouseCells, taking: _Taking) -> None:
    house, number = taking.house(row), row.text("account")
    area = row.wanted_number("area", above=True)
    since, until = row.wanted_month("from"), row.month("to")
    if until is not None and until < since:
        row.wrong("to", HouseFault.MONTHS_REVERSED)
    if house is None or row.is_wrong:
        return
    found = account_queries.accounts_of_provider(house.provider_id, numbers=[number])
    if not found:
        row.wrong("account", HouseFault.NO_ACCOUNT)
        return
    account_id = found[0].account_id
    others = counting(HouseStayRow.objects.filter(account_id=account_id)).exclude(since=since.first)
    for other in others.select_related("house"):
        if Month.of(other.since) <= (until or _NO_END) and (
            other.until is None or other.until >= since.first
        ):
            row.wrong("account", HouseFault.OTHER_HOUSE, other.house.code)
            return
    values = {"house": house, "area": area, "until": until.first if until else None}
    taking.keep(HouseStayRow, {"account_id": account_id, "since": since.first}, values)


def _take_reading(row: HouseCells, taking: _Taking) -> None:
    house, serial = taking.house(row), row.text("meter", wanted=False)
    month, value = row.wanted_month("month"), row.wanted_number("value")
    turned, others = row.flag("turned"), row.number("others") or Decimal(0)
    if house is None or row.is_wrong:
        return
    (book,) = house_books([house])
    meters = [each for each in book.meters if each.counts(month) and serial in ("", each.serial)]
    if len(meters) != 1:
        row.wrong("meter", HouseFault.WHICH_METER)
        return
    before = _before(book, meters[0], month)
    if before is not None and value < before and not turned:
        row.wrong("value", HouseFault.READING_LOWER, str(before))
        return
    key = {"house": house, "serial": meters[0].serial, "month": month.first}
    taking.keep(HouseReadingRow, key, {"value": value, "turned": turned, "others_kwh": others})


def _before(book: HouseBook, meter: HouseMeter, month: Month) -> Decimal | None:
    """What the meter showed at the end of the month before, where it is known."""
    if month == meter.since:
        return meter.initial
    known = book.readings.get((meter.serial, month.plus(-1)))
    return None if known is None else known.value


_MOST_DIGITS: Final = 9
_TAKERS: Mapping[HouseFile, Callable[[HouseCells, _Taking], None]] = {
    HouseFile.HOUSES: _take_house,
    HouseFile.ROOMS: _take_room,
    HouseFile.READINGS: _take_reading,
}
