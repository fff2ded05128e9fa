"""Keeping photos, claiming them as proof, and forgetting those nobody used."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from svet.files.models import Photo
from svet.files.operations.scanning import check_file
from svet.files.pictures import prepared
from svet.files.rules import PhotoReason, PhotoRefused, check_size
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case

#: How long a photo waits for the reading it was taken for.
WAITS = timedelta(days=1)


def keep_photo(*, raw: bytes, by: Actor, now: datetime) -> str:
    """Check, re-encode and keep a photo before what it belongs to is sent; says its outside id.

    The same file of the same person that waits already is found again.

    How often one may do so is the caller's to limit.

    :raises PhotoRefused: too large, no picture, broken
    :raises ScanRefused: the scanner found something or does not answer
    """
    check_size(raw)
    check_file(content=raw, field="photo", by=by, now=now)
    picture = prepared(raw)
    digest = hashlib.sha256(raw).hexdigest()
    with use_case():
        photo, _made = Photo.objects.get_or_create(
            owner_id=by.person_id,
            source_sha256=digest,
            used_at=None,
            defaults={
                "jpeg": picture.jpeg,
                "width": picture.width,
                "height": picture.height,
                "kept_at": now,
            },
        )
    return photo.public_id


def claim_photo(*, photo_public_id: str, by: Actor, now: datetime) -> int:
    """Make a waiting photo of this person part of something (a step); says its key.

    :raises PhotoRefused: not this person's, used already or forgotten
    """
    require_transaction()
    waiting = Photo.objects.filter(public_id=photo_public_id, owner_id=by.person_id, used_at__isnull=True)
    key = waiting.values_list("pk", flat=True).first()
    # Compared and set in one statement: of two that claim it at once, one is refused.
    if key is None or not Photo.objects.filter(pk=key, used_at__isnull=True).update(used_at=now):
        raise PhotoRefused(PhotoReason.GONE)
    return key


def hold_photo(*, photo_public_id: str, by: Actor, until: datetime) -> None:
    """Let a waiting photo of this person wait until a moment: what it proves is not decided yet (a step)."""
    require_transaction()
    waiting = Photo.objects.filter(public_id=photo_public_id, owner_id=by.person_id, used_at__isnull=True)
    waiting.update(kept_at=until)


def forget_unused(*, now: datetime) -> int:
    """Drop the photos that nothing was sent with; says how many."""
    count, _details = Photo.objects.filter(used_at__isnull=True, kept_at__lt=now - WAITS).delete()
    return count
