"""Pictures of pages, small, beside those that somebody has looked at and accepted.

A household lives through the autumn of 2026 under a clock that stands still, so its pages are the same in
every run and on every machine; letters are DejaVu's, whatever other fonts a machine has (``make browser``
installs it). A picture is kept at a sixth of its size: a line moved, a colour changed or a button gone is
seen in it, how a browser smooths letters is not.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageChops
from playwright.sync_api import Page

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.billing import operations as billing
from svet.billing.tests.factories import load_chelyabinsk
from svet.bills import operations as bills
from svet.bills.models import Bill
from svet.kernel.periods import Month
from svet.metering.rules import Scheme, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.tests.factories import make_card, owe, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.face.rendering import Sheet, Stage, sheet_of
from tests.face.states import signed_in

#: When all of it is looked at: the window of readings is open, the bills of November are due.
MOMENT = datetime(2026, 12, 18, 7, 0, tzinfo=UTC)
MONTHS = tuple(Month(2026, number) for number in (9, 10, 11))
ACCEPTED = Path(__file__).with_name("accepted")
WIDTHS = (360, 768, 1440)
THEMES = ("light", "dark")
#: A page is shown to its end, but no further than three screens of a desktop.
TALLEST = 2700
#: By how much a picture is made smaller, and the side of the squares that are compared, in its own pixels.
SCALE, TILE = 6, 6
#: Shades are rounded to so many: half of a file's size is shades that nobody sees.
STEP = 8
#: The difference of a square's mean colour (of 255) that an eye would notice, and how many may have it.
SEEN, ALLOWED = 10, 0.002
SAME_LETTERS = (
    "*, ::before, ::after { font-family: 'DejaVu Sans' !important; caret-color: transparent !important }"
)


@dataclass(frozen=True)
class Household:
    """Anna's flat, her mother's with two zones, and what was billed of them."""

    anna: Person
    flat: Account
    mothers: Account

    @property
    def bill(self) -> str:
        return Bill.objects.get(account=self.flat, period=MONTHS[-1].first).public_id


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock, and draw ids in the same order each time: rows of one moment go by them."""
    drawn = Random(18)
    monkeypatch.setattr(timezone, "now", lambda: MOMENT)
    monkeypatch.setattr(secrets, "token_bytes", drawn.randbytes)


def _lived(provider: Provider, flat: Account, mothers: Account) -> None:
    """Three months of readings, charges and bills of both."""
    first = make_meter(account=flat, serial="115268446", initial=14_020, installed_on=date(2026, 8, 20))
    both = {Zone.DAY: Decimal(8_100), Zone.NIGHT: Decimal(3_050)}
    second = make_meter(
        account=mothers,
        serial="115268447",
        scheme=Scheme.DAY_NIGHT,
        initial=both,
        installed_on=date(2026, 8, 20),
    )
    for number, month in enumerate(MONTHS, start=1):
        on = date(month.year, month.month, 20)
        make_reading(first, 14_020 + number * 137 + number**2 * 9, read_on=on)
        if number < len(MONTHS):  # she has not sent those of November
            values = {zone: value + number * (61 if zone == Zone.DAY else 44) for zone, value in both.items()}
            make_reading(second, values, read_on=on)
        after = month.plus(1)
        issued = datetime(after.year, after.month, 1, 4, 0, tzinfo=UTC)
        billing.run(provider_id=provider.pk, period=month, now=issued)
        bills.issue(provider_id=provider.pk, period=month, now=issued)


def household() -> Household:
    """Make it. The clock must stand at ``MOMENT`` already."""
    provider = provider_with_requisites()
    load_chelyabinsk()
    flat = make_account(number="3560670101", residents=2)
    mothers = make_account(number="3560670102", flat="3", holder_name="Смирнова Мария Ивановна", residents=1)
    _lived(provider, flat, mothers)
    owe(mothers, -300_00)
    anna = make_person(phone="+79001112233", email="anna@example.org")
    make_link(person=anna, account=flat, confirmed=True, alias="Квартира")
    make_link(
        person=anna,
        account=mothers,
        confirmed=True,
        alias="Мама",
        group=make_group(person=anna, name="Родители"),
    )
    make_card(person=anna)
    return Household(anna, flat, mothers)


