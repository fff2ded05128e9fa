"""The months as a «Green Button» file: Atom with ESPI (NAESB REQ.21), which programs of other countries read.

Written by what readers of the format take in: a usage point, for each zone a meter reading with its type and
a block of intervals. Energy is whole Wh, money hundred-thousandths of a rouble, moments are seconds of UTC at
which the local days begin. Nobody's name or address is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.utils.html import escape

from svet.usage.rules import UsageMonth, UsageStory

_ATOM: Final = "http://www.w3.org/2005/Atom"
_ESPI: Final = "http://naesb.org/espi"
_ROUBLE: Final = "643"  # ISO 4217
_TYPE: Final = {
    "accumulationBehaviour": "4",  # what was used in the interval
    "commodity": "1",  # electricity
    "currency": _ROUBLE,
    "flowDirection": "1",  # delivered to the customer
    "kind": "12",  # energy
    "powerOfTenMultiplier": "0",
    "uom": "72",  # Wh
}
#: The quality of a reading: valid; partly estimated.
_VALID, _ESTIMATED = "17", "8"


@dataclass(slots=True)
class Element:
    """A piece of the file: written and never read, so that no parser of XML is in the house."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def written(self) -> str:
        """As text, everything of others escaped."""
        words = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        inside = escape(self.text) + "".join(each.written() for each in self.inside)
        return f"<{self.name}{words}>{inside}</{self.name}>"


def _inside(parent: Element, name: str, attributes: dict[str, str] | None = None) -> Element:
    made = Element(name, attributes or {})
    parent.inside.append(made)
    return made


def green_button(
    story: UsageStory, *, account: str, names: dict[str, str], zone: ZoneInfo, now: datetime
) -> bytes:
    """A feed of the months as they stand after all corrections; ``account``: its outer id, names by zone."""
    feed = Element("feed", {"xmlns": _ATOM})
    base = f"/RetailCustomer/0/UsagePoint/{account}"
    _inside(feed, "id").text = _urn(base)
    _inside(feed, "title").text = "Green Button"
    _inside(feed, "updated").text = _moment(now)
    point = _entry(feed, base, "UsagePoint", now, related=[f"{base}/MeterReading"])
    _inside(_inside(point, "ServiceCategory"), "kind").text = "0"
    for each in story.zones:
        reading, kind = f"{base}/MeterReading/{each}", f"/ReadingType/{each}"
        _entry(
            feed, reading, "MeterReading", now, title=names[each], related=[f"{reading}/IntervalBlock", kind]
        )
        shape = _entry(feed, kind, "ReadingType", now, title=names[each])
        for name, value in _TYPE.items():
            _inside(shape, name).text = value
        months = sorted((one for one in story.months), key=lambda one: one.month)
        if months:
            block = _entry(feed, f"{reading}/IntervalBlock/1", "IntervalBlock", now)
            spans = [(_second(since, zone), _second(until, zone)) for since, until in _spans(months)]
            _period(_inside(block, "interval"), spans[0][0], spans[-1][1])
            for one, span in zip(months, spans, strict=True):
                _reading(block, one, each, span)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{feed.written()}'.encode()


def _reading(block: Element, month: UsageMonth, zone: str, span: tuple[int, int]) -> None:
    used = month.stands(zone)
    found = _inside(block, "IntervalReading")
    _inside(found, "cost").text = str(used.kopecks * 1_000)
    quality = _inside(_inside(found, "ReadingQuality"), "quality")
    quality.text = _ESTIMATED if month.standing_estimate else _VALID
    _period(_inside(found, "timePeriod"), *span)
    _inside(found, "value").text = str(int(used.kwh * 1_000))


def _spans(months: Sequence[UsageMonth]) -> list[tuple[date, date]]:
    """The days each month's own use is for, in their order: none is in two months.

    A month that used nothing of its own has those of the calendar that its neighbours leave.
    """
    found: list[tuple[date, date]] = []
    for place, each in enumerate(months):
        since, until = each.span or (each.month.first, each.month.end)
        if found:
            since = max(since, found[-1][1])
        following = months[place + 1].span if each.span is None and place + 1 < len(months) else None
        if following is not None:
            until = min(until, following[0])
        found.append((since, max(since, until)))
    return found


def _second(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _period(parent: Element, start: int, end: int) -> None:
    _inside(parent, "duration").text = str(end - start)
    _inside(parent, "start").text = str(start)


def _entry(
    feed: Element, path: str, kind: str, now: datetime, *, title: str = "", related: list[str] | None = None
) -> Element:
    """An entry with its links and its content, which is returned to be filled."""
    entry = _inside(feed, "entry")
    _inside(entry, "id").text = _urn(path)
    _inside(entry, "link", {"rel": "self", "href": path})
    _inside(entry, "link", {"rel": "up", "href": path.rpartition("/")[0]})
    for other in related or []:
        _inside(entry, "link", {"rel": "related", "href": other})
    _inside(entry, "title").text = title
    content = _inside(_inside(entry, "content"), kind, {"xmlns": _ESPI})
    _inside(entry, "published").text = _moment(now)
    _inside(entry, "updated").text = _moment(now)
    return content


def _urn(path: str) -> str:
    return uuid5(NAMESPACE_URL, f"svet:{path}").urn


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
