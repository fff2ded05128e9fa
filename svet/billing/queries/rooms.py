"""What the rooms of a house used themselves in a month, by the rules of billing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from svet.accounts.queries import contracts as accounts
from svet.accounts.queries.contracts import Contract
from svet.billing.queries.facts import ProviderFacts, account_facts
from svet.billing.queries.standing import books
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.house_inputs import HouseBook, HouseReason, HouseUnknown, Room
from svet.billing.rules.house_volumes import own_kwh, without_house
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.kernel.periods import Month


class Rooms(NamedTuple):
    """The accounts of a house as a run of ``horizon`` sees them."""

    provider: ProviderFacts
    horizon: Month
    contracts: Mapping[int, Contract]
    facts: Mapping[int, AccountFacts]
    lines: dict[int, Sequence[Line]]

    def of(self, book: HouseBook, month: Month) -> list[Room]:
        """The rooms whose contract held in a month that is ours to charge."""
        start, end = self.provider.cut(month.plus(-1)), self.provider.cut(month)
        return [
            room
            for room in book.rooms_in(month)
            if (contract := self.contracts.get(room.account_id)) is not None
            and contract.opened_on < end
            and (contract.closed_on is None or contract.closed_on > start)
            and self.facts[room.account_id].floor <= month
        ]

    def kwh(self, rooms: Sequence[Room], month: Month) -> dict[int, Decimal]:
        """What each of these used. :raises HouseUnknown: of one of them it cannot be told"""
        return {room.account_id: own_kwh(self._lines(room.account_id), month) for room in rooms}

    def _lines(self, account_id: int) -> Sequence[Line]:
        if account_id not in self.lines:
            try:
                found = should(without_house(self.facts[account_id]), horizon=self.horizon)
            except BillingProblem as problem:
                raise HouseUnknown(
                    HouseReason.ROOM_UNKNOWN,
                    details={"account": self.contracts[account_id].number, "why": str(problem.reason)},
                ) from problem
            self.lines[account_id] = found
        return self.lines[account_id]


def rooms_of(
    book: HouseBook,
    *,
    provider_id: int,
    provider: ProviderFacts,
    horizon: Month,
    known_at: datetime | None = None,
) -> Rooms:
    """The accounts of a house with what is known of them, or was at a moment."""
    ids = sorted({room.account_id for room in book.rooms})
    found = accounts.contracts(
        provider_id=provider_id,
        opened_before=provider.cut(horizon),
        account_ids=ids,
        known_at=known_at,
    )
    known = books([contract.account_id for contract in found])
    facts = account_facts(
        found,
        provider=provider,
        horizon=horizon,
        floors={key: book_of.begins(horizon) for key, book_of in known.items()},
        known_at=known_at,
    )
    return Rooms(provider, horizon, {each.account_id: each for each in found}, facts, {})
