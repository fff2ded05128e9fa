"""Whatever becomes known of an account, and whenever its months are run: what stands is what one run gives.

Each life is walked by the operations of the office: readings late and refuted, meters replaced, by others of
more zones and other transformers too, acts of each kind written, ended and taken back, decisions signed and
undone, ends of the contract entered and corrected; prices and limits corrected from a day on, again, and back
to what was published; a house by its meter or by the norm, read late and read otherwise, counted again, runs
forward and back, killed and taken up. SVET_LONG=300 walks so many; what fails names its SVET_SEED.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from secrets import randbelow
from typing import Any, NamedTuple

import pytest

from svet.accounts import operations as accounts
from svet.accounts.queries import provider_by_id
from svet.accounts.queries.contracts import contracts
from svet.accounts.rules.terms import TermsField, TermsRefused
from svet.billing import operations, queries
from svet.billing.models import ChargeLine, OverrideRow, Problem
from svet.billing.operations.decisions import (
    DecisionNotFound,
    decide,
    preview_new,
    preview_signing,
    sign_decision,
    undo_decision,
)
from svet.billing.operations.house_registers import take_house_file
from svet.billing.operations.rehearsing import rehearse
from svet.billing.queries.dry_runs import accounts_of_dry_run, dry_run_of
from svet.billing.queries.explaining import explanation
from svet.billing.queries.facts import account_facts, provider_facts
from svet.billing.queries.standing import books, standing_lines
from svet.billing.rules.decisions import DecisionRefused, NewDecision
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.rules.facts import AccountFacts, OverrideKind
from svet.billing.rules.house_file import HouseFile, HouseFileRefused
from svet.billing.rules.kinds import Basis, BillingRefused
from svet.billing.rules.should import should
from svet.billing.tests import naive_money, naive_office
from svet.billing.tests.factories import NOW, know, load_chelyabinsk
from svet.billing.tests.test_paths import BEGIN, FIRST, LAST, LONG, ROBOT, Side, Step, kill, supplier_of
from svet.billing.tests.walked_house import (
    AREA,
    COMMON,
    OTHERS,
    WAYS,
    WHOLE,
    WalkedHouse,
    counted,
    frozen,
    months,
    reopen,
)
from svet.billing.tests.wrong_prices import BACK, LIMIT, PRICE, correct, correction, differing
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter, SetStateChange
from svet.metering.operations import MeterRow, replace_meter
from svet.metering.operations.acts import end_act, sign_act, withdraw_act, write_act
from svet.metering.rules import ReadingRefused, Scheme, Zone, zones_of
from svet.metering.rules.acts import OF_METER, SIGNED_TWICE, ActOf, ActRefused, NewAct
from svet.metering.tests.factories import make_meter
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


class Fate(NamedTuple):
    """With what a life begins: months of an average, zones and transformers of the two meters, a house.

    ``house``: how it counts and its norm; ``again``: all its months are counted once more before the end.
    """

    base: int = 6
    schemes: tuple[int, int] = (1, 1)
    ratios: tuple[int, int] = (1, 1)
    house: tuple[str, int] | None = None
    again: bool = False


def dials(scheme: int, value: int) -> dict[Zone, Decimal]:
    """What the scales of a meter show; each further one turns slower."""
    return {zone: Decimal(value // place) for place, zone in enumerate(zones_of(Scheme(scheme)), 1)}


class Walker(Side):
    """An account that the office itself works on: everything has its moment and its hands."""

    _serials = count(71_000_000)

    def __init__(self, code: str, hands: list[Actor], fate: Fate) -> None:
        self.hands, self._acts, self.fate = hands, 0, fate
        self._moments = (NOW + timedelta(minutes=3 * n) for n in count(1))
        super().__init__(supplier_of(code, base=fate.base))
        self.acts: list[str] = []
        self.decisions: list[str] = []
        self.house = WalkedHouse()
        if fate.house is not None:
            self._house_counts(FIRST, *fate.house, 0)
            self._register(
                HouseFile.ROOMS, "house;account;area;from;to", f"H;{self.account.number};{AREA};{FIRST};"
            )

    def _house_counts(self, since: Month, way: str, norm: int, losses: int) -> None:
        self._register(
            HouseFile.HOUSES,
            "house;address;from;way;total_area;common_area;norm;losses;meter;digits;ratio;initial",
            f"H;ул. Мира, 1;{since};{way};{WHOLE};{COMMON};{norm or ''};{losses};M;5;150/5;0",
        )
        self.house.terms[since] = (way, norm, losses)

    def read_house(self, month: Month, value: int) -> None:
        """What its meter showed at the end of a month."""
        self._register(HouseFile.READINGS, "house;meter;month;value;others", f"H;M;{month};{value};{OTHERS}")
        self.house.read[month] = value

    def put(self) -> list[Meter]:
        return [
            make_meter(account=self.account, installed_on=BEGIN, scheme=scheme, ratio=Decimal(ratio))
            for scheme, ratio in zip(self.fate.schemes, self.fate.ratios, strict=True)
        ]

    def _register(self, file: HouseFile, heading: str, row: str) -> None:
        content = f"provider;{heading}\n{self.provider.code};{row}"
        take_house_file(file=file, content=content.encode(), by=ROBOT, now=self.now())

    def now(self) -> datetime:
        return next(self._moments)

    def run(self, month: Month) -> operations.RunReport:
        return operations.run(provider_id=self.provider.pk, period=month, now=self.now(), over_gap=True)

    def read(self, meter: Meter, on: date, value: int, kind: str = "customer") -> None:
        at = self.now()
        self.sets.append(know(meter, dials(meter.scheme, value), on=on, kind=kind, at=at))
        SetStateChange.objects.create(
            reading_set_id=self.sets[-1], from_state="", to_state="accepted", at=at, by_kind="system"
        )

    def takes(self, step: Step) -> bool:
        """Whether the office let it in."""
        try:
            self._take(step)
        except (ReadingRefused, ActRefused, TermsRefused, DecisionRefused, BillingRefused, HouseFileRefused):
            return False
        return True

    def _take(self, step: Step) -> None:
        reason = "по заявлению"
        match step:
            case ("replace", place, days, value, scheme, ratio):
                self._replace(place, BEGIN + timedelta(days=days), value, scheme, Decimal(ratio))
            case ("house", month, value):
                self.read_house(FIRST.plus(month), value)
            case ("house counts", month, (way, norm), losses):
                self._house_counts(FIRST.plus(month), way, norm, losses)
            case ("group", days, group):
                self._change(TermsField.GROUP, group, days)
            case ("persons", days, number):
                self._change(TermsField.RESIDENTS, number, days)
            case ("act", kind, place, days, length):
                self._write(ActOf(kind), place, BEGIN + timedelta(days=days), length)
            case ("end of act", number, days) if self.acts:
                act, on = self.acts.pop(number % len(self.acts)), BEGIN + timedelta(days=days)
                ended = end_act(by=ROBOT, act_public_id=act, on=on, number="2", now=self.now())
                self.acts.append(ended)
            case ("no act", number) if self.acts:
                act = self.acts.pop(number % len(self.acts))
                withdraw_act(by=ROBOT, act_public_id=act, reason=reason, now=self.now())
            case ("end", days):
                last = None if days is None else BEGIN + timedelta(days=days)
                accounts.end_contract(
                    by=ROBOT, account_public_id=self.account.public_id, on=last, reason=reason, now=self.now()
                )
            case ("decide", kind, month, length, number):
                self._decide(OverrideKind(kind), FIRST.plus(month), length, number)
            case ("undo", number) if self.decisions:
                decision = self.decisions.pop(number % len(self.decisions))
                with suppress(DecisionNotFound):
                    for hand in self.hands:
                        undo_decision(by=hand, decision_public_id=decision, reason=reason, now=self.now())
            case _:
                super().take(step)

    def _replace(self, place: int, on: date, value: int, scheme: int, ratio: Decimal) -> None:
        old = self.meters[place]
        replace_meter(
            by=ROBOT, meter_public_id=old.public_id, final=dials(old.scheme, value), ratio=ratio,
            new=MeterRow(
                account_id=self.account.pk, serial=str(next(self._serials)), installed_on=on, scheme=scheme,
                initial=dials(scheme, 0),
            ),
            reason="поверка", now=self.now(),
        )  # fmt: skip
        old.refresh_from_db()
        self.meters[place] = Meter.objects.filter(account=self.account).latest("pk")

    def _change(self, field: TermsField, value: object, days: int) -> None:
        accounts.change_terms(
            by=ROBOT, account_public_id=self.account.public_id, changes={field: value},
            since=BEGIN + timedelta(days=days), reason="справка", now=self.now(),
        )  # fmt: skip

    def _write(self, kind: ActOf, place: int, since: date, length: int) -> None:
        persons = 1 if kind is ActOf.AWAY else None
        self._acts += 1
        made = write_act(
            by=self.hands[0], account_public_id=self.account.public_id,
            act=NewAct(
                kind=kind, number=str(self._acts), drawn_on=since, since=since,
                until=since + timedelta(days=length), persons=persons,
            ),
            meter_public_id=self.meters[place].public_id if kind in OF_METER else "",
            reason="обход", now=self.now(),
        )  # fmt: skip
        if kind in SIGNED_TWICE:
            sign_act(by=self.hands[1], act_public_id=made, now=self.now())
        self.acts.append(made)

    def _decide(self, kind: OverrideKind, since: Month, length: int, number: int) -> None:
        until = since if kind is OverrideKind.CREDIT else since.plus(length)
        what: dict[OverrideKind, dict[str, Any]] = {
            OverrideKind.VOLUME: {
                "kwh": Decimal(number),
                "zone": zones_of(Scheme(self.meters[0].scheme))[0].value,
            },
            OverrideKind.CREDIT: {"kopecks": -100 * number - 1},
            OverrideKind.LOSSES: {"percent": Decimal(number % 20 + 1)},
        }
        new = NewDecision(kind=kind, document="№ 1", since=since, until=until, **what.get(kind, {}))
        whose: dict[str, Any] = {"by": self.hands[0], "account_public_id": self.account.public_id, "new": new}
        shown = preview_new(**whose, now=self.now()).shown
        made = decide(**whose, reason="разобрано", shown=shown, now=self.now())
        if made.waits:
            who, decision = self.hands[1], made.public_id
            shown = preview_signing(by=who, decision_public_id=decision, now=self.now()).shown
            sign_decision(by=who, decision_public_id=decision, shown=shown, now=self.now())
        self.decisions.append(made.public_id)

    def takes_decisions_of(self, other: Walker) -> None:
        """What counts of another one's decisions counts here."""
        meters = dict(zip(_keys(other), _keys(self), strict=True))
        for row in OverrideRow.objects.filter(account=other.account, gone_at=None).order_by("pk"):
            if row.signed_at is not None:
                row.pk, row.public_id, row._state.adding = None, OverrideRow().public_id, True
                row.account_id, row.meter_id = self.account.pk, meters.get(row.meter_id or 0)
                row.save(force_insert=True)

    def facts(self) -> AccountFacts:
        """All that is known, as if nothing had ever been charged."""
        key = self.account.pk
        return account_facts(
            contracts(provider_id=self.provider.pk, opened_before=date(2199, 1, 1), account_ids=[key]),
            provider=provider_facts(provider_by_id(self.provider.pk)),
            horizon=LAST,
            floors={key: books([key])[key].begins(LAST)},
        )[key]

    def places(self) -> list[tuple[object, ...]]:
        """What stands, with points and decisions by their order in place of their keys.

        Not the common needs of a house, unless they were counted again: they stay as they were frozen, by
        what was known of its flats then.
        """
        points = {0: 0} | {key: place for place, key in enumerate(_keys(self), 1)}
        known = OverrideRow.objects.filter(account=self.account, gone_at=None).order_by("pk")
        decisions = {key: place for place, key in enumerate(known.values_list("pk", flat=True), 1)}
        found = []
        for _, line in standing_lines([self.account.pk])[self.account.pk]:
            if line.basis is Basis.HOUSE and not self.fate.again:
                continue
            of = decisions if line.basis.value == "adjustment" else points
            found.append((str(line.month), of[line.point], *map(str, line.content[3:])))
        return sorted(found)


