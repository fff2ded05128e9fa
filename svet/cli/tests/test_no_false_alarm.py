"""Whatever the office does to an account and bills of it, every promise of ``svet verify`` stays kept.

Lives are those of ``svet/billing/tests/test_walks.py``, with bills: acts, decisions and ends entered, ended
and taken back, prices corrected, months run forward and back and killed. SVET_LONG=100 walks so many; what
fails names its SVET_SEED.
"""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from random import Random
from secrets import randbelow

import pytest

from svet.accounts.models import Provider
from svet.billing.models import ChargeLine
from svet.billing.operations.proving import prove
from svet.billing.tests.factories import load_chelyabinsk
from svet.billing.tests.test_paths import FIRST, LAST, LONG, Step, kill
from svet.billing.tests.test_walks import Fate, Walker, correct_price, fate_of, life_of
from svet.bills import operations as bills
from svet.bills.models import Bill
from svet.bills.rules import from_snapshot
from svet.cli.verification.promises import PROMISES
from svet.cli.verification.workers import called
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.payments.tests.factories import REQUISITES
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
# Seals are the clock's work: there is no night between two acts.
ELSEWHERE = {"I-14"}


@pytest.mark.parametrize("number", range(LONG or 1))
def test_nothing_that_the_office_may_do_is_called_a_breach(number: int) -> None:
    load_chelyabinsk()
    people = [make_person(first_name=name, is_staff=True) for name in ("Ольга", "Иван")]
    hands = [Actor.staff(person_id=each.pk, name=each.first_name) for each in people]
    seed = int(os.environ.get("SVET_SEED", "0")) or randbelow(2**32)
    dice = Random(seed + number)
    fate, taken = fate_of(dice), life_of(dice)
    try:
        _live(Walker("walked", hands, fate), fate, [("run", FIRST), *taken, ("run", LAST)], dice)
    except BaseException as failed:
        failed.add_note("\n".join(map(str, (f"SVET_SEED={seed + number}", fate, *taken))))
        raise


def _live(walked: Walker, fate: Fate, taken: list[Step], dice: Random) -> None:
    Provider.objects.filter(pk=walked.provider.pk).update(**REQUISITES)
    for step in taken:
        match step:
            case ("run", month):
                _proved(walked)
                walked.run(month)
                if dice.randrange(4):
                    _issue(walked, month)
                _proved(walked)
            case ("kill", month):
                kill(walked, month)
            case ("price", *_):
                correct_price(step, walked)
            case ("house", *_) if fate.house is None:
                continue
            case _:
                walked.takes(step)
    _charts(walked)


def _issue(walked: Walker, month: Month) -> None:
    with suppress(Refused):
        bills.issue(provider_id=walked.provider.pk, period=month, now=walked.now(), despite_problems=True)


def _proved(walked: Walker) -> None:
    """Every promise whole, and the books by what was proved before and from nothing."""
    for promise in PROMISES:
        if promise.number not in ELSEWHERE:
            assert list(called(promise.check)()) == [], promise.number
    for since in (True, False):
        found = prove(since=since, now=walked.now(), after=0, until=None, longest_ago=None)
        assert (found.books, found.twice) == ((), ())


def _charts(walked: Walker) -> None:
    """The chart of each bill is the sum of all lines that were posted until its month."""
    for bill in Bill.objects.filter(account=walked.account):
        used: dict[object, list[Decimal | int]] = defaultdict(lambda: [Decimal(0), 0])
        for line in ChargeLine.objects.filter(account=walked.account, period__lte=bill.period):
            used[line.month][0] += line.kwh
            used[line.month][1] += line.kopecks
        bars = from_snapshot(bill.snapshot).bars
        assert {bar.period: [bar.kwh, bar.kopecks] for bar in bars} == used
