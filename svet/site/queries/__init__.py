"""Reads of the installation and of the agreements in force."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svet.kernel.frozen import frozen
from svet.kernel.places import Place, path_of
from svet.kernel.refusals import NotFound
from svet.site.models import Agreement, CareNote, DatabaseHome, Installation, ProvedPiece
from svet.site.rules import AgreementKind, Block, Care, HotlineHours, PieceNote, SiteReason, blocks

_DAYS = {
    "пн": _("пн"),
    "вт": _("вт"),
    "ср": _("ср"),
    "чт": _("чт"),
    "пт": _("пт"),
    "сб": _("сб"),
    "вс": _("вс"),
}
_DAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b")


@dataclass(frozen=True, slots=True)
class InstallationView:
    """The retailer as pages, letters and bills show it."""

    brand: str
    legal_name: str
    hotline: str
    hours_text: str
    hours: HotlineHours
    site_url: str
    address: str
    primary_color: str
    accent_color: str
    reception_email: str

    @property
    def hotline_hours(self) -> str:
        """The hours as the retailer writes them, the days of the week in the language of the page."""
        return _DAY.sub(lambda found: str(_DAYS[found[0]]), self.hours_text)

    @property
    def hotline_link(self) -> str:
        """The hotline as a ``tel:`` address; while there is no number, the page that helps."""
        digits = "".join(sign for sign in self.hotline if sign in "0123456789")
        if not digits:
            return path_of(Place("help"))
        return f"tel:+7{digits[1:]}" if len(digits) == 11 and digits[0] in "78" else f"tel:{digits}"

    @property
    def site_name(self) -> str:
        """The company site without the scheme, as people read it."""
        return self.site_url.removeprefix("https://").removeprefix("http://").rstrip("/")


DEFAULT_PRIMARY = "#0f3b4a"
DEFAULT_ACCENT = "#ffb938"


def nobody() -> InstallationView:
    """What an installation shows that nobody has set up, no company's name; production does not start so."""
    return InstallationView(
        brand=gettext("Личный кабинет"),
        legal_name=gettext("Поставщик услуг"),
        hotline=gettext("номер в квитанции"),
        hours_text=gettext("в рабочие часы"),
        hours=HotlineHours(1, 5, time(8), time(19)),
        site_url="",
        address="",
        primary_color=DEFAULT_PRIMARY,
        accent_color=DEFAULT_ACCENT,
        reception_email="",
    )


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One version of a text people agree to."""

    kind: AgreementKind
    version: int
    published_on: date
    title: str
    body: str
    taken_back: bool = False

    @property
    def blocks(self) -> list[Block]:
        return blocks(self.body)


def installation() -> InstallationView:
    """The retailer's settings, or names of nobody when nothing was set up."""
    row = _only_one.first()
    return nobody() if row is None else _installation(row)


@frozen
def _only_one() -> QuerySet[Installation]:
    return Installation.objects.filter(pk=1)


def is_set_up() -> bool:
    """Whether somebody has said whose portal this is."""
    return Installation.objects.filter(pk=1).exists()


def _installation(row: Installation) -> InstallationView:
    return InstallationView(
        brand=row.brand,
        legal_name=row.legal_name,
        hotline=row.hotline,
        hours_text=row.hotline_hours,
        hours=HotlineHours(
            row.hotline_first_day, row.hotline_last_day, row.hotline_opens, row.hotline_closes
        ),
        site_url=row.site_url,
        address=row.address,
        primary_color=row.primary_color,
        accent_color=row.accent_color,
        reception_email=row.reception_email,
    )


def _view(row: Agreement | None) -> AgreementView:
    if row is None:
        raise NotFound(SiteReason.NO_SUCH_AGREEMENT)
    return AgreementView(
        AgreementKind(row.kind),
        row.version,
        row.published_on,
        row.title,
        row.body,
        row.taken_back_at is not None,
    )


def current_agreement(*, kind: AgreementKind, today: date) -> AgreementView:
    """The version in force on a local day: the last one whose day has come. The first holds from ever.

    :raises NotFound: nothing was published.
    """
    begun = _standing(kind).filter(Q(published_on__lte=today) | Q(version=1))
    return _view(begun.order_by("-version").first())


def coming_agreement(*, kind: AgreementKind, today: date) -> AgreementView | None:
    """The version that is published and holds from a later local day than ``today``; one at most."""
    row = _standing(kind).filter(published_on__gt=today, version__gt=1).order_by("-version").first()
    return None if row is None else _view(row)


def _standing(kind: AgreementKind) -> QuerySet[Agreement]:
    return Agreement.objects.filter(kind=kind, taken_back_at__isnull=True)


def agreement(*, kind: AgreementKind, version: int) -> AgreementView:
    """A given version, however old, or one that waits. :raises NotFound: there is no such version."""
    return _view(Agreement.objects.filter(kind=kind, version=version).first())


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """Where a database is: the cluster's own number (empty where we may not ask for it), its number there."""

    system_identifier: str
    database_oid: int


@dataclass(frozen=True, slots=True)
class HoldView:
    """Nobody may be told or charged from this database: it is a copy. ``copied_at``: of which moment."""

    held_at: datetime | None
    copied_at: datetime | None


@dataclass(frozen=True, slots=True)
class CareView:
    """When a care was last taken, whether it went well, what was said of it, and when it last went well."""

    at: datetime
    well: bool
    words: str
    well_at: datetime | None


def place_here() -> DatabasePlace:
    """Where the rows that are read now are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::bigint, has_function_privilege('pg_control_system()', 'EXECUTE')"
            " FROM pg_database WHERE datname = current_database()"
        )
        oid, may_ask = cursor.fetchone()
        identifier = ""
        if may_ask:
            cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
            (identifier,) = cursor.fetchone()
    return DatabasePlace(identifier, oid)


def database_hold() -> HoldView | None:
    """Why nothing may go out of this database, or None. A database of no home is not held."""
    home = DatabaseHome.objects.filter(pk=1).first()
    if home is None:
        return None
    here = place_here()
    moved = (home.system_identifier, home.database_oid) != (here.system_identifier, here.database_oid)
    return HoldView(home.held_at, home.copied_at) if moved or home.held_at is not None else None


def last_care() -> dict[Care, CareView]:
    """What was last done of each care; those never taken are missing."""
    return {
        Care(row.care): CareView(row.at, row.well, row.words, row.well_at) for row in CareNote.objects.all()
    }


def piece_notes(name: str) -> dict[int, PieceNote]:
    """What came of the last look at each piece of some rows."""
    rows = ProvedPiece.objects.filter(name=name).values_list("piece", "mark", "turn", "broken")
    return {row[0]: PieceNote(*row) for row in rows}


def next_turn() -> int:
    """The number of a look that begins now: greater than that of each whose notes are kept."""
    newest: int | None = ProvedPiece.objects.aggregate(newest=Max("turn"))["newest"]
    return 1 if newest is None else newest + 1
