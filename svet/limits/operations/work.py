"""A busy network is asked to compute, never turned away: thousands of people share one mobile address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from svet.kernel.keyed import is_keyed_digest, keyed_digest
from svet.limits.models import Bucket
from svet.limits.operations.spending import LimitReached, spend
from svet.limits.queries import current_limit
from svet.limits.rules import LimitName, Purpose, Riddle, network_of
from svet.limits.rules.work import BITS, HARDEST, LONGEST

#: How much of each a network may ask for before its browsers have to compute.
_NETWORK: Final[Mapping[Purpose, LimitName]] = {
    Purpose.REGISTRATION: LimitName.CODES_PER_NETWORK,
    Purpose.RECOVERY: LimitName.CODES_PER_NETWORK,
    Purpose.SIGN_IN: LimitName.SIGN_IN_PER_NETWORK,
    Purpose.QUICK: LimitName.QUICK_PER_NETWORK,
    Purpose.API: LimitName.API_PER_NETWORK,
}
_EVERYWHERE: Final = "all"
_PURPOSE: Final = "svet.limits.work"
_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class WorkView:
    """A riddle on its way to a form: ``token`` goes back with the solution, ``token:numbers``.

    ``wait`` is the seconds after which the token alone is enough, for browsers that cannot compute.
    """

    token: str
    riddle: str
    bits: int
    parts: int
    wait: int


class WorkNeeded(LimitReached):
    """The network is busy: ``work`` is the riddle to answer; waiting ``retry_after`` seconds does as well."""

    def __init__(self, *, limit: LimitName, work: WorkView) -> None:
        super().__init__(limit=limit, retry_after=max(1, work.wait))
        self.work = work


def require(*, purpose: Purpose, address: str, work: str, now: datetime, suspicious: bool = False) -> None:
    """Count one knock of a network; a busy one enters by an answered riddle, each good once.

    ``work`` is what the form or the header brought, or an empty text; ``suspicious`` asks for it even where
    all is quiet.

    :raises WorkNeeded: it is busy and the work is missing, not done, or was used before
    """
    limit = _spend_knock(purpose=purpose, address=address, now=now)
    if limit is None and not suspicious:
        return
    limit = limit or _NETWORK[purpose]
    riddle, token, solution = _read(work)
    fresh = _view(_new(purpose=purpose, address=address, now=now), now=now)
    if riddle is None or riddle.purpose is not purpose or not riddle.is_alive(now=now):
        raise WorkNeeded(limit=limit, work=fresh)
    solved = bool(solution) and riddle.is_solved_by(solution)
    if not solved and riddle.seconds_left(now=now) > 0:
        # The same riddle goes back: who waits must not begin anew.
        raise WorkNeeded(limit=limit, work=_view(riddle, now=now))
    try:
        if not solved:
            spend(limit=LimitName.WAITED_PER_NETWORK, key=network_of(address), now=now)
        spend(limit=LimitName.WORK_ONCE, key=token, now=now)
    except LimitReached:
        raise WorkNeeded(limit=limit, work=fresh) from None
    spend(limit=LimitName.WORKED_PER_NETWORK, key=network_of(address), now=now)


def riddle_for(*, purpose: Purpose, address: str, now: datetime) -> WorkView | None:
    """The riddle a form should carry already, or None while its network and the installation are quiet."""
    limits = [(LimitName.ENTRANCE_EVERYWHERE, _EVERYWHERE)]
    if purpose in _NETWORK:
        limits.append((_NETWORK[purpose], network_of(address)))
    else:
        limits = [(LimitName.CODE_TRIES_EVERYWHERE, _EVERYWHERE)]
    if not any(_is_full(name, key=key, now=now) for name, key in limits):
        return None
    return _view(_new(purpose=purpose, address=address, now=now), now=now)


def _spend_knock(*, purpose: Purpose, address: str, now: datetime) -> LimitName | None:
    """The bucket that was full, if one was."""
    if purpose is Purpose.CODE:
        # Only wrong codes fill this one, and only after the try.
        full = _is_full(LimitName.CODE_TRIES_EVERYWHERE, key=_EVERYWHERE, now=now)
        return LimitName.CODE_TRIES_EVERYWHERE if full else None
    try:
        spend(limit=_NETWORK[purpose], key=network_of(address), now=now)
        if purpose is not Purpose.API:
            spend(limit=LimitName.ENTRANCE_EVERYWHERE, key=_EVERYWHERE, now=now)
    except LimitReached as reached:
        return LimitName(str(reached.details["limit"]))
    return None


def _is_full(name: LimitName, *, key: str, now: datetime) -> bool:
    amount = current_limit(name).amount
    return Bucket.objects.filter(name=name.value, key=key, spent__gte=amount, resets_at__gt=now).exists()


def _new(*, purpose: Purpose, address: str, now: datetime) -> Riddle:
    """The more a network has worked this hour, the harder the next: a bit per doubling of its limit."""
    worked = (
        Bucket.objects.filter(
            name=LimitName.WORKED_PER_NETWORK.value, key=network_of(address), resets_at__gt=now
        )
        .values_list("spent", flat=True)
        .first()
    )
    usual = current_limit(_NETWORK.get(purpose, LimitName.CODES_PER_NETWORK)).amount
    harder = int(math.log2(1 + (worked or 0) / usual))
    return Riddle.make(purpose=purpose, bits=min(BITS + harder, HARDEST), now=now)


def _view(riddle: Riddle, *, now: datetime) -> WorkView:
    text = str(riddle)
    return WorkView(
        token=f"{text}.{_signature(text)}",
        riddle=text,
        bits=riddle.bits,
        parts=riddle.parts,
        wait=max(0, math.ceil(riddle.seconds_left(now=now))),
    )


def _read(work: str) -> tuple[Riddle | None, str, str]:
    """Riddle, token and solution of what was sent; no riddle when it is not ours."""
    if not work or len(work) > LONGEST or not work.isascii():
        return None, "", ""
    token, _, solution = work.partition(":")
    text, _, signature = token.rpartition(".")
    if not is_keyed_digest(signature, _PURPOSE, text, length=_LENGTH):
        return None, "", ""
    return Riddle.parse(text), token, solution


def _signature(text: str) -> str:
    return keyed_digest(_PURPOSE, text)[:_LENGTH]