def _pages(house: Household) -> Iterator[tuple[str, Client, str]]:
    """Name, who looks and address of the twelve main pages."""
    anna = signed_in(house.anna)
    yield "entrance", Client(), "/entrance/"
    yield "sign-in", Client(), "/entrance/?tab=sign-in"
    yield "tariffs", Client(), "/tariffs/"
    yield "today", anna, "/today/"
    yield "payment", anna, "/payment/"
    yield "readings", anna, "/readings/"
    yield "accounts", anna, "/accounts/"
    yield "history", anna, "/history/"
    yield "bill", anna, f"/bills/{house.bill}/"
    yield "usage", anna, f"/accounts/{house.flat.public_id}/usage/"
    yield "profile", anna, "/profile/"
    yield "help", anna, "/help/"


def sheets() -> list[Sheet]:
    """The main pages as they are at ``MOMENT``. :raises AssertionError: an address leads to no page"""
    made = []
    for name, client, path in _pages(household()):
        sheet = sheet_of(name, path, client.get(path))
        assert sheet is not None, f"{path} is no page"
        made.append(sheet)
    return made


def taken(page: Page) -> Image.Image:
    """What is on the stage as one small picture."""
    high = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    wide = (page.viewport_size or {"width": 0})["width"]
    shot = page.screenshot(
        full_page=True, animations="disabled", clip={"x": 0, "y": 0, "width": wide, "height": high}
    )
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    small = whole.resize((wide // SCALE, max(1, high // SCALE)), Image.Resampling.BOX)
    return small.point(lambda value: min(255, (value + STEP // 2) // STEP * STEP))


def pictures(
    shown: Stage, sheet: Sheet, looks: Sequence[tuple[int, str]], *, style: str = ""
) -> Iterator[tuple[str, Image.Image]]:
    """The sheet at these widths and in these themes, by file name; ``style`` is laid over its own."""
    html = sheet.html.replace("</head>", f"<style>{SAME_LETTERS}{style}</style></head>")
    sheet = replace(sheet, html=html, policy="")  # which would not let the style in
    for width, theme in looks:
        shown.page.set_viewport_size({"width": width, "height": 740 if width < 700 else 900})
        shown.page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        yield f"{sheet.name}-{width}-{theme}.png", taken(shown.show(sheet))


def opened(path: Path) -> Image.Image:
    """A kept picture; its file is closed."""
    with Image.open(path) as kept:
        return kept.convert("RGB")


def difference(picture: Image.Image, accepted: Image.Image) -> str:
    """What an eye would notice between the two, in words; nothing where they are the same page."""
    if abs(picture.height - accepted.height) > 1 or picture.width != accepted.width:
        high, was = picture.height * SCALE, accepted.height * SCALE
        return f"is {picture.width * SCALE} × {high} px, was {accepted.width * SCALE} × {was}"
    size = (picture.width, min(picture.height, accepted.height))
    apart = ImageChops.difference(picture.crop((0, 0, *size)), accepted.crop((0, 0, *size)))
    tiles = apart.resize((-(-size[0] // TILE), -(-size[1] // TILE)), Image.Resampling.BOX)
    shades = tiles.tobytes()  # of each square its red, green and blue
    worst = [max(shades[at : at + 3]) for at in range(0, len(shades), 3)]
    seen = [number for number, value in enumerate(worst) if value > SEEN]
    if len(seen) <= ALLOWED * len(worst):
        return ""
    first = seen[0] // tiles.width * TILE * SCALE
    return (
        f"looks otherwise in {len(seen)} of {len(worst)} squares, the first of them {first} px from the top"
    )
