"""What surrounds every page: the menu, the bell's count, the retailer's brand, how the page should look.

The context processor must not cost a query on pages that show none of it (error pages, fragments), so every
part is looked up when a template asks for it, once per request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svet.cabinet.shell.session import visitor
from svet.notices import queries as notices
from svet.people.queries import PersonView
from svet.site import queries as site
from svet.site.queries import InstallationView

THEMES = ("auto", "light", "dark")
THEME_COOKIE = f"{settings.COOKIE_PREFIX}svet-theme"
SIZE_COOKIE = f"{settings.COOKIE_PREFIX}svet-size"


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One of the five items of the menu, in the order the guide draws them."""

    icon: str
    label: str | Promise
    url: str
    prefixes: tuple[str, ...]

    def holds(self, path: str) -> bool:
        """Whether the page at ``path`` belongs to this item."""
        return path.startswith(self.prefixes)


MENU = (
    MenuItem("wallet", _("Оплата"), "/payment/", ("/payment/", "/bills/")),
    MenuItem("meter", _("Показания"), "/readings/", ("/readings/",)),
    MenuItem("history", _("История"), "/history/", ("/history/",)),
    MenuItem("help", _("Помощь"), "/help/", ("/help/", "/tariffs/", "/outages/")),
    MenuItem("home", _("Абоненты и группы"), "/accounts/", ("/accounts/", "/groups/")),
)


#: Pages of one account whose way back is not «Абоненты и группы», and the item that it leads to.
_OF_ACCOUNT = re.compile(r"/accounts/[^/]+/(?:(charges|usage|what-if)|(readings))/")


def _of_account(path: str) -> str:
    """The item of the menu for a page of one account; empty where the path alone tells."""
    found = _OF_ACCOUNT.match(path)
    if found is None:
        return ""
    return "/payment/" if found[1] else "/readings/"


#: Pages that the two buttons of «Простой вид» lead through.
_PLAIN = ("/simple/", "/readings/", "/payment/")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A menu item as the page shows it."""

    icon: str
    label: str | Promise
    url: str
    current: bool


class Frame:
    """The surroundings of one page; each part is worked out when it is first asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def person(self) -> PersonView | None:
        """The signed-in person, or nobody; nobody either when the database does not answer."""
        try:
            return visitor(self._request) if hasattr(self._request, "user") else None
        except DatabaseError:
            return None

    @cached_property
    def menu(self) -> list[MenuEntry]:
        """The five items with the current one marked."""
        path = self._request.path
        return [
            MenuEntry(
                item.icon,
                item.label,
                item.url,
                current=item.url == _of_account(path) if _of_account(path) else item.holds(path),
            )
            for item in MENU
        ]

    @property
    def is_today(self) -> bool:
        """Whether this is «Сегодня», which stands above the five items where there is room for it."""
        return self._request.path == "/today/"

    @cached_property
    def unread(self) -> int:
        """How many notices under the bell were not read yet."""
        if self.person is None:
            return 0
        return notices.unread_count(self.person.recipient_id)

    @cached_property
    def installation(self) -> InstallationView:
        """The retailer's brand and hotline; nobody's when the database does not answer."""
        try:
            return site.installation()
        except DatabaseError:
            return site.nobody()

    @property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def hotline_open(self) -> bool:
        """Whether somebody answers the hotline at this moment."""
        return self.installation.hours.is_open(timezone.localtime())

    @cached_property
    def theme(self) -> str:
        """``auto`` follows the device; the person's choice wins over the device's cookie."""
        given = (self.person.theme if self.person is not None else "") or self._request.COOKIES.get(
            THEME_COOKIE, ""
        )
        return given if given in THEMES else "auto"

    @property
    def simple(self) -> bool:
        """Whether the person has «Простой вид»: then a way back to it stands on every page."""
        return self.person is not None and bool(self.person.simple_account)

    @cached_property
    def plain(self) -> bool:
        """Whether this page is part of «Простой вид»: large letters, no menu."""
        if not self.simple or self.person is None:
            return False
        path = self._request.path
        return path.startswith(_PLAIN) or path == f"/accounts/{self.person.simple_account}/readings/"

    @property
    def is_simple_page(self) -> bool:
        """Whether this is the page of the two buttons itself."""
        return self._request.path == "/simple/"

    @cached_property
    def large_text(self) -> bool:
        """Whether «Крупный шрифт» is on; «Простой вид» always has it."""
        if self.plain:
            return True
        if self.person is not None:
            return self.person.large_text
        return self._request.COOKIES.get(SIZE_COOKIE) == "large"

    @property
    def brand_style(self) -> str:
        """The address of the retailer's colours, when they differ from ours."""
        shown = self.installation
        if (shown.primary_color, shown.accent_color) == (site.DEFAULT_PRIMARY, site.DEFAULT_ACCENT):
            return ""
        return f"/brand.css?{shown.primary_color[1:]}{shown.accent_color[1:]}"

    @property
    def path(self) -> str:
        """Where to come back after a switch in the footer."""
        return self._request.get_full_path() if self._request.method in ("GET", "HEAD") else "/"

    @property
    def site(self) -> str:
        """What stands before an address of the cabinet where the desks have a host of their own."""
        found: str = getattr(self._request, "svet_site", "")
        return found

    @property
    def sandbox(self) -> bool:
        """Whether this is a demonstration whose outer world is made up."""
        return bool(settings.SANDBOX)


def context(request: HttpRequest) -> dict[str, Frame]:
    """The context processor named in the settings."""
    return {"frame": Frame(request)}
