"""Building the town month by month through the retailer's own batch operations.

Every step may be repeated: registers are recognised by their bytes and ids, the billing run and the bills
only make what is missing. So a killed build goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from svet.accounts import queries as accounts_queries
from svet.accounts.queries import ProviderView
from svet.billing import operations as billing
from svet.billing.operations.house_registers import take_house_file
from svet.billing.rules.house_file import HouseFile
from svet.bills import operations as bills
from svet.bills.queries.months import asked_for
from svet.exchange import operations as exchange
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.kernel.ids import AccountId
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering import operations as metering
from svet.metering import queries as readings
from svet.sandbox.town.agreements import agree
from svet.sandbox.town.desks import fill_desks
from svet.sandbox.town.employees import open_office
from svet.sandbox.town.providers import BUILDER, add_providers, set_norms, show_penalties
from svet.sandbox.town.residents import settle_in
from svet.sandbox.town.rules import neighbours, registers
from svet.sandbox.town.rules.plan import SECOND, Household, household, months
from svet.sandbox.town.settings import TownSettings
from svet.sandbox.town.tills import set_tills
from svet.sandbox.town.water import supply_water
from svet.tariffs.operations.norms import load_norms
from svet.usage.operations import count_alike

Progress = Callable[[str], None]
ZONE = ZoneInfo("Asia/Yekaterinburg")
NIGHT, NOON = time(3), time(12)


def build(*, town: TownSettings, now: datetime, progress: Progress) -> None:
    """Bring the town up to its settings: first the accounts with the ready sign-ins, then the rest."""
    build_first(town=town, now=now, progress=progress)
    build_rest(town=town, now=now, progress=progress)


def build_first(*, town: TownSettings, now: datetime, progress: Progress) -> None:
    """Build the accounts of the ready sign-ins with their whole history, enough to show a demo."""
    providers = add_providers()
    # Before all that is looked at once more: who pays meanwhile finds the till where it is today.
    set_tills(now=now)
    set_norms(providers, now=now)
    show_penalties(providers[SECOND], anchor=town.anchor, now=now)
    # Whatever is charged is proved by what was known then: its norms were.
    load_tariffs(now=_begin(town))
    first = _households(town, 1, town.first) + _second_households(town)
    _live(first, "first", providers=providers, town=town, now=now, progress=progress, people=True)
    supply_water(anchor=town.anchor, now=now)
    set_tills(now=now)
    fill_desks(now=now)
    agree(now=now)


def build_rest(*, town: TownSettings, now: datetime, progress: Progress) -> None:
    """Build all other accounts of the town, after :func:`build_first`."""
    rest = _households(town, town.first + 1, town.accounts)
    if rest:
        _live(rest, "rest", providers=add_providers(), town=town, now=now, progress=progress)
    count_alike(now=now)
    progress("The town is complete.")


def load_tariffs(*, now: datetime) -> None:
    """Load the shipped tariff tables, then the town's own continuation of one; what is there stays.

    Its norms by rooms, persons and stoves are invented and say so.
    """
    with resources.as_file(resources.files("svet.tariffs") / "data" / "norms" / "demonstration.csv") as file:
        load_norms(file=Path(file), now=now)
    published = resources.files("svet.tariffs") / "data" / "tariffs"
    continued = resources.files("svet.sandbox.town") / "data"
    for folder in (published, continued):
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(".csv"):
                with resources.as_file(entry) as file:
                    billing.load_tariffs(file=Path(file), now=now)


def _households(town: TownSettings, start: int, end: int) -> list[Household]:
    return [household(seed=town.seed, index=index, anchor=town.anchor) for index in range(start, end + 1)]


def _second_households(town: TownSettings) -> list[Household]:
    return [
        household(seed=town.seed, index=index, anchor=town.anchor, second=True)
        for index in range(1, town.second_provider + 1)
    ]


def _live(
    houses: Sequence[Household],
    part: str,
    *,
    providers: dict[str, ProviderView],
    town: TownSettings,
    now: datetime,
    progress: Progress,
    people: bool = False,
) -> None:
    """Let these households live through the history: register, read, bill, pay, month by month."""
    history = months(town.anchor)
    begin = _begin(town)
    _take("accounts", part, registers.accounts(houses, anchor=town.anchor), now=begin)
    accounts = _account_ids(houses, providers)
    _found_house(houses, history[0], now=begin)
    today = now.astimezone(ZONE).date()
    for month in [history[0].plus(-1), *history]:
        if month == history[-1] and people:
            # Before the last bill, so that its notices and letters reach them.
            settle_in(now=_moment(month.day(24), NOON))
            open_office(now=_moment(month.day(24), NOON))
        _read(houses, part, month, town=town, today=today)
        _decide(list(accounts.values()), before=month)
        if month in history:
            _read_house(houses, history[0], month, now=_moment(month.day(26), NOON))
            _bill(month, providers)
            _pay_late(houses, part, month, accounts=accounts, town=town, today=today)
        _pay(houses, part, month.plus(1), accounts=accounts, town=town, today=today)
        progress(f"{part}: {month} done, {len(houses)} accounts")
    _read(houses, part, town.anchor, town=town, today=today)
    # The house is read before its flats: whoever charges this month early finds its volume known.
    _read_house(houses, history[0], town.anchor, now=now)


def _read(houses: Sequence[Household], part: str, month: Month, *, town: TownSettings, today: date) -> None:
    content = registers.month_readings(houses, anchor=town.anchor, month=month, before=today)
    _take("readings", f"{part}-{month}", content, now=_moment(month.day(26), NOON))


def _decide(account_ids: Sequence[int], *, before: Month) -> None:
    """Let the retailer's clerk answer what waits from earlier months; the last one's stay on the desk."""
    for key in readings.waiting_before(account_ids=account_ids, read_before=before.first):
        now = _moment(before.day(27), NOON)
        try:
            metering.decide_review(by=BUILDER, set_id=key, accept=True, reason="", now=now)
        except metering.ReviewRefused:
            reason = "Контролёр снял с прибора учёта больше."
            metering.decide_review(by=BUILDER, set_id=key, accept=False, reason=reason, now=now)


def _found_house(houses: Sequence[Household], since: Month, *, now: datetime) -> None:
    """The one house of the town whose common needs its flats pay."""
    members = neighbours.flats(houses)
    if members:
        for file, content in (
            (HouseFile.HOUSES, neighbours.house_register(members, since=since)),
            (HouseFile.ROOMS, neighbours.rooms_register(members, since=since)),
        ):
            take_house_file(file=file, content=content, by=BUILDER, now=now)


def _read_house(houses: Sequence[Household], since: Month, month: Month, *, now: datetime) -> None:
    members = neighbours.flats(houses)
    if members:
        content = neighbours.reading_register(members, since=since, month=month)
        take_house_file(file=HouseFile.READINGS, content=content, by=BUILDER, now=now)


def _bill(month: Month, providers: dict[str, ProviderView]) -> None:
    for provider in providers.values():
        billing.run(provider_id=provider.provider_id, period=month, now=_moment(month.end, NIGHT))
        bills.issue(provider_id=provider.provider_id, period=month, now=_moment(month.end, time(6)))


def _pay(
    houses: Sequence[Household],
    part: str,
    month: Month,
    *,
    accounts: dict[Household, AccountId],
    town: TownSettings,
    today: date,
) -> None:
    if asked_for(account_ids=list(accounts.values()), period=month):
        # A build that goes over this month again: who paid was decided before its bills, by other debts.
        return
    balances = ledger.balances(list(accounts.values()))
    debts = [
        registers.Debt(house, balances.get(accounts[house], Money(0)))
        for house in houses
        if house in accounts
    ]
    name = "" if part == "first" else part
    content = registers.payments(debts, month=month, anchor=town.anchor, part=name, before=today)
    if content is not None:
        _take("payments", f"{part}-{month}", content, now=_moment(month.day(28), NOON))


def _pay_late(
    houses: Sequence[Household],
    part: str,
    month: Month,
    *,
    accounts: dict[Household, AccountId],
    town: TownSettings,
    today: date,
) -> None:
    """Take the payments of the last days of a month: they become known when its bills are out."""
    asked = asked_for(account_ids=list(accounts.values()), period=month.plus(-1))
    debts = [registers.Debt(house, asked.get(key, Money(0))) for house, key in accounts.items()]
    name = "" if part == "first" else part
    content = registers.late_payments(debts, month=month, anchor=town.anchor, part=name, before=today)
    if content is not None:
        at = _moment(month.end + timedelta(days=registers.LATE_DAYS), NOON)
        _take("payments", f"{part}-{month}-late", content, now=at)


def _take(profile: str, name: str, content: bytes, *, now: datetime) -> None:
    try:
        exchange.take_file(profile=profile, name=f"town-{name}.csv", content=content, by=BUILDER, now=now)
    except FileRefused as refused:
        if refused.reason != FileReason.ALREADY_TAKEN:
            raise


def _account_ids(
    houses: Sequence[Household], providers: dict[str, ProviderView]
) -> dict[Household, AccountId]:
    known = accounts_queries.account_keys({house.number for house in houses})
    found = {(key.provider_id, key.number): key.account_id for key in known}
    keys = {house: (providers[house.provider].provider_id, house.number) for house in houses}
    return {house: found[key] for house, key in keys.items() if key in found}


def _begin(town: TownSettings) -> datetime:
    """When the first of the town became known, before anything was charged."""
    return _moment(months(town.anchor)[0].first - timedelta(days=40), NOON)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=ZONE)
