"""What this room says of an outage: frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from svet.kernel.ids import ProviderId
from svet.outages.rules import OutageAct, OutageKind, OutageState, PlaceLine, mark_of


@dataclass(frozen=True, slots=True)
class OutageView:
    """An outage; its hours are moments, to be shown in ``zone``, that of its supplier."""

    outage_id: int
    public_id: str
    number: str
    provider_id: ProviderId
    provider: str
    kind: OutageKind
    state: OutageState
    begins_at: datetime
    ends_at: datetime | None
    over_at: datetime
    ended_at: datetime | None
    moved: bool
    why: str
    places: tuple[PlaceLine, ...]
    zone: ZoneInfo

    def meets(self, *, city: str, street: str, house: str) -> bool:
        """Whether one of its places has an address."""
        return any(each.meets(city=city, street=street, house=house) for each in self.places)

    @property
    def mark(self) -> str:
        """What tells its hours and places from other ones."""
        return mark_of(self.begins_at, self.ends_at, self.places)

    @property
    def local_begins(self) -> datetime:
        """When it begins by the supplier's clock."""
        return self.begins_at.astimezone(self.zone)

    @property
    def local_ends(self) -> datetime | None:
        """When it ends by the supplier's clock, or ended if somebody said so; None: nobody knows."""
        ends = self.ended_at or self.ends_at
        return None if ends is None else ends.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class OutageChangeView:
    """A line of an outage's history."""

    at: datetime
    act: OutageAct
    begins_at: datetime
    ends_at: datetime | None
    reason: str
    by: str