def _keys(side: Side) -> list[int]:
    return sorted(Meter.objects.filter(account=side.account).values_list("pk", flat=True))


#: What nobody expects, each with what dice say of it; each life has six months, and some of these in each.
NEWS: dict[str, Callable[[Random], Step]] = {
    "read": lambda dice: ("read", dice.randrange(2), dice.randrange(75), dice.randint(-30, 30)),
    "control": lambda dice: ("control", dice.randrange(2), dice.randrange(75), dice.randint(-90, 0)),
    "replace": lambda dice: (
        "replace", dice.randrange(2), dice.randrange(75), 0, dice.choice((1, 2, 3)), dice.choice((1, 20)),
    ),
    "house": lambda dice: ("house", dice.randrange(2), dice.randint(-30, 30)),
    "house counts": lambda dice: (
        "house counts", dice.randrange(6), dice.choice(WAYS), dice.choice((0, 0, 3))
    ),
    "house again": lambda dice: ("house again", dice.randrange(6)),
    "group": lambda dice: ("group", dice.randint(1, 185), dice.choice(("1.1", "1.3"))),
    "persons": lambda dice: ("persons", dice.randint(1, 185), dice.randint(1, 4)),
    "act": lambda dice: (
        "act", dice.choice([each.value for each in ActOf]), dice.randrange(2), dice.randint(1, 185),
        dice.randint(1, 90),
    ),
    "end of act": lambda dice: ("end of act", dice.randrange(6), dice.randint(1, 185)),
    "no act": lambda dice: ("no act", dice.randrange(6)),
    "end": lambda dice: ("end", dice.choice((None, dice.randint(40, 185)))),
    "decide": lambda dice: (
        "decide", dice.choice(("volume", "no_charge", "credit", "losses")), dice.randrange(6),
        dice.randrange(3), dice.randint(1, 400),
    ),
    "undo": lambda dice: ("undo", dice.randrange(6)),
    "price": lambda dice: (
        "price", dice.choice((PRICE, PRICE, LIMIT, BACK)), dice.randrange(6), dice.randint(1, 28),
        dice.choice((0, 0, 9, 40)), dice.randrange(1_000), dice.choice(("1.1", "1.1", "1.3")),
    ),
    "run": lambda dice: ("run", FIRST.plus(dice.randint(1, 4))),
    "kill": lambda dice: ("kill", FIRST.plus(dice.randint(1, 4))),
}  # fmt: skip


