"""The calendar file: the windows of readings, the days bills are to be paid by, outages with their hours.

It is downloaded by who is signed in: no address of it exists that somebody else could open. Neither sums,
nor addresses, nor numbers stand in it, for calendars are kept by others. See ADR 156.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, provider_today
from svet.accounts.rules import Right
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.plans import running_plans
from svet.bills import queries as bills
from svet.bills.rules.arrears import PromisedPart
from svet.cabinet.shell.late import late_of
from svet.cabinet.shell.session import now_of, person_of, signed_in
from svet.kernel.money import ZERO
from svet.ledger import queries as ledger
from svet.metering.rules import window
from svet.outages.queries import nearest, outages_of
from svet.payments import queries as payments

NAME = "svet.ics"
#: Octets of a line (RFC 5545, 3.1).
LONGEST_LINE = 75
#: At ten in the morning of the day before the last, or two days before a day itself.
_BEFORE = "-P1DT14H"
#: Of what has its hours: at eight in the evening before, by the supplier's clock.
_EVENING = time(20)
#: The last day every month has: a rule of calendars skips a month without its day, and keeps the length.
_EVERY_MONTH_HAS = 28
#: How many windows are written one by one where no rule is right.
_WINDOWS = 12
_EVENTS = UUID("0f4f8f5e-6f1b-4f0e-8a38-8f4a1c1e5b17")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A thing of whole days, ``until`` included; ``mark`` keeps it the same thing in the next file.

    ``alarm`` is what its alarm is counted from: START or END; ``rings_at``: the moment of it instead.
    ``hours``: two moments instead of whole days.
    """

    mark: str
    title: str
    since: date
    until: date
    url: str
    monthly: bool = False
    alarm: str = "START"
    hours: tuple[datetime, datetime] | None = None
    rings_at: datetime | None = None

    @property
    def trigger(self) -> str:
        """When its alarm rings, as the file has it."""
        if self.rings_at is None:
            return f"TRIGGER;RELATED={self.alarm}:{_BEFORE}"
        return f"TRIGGER;VALUE=DATE-TIME:{self.rings_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    @property
    def span(self) -> tuple[str, str]:
        """When it begins and ends, as the file has it."""
        if self.hours is not None:
            begins, ends = (f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in self.hours)
            return f"DTSTART:{begins}", f"DTEND:{ends}"
        after = self.until + timedelta(days=1)
        return f"DTSTART;VALUE=DATE:{self.since:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"


def written(events: Iterable[CalendarEvent], *, now: datetime) -> bytes:
    """The events as RFC 5545 has them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Svet//Svet//RU", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uuid5(_EVENTS, event.mark)}",
            f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            *event.span,
            *(["RRULE:FREQ=MONTHLY"] if event.monthly else []),
            f"SUMMARY:{_escaped(event.title)}",
            f"URL:{event.url}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(event.title)}",
            event.trigger,
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line in parts no longer than allowed; no letter is cut in two."""
    parts, room = [""], LONGEST_LINE
    for letter in line:
        if len(letter.encode()) > room:
            parts.append("")
            room = LONGEST_LINE - 1
        parts[-1] += letter
        room -= len(letter.encode())
    return "\r\n ".join(parts)


@require_safe
@signed_in
def calendar(request: HttpRequest) -> HttpResponse:
    """The windows of all providers of the cabinet, and the days by which what is owed is to be paid."""
    groups = account_queries.cabinet(person_of(request).person_id)
    cards = [card for group in groups for card in group.cards]
    now = now_of(request)
    events = [
        *_windows(request, cards, now),
        *_payments(request, cards, now),
        *_outages(request, cards, now),
    ]
    answer = HttpResponse(written(events, now=now), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{NAME}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _windows(request: HttpRequest, cards: Iterable[AccountCard], now: datetime) -> list[CalendarEvent]:
    """The events of each window there is, however many accounts and providers share it."""
    url = request.build_absolute_uri(reverse("readings"))
    found: dict[tuple[int, int], list[CalendarEvent]] = {}
    for card in cards:
        provider = card.provider
        days = (provider.window_from_day, provider.window_to_day)
        if Right.SUBMIT in card.rights and card.closed_on is None and days not in found:
            found[days] = _window_events(days, today=provider_today(provider, now), url=url)
    return [event for events in found.values() for event in events]


def _window_events(days: tuple[int, int], *, today: date, url: str) -> list[CalendarEvent]:
    """One recurring event, or the next twelve windows where the end of a month moves a day of theirs."""
    monthly = max(days) <= _EVERY_MONTH_HAS
    found = []
    near = window(today, window_from_day=days[0], window_to_day=days[1])
    for months in range(1 if monthly else _WINDOWS):
        period = near.period.plus(months)
        each = window(period.first, window_from_day=days[0], window_to_day=days[1])
        mark = f"window:{days[0]}-{days[1]}" + ("" if monthly else f":{period}")
        title = _("Передать показания")
        found.append(CalendarEvent(mark, title, each.opens_on, each.closes_on, url, monthly, "END"))
    return found


def _payments(request: HttpRequest, cards: Iterable[AccountCard], now: datetime) -> list[CalendarEvent]:
    """One event for each day by which something owed is to be paid."""
    paying = [card for card in cards if Right.PAY in card.rights]
    ids = [card.account_id for card in paying]
    balances, transit, newest = (
        ledger.balances(ids),
        payments.in_transit(ids),
        bills.last_bills(account_ids=ids),
    )
    url = request.build_absolute_uri(reverse("payment"))
    plans, promises = running_plans(ids, now=now), standing_promises(ids)
    days: set[date] = set()
    for card in paying:
        key = card.account_id
        moving, word = transit.get(key, ZERO), promises.get(key)
        today = provider_today(card.provider, now)
        if key in plans:
            # Of a debt that is paid in parts the next one is asked.
            left = min(balances[key], plans[key].ask) - moving
            if left > ZERO and plans[key].asks_on >= today:
                days.add(plans[key].asks_on)
            continue
        # What was promised has its own day, each bill its own, and a charge on no bill yet has none.
        asked = late_of(
            newest[key],
            balance=balances[key],
            transit=moving,
            promised=PromisedPart(word.left, word.until_on) if word is not None else None,
            today=today,
        )
        days.update(on for on, _sum in asked.coming)
    only_light = all(card.provider.service.charged_here for card in paying)
    title = _("Оплатить электроэнергию") if only_light else _("Оплатить счета")
    return [CalendarEvent(f"due:{day:%Y-%m-%d}", title, day, day, url) for day in sorted(days)]


def _outages(request: HttpRequest, cards: Iterable[AccountCard], now: datetime) -> list[CalendarEvent]:
    """What takes the light away, now and later; of one whose end nobody knows only what is known to come."""
    found = outages_of([card.account_id for card in cards], now=now)
    url, title = request.build_absolute_uri(reverse("outages")), _("Отключение электричества")
    return [
        CalendarEvent(
            f"outage:{view.public_id}",
            title,
            view.local_begins.date(),
            view.local_begins.date(),
            url,
            hours=(view.begins_at, view.ends_at),
            rings_at=datetime.combine(
                view.local_begins.date() - timedelta(days=1), _EVENING, tzinfo=view.zone
            ),
        )
        for view, _keys in nearest(found)
        if view.ends_at is not None
    ]


urlpatterns: list[URLPattern] = [path("today/calendar.ics", calendar, name="calendar")]
