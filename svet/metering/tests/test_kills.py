"""SIGKILL between any two statements of sending readings: taken and shown are the same thing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from svet.accounts.tests.factories import NOW, make_account, make_link
from svet.files.models import Photo
from svet.files.tests.pictures import photo
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.limits.models import Bucket
from svet.metering import operations, queries
from svet.metering.models import ReadingPhoto, ReadingSet, SetStateChange
from svet.metering.rules import Answers, ReadingChannel, ReadingState, ReadingSubmission, Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices.models import Notice
from svet.people.tests.factories import make_person
from tests.kills import MOST, enough, killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]
TODAY = date(2026, 11, 22)


def test_sending_killed_anywhere_is_taken_whole_or_not_at_all() -> None:
    anna, account = make_person(), make_account()
    make_link(person=anna, account=account, confirmed=True)
    meter = make_meter(account=account, initial=3000)
    make_reading(meter, 3589, read_on=date(2026, 10, 20))
    by = Actor.person(anna.pk)
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        key = uuid4()
        picture = operations.keep_photo(raw=photo(size=(20, 10 + point)), by=by, now=NOW)
        before = Notice.objects.count()

        def send(key: Any = key, value: int = 3600 + point, picture: str = picture) -> Any:
            return operations.submit_readings(
                by=by,
                meter_id=MeterId(meter.pk),
                now=NOW,
                sent=ReadingSubmission(
                    values={Zone.SINGLE: Decimal(value)},
                    read_on=TODAY,
                    channel=ReadingChannel.WEB,
                    key=key,
                    photo_public_id=picture,
                    answers=Answers(confirmed=True),
                ),
            )

        killed = killed_at(point, send)
        kills += killed
        # What the database has is what every page shows: the whole set with its photo and notice, or nothing.
        kept = ReadingSet.objects.filter(key=key)
        shown = queries.latest(account_ids=[account.pk])[meter.pk].values[0].value == 3600 + point
        assert kept.count() == int(shown)
        assert ReadingPhoto.objects.filter(photo__public_id=picture).count() == int(shown)
        assert Photo.objects.filter(public_id=picture, used_at__isnull=False).count() == int(shown)
        assert Notice.objects.count() - before == int(shown)
        receipts = {send().receipt_number for _ in range(3)}
        assert receipts == {kept.get().receipt_number}
        assert queries.broken() == []
        if not killed:
            assert shown
            break
    assert enough(kills, every=16, short=4), kills


def test_correcting_killed_anywhere_leaves_one_of_the_two_standing() -> None:
    anna, account = make_person(), make_account()
    make_link(person=anna, account=account, confirmed=True)
    meter = make_meter(account=account, initial=3000)
    make_reading(meter, 3589, read_on=date(2026, 10, 20))
    by = Actor.person(anna.pk)
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        wrong = operations.submit_readings(
            by=by,
            meter_id=MeterId(meter.pk),
            now=NOW,
            sent=ReadingSubmission(
                values={Zone.SINGLE: Decimal(3900)},
                read_on=TODAY,
                channel=ReadingChannel.WEB,
                key=uuid4(),
                answers=Answers(confirmed=True),
            ),
        )
        key = uuid4()

        def correct(key: Any = key, wrong: str = wrong.set_public_id) -> Any:
            return operations.correct_set(
                by=by,
                set_public_id=wrong,
                now=NOW,
                sent=ReadingSubmission(
                    values={Zone.SINGLE: Decimal(3640)},
                    read_on=TODAY,
                    channel=ReadingChannel.WEB,
                    key=key,
                ),
            )

        killed = killed_at(point, correct)
        kills += killed
        old = ReadingSet.objects.get(public_id=wrong.set_public_id)
        assert (old.state == ReadingState.CORRECTED) == ReadingSet.objects.filter(key=key).exists()
        assert correct().receipt_number == correct().receipt_number
        trail = SetStateChange.objects.filter(reading_set=old, to_state=ReadingState.CORRECTED.value)
        assert trail.get().other_receipt == ReadingSet.objects.get(key=key).receipt_number
        if not killed:
            break
        operations.withdraw_set(by=by, set_public_id=ReadingSet.objects.get(key=key).public_id, now=NOW)
    assert enough(kills, every=16, short=5), kills
