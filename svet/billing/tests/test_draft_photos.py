"""The photo of a control reading that waits: kept while it does, then part of the reading, or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from svet.billing import operations
from svet.billing.operations.drafts import (
    Entered,
    enter,
    expire_drafts,
    facts,
    preview_draft,
    refuse_draft,
    sign_draft,
    withdraw_draft,
)
from svet.billing.rules.drafts import WAITS
from svet.billing.tests.factories import NOW
from svet.billing.tests.test_drafts import LATER, hand, summer
from svet.files.models import Photo
from svet.files.operations import forget_unused, keep_photo
from svet.files.operations.photos import WAITS as PHOTO_WAITS
from svet.files.tests.pictures import photo
from svet.kernel.actors import Actor
from svet.metering.models import ReadingSet
from svet.metering.rules import Zone

pytestmark = pytest.mark.django_db


def left_with_photo(author: Actor) -> Entered:
    """A control reading far below what was charged, with its photo, above the limit of one hand."""
    account, meter = summer()
    operations.set_policy(
        provider_id=account.provider_id, valid_from=date(2026, 9, 1), decision_kopecks=100_00,
        by=Actor.system("test"), now=NOW,
    )  # fmt: skip
    left = enter(
        by=author,
        account_public_id=account.public_id,
        fact=facts.control_reading(
            meter.pk,
            values={Zone.SINGLE: Decimal(100)},
            read_on=date(2026, 8, 25),
            act_number="18",
            photo=keep_photo(raw=photo(), by=author, now=LATER),
        ),
        reason="",
        now=LATER,
    )
    assert left.draft
    return left


def test_it_waits_as_long_as_its_draft_and_is_part_of_what_was_signed() -> None:
    author, second = hand(), hand()
    left = left_with_photo(author)
    day_before = LATER + WAITS - timedelta(days=1)
    assert (forget_unused(now=day_before), Photo.objects.count()) == (0, 1)
    shown = preview_draft(by=second, draft_public_id=left.draft, now=day_before).shown
    sign_draft(by=second, draft_public_id=left.draft, shown=shown, now=day_before)
    taken = ReadingSet.objects.get(kind="control")
    assert (taken.photos.count(), Photo.objects.get().used_at) == (1, day_before)
    assert forget_unused(now=LATER + timedelta(days=400)) == 0


@pytest.mark.parametrize("over", ["refused", "withdrawn", "expired"])
def test_of_what_nobody_signed_it_is_forgotten_a_day_later(over: str) -> None:
    author = hand()
    left = left_with_photo(author)
    at = LATER + (WAITS if over == "expired" else timedelta(hours=1))
    ends: dict[str, Callable[[], object]] = {
        "refused": lambda: refuse_draft(by=hand(), draft_public_id=left.draft, reason="не тот", now=at),
        "withdrawn": lambda: withdraw_draft(by=author, draft_public_id=left.draft, now=at),
        "expired": lambda: expire_drafts(now=at),
    }
    ends[over]()
    assert forget_unused(now=at + PHOTO_WAITS) == 0
    assert forget_unused(now=at + PHOTO_WAITS + timedelta(seconds=1)) == 1
    assert not ReadingSet.objects.filter(kind="control").exists()
