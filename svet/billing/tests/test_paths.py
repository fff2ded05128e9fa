"""Whatever the order of news and of runs, on the real database: one run at the end gives the same.

Several lives are lived side by side: what they have in common is when the months are run, and a run of a
month costs for twelve accounts what it costs for one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from svet.accounts.models import Account, Provider
from svet.accounts.rules.terms import TermsRefused
from svet.accounts.tests.factories import make_account, make_provider, set_terms
from svet.billing import operations, queries
from svet.billing.models import ChargeLine, Problem
from svet.billing.operations import batches, posting
from svet.billing.queries.standing import standing_lines
from svet.billing.tests.factories import NOW, know, load_chelyabinsk
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations.acts import write_act
from svet.metering.rules.acts import OF_METER, ActOf, ActRefused, NewAct
from svet.metering.tests.factories import make_meter

pytestmark = pytest.mark.django_db
LONG = int(os.environ.get("SVET_LONG", "0"))
FIRST, LAST = Month(2026, 5), Month(2026, 10)
BEGIN = date(2026, 4, 20)
ROBOT = Actor.system("test")
Step = tuple[Any, ...]


def supplier_of(code: str, *, base: int) -> Provider:
    """One whose averages look back so many months."""
    provider: Provider = make_provider(code=code)
    operations.set_policy(
        provider_id=provider.pk, valid_from=date(2025, 1, 1), norm_kwh_per_person=Decimal(100),
        average_base_months=base, average_base_least=min(base, 3), by=ROBOT, now=NOW,
    )  # fmt: skip
    return provider


class Supplier:
    """A provider and its accounts, an account a life."""

    def __init__(self, code: str, *, base: int, lives: int) -> None:
        self.provider = supplier_of(code, base=base)
        self.sides = [Side(self.provider) for _ in range(lives)]

    def run(self, month: Month) -> operations.RunReport:
        return operations.run(provider_id=self.provider.pk, period=month, now=NOW, over_gap=True)


class Side:
    """An account; what becomes known of it is written as it comes."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.account: Account = make_account(provider=provider, opened_on=BEGIN)
        set_terms(self.account, residents=3)
        self.meters = self.put()
        self.sets: list[int] = []

    def put(self) -> list[Meter]:
        """The two meters with which it begins."""
        return [make_meter(account=self.account, installed_on=BEGIN) for _ in range(2)]

    def read(self, meter: Meter, on: date, value: int, kind: str = "customer") -> None:
        self.sets.append(know(meter, value, on=on, kind=kind))

    def take(self, step: Step) -> None:
        match step:
            case ("read" | "control" as kind, place, days, value):
                meter = self.meters[place]
                on = BEGIN + timedelta(days=days)
                if on > meter.installed_on and (meter.removed_on is None or on < meter.removed_on):
                    self.read(meter, on, value, "control" if kind == "control" else "customer")
            case ("replace", place, days, value):
                old, on = self.meters[place], BEGIN + timedelta(days=days)
                if old.removed_on is None and on > old.installed_on:
                    self.read(old, on, value, "final")
                    Meter.objects.filter(pk=old.pk).update(removed_on=on)
                    old.removed_on = on
                    self.meters[place] = make_meter(account=self.account, installed_on=on)
            case ("withdraw", number):
                if self.sets:
                    ReadingSet.objects.filter(pk=self.sets[number % len(self.sets)]).update(state="withdrawn")
            case ("group", days, group):
                self._enter(days, tariff_group=group)
            case ("persons", days, number):
                self._enter(days, residents=number)
            case ("act", kind, place, days, length):
                self._act(kind, place, BEGIN + timedelta(days=days), length)
            case ("close", days):
                Account.objects.filter(pk=self.account.pk).update(closed_on=BEGIN + timedelta(days=days))
            case ("reopen",):
                Account.objects.filter(pk=self.account.pk).update(closed_on=None)

    def _enter(self, days: int, **terms: Any) -> None:
        with suppress(TermsRefused):  # the contract is over by then
            set_terms(self.account, since=BEGIN + timedelta(days=days), **terms)

    def _act(self, kind: str, place: int, since: date, length: int) -> None:
        of = ActOf(kind)
        act = NewAct(
            kind=of, number=f"{len(self.sets) + 1}", drawn_on=since, since=since,
            until=since + timedelta(days=length),
            persons=1 if of is ActOf.AWAY else None,
        )  # fmt: skip
        with suppress(ActRefused):  # the meter was not there yet
            write_act(
                by=ROBOT, account_public_id=self.account.public_id, act=act, reason="обход", now=NOW,
                meter_public_id=self.meters[place].public_id if of in OF_METER else "",
            )  # fmt: skip

    def stands(self) -> list[tuple[object, ...]]:
        """What stands, with points by their order in place of their keys."""
        points = sorted(Meter.objects.filter(account=self.account).values_list("pk", flat=True))
        place = {0: 0} | {key: number for number, key in enumerate(points, 1)}
        found = [line for _, line in standing_lines([self.account.pk])[self.account.pk]]
        return sorted((line.month, place[line.point], *line.content[3:]) for line in found)


