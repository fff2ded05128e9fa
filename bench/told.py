"""`svet explain` and `svet replay` of every bill of a town, after a month of late and odd news.

    python -m bench.told [ACCOUNTS]     300 accounts of fourteen months by default, about 4,700 bills

The town lives its year (estimates, late readings, a house, two suppliers). Then the office learns of control
readings, groups, residents, replacements, further meters, acts and ends of contracts of months long charged,
and that prices were loaded wrong; one more month is charged and issued. The correction is corrected, a limit
with it, and a month is charged; it is taken back, and a month is charged. Each bill is explained, in one
process, into a file; another process, which has no database, computes each file again. Printed are bills,
seconds and differences; it fails when there is one.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.phases import database, phase

USUAL = 300
COLUMNS = (
    "region", "group_code", "group_name", "valid_from", "valid_to", "zone_scheme", "zone", "range_no",
    "range_upper_kwh", "price_rub_per_kwh", "source_url", "demonstration",
)  # fmt: skip


def prepare(accounts: int) -> None:
    """The town, what is learnt late, and the bills of one more month."""
    from django.core.management import call_command

    from svet.accounts.models import Provider
    from svet.billing import operations
    from svet.bills import operations as bills
    from svet.kernel.actors import Actor
    from svet.kernel.periods import Month
    from svet.kernel.services import Service
    from svet.sandbox.town.operations import build
    from svet.sandbox.town.settings import TownSettings

    call_command("migrate", verbosity=0)
    anchor = Month(2026, 9)
    town = TownSettings(
        seed="told", anchor=anchor, accounts=accounts, first=accounts, second_provider=max(3, accounts // 20)
    )
    build(town=town, now=datetime(2026, 9, 26, 9, tzinfo=UTC), progress=lambda _: None)
    _learn()
    suppliers = list(Provider.objects.filter(service=Service.ELECTRICITY.value))
    for provider in suppliers:
        operations.set_policy(
            provider_id=provider.pk, valid_from=anchor.first, totals_percent=Decimal(900),
            movers_share=Decimal(100), problems_percent=Decimal(100), by=Actor.system("bench"),
            now=datetime(2026, 9, 29, 12, tzinfo=UTC),
        )  # fmt: skip
    for month, wrong in zip(map(anchor.plus, range(3)), WRONG, strict=True):
        now = datetime(month.year, month.month, 30, 3, tzinfo=UTC)
        _correct(suppliers[0].region, *wrong, now=now - timedelta(hours=1))
        for provider in suppliers:
            operations.run(provider_id=provider.pk, period=month, now=now, over_gap=True)
            bills.issue(provider_id=provider.pk, period=month, now=now)
    print(json.dumps({}))


#: From which day, to which one (None: of the table), what prices are then, by percent (None: as published),
#: and to how many kWh the first limit falls (None: it stays).
WRONG: tuple[tuple[date, date | None, int | None, int | None], ...] = (
    (date(2026, 7, 12), None, 107, None),
    (date(2026, 6, 3), date(2026, 9, 8), 93, 120),
    (date(2026, 1, 1), None, None, None),
)


def _correct(
    region: str, since: date, until: date | None, percent: int | None, limit: int | None, *, now: datetime
) -> None:
    """Put other prices in the place of those of all groups, from a day on; tell what it concerns."""
    from svet.billing import operations
    from svet.kernel.actors import Actor
    from svet.tariffs.models import TariffRow

    last = until or date(2026, 9, 30)
    rows = TariffRow.objects.filter(region=region, valid_from__lte=last, valid_to__gte=since)
    place = ("group_code", "scheme", "zone", "range_no")
    published = {
        row[:4]: row[4:]
        for row in rows.filter(brought_with=None).values_list(*place, "range_upper_kwh", "price")
    }
    file = io.StringIO()
    out = csv.writer(file)
    out.writerow(COLUMNS)
    # A row of a file lies within one loaded table, and earlier corrections have divided them.
    for row in rows.filter(gone_with=None).order_by("valid_from", *place):
        upper = limit if limit and row.range_no == 1 else row.range_upper_kwh
        if percent is None:
            upper, price = published[row.group_code, row.scheme, row.zone, row.range_no]
        else:
            price = (row.price * percent / 100).quantize(Decimal("0.01"))
        out.writerow((
            region, row.group_code, row.group_name,
            max(since, row.valid_from), min(last, row.valid_to or last), row.scheme, row.zone,
            row.range_no, "" if upper is None else upper, price, row.source_url,
            "yes" if row.demonstration else "no",
        ))  # fmt: skip
    report = operations.correct_tariffs(
        file=io.BytesIO(file.getvalue().encode()), document="приказ", by=Actor.system("bench"), now=now
    )
    told = ", ".join(f"{each.period}: {each.accounts} accounts, {each.kwh} kWh" for each in report.months)
    print(f"  {report.brought} prices instead of {report.gone}; {told}", file=sys.stderr, flush=True)


def _learn() -> None:
    """What the office enters on a day when all months before are charged."""
    from svet.accounts import operations as accounts
    from svet.accounts.rules.terms import TermsField
    from svet.kernel.actors import Actor
    from svet.kernel.refusals import Refused
    from svet.kernel.transactions import use_case
    from svet.metering import operations as metering
    from svet.metering.models import Meter, ReadingSet
    from svet.metering.operations.acts import write_act
    from svet.metering.rules import Zone, zones_of
    from svet.metering.rules.acts import ActOf, NewAct

    by, now = Actor.system("bench"), datetime(2026, 9, 28, 5, tzinfo=UTC)
    taken = 0
    standing = Meter.objects.filter(removed_on=None, account__provider__service="electricity")
    for place, meter in enumerate(standing.select_related("account").order_by("pk")):
        now += timedelta(minutes=2)
        who: dict[str, Any] = {"by": by, "account_public_id": meter.account.public_id, "now": now}
        sets = ReadingSet.objects.filter(meter=meter, state__in=["accepted", "used"])
        last = sets.order_by("-read_on", "-received_at").prefetch_related("values")[0]
        shown = {Zone(each.zone): each.value for each in last.values.all()}
        taken += 1
        try:  # not every meter and account may have it
            match place % 10:
                case 0:
                    lower = {zone: max(value - 60, Decimal(0)) for zone, value in shown.items()}
                    with use_case():
                        metering.keep_control(
                            by=by, meter_id=meter.pk, values=lower, read_on=date(2026, 9, 25), now=now
                        )
                case 1:
                    group = {TermsField.GROUP: "1.2"}
                    accounts.change_terms(**who, changes=group, since=date(2026, 6, 10), reason="акт")
                case 2:
                    persons = {TermsField.RESIDENTS: 5}
                    accounts.change_terms(**who, changes=persons, since=date(2026, 5, 2), reason="справка")
                case 3:
                    scheme = 1 + place % 3
                    new = metering.MeterRow(
                        account_id=meter.account_id, serial=str(71_000_000 + place), scheme=scheme,
                        installed_on=date(2026, 8, 27), initial=dict.fromkeys(zones_of(scheme), Decimal(0)),
                    )  # fmt: skip
                    metering.replace_meter(
                        by=by, meter_public_id=meter.public_id, new=new, reason="поверка", now=now,
                        final={zone: value + 9 for zone, value in shown.items()},
                    )  # fmt: skip
                case 4:
                    accounts.end_contract(**who, on=date(2026, 7, 10), reason="продано")
                case 5:
                    act = NewAct(
                        kind=ActOf.BROKEN, number=str(place), drawn_on=date(2026, 7, 20),
                        since=date(2026, 6, 1), until=date(2026, 7, 15),
                    )  # fmt: skip
                    write_act(**who, act=act, meter_public_id=meter.public_id, reason="обход")
                case 6:
                    metering.install_meters(
                        rows=[
                            metering.MeterRow(
                                account_id=meter.account_id, serial=str(72_000_000 + place),
                                installed_on=date(2026, 4, 3), ratio=Decimal(20),
                            )
                        ],
                        by=by, now=now, news=True,
                    )  # fmt: skip
        except Refused:
            taken -= 1
    print(f"  {taken} pieces of late news", file=sys.stderr, flush=True)


def explain(folder: Path) -> None:
    """Each bill's calculation as a file."""
    from svet.billing.queries.explaining import explanation
    from svet.billing.rules.explanation import written
    from svet.bills.models import Bill
    from svet.kernel.periods import Month

    began, count, inexact, without = time.perf_counter(), 0, [], 0
    for key, number, account_id, period in Bill.objects.order_by("pk").values_list(
        "pk", "number", "account_id", "period"
    ):
        count += 1
        told = explanation(account_id, Month.of(period))
        if told is None:
            without += 1
            continue
        if not told.exact:
            inexact.append(number)
        (folder / f"{key}.json").write_text(written(told))
    seconds = time.perf_counter() - began
    print(json.dumps({"bills": count, "without": without, "inexact": inexact, "seconds": seconds}))


