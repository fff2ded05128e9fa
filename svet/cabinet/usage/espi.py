"""The months as a «Green Button» file: Atom with ESPI (NAESB REQ.21), which programs of other countries read.

Written by what readers of the format take in: a usage point, for each zone a meter reading with its type and
a block of intervals. Energy is whole Wh, money hundred-thousandths of a rouble, moments are seconds of UTC at
which the local days begin. Nobody's name or address is in it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

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


def green_button(
    story: UsageStory, *, account: str, names: dict[str, str], zone: ZoneInfo, now: datetime
) -> bytes:
    """A feed of the months as they stand after all corrections; ``account``: its outer id, names by zone."""
    feed = Element("feed", {"xmlns": _ATOM})
    base = f"/RetailCustomer/0/UsagePoint/{account}"
    SubElement(feed, "id").text = _urn(base)
    SubElement(feed, "title").text = "Green Button"
    SubElement(feed, "updated").text = _moment(now)
    point = _entry(feed, base, "UsagePoint", now, related=[f"{base}/MeterReading"])
    SubElement(SubElement(point, "ServiceCategory"), "kind").text = "0"
    for each in story.zones:
        reading, kind = f"{base}/MeterReading/{each}", f"/ReadingType/{each}"
        _entry(
            feed, reading, "MeterReading", now, title=names[each], related=[f"{reading}/IntervalBlock", kind]
        )
        shape = _entry(feed, kind, "ReadingType", now, title=names[each])
        for name, value in _TYPE.items():
            SubElement(shape, name).text = value
        months = sorted((one for one in story.months), key=lambda one: one.month)
        if months:
            block = _entry(feed, f"{reading}/IntervalBlock/1", "IntervalBlock", now)
            spans = [_span(one, zone) for one in months]
            _period(SubElement(block, "interval"), spans[0][0], spans[-1][1])
            for one, span in zip(months, spans, strict=True):
                _reading(block, one.as_it_stands, each, span)
    written: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written


def _reading(block: Element, month: UsageMonth, zone: str, span: tuple[int, int]) -> None:
    used = month.of_zone(zone)
    found = SubElement(block, "IntervalReading")
    SubElement(found, "cost").text = str(used.kopecks * 1_000)
    quality = SubElement(SubElement(found, "ReadingQuality"), "quality")
    quality.text = _ESTIMATED if month.estimated else _VALID
    _period(SubElement(found, "timePeriod"), *span)
    SubElement(found, "value").text = str(int(used.kwh * 1_000))


def _span(month: UsageMonth, zone: ZoneInfo) -> tuple[int, int]:
    """The days the month's own lines are for; of a month that has none the calendar's."""
    own = [line for line in month.lines if line.since_on >= month.month.plus(-1).first]
    since = min((line.since_on for line in own), default=month.month.first)
    until = max((line.until_on for line in own), default=month.month.end)
    return _second(since, zone), _second(max(since, until), zone)


def _second(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _period(parent: Element, start: int, end: int) -> None:
    SubElement(parent, "duration").text = str(end - start)
    SubElement(parent, "start").text = str(start)


def _entry(
    feed: Element, path: str, kind: str, now: datetime, *, title: str = "", related: list[str] | None = None
) -> Element:
    """An entry with its links and its content, which is returned to be filled."""
    entry = SubElement(feed, "entry")
    SubElement(entry, "id").text = _urn(path)
    SubElement(entry, "link", {"rel": "self", "href": path})
    SubElement(entry, "link", {"rel": "up", "href": path.rpartition("/")[0]})
    for other in related or []:
        SubElement(entry, "link", {"rel": "related", "href": other})
    SubElement(entry, "title").text = title
    content = SubElement(SubElement(entry, "content"), kind, {"xmlns": _ESPI})
    SubElement(entry, "published").text = _moment(now)
    SubElement(entry, "updated").text = _moment(now)
    return content


def _urn(path: str) -> str:
    return uuid5(NAMESPACE_URL, f"svet:{path}").urn


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