def fate_of(dice: Random) -> Fate:
    """Most lives have zones or transformers or a house."""
    schemes, ratios = (1, 1, 2, 3), (1, 1, 20)
    return Fate(
        dice.choice((2, 6)), (dice.choice(schemes), dice.choice(schemes)),
        (dice.choice(ratios), dice.choice(ratios)), dice.choice((None, *WAYS)), dice.random() < 0.5,
    )  # fmt: skip


def life_of(dice: Random) -> list[Step]:
    """Months of readings and runs; between them comes what nobody expects."""
    taken: list[Step] = []
    for month in map(FIRST.plus, range(6)):
        for meter in (0, 1):
            if dice.randrange(6):
                after = (month.day(dice.randint(15, 25)) - BEGIN).days
                taken.append(("read", meter, after, 3 * after))
        if dice.randrange(5):
            taken.append(("house", month - FIRST, _house_shows(month - FIRST)))
        wrong = ["price"] * (not dice.randrange(3))
        for kind in dice.sample(sorted(NEWS), dice.randrange(3)) + wrong:
            step = NEWS[kind](dice)
            if kind in ("read", "control", "replace"):
                after = max((month.day(25) - BEGIN).days - step[2], 1)
                step = (kind, step[1], after, max(3 * after + step[3], 0), *step[4:])
            elif kind == "price":
                step = (*step[:2], min(step[2], month - FIRST), *step[3:])
            elif kind == "house":
                of = max(month - FIRST - step[1], 0)
                step = ("house", of, _house_shows(of) + step[2])
            taken.append(step)
        if month != LAST:
            taken.append(("run", month))
    return taken


