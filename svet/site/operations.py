"""Set the installation up and publish agreements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection

from svet.kernel.locks import Lock, hold
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.site.models import Agreement, CareNote, DatabaseHome, Installation
from svet.site.queries import DEFAULT_ACCENT, DEFAULT_PRIMARY, place_here
from svet.site.rules import AgreementKind, Care, PieceNote, SiteReason

_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationDetails:
    """Who runs a portal; ``hotline_days`` are 1 (Monday) to 7, ``hotline_times`` are local."""

    brand: str
    legal_name: str
    hotline: str
    hotline_hours: str
    site_url: str = ""
    address: str = ""
    primary_color: str = DEFAULT_PRIMARY
    accent_color: str = DEFAULT_ACCENT
    reception_email: str = ""
    hotline_days: tuple[int, int] = (1, 5)
    hotline_times: tuple[time, time] = (time(8), time(19))


def set_up(*, details: InstallationDetails) -> None:
    """Write who runs this portal; a second call replaces the first.

    :raises Refused: a colour is not ``#rrggbb``.
    """
    for field, color in (("primary_color", details.primary_color), ("accent_color", details.accent_color)):
        if len(color) > 7 or _COLOR.fullmatch(color.lower()) is None:
            raise Refused(SiteReason.NOT_A_COLOR, field=field)
    with use_case():
        Installation.objects.update_or_create(
            pk=1,
            defaults={
                "brand": details.brand,
                "legal_name": details.legal_name,
                "hotline": details.hotline,
                "hotline_hours": details.hotline_hours,
                "hotline_first_day": details.hotline_days[0],
                "hotline_last_day": details.hotline_days[1],
                "hotline_opens": details.hotline_times[0],
                "hotline_closes": details.hotline_times[1],
                "site_url": details.site_url,
                "address": details.address,
                "primary_color": details.primary_color.lower(),
                "accent_color": details.accent_color.lower(),
                "reception_email": details.reception_email,
            },
        )


def publish_agreement(*, kind: AgreementKind, title: str, body: str, published_on: date) -> int:
    """Publish the next version of a text, to hold from the local day ``published_on``; returns its number.

    :raises Refused: the text is empty.
    """
    if not title.strip() or not body.strip():
        raise Refused(SiteReason.EMPTY_TEXT, field="body")
    with use_case():
        hold(Lock.AGREEMENTS)
        last = Agreement.objects.filter(kind=kind).order_by("-version").first()
        version = last.version + 1 if last else 1
        Agreement.objects.create(
            kind=kind, version=version, title=title, body=body, published_on=published_on
        )
        return version


def take_back_agreement(*, kind: AgreementKind, version: int, now: datetime) -> None:
    """A version whose day has not come never holds (a step): its number stays taken, its text stays."""
    require_transaction()
    Agreement.objects.filter(kind=kind, version=version, taken_back_at=None).update(taken_back_at=now)


def settle_here() -> None:
    """Note where this database is at home, once; a copy keeps the note of where it came from."""
    here = place_here()
    DatabaseHome.objects.get_or_create(
        id=1, defaults={"system_identifier": here.system_identifier, "database_oid": here.database_oid}
    )


def hold_here(*, copied_at: datetime | None, now: datetime) -> None:
    """Let nothing go out of this database from now on; ``copied_at``: the moment of which it is a copy."""
    settle_here()
    DatabaseHome.objects.filter(pk=1).update(held_at=now, copied_at=copied_at)


def let_go_here() -> None:
    """This database is the one that people are told and charged from, from now on."""
    here = place_here()
    DatabaseHome.objects.update_or_create(
        id=1,
        defaults={
            "system_identifier": here.system_identifier,
            "database_oid": here.database_oid,
            "held_at": None,
            "copied_at": None,
        },
    )


def note_care(*, care: Care, well: bool, words: str, now: datetime) -> None:
    """Keep when a care was last taken and what came of it; a failure keeps when it last went well."""
    told = {"at": now, "well": well, "words": words[:300]} | ({"well_at": now} if well else {})
    CareNote.objects.update_or_create(care=care, defaults=told)


# Two looks at once: what the later one found stands, and of the same turn what is broken.
_NOTE_PIECES = """
INSERT INTO site_provedpiece AS p (name, piece, mark, turn, broken)
SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[])
ON CONFLICT (name, piece) DO UPDATE SET mark = excluded.mark, turn = excluded.turn, broken = excluded.broken
WHERE (excluded.turn, excluded.broken) >= (p.turn, p.broken)
"""


def note_pieces(*, name: str, notes: Iterable[PieceNote]) -> None:
    """Keep what came of a look at some pieces of rows, for the next look.

    Their turn must have been told before their rows were looked at: see ``next_turn``.
    """
    rows = sorted((note.piece, note.mark, note.turn, note.broken) for note in notes)
    if rows:
        with use_case(), connection.cursor() as cursor:
            cursor.execute(_NOTE_PIECES, [name, *(list(column) for column in zip(*rows, strict=True))])