days = st.integers(1, 185)
values = st.integers(0, 900)
month = st.integers(1, 4).map(FIRST.plus)
place = st.integers(0, 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), place, days, values),
        st.tuples(st.just("read"), place, days, values),
        st.tuples(st.just("read"), place, days, values),
        st.tuples(st.just("control"), place, days, values),
        st.tuples(st.just("replace"), place, days, values),
        st.tuples(st.just("withdraw"), st.integers(0, 9)),
        st.tuples(st.just("group"), days, st.sampled_from(["1.1", "1.3"])),
        st.tuples(st.just("persons"), days, st.integers(1, 4)),
        st.tuples(
            st.just("act"), st.sampled_from(["broken", "refused", "unmetered", "away"]), place, days, days
        ),
        st.tuples(st.just("close"), st.integers(40, 185)),
        st.just(("reopen",)),
    ),
    max_size=4,
)
runs = st.lists(
    st.one_of(
        st.tuples(st.just("run"), month),
        st.tuples(st.just("run"), month),
        st.tuples(st.just("kill"), month),
    ),
    max_size=5,
)
#: So many lives side by side.
ABREAST = 12


@st.composite
def lives_of_any_news(draw: st.DrawFn) -> list[list[Step]]:
    """The months are run, or die, in any order; before, between and behind comes any news of each account."""
    common = draw(runs)
    return [[*draw(steps), *(each for run in common for each in (run, *draw(steps)))] for _ in range(ABREAST)]


@pytest.fixture(autouse=True)
def prices(db: None) -> None:
    """Loaded once for all examples: each takes back only what it wrote itself."""
    load_chelyabinsk()