def replay(folder: Path) -> None:
    """Each file computed again, without a database."""
    from svet.billing.rules.explanation import read, replayed

    assert "SVET_DATABASE_URL" not in os.environ
    began, differ, lines = time.perf_counter(), [], 0
    files = sorted(folder.iterdir())
    for file in files:
        told = read(file.read_text())
        lines += len(told.posted)
        wrong = replayed(told)
        if wrong:
            differ.append(f"{told.account} {told.month}: {len(wrong)}")
    seconds = time.perf_counter() - began
    size = sum(file.stat().st_size for file in files)
    print(
        json.dumps({"files": len(files), "lines": lines, "bytes": size, "differ": differ, "seconds": seconds})
    )


def main(arguments: list[str]) -> int:
    """Build, explain, replay, print."""
    accounts = int(arguments[0]) if arguments else USUAL
    with database() as server:
        began = time.perf_counter()
        phase("bench.told", "prepare", accounts)
        print(f"town of {accounts} accounts: {time.perf_counter() - began:.0f} s", flush=True)
        (files := server.folder.parent / "files").mkdir()
        told = phase("bench.told", "explain", files)
        print(
            f"explained: {told['bills']:,} bills, {told['without']} of which charge nothing,"
            f" {told['seconds']:.1f} s, {1000 * told['seconds'] / told['bills']:.1f} ms each,"
            f" {len(told['inexact'])} not as they were known",
            flush=True,
        )
        apart = {name: value for name, value in os.environ.items() if name != "SVET_DATABASE_URL"}
        again = phase("bench.told", "replay", files, environment=apart)
    print(
        f"replayed: {again['files']:,} files of {again['bytes'] / 1024 / again['files']:.0f} KB,"
        f" {again['lines']:,} lines, {again['seconds']:.1f} s,"
        f" {1000 * again['seconds'] / again['files']:.1f} ms each, {len(again['differ'])} differ"
    )
    wrong = [*told["inexact"], *again["differ"]]
    print("\n".join(wrong[:20]), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("prepare", "explain"):
        import django

        django.setup()
    match sys.argv[1:]:
        case ["prepare", count]:
            prepare(int(count))
        case ["explain", folder]:
            explain(Path(folder))
        case ["replay", folder]:
            replay(Path(folder))
        case rest:
            sys.exit(main(rest))
