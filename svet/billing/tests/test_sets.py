"""SQL by sets charges whom it charges as the rules do, every column; whom it cannot it leaves to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from svet.accounts.models import Account
from svet.accounts.models.terms import Terms
from svet.accounts.queries.contracts import Contract
from svet.accounts.tests.factories import make_account, make_provider, set_terms
from svet.billing import operations, queries
from svet.billing.models import (
    BillingRun,
    Charge,
    ChargeLine,
    HouseRow,
    HouseStayRow,
    OverrideRow,
    Problem,
    RunRange,
)
from svet.billing.operations import batches, running, sets
from svet.billing.operations.computing import Computed, compute
from svet.billing.operations.sets import conditions, correcting, finding, pricing, volumes, writing
from svet.billing.operations.sets.proving import SetsDiffer
from svet.billing.tests.factories import NOW
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id
from svet.kernel.periods import Month
from svet.metering.models import Meter, ReadingSet, ReadingTouch, ReadingValue
from svet.metering.operations.acts import write_act
from svet.metering.rules import zones_of
from svet.metering.rules.acts import ActOf, NewAct
from svet.metering.tests.factories import make_meter
from svet.tariffs.models import TariffRow

pytestmark = pytest.mark.django_db
LONG = int(os.environ.get("SVET_LONG", "0"))
REGION = "Край множеств"
MAY, JUNE, JULY = Month(2026, 5), Month(2026, 6), Month(2026, 7)
JANUARY = Month(2026, 1)
BEGIN = date(2026, 4, 20)
ROBOT = Actor.system("test")
_numbers = count(1)
#: Readings that wait to be written, of each block of ``at_once`` that is open.
_together: list[list[tuple[ReadingSet, list[ReadingValue]]]] = []


def write(read: Sequence[tuple[ReadingSet, list[ReadingValue]]]) -> None:
    """In the order of their reading, by two statements."""
    ReadingSet.objects.bulk_create(made for made, _ in read)
    ReadingValue.objects.bulk_create(value for _, values in read for value in values)


@contextmanager
def at_once() -> Iterator[None]:
    """What is read inside is written behind it."""
    _together.append([])
    try:
        yield
        write(_together[-1])
    finally:
        _together.pop()


def provider_id() -> int:
    return make_provider(code="sets", region=REGION).pk


def price(
    group: str, since: str, until: str | None, prices: Mapping[tuple[int, str], Sequence[str]], **limits: Any
) -> None:
    """A table of prices; ``uppers`` are its limits, ``per_person`` the one of the first range."""
    uppers, per_person = limits.get("uppers", (300, 500, None)), limits.get("per_person")
    for (scheme, zone), row in prices.items():
        for place, value in enumerate(row):
            TariffRow.objects.create(
                region=REGION, group_code=group, group_name=group, scheme=scheme, zone=zone,
                range_no=place + 1, range_upper_kwh=None if per_person and not place else uppers[place],
                per_person=per_person if not place else None, price=Decimal(value),
                valid_from=date.fromisoformat(since),
                valid_to=date.fromisoformat(until) if until else None, loaded_at=NOW,
                demonstration=group == "1.4",
            )  # fmt: skip


ALL = {
    (1, "single"): ("4.85", "7.17", "11.15"), (2, "day"): ("5.58", "8.25", "12.82"),
    (2, "night"): ("2.91", "4.30", "6.69"), (3, "peak"): ("6.01", "9.1", "13"),
    (3, "semipeak"): ("4.85", "7.17", "11.15"), (3, "night"): ("2.91", "4.30", "6.69"),
}  # fmt: skip
DEARER = {key: tuple(str(Decimal(each) + Decimal("0.13")) for each in row) for key, row in ALL.items()}


def load_prices() -> None:
    """1.1 and 1.5 change in July; 1.2 goes by persons; 1.6 loses a zone; 1.4 is printed twice alike."""
    if TariffRow.objects.filter(region=REGION).exists():
        return
    price("1.1", "2025-01-01", "2026-06-30", ALL)
    price("1.1", "2026-07-01", None, DEARER)
    price("1.2", "2025-01-01", None, ALL, per_person=100)
    price("1.3", "2025-01-01", None, {(1, "single"): ("3.5555",)}, uppers=(None,))
    price("1.6", "2025-01-01", "2026-06-30", ALL)
    price("1.6", "2026-07-01", None, {key: ALL[key] for key in ALL if key != (2, "night")})
    price("1.4", "2025-01-01", "2026-06-30", ALL)
    price("1.4", "2026-07-01", None, ALL)
    price("1.5", "2025-01-01", "2026-07-06", DEARER)
    price("1.5", "2026-07-07", None, ALL, uppers=(250, 333, None))


class Home:
    """An account of the provider with its meters."""

    def __init__(
        self,
        group: str = "1.2",
        *,
        persons: int | None = 2,
        schemes: Sequence[int] = (1,),
        begin: date = BEGIN,
    ) -> None:
        self.begin = begin
        provider = make_provider(code="sets", region=REGION)
        self.account: Account = make_account(
            provider=provider, opened_on=BEGIN - timedelta(days=400), tariff_group=group, residents=persons
        )
        self.meters = [self.put(scheme) for scheme in schemes]

    def put(self, scheme: int = 1, *, on: date | None = None, **more: Any) -> Meter:
        return make_meter(account=self.account, scheme=scheme, installed_on=on or self.begin, **more)

    def read(
        self, month: Month, value: int | Decimal, *, meter: int = 0, day: int = 22, kind: str = "customer",
        turns: int = 0, zones: int = 9,
    ) -> ReadingSet:  # fmt: skip
        """What a meter shows; scales show 40 more each than the one before."""
        known = self.meters[meter]
        number = next(_numbers)
        made = ReadingSet(
            public_id=new_public_id(), receipt_number=f"s{number}", account=self.account, meter=known,
            read_on=month.day(day), received_at=NOW + timedelta(seconds=number), channel="register",
            kind=kind, state="accepted", author_kind="system", author_name="test", key=uuid4(),
        )  # fmt: skip
        values = [
            ReadingValue(
                reading_set=made, account=self.account, zone=zone, value=value + 40 * place, turns=turns,
                consumption=0,
            )
            for place, zone in enumerate(zones_of(known.scheme)[:zones])
        ]  # fmt: skip
        if _together:
            _together[-1].append((made, values))
        else:
            write([(made, values)])
        return made

    def year(self, *values: int | Decimal, **how: Any) -> Home:
        """May, June, July of every meter."""
        with at_once():
            for meter in range(len(self.meters)):
                for month, value in zip((MAY, JUNE, JULY), values, strict=False):
                    self.read(month, value, meter=meter, **how)
        return self

    def months(self, *values: int | Decimal | None, meter: int | None = None, **how: Any) -> Home:
        """January and the months behind it; None: nothing was read."""
        with at_once():
            for which in range(len(self.meters)) if meter is None else (meter,):
                for place, value in enumerate(values):
                    if value is not None:
                        self.read(JANUARY.plus(place), value, meter=which, **how)
        return self


def charge(month: Month, **how: Any) -> operations.RunReport:
    return operations.run(provider_id=provider_id(), period=month, now=NOW, over_gap=True, **how)


def _rows(model: Any, *order: str, without: Sequence[str] = (), **where: Any) -> list[tuple[Any, ...]]:
    names = [field.column for field in model._meta.concrete_fields if field.column not in ("id", *without)]
    return list(model.objects.filter(**where).order_by(*order).values_list(*names))


_STATES = """
SELECT s.id, s.state, c.from_state, c.to_state, c.by_kind, c.period, c.doubts, c.words, c.other_receipt
FROM metering_readingset s LEFT JOIN metering_setstatechange c ON c.reading_set_id = s.id ORDER BY s.id, c.id
"""
_LEDGER = """
SELECT t.key, t.kind, t.occurred_at, t.effective_on, t.provider_id, t.memo, p.book, p.account_id, p.kopecks,
       c.account_id
FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id
LEFT JOIN billing_charge c ON c.transaction_id = t.id ORDER BY t.key, p.book
"""


def things() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """All that a run writes, keys and clocks aside, one kind behind the other."""
    yield "charges", _rows(Charge, "account_id", "period", without=("known_at", "transaction_id", "run_id"))
    yield "lines", _rows(ChargeLine, "account_id", "period", "position", without=("charge_id",))
    yield "problems", _rows(Problem, "account_id", "run__period", without=("run_id",))
    yield "touches", _rows(ReadingTouch, "account_id", "read_on")
    yield "run", _rows(BillingRun, "period")
    yield "ranges", _rows(RunRange, "above", without=("run_id",))
    with connection.cursor() as cursor:
        for name, query in (("states", _STATES), ("ledger", _LEDGER)):
            cursor.execute(query)
            yield name, cursor.fetchall()


def everything(*, like: Mapping[str, Any] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """All that a run writes; of what is not ``like`` that, only as far as where they part."""
    found = {}
    for name, rows in things():
        found[name] = rows
        if like is not None and rows != like[name]:
            break
    return found


@contextmanager
def taken_back() -> Iterator[None]:
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def by(
    sets_too: bool, month: Month = JULY, *, easy: set[int] | None = None
) -> tuple[dict[str, list[tuple[Any, ...]]], int]:
    """What a month leaves, charged by sets or not, and how many accounts were; ``easy`` learns which."""
    done: list[int] = []
    write = sets.write

    def counted(**how: Any) -> sets.Written:
        written = write(**how)
        done.append(written.charges)
        if easy is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT account_id FROM sets_charge")
                easy.update(key for (key,) in cursor.fetchall())
        return written

    with taken_back(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sets, "write", counted)
        charge(month, by_sets=sets_too)
        return everything(), sum(done)


def planted() -> dict[str, Home]:
    """One home for each condition that only the rules can meet, and plain ones; all but July charged."""
    load_prices()
    homes = {
        "plain": Home().year(1000, 1100, 1190),
        "two prices": Home("1.1").year(1000, 1100, 1233),
        "two prices, odd days": Home("1.1").year(1000, 1101, 1214, day=13),
        "two prices of two zones": Home("1.1", schemes=(2,)).year(1000, 1100, 1213),
        "two prices and limits of two meters": Home("1.5", schemes=(1, 1)).year(1000, 1100, 1377),
        "nothing used over two prices": Home("1.1").year(1000, 1100, 1100),
        "printed twice": Home("1.4", schemes=(3,)).year(1000, 1100, 1150),
        "three ranges": Home().year(1000, 1100, 1900),
        "exactly the range": Home().year(1000, 1100, 1300),
        "one more than the range": Home().year(1000, 1100, 1301),
        "three ranges over two prices": Home("1.1").year(1000, 1100, 1800),
        "three ranges of two meters": Home(schemes=(1, 1)).year(1000, 1100, 1500),
        "nobody is registered": Home(persons=None).year(1000, 1100, 1150),
        "three zones": Home(schemes=(3,)).year(1000, 1100, 1120),
        "on the last days": Home("1.1").year(1000, 1100, 1233, day=25),
        "behind the last days": Home("1.1").year(1000, 1100, 1233, day=26),
        "ranges over zones": Home("1.1", schemes=(2,)).year(1000, 1100, 1700),
        "ranges over two meters of zones": Home("1.5", schemes=(2, 2)).year(1000, 1100, 1700),
        "ranges over zones, one of which used nothing": Home("1.5", schemes=(2, 1)),
        "ranges of one of two, the other used nothing": Home(schemes=(1, 1)),
        "twice, then less": Home().year(1000, 1100),
        "twice, first less than before": Home().year(1000, 1100),
        "twice, then less beyond the turn": Home().year(1000, 1100),
        "twice beyond the turn": Home().year(1000, 1100),
        "twice, a scale unread": Home(schemes=(2,)).year(1000, 1100, 1190),
        "twice on a day": Home().year(1000, 1100, 1150),
        "twice the same on a day": Home().year(1000, 1100, 1190),
        "sent and controlled on a day": Home().year(1000, 1100),
        "no price": Home("1.6", schemes=(2,)).year(1000, 1100, 1190),
        "fell": Home().year(1000, 1100, 1090),
        "unread": Home(schemes=(1, 1)),
        "a scale unread": Home(schemes=(2,)).year(1000, 1100),
        "twice": Home().year(1000, 1100),
        "begins": Home().year(1000, 1100),
        "controlled": Home().year(1000, 1100, 1190, kind="control"),
        "closes": Home().year(1000, 1100, 1190),
        "closes later": Home().year(1000, 1100, 1190),
        "late": Home().year(1000, 1100, 1190),
        "late, another meter as it was": Home(schemes=(1, 1)).year(1000, 1150, 1390),
        "late, into other ranges and prices": Home("1.5", schemes=(1, 2)).year(1000, 1110, 1200),
        "late, between": Home().year(1000, 1100, 1190),
        "late, less than before": Home().year(1000, 1100, 1190),
        "late, less than the month": Home().year(1000, 1100, 1190),
        "late, a scale unread": Home(schemes=(2,)).year(1000, 1100, 1190),
        "late inspection": Home().year(1000, 1100, 1190),
        "late by two months": Home().year(1000, 1100, 1190),
        "late, another went": Home().year(1000, 1100, 1190),
        "act": Home().year(1000, 1100, 1190),
        "decision": Home().year(1000, 1100, 1190),
        "problem": Home().year(1000, 1100, 1190),
        "house": Home().year(1000, 1100, 1190),
        "terms": Home(persons=1).year(1000, 1100, 1390),
        "terms to come": Home(persons=5).year(1000, 1100, 1390),
        "terms of before": Home(persons=5).year(1000, 1100, 1390),
        "goes": Home().year(1000, 1100, 1190),
        "other facts": Home("1.2", persons=1).year(1000, 1100, 1390),
        "replaced": Home().year(1000),
        "replaced and read at once": Home().year(1000),
        "replaced and read at once after use": Home().year(1000),
        "turned": Home().year(1000, 1100),
        "parts of kopecks": Home("1.3").year(1000, 1100, 1191),
        "parts of kWh": Home("1.1").year(1000, Decimal("1100.2"), Decimal("1190.9")),
        "on other days": Home("1.5", schemes=(1, 1)),
        "one of two used nothing": Home(schemes=(1, 1)).year(1000, 1100),
        "one of two used nothing over two prices": Home("1.1", schemes=(1, 1)).year(1000, 1100),
        "begins with a reading": Home(schemes=()),
        "read twice, then on the last day": Home().year(1000, 1080, 1190),
        "sent twice, then on the last day": Home().year(1000, 1080),
        "silent since the last day": Home().year(1000, 1100, day=25),
        "corrected on the day": Home().year(1000, 1100, 1190),
        "by transformers": Home(schemes=()),
        "by broken transformers": Home(schemes=()),
        "came": Home().year(1000, 1100, 1190),
        "read twice last month": Home().year(1000, 1100, 1190),
        "controlled and sent on a day": Home().year(1000, 1100, 1190),
    }  # fmt: skip
    home = homes["unread"]
    for place, month in enumerate((MAY, JUNE, JULY), 1):
        home.read(month, 100 * place)
        if month < JULY:
            home.read(month, 100 * place, meter=1)
    homes["a scale unread"].read(JULY, 1190, zones=1)
    homes["twice"].read(JULY, 1190, day=23)
    homes["twice"].read(JULY, 1150, day=20)
    homes["twice, then less"].read(JULY, 1190, day=20)
    homes["twice, then less"].read(JULY, 1150, day=23)
    homes["twice, first less than before"].read(JULY, 1090, day=20)
    homes["twice, first less than before"].read(JULY, 1190, day=23)
    homes["twice, then less beyond the turn"].read(JULY, 30, day=20, turns=1)
    homes["twice, then less beyond the turn"].read(JULY, 20, day=23, turns=1)
    homes["twice beyond the turn"].read(JULY, 90_000, day=20)
    homes["twice beyond the turn"].read(JULY, 20, day=23, turns=1)
    homes["twice, a scale unread"].read(JULY, 1150, day=20, zones=1)
    homes["twice on a day"].read(JULY, 1190)
    homes["twice the same on a day"].read(JULY, 1190)
    homes["sent and controlled on a day"].read(JULY, 1190, kind="control")
    homes["sent and controlled on a day"].read(JULY, 1190)
    for name, values in (
        ("ranges over zones, one of which used nothing", (1100, 1900, 1100)),
        ("ranges of one of two, the other used nothing", (1100, 1900, 1100)),
    ):
        home = homes[name]
        for month in (MAY, JUNE):
            home.read(month, 1000 if month == MAY else values[0])
            home.read(month, 1000 if month == MAY else values[2], meter=1)
        home.read(JULY, values[1])
        home.read(JULY, values[2], meter=1)
    homes["begins"].read(JULY, 1150, kind="initial")
    Account.objects.filter(pk=homes["closes"].account.pk).update(closed_on=JULY.day(24))
    Account.objects.filter(pk=homes["closes later"].account.pk).update(closed_on=JULY.day(26))
    set_terms(homes["terms"].account, since=JULY.day(2), residents=4)
    set_terms(homes["terms to come"].account, since=JULY.plus(2).day(2), residents=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_terms DISABLE TRIGGER USER")
    Terms.objects.filter(account=homes["terms of before"].account).update(since=date(2026, 12, 1))
    Meter.objects.filter(account=homes["goes"].account).update(removed_on=JULY.day(24))
    for name, day, later, value in (
        ("replaced", 5, 22, 70),
        ("replaced and read at once", 14, 14, 0),
        ("replaced and read at once after use", 14, 14, 30),
    ):
        home, on = homes[name], JUNE.day(day)
        home.read(JUNE, 1050, day=day, kind="final")
        Meter.objects.filter(account=home.account).update(removed_on=on)
        home.meters.append(home.put(on=on))
        home.read(JUNE, value, meter=1, day=later)
        home.read(JULY, 150, meter=1)
    homes["turned"].read(JULY, 1150, turns=1)
    for name in ("one of two used nothing", "one of two used nothing over two prices"):
        homes[name].read(JULY, 1100)
        homes[name].read(JULY, 1140, meter=1)
    home = homes["begins with a reading"]
    Account.objects.filter(pk=home.account.pk).update(opened_on=JUNE.day(14))
    home.meters.append(home.put(on=JUNE.day(14)))
    home.read(JUNE, 30, day=14)
    home.read(JULY, 130)
    homes["read twice, then on the last day"].read(JUNE, 1100, day=25)
    homes["sent twice, then on the last day"].read(JULY, 1100, day=20)
    homes["sent twice, then on the last day"].read(JULY, 1130, day=25)
    homes["corrected on the day"].read(JUNE, 1120)
    for place, month in enumerate((MAY, JUNE, JULY), 1):
        homes["on other days"].read(month, 200 * place)
        homes["on other days"].read(month, 220 * place, meter=1, day=12)
    for name, ratio in (("by transformers", 30), ("by broken transformers", Decimal("1.5"))):
        homes[name].meters = [homes[name].put(ratio=Decimal(ratio))]
        homes[name].year(10, 15, 22)
    homes["read twice last month"].read(JUNE, 1080, day=20)
    homes["controlled and sent on a day"].read(JUNE, 1090, kind="control")
    homes["controlled and sent on a day"].read(JUNE, 1095)
    low = homes["late, another went"].read(JUNE, 950, day=20, kind="control")
    charge(MAY, by_sets=False)
    charge(JUNE, by_sets=False)
    # What became known since.
    homes["late"].read(JUNE, 1150, day=24)
    homes["late, another meter as it was"].read(JUNE, 1250, meter=1, day=24)
    homes["late, into other ranges and prices"].read(JUNE, 1150, meter=1, day=25)
    homes["late, between"].read(JUNE, 1050, day=14)
    homes["late, less than before"].read(JUNE, 990, day=24)
    homes["late, less than the month"].read(JUNE, 1090, day=24)
    homes["late, a scale unread"].read(JUNE, 1150, day=24, zones=1)
    homes["late inspection"].read(JUNE, 1150, day=24, kind="control")
    homes["late by two months"].read(MAY, 1040, day=24)
    ReadingSet.objects.filter(pk=low.pk).update(state="corrected")
    write_act(
        by=ROBOT, account_public_id=homes["act"].account.public_id, reason="обход", now=NOW,
        act=NewAct(kind=ActOf.BROKEN, number="1", drawn_on=JULY.day(2), since=JULY.day(2), until=None),
        meter_public_id=homes["act"].meters[0].public_id,
    )  # fmt: skip
    OverrideRow.objects.create(
        public_id=new_public_id(), account=homes["decision"].account, kind="no_charge", since=JULY.first,
        until=JULY.first, document="1", reason="обход", by_name="test", known_at=NOW, signed_at=NOW,
    )  # fmt: skip
    house = HouseRow.objects.create(provider_id=provider_id(), code="H", address="ул. Мира, 1", known_at=NOW)
    HouseStayRow.objects.create(
        house=house, account=homes["house"].account, since=JULY.first, area=50, known_at=NOW, by_name="test"
    )
    Problem.objects.create(
        run=BillingRun.objects.get(period=JUNE.first), account=homes["problem"].account, reason="no_norm"
    )
    set_terms(homes["other facts"].account, residents=4)
    homes["came"].put(on=JULY.day(10))
    return homes


EASY = {
    "plain", "two prices", "two prices, odd days", "two prices of two zones",
    "two prices and limits of two meters", "nothing used over two prices", "printed twice", "three ranges",
    "exactly the range", "one more than the range", "three ranges over two prices",
    "three ranges of two meters", "nobody is registered", "three zones", "on the last days", "controlled",
    "closes later", "terms to come", "replaced", "turned", "by transformers", "read twice last month",
    "controlled and sent on a day", "behind the last days", "replaced and read at once after use",
    "parts of kopecks", "parts of kWh", "on other days", "begins with a reading",
    "one of two used nothing over two prices", "one of two used nothing",
    "read twice, then on the last day", "corrected on the day", "ranges over zones",
    "ranges over two meters of zones", "ranges over zones, one of which used nothing",
    "ranges of one of two, the other used nothing", "twice", "twice beyond the turn", "twice on a day",
    "twice the same on a day", "late", "late, another meter as it was", "late, into other ranges and prices",
    "late, between",
    "sent and controlled on a day", "sent twice, then on the last day",
}  # fmt: skip


WINTER = date(2025, 12, 20)
#: What a silent home may have had to do with before it is silent: January to July, None is silence.
SILENT: dict[str, tuple[int | None, ...]] = {
    "now": (1000, 1100, 1190, 1301, 1400, 1500, None),
    "two months": (1000, 1100, 1190, 1301, 1400, None, None),
    "three months": (1000, 1100, 1190, 1301, None, None, None),
    "four months": (1000, 1100, 1190, None, None, None, None),
    "read after one": (1000, 1100, 1190, 1301, 1400, None, 1633),
    "read after two": (1000, 1100, 1190, 1301, None, None, 1700),
    "read after three": (1000, 1100, 1190, None, None, None, 1900),
    "read after four": (1000, 1100, None, None, None, None, 1900),
    "nothing used": (1000, 1100, 1200, 1300, 1400, None, 1400),
    "shows less": (1000, 1100, 1200, 1300, 1400, None, 1390),
    "as the average": (1000, 1100, 1200, 1300, 1400, None, 1600),
    "ranges": (1000, 1100, 1200, 1300, 1400, None, 2000),
    "ranges by average": (1000, 1500, 2000, 2600, 3050, None, None),
    "silent before": (1000, None, 1200, 1310, 1400, 1500, None),
    "read late before": (1000, 1100, None, 1310, 1400, 1500, None),
    "a rich correction": (1000, 1100, 1200, 1300, 1400, None, 90_000),
}


def planted_silent() -> dict[str, Home]:
    """Homes that were silent for a while, by groups whose prices change and do not; all but July charged."""
    load_prices()
    operations.set_policy(
        provider_id=provider_id(), valid_from=date(2025, 1, 1), norm_kwh_per_person=Decimal(90), by=ROBOT,
        now=NOW, average_base_months=2, average_base_least=1, brake_kopecks=3_000_00,
    )  # fmt: skip
    homes = {
        f"{name}, {group}": Home(group, begin=WINTER).months(*values)
        for name, values in SILENT.items() for group in ("1.1", "1.2")
    }  # fmt: skip
    for name, schemes in (("zones", (2,)), ("three zones", (3,)), ("two meters", (1, 1))):
        for kind in ("now", "two months", "read after two", "ranges"):
            homes[f"{name}: {kind}"] = Home("1.1", schemes=schemes, begin=WINTER).months(*SILENT[kind])
    mixed = homes["one of two silent"] = Home("1.5", schemes=(1, 1), begin=WINTER)
    mixed.months(*SILENT["now"], meter=0).months(1000, 1050, 1100, 1150, 1200, 1250, 1305, meter=1)
    mixed = homes["one of two read"] = Home("1.1", schemes=(1, 1), begin=WINTER)
    mixed.months(*SILENT["two months"], meter=0).months(*SILENT["read after one"], meter=1)
    mixed = homes["one of two read before"] = Home("1.1", schemes=(1, 1), begin=WINTER)
    mixed.months(*SILENT["two months"], meter=0).months(*SILENT["now"], meter=1)
    homes["a scale unread"] = Home(schemes=(2,), begin=WINTER).months(*SILENT["now"])
    homes["a scale unread"].read(JULY, 1600, zones=1)
    homes["zones: little"] = Home(schemes=(2,), begin=WINTER).months(1000, 1010, 1030, 1040, 1055, 1070, None)
    homes["a swing"] = Home("1.1", begin=WINTER)
    homes["a swing"].months(1000, 11_000, 21_000, None, None, None, 61_000, day=25)
    homes["too young"] = Home(begin=date(2026, 4, 26)).months(None, None, None, None, 100, 450, None)
    homes["inspected"] = Home(begin=WINTER).months(*SILENT["two months"])
    homes["inspected"].read(JULY, 1633, kind="control")
    homes["turned"] = Home(begin=WINTER).months(*(999_000 + (each or 0) for each in (0, 100, 200, 300, 400)))
    homes["turned"].read(JULY, 10, turns=1)
    homes["parts of kWh"] = Home("1.1", begin=WINTER)
    homes["parts of kWh"].months(
        1000, Decimal("1100.5"), Decimal("1190.7"), 1301, Decimal("1400.4"), None, 1633
    )
    homes["parts of an average"] = Home(begin=WINTER)
    homes["parts of an average"].months(
        1000, Decimal("1100.5"), Decimal("1190.7"), 1301, Decimal("1399.4"), None
    )
    homes["terms"] = Home(persons=1, begin=WINTER).months(*SILENT["read after two"])
    set_terms(homes["terms"].account, since=date(2026, 4, 28), residents=4)
    for name in ("late", "late and read"):
        homes[name] = Home(begin=WINTER).months(*SILENT["two months"])
    late = homes["late beside a silent one"] = Home("1.1", schemes=(1, 1), begin=WINTER)
    late.months(*SILENT["read after one"], meter=0).months(*SILENT["two months"], meter=1)
    young = homes["late, each silent in the other's month"] = Home("1.1", begin=WINTER)
    young.meters.append(young.put(on=date(2026, 4, 26)))
    young.months(*SILENT["read after one"], meter=0).months(None, None, None, None, 90, meter=1)
    homes["replaced"] = Home(begin=WINTER).months(1000, 1100)
    homes["replaced"].read(Month(2026, 3), 1150, day=5, kind="final")
    Meter.objects.filter(account=homes["replaced"].account).update(removed_on=date(2026, 3, 5))
    homes["replaced"].meters.append(homes["replaced"].put(on=date(2026, 3, 5)))
    homes["replaced"].months(None, None, 70, 140, 200, 260, meter=1)
    homes["replaced, silent longer"] = Home(begin=WINTER).months(1000, 1100)
    homes["replaced, silent longer"].read(Month(2026, 2), 1150, day=24, kind="final")
    Meter.objects.filter(account=homes["replaced, silent longer"].account).update(
        removed_on=date(2026, 2, 24)
    )
    fresh = homes["replaced, silent longer"].put(on=date(2026, 2, 24))
    homes["replaced, silent longer"].meters.append(fresh)
    homes["replaced, silent longer"].months(None, None, 70, 140, 200, None, 350, meter=1)
    homes["corrected before"] = Home(begin=WINTER).months(*SILENT["two months"])
    for place in range(6):
        charge(JANUARY.plus(place), by_sets=False)
        if place == 3:
            homes["corrected before"].read(Month(2026, 4), 1290, day=24)
    homes["late"].read(JUNE, 1480)
    homes["late beside a silent one"].read(JUNE, 1480)
    homes["late, each silent in the other's month"].read(JUNE, 180, meter=1)
    homes["late and read"].read(JUNE, 1480)
    homes["late and read"].read(JULY, 1640)
    return homes


#: Who of them is charged by sets.
SILENT_EASY = {
    "as the average, 1.1", "as the average, 1.2", "corrected before", "nothing used, 1.1",
    "nothing used, 1.2", "now, 1.1", "now, 1.2", "one of two read", "one of two silent",
    "parts of an average", "parts of kWh", "ranges by average, 1.1", "ranges by average, 1.2",
    "ranges, 1.1", "ranges, 1.2", "read after one, 1.1", "read after one, 1.2", "read after three, 1.1",
    "read after three, 1.2", "read after two, 1.1", "read after two, 1.2", "read late before, 1.1",
    "replaced", "three months, 1.1", "late and read", "three zones: now", "three zones: read after two",
    "three zones: two months", "three months, 1.2", "two meters: now", "two meters: read after two",
    "two meters: two months", "two months, 1.1", "two months, 1.2", "zones: little", "zones: now",
    "zones: read after two", "zones: two months",
}  # fmt: skip


@pytest.fixture(scope="module")
def silent(standing_database: None) -> dict[str, Home]:
    """Built once, each test takes its own back."""
    return planted_silent()


@pytest.fixture(scope="module")
def standing(silent: dict[str, Home]) -> None:
    """The others beside the silent ones: whoever asks for less is asked first."""
    planted()


def test_silent_homes_and_those_read_after_silence_are_charged_as_the_rules_charge_them(
    silent: dict[str, Home],
) -> None:
    slow, none = by(False)
    easy: set[int] = set()
    fast, some = by(True, easy=easy)
    for name in slow:
        assert fast[name] == slow[name], name
    assert {name for name, home in silent.items() if home.account.pk in easy} == SILENT_EASY
    assert (none, some) == (0, len(easy))


CONDITIONS = [
    (of, name)
    for of in (
        conditions.ACCOUNT, conditions.SET, conditions.BASE, conditions.BOOK, conditions.LEFT,
        conditions.BRAKE,
    )
    for name in of
]  # fmt: skip
#: Text of the SQL → text that is wrong.
MUTANTS = [
    (finding, "_SCALES", "s.read_on <= m.cut", "s.read_on < m.cut"),
    (finding, "_SCALES", "CASE WHEN c.number > 1 THEN", "CASE WHEN false THEN"),
    (finding, "_SCALES", "DESC, s.set_id DESC LIMIT 1)\n           ELSE", "LIMIT 1)\n           ELSE"),
    (finding, "_SCALES", "s.read_on <= m.this) c", "s.read_on < m.this) c"),
    (finding, "_SCALES", "ORDER BY s.read_on DESC", "ORDER BY s.read_on"),
    (finding, "_SCALES", "(s.kind <> 'customer') DESC", "true"),
    (
        finding,
        "_SCALES",
        "s.received_at DESC, s.set_id DESC LIMIT 1) p",
        "s.received_at, s.set_id LIMIT 1) p",
    ),
    (finding, "_SCALES", "cv.turns = pv.turns", "true"),
    (finding, "_SCALES", "* m.ratio", ""),
    (finding, "_SCALES", "s.kind <> 'initial'\n", "true\n"),
    (finding, "_BASES", "round(sum", "ceil(sum"),
    (finding, "_BASES", "AND l.zone = s.zone", ""),
    (finding, "_BASES", "AND l.reverses_id IS NULL", ""),
    (finding, "_BASES", "AND NOT EXISTS (SELECT FROM billing_chargeline r WHERE r.reverses_id = l.id)", ""),
    (finding, "_BASES", "FILTER (WHERE b.month > first.month) /", "/"),
    (finding, "_BOOKS", "THEN a.residents ELSE -1", "THEN -1 ELSE -1"),
    (finding, "_BOOKS", "s.silent = 0 THEN", "true THEN"),
    (volumes, "_VOLUMES", "mo.after >= s.cut AND", "mo.month = %(month)s AND"),
    (volumes, "_VOLUMES", "AND mo.cut <= s.this", ""),
    (volumes, "_VOLUMES", "mo.after = s.cut THEN s.previous_on", "false THEN s.previous_on"),
    (volumes, "_VOLUMES", "round(kwh * (until", "ceil(kwh * (until"),
    (volumes, "_WINDOWS", "min(since)", "max(since)"),
    (pricing, "_PIECES", "floor(v.kwh)) END\n             -", "ceil(v.kwh)) + 1 END\n             -"),
    (pricing, "_PIECES", "round(v.kwh * (p.span_until", "floor(v.kwh * (p.span_until"),
    (pricing, "_PIECES", "WHEN p.span_until >= v.until", "WHEN p.span_until > v.until"),
    (pricing, "_PIECES", "p.span_until >= v.until))", "p.span_until > v.until))"),
    (pricing, "_POTS", "sum(kwh) > min(first_limit)", "sum(kwh) > min(first_limit) + 1"),
    (pricing, "_POTS", "GROUP BY account_id, month, number", "GROUP BY account_id, month, number, point"),
    (pricing, "_POTS", "THEN 1 ELSE 2", "THEN 1 ELSE 1"),
    (
        pricing,
        "_OVER_SCALES",
        "ORDER BY p.account_id, p.month, p.number, p.point",
        "ORDER BY 1, 2, 3, -p.point",
    ),
    (pricing, "_LINES", "OR (t.scales = 1 AND p.kwh = 0)", ""),
    (pricing, "_LINES", "coalesce(limits[place - 1], 0)", "coalesce(limits[place - 1] + 1, 0)"),
    (pricing, "_LINES", "ORDER BY p.point, p.since, p.face) AS", "ORDER BY -p.point, p.since, p.face) AS"),
    (pricing, "_LINES", "round(p.line_kwh * r.price * 100)", "floor(p.line_kwh * r.price * 100)"),
    (pricing, "_PIECES", "WHERE taken <> 0 OR kwh = 0", "WHERE taken <> 0"),
    (pricing, "_LINES", "ORDER BY p.month, p.number,", "ORDER BY p.month, -p.number,"),
    (
        pricing,
        "_LINES",
        "PARTITION BY p.account_id, p.month, p.number",
        "PARTITION BY p.account_id, p.number",
    ),
    (correcting, "_STANDING", "ORDER BY l.month, l.period", "ORDER BY -extract(epoch FROM l.month)"),
    (correcting, "_SAME", "l.kopecks)\n", "0)\n"),
    (
        correcting,
        "_NUMBERS",
        "AND NOT EXISTS (SELECT FROM sets_known s WHERE s.set_id = v.current_set_id)",
        "",
    ),
    (correcting, "_NUMBERS", "ORDER BY l.account_id, l.month, l.position", "ORDER BY 1, 2, -l.position"),
    (correcting, "_NUMBERS", "coalesce(t.number, 0) +", ""),
    (correcting, "_BRAKED", "sum(abs(kopecks))", "abs(sum(kopecks))"),
    (writing, "_SUMS", "l.kwh - coalesce(t.kwh, 0)", "l.kwh"),
]


Rows = dict[str, list[tuple[Any, ...]]]


def _in_the_batch(by_sets: bool, judge: Callable[[Callable[..., Rows]], None]) -> None:
    """Begin July; before its batch is charged ``judge`` may charge it again and again: what each leaves.

    What the rules make of a home is the same each time, and is computed once.
    """
    take_step = batches.take_step
    judged: list[bool] = []
    known: dict[int, Computed] = {}

    def computed(contracts: Sequence[Contract], **how: Any) -> list[Computed]:
        new = [each for each in contracts if each.account_id not in known]
        known.update({each.account_id: each for each in (compute(new, **how) if new else ())})
        return [known[each.account_id] for each in contracts]

    def step(charging: batches.Charging) -> batches.Step | None:
        def left(like: Rows | None = None) -> Rows:
            with taken_back():
                taken = take_step(charging)
                assert taken is not None
                assert taken.looked_at > 50
                return everything(like=like)

        if not judged:
            judged.append(True)
            judge(left)
        return take_step(charging)

    with taken_back(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "take_step", step)
        patch.setattr(batches, "compute", computed)
        charge(JULY, by_sets=by_sets)
    assert judged


def _survivors(left: Callable[..., Rows], right: Rows) -> list[str]:
    """Which planted faults leave what the rules leave."""

    def lives() -> bool:
        try:
            return left(right) == right
        except (DatabaseError, AssertionError, SetsDiffer):
            return False

    assert lives(), "without a fault they differ"
    alive = []
    for of, name in CONDITIONS:
        with pytest.MonkeyPatch.context() as patch:
            patch.delitem(of, name)
            if lives():
                alive.append(name)
    for module, text, old, new in MUTANTS:
        whole = getattr(module, text)
        assert old in whole, old
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, text, whole.replace(old, new))
            if lives():
                alive.append(f"{old} -> {new}")
    return alive


@pytest.mark.usefixtures("standing")
def test_each_condition_and_each_word_of_the_arithmetic_is_needed() -> None:
    right: Rows = {}
    alive: list[str] = []
    _in_the_batch(False, lambda left: right.update(left()))
    _in_the_batch(True, lambda left: alive.extend(_survivors(left, right)))
    assert not alive, "\n".join(alive)


@pytest.mark.usefixtures("standing")
def test_a_difference_in_the_sample_stops_the_run_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = pricing._LINES.replace(
        "round(p.line_kwh * r.price * 100)", "round(p.line_kwh * r.price * 100) + 1"
    )
    monkeypatch.setattr(pricing, "_LINES", wrong)
    monkeypatch.setattr(sets, "SAMPLE", 1)
    with pytest.raises(SetsDiffer):
        charge(JULY, by_sets=True)
    assert not Charge.objects.filter(period=JULY.first).exists()
    assert BillingRun.objects.get(period=JULY.first).state == "running"
    monkeypatch.undo()
    monkeypatch.setattr(sets, "SAMPLE", 1)
    charge(JULY, by_sets=True)
    assert queries.broken() == []