@contextmanager
def forgotten() -> Iterator[None]:
    """What is written inside is gone afterwards: examples do not see each other."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


class Runs(Protocol):
    """Whoever runs months."""

    def run(self, month: Month, /) -> object: ...


def kill(supplier: Runs, month: Month) -> None:
    """The run of a month dies after its lines are written, and is started again."""

    def dying(*args: Any, **how: Any) -> None:
        posting.write_charges(*args, **how)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(batches, "write_charges", dying)
        supplier.run(month)
    supplier.run(month)


@settings(
    # Each example is twelve lives of two accounts: a failure is told as it is found.
    phases=[Phase.explicit, Phase.generate],
    max_examples=LONG // ABREAST or 2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(lives_of_any_news())
@example([[("read", 0, 34, 100), ("run", Month(2026, 8)), ("read", 0, 65, 200), ("run", Month(2026, 6))]])
@example([[("close", 60), ("run", Month(2026, 7)), ("read", 0, 50, 90), ("run", Month(2026, 9))]])
@example(
    [[("replace", 0, 40, 100), ("run", Month(2026, 6)), ("kill", Month(2026, 8)), ("control", 0, 90, 50)]]
)
def test_the_order_of_news_and_of_runs_leaves_no_trace(lived: list[list[Step]]) -> None:
    _walk(lived, base=6)


news = st.one_of(
    st.tuples(st.just("read"), place, days, st.integers(-3, 3)),
    st.tuples(st.just("read"), place, days, st.integers(-30, 30)),
    st.tuples(st.just("read"), place, days, st.just(0)),
    st.tuples(st.just("control"), place, days, st.integers(-90, 0)),
    st.tuples(st.just("withdraw"), st.integers(0, 30)),
    st.tuples(st.just("replace"), place, days, st.just(0)),
    st.tuples(st.just("group"), days, st.sampled_from(["1.1", "1.3"])),
)


@st.composite
def lives(draw: st.DrawFn) -> list[Step]:
    """Both meters are read most months, and each month is run; between them comes what nobody expects."""
    taken: list[Step] = []

    def take(step: Step) -> None:
        if step[0] in ("read", "control", "replace"):
            kind, meter, after, off = step
            step = (kind, meter, after, max(3 * after + off, 0))
        taken.append(step)

    for month in map(FIRST.plus, range(6)):
        for meter in (0, 1):
            if draw(st.integers(0, 9)):
                take(("read", meter, (month.day(draw(st.integers(15, 24))) - BEGIN).days, 0))
        for step in draw(st.lists(news, max_size=1)):
            # What is known by then: of this month or of one of the two before it.
            last = (month.day(25) - BEGIN).days
            take(
                step
                if step[0] in ("withdraw", "group")
                else (*step[:2], max(last - step[2] % 75, 1), step[3])
            )
        if month not in (FIRST, LAST):
            taken.append(("run", month))
    return taken


@settings(
    phases=[Phase.explicit, Phase.generate],
    max_examples=LONG // ABREAST or 2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(lives(), min_size=ABREAST, max_size=ABREAST))
def test_months_run_one_by_one_give_what_one_run_gives_however_late_the_news(lived: list[list[Step]]) -> None:
    """Averages of one or two months: silent accounts and late readings are computed behind settled months."""
    _walk(lived[::2], base=1)
    _walk(lived[1::2], base=2)


def _parts(life: list[Step]) -> list[list[Step]]:
    """The news before each run, and behind the last one."""
    parts: list[list[Step]] = [[]]
    for step in life:
        if step[0] in ("run", "kill"):
            parts.append([])
        else:
            parts[-1].append(step)
    return parts


def _walk(lived: list[list[Step]], *, base: int) -> None:
    """The runs of the first life are those of all."""
    runs: list[Step | None] = [step for step in lived[0] if step[0] in ("run", "kill")]
    news = [_parts(life) for life in lived]
    with forgotten():
        walked, looked = (Supplier(code, base=base, lives=len(lived)) for code in ("walked", "looked"))
        for supplier in (walked, looked):
            supplier.run(FIRST)
        for at, run in enumerate([*runs, None]):
            for parts, *sides in zip(news, walked.sides, looked.sides, strict=True):
                for side in sides:
                    for step in parts[at]:
                        side.take(step)
            match run:
                case ("run", period):
                    walked.run(period)
                case ("kill", period):
                    kill(walked, period)
        for supplier in (walked, looked):
            supplier.run(LAST)
        # Readings that contradict each other are for a person: such a life says nothing of the order.
        odd = dict(Problem.objects.values_list("account", "account__number"))
        for life, *sides in zip(lived, walked.sides, looked.sides, strict=True):
            if not odd.keys() & {side.account.pk for side in sides}:
                assert sides[0].stands() == sides[1].stands(), life
                for side in sides:
                    _books_are_whole(side)
        # A month that was posted is never posted again, and a run that looks back finds nothing.
        before = ChargeLine.objects.count()
        for period in (LAST, FIRST.plus(2), FIRST):
            walked.run(period)
        assert ChargeLine.objects.count() == before
        for found in queries.differences(provider_id=walked.provider.pk):
            assert found is None or found.account_number in odd.values()
        # The clock stands: what came behind their last charge counts as known by then.
        assert [
            said for said in queries.broken() if not odd.keys() & {*map(int, re.findall(r"\d+", said))}
        ] == []
        assert ledger.broken() == []


def _books_are_whole(side: Side) -> None:
    """All that was posted is what stands, in kWh and in money."""
    charges = queries.charges([side.account.pk])
    found = [line for _, line in standing_lines([side.account.pk])[side.account.pk]]
    assert sum(charge.kwh for charge in charges) == sum(line.kwh for line in found)
    assert ledger.balance(side.account.pk).kopecks == sum(line.kopecks for line in found)
