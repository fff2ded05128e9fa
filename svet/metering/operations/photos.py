"""Photos of dials: kept before the reading is sent, then a part of it and proof."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.queries import visible_ids
from svet.accounts.rules import Right
from svet.files import operations as files
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.metering.models import ReadingPhoto, ReadingSet
from svet.metering.queries import MeterNotFound, MeterReason


def keep_photo(*, raw: bytes, by: Actor, now: datetime) -> str:
    """Keep a photo that waits for its reading; says its outside id.

    :raises PhotoRefused: too large, no picture, broken
    :raises LimitReached: too many photos of this person today
    """
    limits.spend(limit=LimitName.PHOTOS_PER_PERSON, key=str(by.person_id or by.name), now=now)
    return files.keep_photo(raw=raw, by=by, now=now)


def attach_photo(*, set_id: int, photo_public_id: str, by: Actor, now: datetime) -> None:
    """Make a waiting photo part of a set (a step). :raises PhotoRefused: not this person's, or used"""
    require_transaction()
    ReadingPhoto.objects.create(
        reading_set_id=set_id,
        photo_id=files.claim_photo(photo_public_id=photo_public_id, by=by, now=now),
        added_at=now,
        by_kind=by.kind.value,
        by_person_id=by.person_id,
    )


def add_photo(*, by: Actor, set_public_id: str, photo_public_id: str, now: datetime) -> None:
    """Add a photo to a set that was sent already: more proof for whoever looks at it.

    :raises MeterNotFound: absent or not for the actor
    :raises PhotoRefused: not this person's, or used
    """
    with use_case():
        row = ReadingSet.objects.filter(
            public_id=set_public_id, account__in=visible_ids(by, right=Right.SUBMIT)
        ).first()
        if row is None:
            raise MeterNotFound(MeterReason.NOT_FOUND)
        attach_photo(set_id=row.pk, photo_public_id=photo_public_id, by=by, now=now)
        journal.record(
            by=by,
            action="readings.photo_added",
            subject="reading_set",
            subject_id=row.public_id,
            now=now,
            account_id=row.account_id,
            after={"photo": photo_public_id},
        )
