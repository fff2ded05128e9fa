"""The staff's queue: odd sets with everything one needs to decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from svet.kernel.frozen import frozen
from svet.metering.models import ReadingSet
from svet.metering.queries.dials import dials
from svet.metering.queries.meters import MeterView, meter_view, whole_meters
from svet.metering.queries.readings import SetView, sets_by_id
from svet.metering.queries.tracks import PhotoView, SetChange, changes_of, photos_of
from svet.metering.rules import Dial, ReadingKind, ReadingState, Zone, usual_for


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A set that waits: what was sent, what stood before, what is usual since then (kWh, None: unknown)."""

    view: SetView
    meter: MeterView
    dials: tuple[Dial, ...]
    usual: Mapping[Zone, Decimal | None]
    sent: SetChange
    photos: tuple[PhotoView, ...]

    @property
    def doubts(self) -> list[str]:
        """Why it waits, by the names of doubts and reasons."""
        return list(self.sent.doubts)


def review_count() -> int:
    """How many sets wait for the staff."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[ReadingSet, int]:
    return waiting_sets().values_list("pk", flat=True)


def review_queue(*, limit: int, offset: int = 0) -> list[ReviewItem]:
    """The sets that wait, oldest first, in a constant number of queries."""
    keys = list(
        waiting_sets().order_by("received_at", "pk").values_list("pk", flat=True)[offset : offset + limit]
    )
    return review_items(keys)


def waiting_before(*, account_ids: Collection[int], read_before: date) -> list[int]:
    """Keys of the sets of these accounts that wait and are of an earlier day, oldest first."""
    waiting = waiting_sets().filter(account_id__in=account_ids, read_on__lt=read_before)
    return list(waiting.order_by("received_at", "pk").values_list("pk", flat=True))


def review_items(set_ids: list[int]) -> list[ReviewItem]:
    """These sets in their order."""
    views = sets_by_id(set_ids=set_ids)
    meters = {
        row.pk: meter_view(row)
        for row in whole_meters().filter(pk__in={view.meter_id for view in views.values()})
    }
    known = _dials_of_sets([views[key] for key in set_ids if key in views], meters=meters)
    changes, photos = changes_of(set_ids), photos_of(set_ids)
    found = []
    for key in set_ids:
        view, scales = views.get(key), known.get(key)
        if view is None or scales is None:
            continue
        found.append(
            ReviewItem(
                view=view,
                meter=meters[view.meter_id],
                dials=scales,
                usual={dial.zone: usual_for(dial, read_on=view.read_on) for dial in scales},
                sent=changes[key][0],
                photos=tuple(photos[key]),
            )
        )
    return found


def _dials_of_sets(
    views: Sequence[SetView], *, meters: Mapping[int, MeterView]
) -> dict[int, tuple[Dial, ...]]:
    """Per set its meter's dials as they stood for that set's day.

    Two queries, and two more for each further set that waits for one and the same meter, which is rare.
    """
    found: dict[int, tuple[Dial, ...]] = {}
    rest = list(views)
    while rest:
        first: dict[int, SetView] = {}
        later = []
        for view in rest:
            if first.setdefault(view.meter_id, view) is not view:
                later.append(view)
        scales = dials(
            meters=[meters[key] for key in first], read_on={key: view.read_on for key, view in first.items()}
        )
        found |= {view.set_id: scales[key].dials for key, view in first.items() if key in scales}
        rest = later
    return found


def waiting_sets() -> QuerySet[ReadingSet]:
    """Odd sets nobody has judged yet; first readings of new meters do not wait."""
    return ReadingSet.objects.filter(state=ReadingState.UNDER_REVIEW.value).exclude(
        kind=ReadingKind.INITIAL.value
    )
