"""Corrections of prices that were loaded wrong, as files of an office, and what their plan must foretell."""

from __future__ import annotations

import io
from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta

from svet.accounts.queries import provider_by_id
from svet.accounts.queries.contracts import contracts
from svet.billing import operations
from svet.billing.queries.facts import account_facts, provider_facts
from svet.billing.queries.standing import books, standing_lines
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.should import should
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.tariffs.models import TariffRow
from svet.tariffs.rules.tariff_file import TariffFileRefused
from svet.tariffs.tests.test_incomplete_tariffs import table

#: What an office may find wrong: prices of all zones, the first limit of all; or that a correction was.
PRICE, LIMIT, BACK = "price", "limit", "back"
_ROBOT = Actor.system("test")


def cells_of(row: TariffRow, span: tuple[date, date | None], **changed: str) -> dict[str, str]:
    """A row of a file that says what a row of the table says, of these days."""
    since, until = span
    return {
        "region": row.region, "group_code": row.group_code, "group_name": row.group_name,
        "valid_from": since.isoformat(), "valid_to": until.isoformat() if until else "",
        "zone_scheme": str(row.scheme), "zone": row.zone, "range_no": str(row.range_no),
        "range_upper_kwh": "" if row.range_upper_kwh is None else str(row.range_upper_kwh),
        "price_rub_per_kwh": str(row.price.normalize()), "source_url": row.source_url,
        "demonstration": "yes" if row.demonstration else "no", "note": row.note,
    } | changed  # fmt: skip


def correction(region: str, group: str, what: str, *, since: date, days: int, number: int) -> bytes:
    """A file of right prices from a day on, for so many days (0: to the end of its table).

    ``number`` says what prices or the limit become; what was published comes back by the rows that no
    correction has brought.
    """
    rows = TariffRow.objects.filter(region=region, group_code=group, valid_from__lte=since)
    rows = rows.exclude(valid_to__lt=since).order_by("scheme", "zone", "range_no", "pk")
    firsts = [row for row in rows.filter(gone_with=None) if row.range_no == 1]
    last = firsts[0].valid_to
    until = min(since + timedelta(days=days), last or date.max) if days else None
    span = (since, until)
    match what:
        case "price":
            prices = [f"{1 + number % 9}.{(number + place) % 97:02}" for place in range(len(firsts))]
            return table(
                *(
                    cells_of(row, span, price_rub_per_kwh=price)
                    for row, price in zip(firsts, prices, strict=True)
                )
            )
        case "limit":
            limit = str(30 + number % 300)
            return table(*(cells_of(row, span, range_upper_kwh=limit) for row in firsts))
        case _:
            return table(*(cells_of(row, span) for row in rows.filter(brought_with=None)))


def correct(file: bytes, *, now: datetime, only_check: bool = False) -> operations.CorrectionReport | None:
    """Put it in the place of what is loaded; None: it was refused."""
    with suppress(TariffFileRefused):
        return operations.correct_tariffs(
            file=io.BytesIO(file), document="приказ № 1", by=_ROBOT, now=now, only_check=only_check
        )
    return None


def differing(provider_ids: Collection[int]) -> set[tuple[int, Month]]:
    """The charged months of accounts whose lines are not what should stand now."""
    found = set()
    for provider_id in provider_ids:
        provider = provider_facts(provider_by_id(provider_id))
        known = contracts(provider_id=provider_id, opened_before=date(2199, 1, 1))
        charged = books([each.account_id for each in known])
        for contract in known:
            key, last = contract.account_id, charged[contract.account_id].last
            if last is None:
                continue
            facts = account_facts(
                [contract], provider=provider, horizon=last, floors={key: charged[key].begins(last)}
            )[key]
            try:
                wanted = {line.content for line in should(facts, horizon=last)}
            except BillingProblem:
                continue
            stands = {line.content for _, line in standing_lines([key])[key]}
            found |= {(int(key), Month.parse(str(content[0]))) for content in wanted ^ stands}
    return found