def _house_shows(month: int) -> int:
    """1,500 kWh a month by transformers of 150/5."""
    return 50 * (month + 1)


def correct_price(step: Step, *sides: Walker) -> None:
    """Prices were loaded wrong: what is charged otherwise from now on was told before."""
    _, what, month, on, lasting, number, group = step
    since, region = FIRST.plus(month).day(on), sides[0].provider.region
    file = correction(region, group, what, since=since, days=lasting, number=number)
    now = max(side.now() for side in sides)
    plan, suppliers = correct(file, now=now, only_check=True), [side.provider.pk for side in sides]
    before = differing(suppliers)
    assert correct(file, now=now) == plan
    if plan is not None:
        fresh = differing(suppliers) - before
        assert {month for _, month in fresh} <= {each.period for each in plan.months}


@pytest.fixture(autouse=True)
def prices(db: None) -> None:
    load_chelyabinsk()


@pytest.fixture
def hands(db: None) -> list[Actor]:
    people = [make_person(first_name=name, is_staff=True) for name in ("Ольга", "Иван")]
    return [Actor.staff(person_id=each.pk, name=each.first_name) for each in people]


@pytest.mark.parametrize("number", range(LONG or 2))
def test_whatever_the_office_learns_and_decides_one_run_at_the_end_gives_the_same(
    hands: list[Actor], number: int
) -> None:
    seed = int(os.environ.get("SVET_SEED", "0")) or randbelow(2**32)
    dice = Random(seed + number)
    fate, taken = fate_of(dice), life_of(dice)
    try:
        _walk(hands, fate, taken)
    except BaseException as failed:
        failed.add_note("\n".join(map(str, (f"SVET_SEED={seed + number}", fate, *taken))))
        raise


