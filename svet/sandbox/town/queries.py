"""What the town gives away: ready sign-ins, free pairs of numbers, and how far it is built."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from svet.accounts import queries as accounts
from svet.accounts.queries import finding
from svet.bills.queries.months import billed_count
from svet.people.operations.totp import totp_code
from svet.sandbox.town.rules.cast import EMPLOYEES, FREE_PAIRS, RESIDENTS
from svet.sandbox.town.rules.plan import MAIN, SECOND, account_number
from svet.sandbox.town.settings import town_settings
from svet.staffing import queries as staffing


@dataclass(frozen=True, slots=True)
class SignIn:
    phone: str
    password: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class WorkSignIn:
    """``secret`` is for an authenticator application, ``code`` is what it would show now."""

    phone: str
    password: str
    secret: str
    code: str
    role: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An account number and the number of its meter, as they stand on a bill."""

    account: str
    meter: str
    address: str


def summary(*, today: date, now: datetime) -> dict[str, Any]:
    """The town for scripts: ``planned``, ``loaded`` and ``ready`` accounts, sign-ins and free pairs."""
    town = town_settings(today=today)
    planned = town.accounts + town.second_provider
    loaded = accounts.account_count(provider_codes=[MAIN, SECOND])
    ready = billed_count(period=town.anchor.plus(-1))
    return {
        "seed": town.seed,
        "anchor": str(town.anchor),
        "planned": planned,
        "loaded": loaded,
        "ready": ready,
        "complete": loaded >= planned and ready >= planned,
        "sign_ins": [asdict(sign_in) for sign_in in sign_ins()],
        "staff": [asdict(sign_in) for sign_in in work_sign_ins(now=now)],
        "free_pairs": [asdict(pair) for pair in free_pairs()],
    }


def sign_ins() -> list[SignIn]:
    """The people whose phone and password are shown on purpose."""
    return [
        SignIn(one.phone, one.password, f"{one.first_name} {one.patronymic} {one.last_name}", one.about)
        for one in RESIDENTS
    ]


def work_sign_ins(*, now: datetime) -> list[WorkSignIn]:
    """The employees who were taken on, shown with everything that opens their desks."""
    there = {member.phone for member in staffing.members()}
    return [
        WorkSignIn(
            one.phone,
            one.password,
            one.secret,
            totp_code(secret=one.secret, now=now),
            one.role,
            f"{one.first_name} {one.patronymic} {one.last_name}",
            one.about,
        )
        for one in EMPLOYEES
        if one.phone in there
    ]


def free_pairs() -> list[Pair]:
    """Pairs for trying registration that nobody has attached yet."""
    numbers = [account_number(index) for index in FREE_PAIRS]
    free = finding.unclaimed(numbers=numbers, provider_code=MAIN)
    return [Pair(one.number, one.serial, one.address) for one in free]
