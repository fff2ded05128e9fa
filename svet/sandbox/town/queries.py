"""What the town gives away: ready sign-ins, free pairs of numbers, and how far it is built."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from svet.bills.models import Bill
from svet.sandbox.town.rules.cast import FREE_PAIRS, RESIDENTS
from svet.sandbox.town.rules.plan import MAIN, SECOND, account_number
from svet.sandbox.town.settings import town_settings
from svet.subscribers.models import Account, Link, LinkProof


@dataclass(frozen=True, slots=True)
class SignIn:
    phone: str
    password: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An account number and the number of its meter, as they stand on a bill."""

    account: str
    meter: str
    address: str


def summary(*, today: date) -> dict[str, Any]:
    """The town for scripts: ``planned``, ``loaded`` and ``ready`` accounts, sign-ins and free pairs."""
    town = town_settings(today=today)
    planned = town.accounts + town.second_provider
    loaded = Account.objects.filter(provider__code__in=[MAIN, SECOND]).count()
    ready = Bill.objects.filter(period=town.anchor.plus(-1).first, version=1).count()
    return {
        "seed": town.seed,
        "anchor": str(town.anchor),
        "planned": planned,
        "loaded": loaded,
        "ready": ready,
        "complete": loaded >= planned and ready >= planned,
        "sign_ins": [asdict(sign_in) for sign_in in sign_ins()],
        "free_pairs": [asdict(pair) for pair in free_pairs()],
    }


def sign_ins() -> list[SignIn]:
    """The people whose phone and password are shown on purpose."""
    return [
        SignIn(one.phone, one.password, f"{one.first_name} {one.patronymic} {one.last_name}", one.about)
        for one in RESIDENTS
    ]


def free_pairs() -> list[Pair]:
    """Pairs for trying registration that nobody has attached yet."""
    numbers = [account_number(index) for index in FREE_PAIRS]
    proofs = (
        LinkProof.objects.filter(account__number__in=numbers, account__provider__code=MAIN)
        .exclude(account__in=Link.objects.filter(removed_at__isnull=True).values("account"))
        .select_related("account__premises")
        .order_by("account__number")
    )
    return [Pair(proof.account.number, proof.serial, str(proof.account.premises)) for proof in proofs]
