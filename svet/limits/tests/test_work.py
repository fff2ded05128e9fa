"""A busy network computes or waits; nobody is turned away for the company they keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from svet.limits.models import Bucket
from svet.limits.operations import WorkNeeded, WorkView, require, riddle_for
from svet.limits.rules import LIMITS, LimitName, Purpose, Riddle
from svet.limits.rules.work import BITS, LIFE, WAIT, solve

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BUSY, QUIET = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def small_riddles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.limits.operations.work.BITS", 4)


def fill(limit: LimitName, key: str, *, spent: int | None = None) -> None:
    hour = timedelta(hours=1)
    amount = LIMITS[limit].amount if spent is None else spent
    Bucket.objects.update_or_create(
        name=limit.value,
        key=key,
        defaults={"spent": amount, "started_at": NOW, "resets_at": NOW + hour, "free_at": NOW},
    )


@pytest.fixture
def busy() -> str:
    fill(LimitName.SIGN_IN_PER_NETWORK, BUSY)
    return BUSY


def knock(address: str, work: str = "", *, now: datetime = NOW, purpose: Purpose = Purpose.SIGN_IN) -> None:
    require(purpose=purpose, address=address, work=work, now=now)


def asked(address: str, work: str = "", *, now: datetime = NOW) -> WorkView:
    with pytest.raises(WorkNeeded) as needed:
        knock(address, work, now=now)
    return needed.value.work


def answered(view: WorkView) -> str:
    riddle = Riddle.parse(view.riddle)
    assert riddle is not None
    return f"{view.token}:{solve(riddle)}"


def test_a_quiet_network_is_asked_nothing() -> None:
    knock(QUIET)
    assert riddle_for(purpose=Purpose.SIGN_IN, address=QUIET, now=NOW) is None


def test_a_busy_network_enters_by_an_answer_and_its_form_carries_the_riddle(busy: str) -> None:
    knock(busy, answered(asked(busy)))
    carried = riddle_for(purpose=Purpose.SIGN_IN, address=busy, now=NOW)
    assert carried is not None
    knock(busy, answered(carried))
    knock(QUIET)


def test_an_answer_is_good_once(busy: str) -> None:
    work = answered(asked(busy))
    knock(busy, work)
    asked(busy, work)


def test_who_cannot_compute_waits_with_the_same_riddle(busy: str) -> None:
    first = asked(busy)
    again = asked(busy, first.token, now=NOW + timedelta(seconds=5))
    assert again.token == first.token
    assert (first.wait, again.wait) == (20, 15)
    knock(busy, first.token, now=NOW + WAIT)
    asked(busy, first.token, now=NOW + WAIT)


def test_waiting_lets_in_only_so_many_a_minute(busy: str) -> None:
    fill(LimitName.WAITED_PER_NETWORK, busy)
    view = asked(busy)
    asked(busy, view.token, now=NOW + WAIT)
    knock(busy, answered(view), now=NOW + WAIT)


def test_what_is_not_ours_or_of_another_door_or_too_old_opens_nothing(busy: str) -> None:
    view = asked(busy)
    work = answered(view)
    riddle = Riddle.parse(view.riddle)
    assert riddle is not None
    easier = Riddle(riddle.purpose, 1, 1, riddle.made_at, riddle.random)
    forged = f"{easier}.{view.token.rpartition('.')[2]}:{solve(easier)}"
    for bad in (
        forged,
        work[:-1],
        f"{view.token}:1-2",
        f"{view.token}:" + "-".join(["0"] * riddle.parts),
        work.replace("sign_in", "quick"),
        "x" * 5_000,
        "٣.٤:٥",
        "::",
    ):
        asked(busy, bad)
    asked(busy, work, now=NOW + LIFE)
    fill(LimitName.QUICK_PER_NETWORK, busy)
    with pytest.raises(WorkNeeded):
        knock(busy, work, purpose=Purpose.QUICK)
    knock(busy, work)


def test_the_more_a_network_works_the_harder_it_gets(busy: str) -> None:
    usual = LIMITS[LimitName.SIGN_IN_PER_NETWORK].amount
    bits = []
    for worked in (0, usual, usual * 3, usual * 10_000):
        fill(LimitName.WORKED_PER_NETWORK, busy, spent=worked)
        bits.append(asked(busy).bits)
    assert bits == [4, 5, 6, 17] or bits == [4, 5, 6, 18]


def test_a_busy_installation_asks_every_network_to_compute() -> None:
    fill(LimitName.ENTRANCE_EVERYWHERE, "all")
    assert riddle_for(purpose=Purpose.RECOVERY, address=QUIET, now=NOW) is not None
    knock(QUIET, answered(asked(QUIET)))


def test_suspicion_asks_even_a_quiet_network() -> None:
    with pytest.raises(WorkNeeded) as needed:
        require(purpose=Purpose.REGISTRATION, address=QUIET, work="", now=NOW, suspicious=True)
    require(
        purpose=Purpose.REGISTRATION,
        address=QUIET,
        work=answered(needed.value.work),
        now=NOW,
        suspicious=True,
    )


def test_wrong_codes_everywhere_make_a_code_cost_work_and_lock_nobody_out() -> None:
    knock(QUIET, purpose=Purpose.CODE)
    fill(LimitName.CODE_TRIES_EVERYWHERE, "all")
    with pytest.raises(WorkNeeded) as needed:
        knock(QUIET, purpose=Purpose.CODE)
    knock(QUIET, answered(needed.value.work), purpose=Purpose.CODE)


def test_a_telephone_needs_about_a_second() -> None:
    """A quarter of a million hashes; a slow telephone does about 200,000 a second in plain JavaScript."""
    riddle = Riddle.make(purpose=Purpose.SIGN_IN, bits=BITS, now=NOW)
    assert 2**17 <= riddle.parts * 2**riddle.bits <= 2**19