def _walk(hands: list[Actor], fate: Fate, taken: list[Step]) -> None:
    walked, looked = Walker("walked", hands, fate), Walker("looked", hands, fate)
    for side in (walked, looked):
        side.run(FIRST)
    for step in taken:
        match step:
            case ("run", month):
                walked.run(month)
                assert queries.broken() == []
            case ("kill", month):
                kill(walked, month)
            case ("price", *_):
                correct_price(step, walked, looked)
            case ("decide" | "undo", *_):
                walked.takes(step)
            case ("house" | "house counts" | "house again", *_) if fate.house is None:
                continue
            case ("house again", month):
                reopen(walked.provider.pk, FIRST.plus(month), by=ROBOT, now=walked.now())
            case _ if walked.takes(step):
                assert looked.takes(step)
    looked.takes_decisions_of(walked)
    if fate.house is not None:
        for side in (walked, looked):
            _end_of_house(side)
    assert queries.broken() == []
    foretold = _rehearsed(walked)
    walked.run(LAST)
    looked.run(LAST)
    assert queries.broken() == ledger.broken() == []
    charge = queries.charge(walked.account.pk, LAST)
    if Problem.objects.filter(account=walked.account).exists():
        assert charge is None
        return
    assert foretold in (None, 0 if charge is None else charge.total.kopecks)
    _told(walked)
    if fate.house is not None and fate.again:
        again = counted(walked.house, walked.facts(), FIRST, LAST)
        # A part of a month behind an end that was entered late stands, and is nobody's: nothing charges it.
        assert {month: kwh for month, kwh in frozen(walked.account.pk).items() if month in again} == again
    assert walked.places() == looked.places()
    _from_nothing(walked)
    # What was posted is never posted again.
    before = ChargeLine.objects.count()
    for month in (LAST, FIRST.plus(2)):
        walked.run(month)
    assert ChargeLine.objects.count() == before
    assert queries.uncharged() == []


def _end_of_house(side: Walker) -> None:
    """Somebody reads it at last, whatever was forgotten or entered too high; and its months may be reopened.

    From the last month backwards: a lower reading is refused behind a higher one.
    """
    for month in reversed(months(FIRST, LAST)):
        before = side.house.read.get(month.plus(-1), 0)
        if before > side.house.read.get(month, 10**6) or month not in side.house.read:
            side.house.read.pop(month, None)
    for month in side.house.unread(FIRST, LAST):
        least = max((value for of, value in side.house.read.items() if of < month), default=0)
        side.read_house(month, max(_house_shows(month - FIRST), least))
    if side.fate.again:
        for month in months(FIRST, LAST):
            reopen(side.provider.pk, month, by=ROBOT, now=side.now())


def _rehearsed(side: Walker) -> int | None:
    """Kopecks of the account by a dry run of the last month; None: it has none."""
    with suppress(BillingRefused):
        rehearse(provider_id=side.provider.pk, period=LAST, by=ROBOT, clock=side.now)
        view = dry_run_of(provider_id=side.provider.pk, period=LAST)
        assert view is not None
        (found,) = accounts_of_dry_run(dry_run_id=view.dry_run_id)
        return None if found.reason else found.kopecks
    return None


def _told(side: Walker) -> None:
    """Each charge is explained by what was known then, and replayed by a stranger."""
    for charge in queries.charges([side.account.pk]):
        told = explanation(side.account.pk, charge.period)
        assert told is not None
        assert told.exact
        assert replayed(read(written(told))) == []


def _from_nothing(side: Walker) -> None:
    """What stands is what all facts give in one look, and what the second calculation counts."""
    facts = side.facts()
    stands = [line for _, line in standing_lines([side.account.pk])[side.account.pk]]
    if not stands:
        return
    assert sorted(line.content for line in stands) == sorted(
        line.content for line in should(facts, horizon=LAST)
    )
    money: dict[str, int] = {}
    kwh: dict[str, Decimal] = {}
    for line in stands:
        money[str(line.month)] = money.get(str(line.month), 0) + line.kopecks
        kwh[str(line.month)] = kwh.get(str(line.month), Decimal(0)) + line.kwh
    counted: dict[str, Decimal] = {}
    for (*_, month, _), used in naive_office.volumes(facts, LAST).items():
        counted[month] = counted.get(month, Decimal(0)) + used
    assert {k: v for k, v in kwh.items() if v} == {k: v for k, v in counted.items() if v}
    again = naive_money.kopecks(facts, LAST)
    assert {k: v for k, v in money.items() if v} == {k: v for k, v in again.items() if v}
