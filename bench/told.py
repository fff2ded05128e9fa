"""`svet explain` and `svet replay` of every bill of a town, after a month of late and odd news.

    python -m bench.told [ACCOUNTS]     300 accounts of fourteen months by default, about 4,700 bills

The town lives its year (estimates, late readings, a house, two suppliers). Then the office learns of control
readings, groups, residents, replacements, further meters, acts and ends of contracts of months long charged,
and one more month is charged and issued. Each bill is explained, in one process, into a file; another
process, which has no database, computes each file again. Printed are bills, seconds and differences; it fails
when there is one.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench.phases import database, phase

USUAL = 300


def prepare(accounts: int) -> None:
    """The town, what is learnt late, and the bills of one more month."""
    from datetime import UTC, date, datetime
    from decimal import Decimal

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
    anchor = Month(2026, 11)
    town = TownSettings(
        seed="told", anchor=anchor, accounts=accounts, first=accounts, second_provider=max(3, accounts // 20)
    )
    build(town=town, now=datetime(2026, 11, 26, 9, tzinfo=UTC), progress=lambda _: None)
    _learn(anchor)
    for provider in Provider.objects.filter(service=Service.ELECTRICITY.value):
        operations.set_policy(
            provider_id=provider.pk, valid_from=date(2026, 11, 1), totals_percent=Decimal(900),
            movers_share=Decimal(100), problems_percent=Decimal(100), by=Actor.system("bench"),
            now=datetime(2026, 11, 30, 12, tzinfo=UTC),
        )  # fmt: skip
        now = datetime(2026, 12, 1, 3, tzinfo=UTC)
        operations.run(provider_id=provider.pk, period=anchor, now=now, over_gap=True)
        bills.issue(provider_id=provider.pk, period=anchor, now=now)
    print(json.dumps({}))


def _learn(anchor: Any) -> None:
    """What the office enters on a day when all months before are charged."""
    from datetime import UTC, date, datetime, timedelta
    from decimal import Decimal

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

    by, now = Actor.system("bench"), datetime(2026, 11, 28, 5, tzinfo=UTC)
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
                            by=by, meter_id=meter.pk, values=lower, read_on=date(2026, 11, 25), now=now
                        )
                case 1:
                    group = {TermsField.GROUP: "1.2"}
                    accounts.change_terms(**who, changes=group, since=date(2026, 8, 10), reason="акт")
                case 2:
                    persons = {TermsField.RESIDENTS: 5}
                    accounts.change_terms(**who, changes=persons, since=date(2026, 7, 2), reason="справка")
                case 3:
                    scheme = 1 + place % 3
                    new = metering.MeterRow(
                        account_id=meter.account_id, serial=str(71_000_000 + place), scheme=scheme,
                        installed_on=date(2026, 11, 27), initial=dict.fromkeys(zones_of(scheme), Decimal(0)),
                    )  # fmt: skip
                    metering.replace_meter(
                        by=by, meter_public_id=meter.public_id, new=new, reason="поверка", now=now,
                        final={zone: value + 9 for zone, value in shown.items()},
                    )  # fmt: skip
                case 4:
                    accounts.end_contract(**who, on=date(2026, 9, 10), reason="продано")
                case 5:
                    act = NewAct(
                        kind=ActOf.BROKEN, number=str(place), drawn_on=date(2026, 9, 20),
                        since=date(2026, 8, 1), until=date(2026, 9, 15),
                    )  # fmt: skip
                    write_act(**who, act=act, meter_public_id=meter.public_id, reason="обход")
                case 6:
                    metering.install_meters(
                        rows=[
                            metering.MeterRow(
                                account_id=meter.account_id, serial=str(72_000_000 + place),
                                installed_on=date(2026, 6, 3), ratio=Decimal(20),
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
