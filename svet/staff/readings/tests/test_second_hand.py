"""What is decided about readings and gives back more than one hand may: an objection, many at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, set_terms
from svet.billing import operations as billing
from svet.billing.models import FactDraft
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.files.models import Photo
from svet.files.tests.pictures import photo
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering import operations
from svet.metering.models import Dispute, Meter, ReadingSet
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_reading
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
OFFICE = Actor.system("office")


def charge(account: Account, *months: Month) -> None:
    """Charge months; one hand credits 100 ₽."""
    now = timezone.now()
    for month in months:
        billing.run(provider_id=account.provider_id, period=month, now=now, over_gap=True)
    billing.set_policy(
        provider_id=account.provider_id, valid_from=date(2026, 11, 1), decision_kopecks=100_00,
        by=OFFICE, now=now,
    )  # fmt: skip


def silent(meter: Meter) -> ReadingSet:
    """Three months by a norm of 300 kWh, and an odd reading of 100 that waits for somebody to look."""
    make_reading(meter, 100, read_on=date(2026, 8, 25))
    made = ReadingSet.objects.get(meter=meter, read_on=date(2026, 8, 25))
    ReadingSet.objects.filter(pk=made.pk).update(state="under_review")
    return made


def test_an_objection_that_is_right_is_left_for_another_hand_and_answered_by_it() -> None:
    make_norm(100)
    account, meter = make_summer()
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    number = operations.take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(900)}, read_on=date(2026, 9, 2),
        now=timezone.now() - timedelta(hours=1), act_number="17",
    )  # fmt: skip
    charge(account, JUNE, JULY, AUGUST, Month(2026, 9))
    taken = ReadingSet.objects.get(receipt_number=number)
    key = operations.open_dispute(
        by=Actor.person(anna.pk), set_public_id=taken.public_id, words="Прибор чужой", now=timezone.now()
    )
    author, second = working(make_member()), working(make_member())
    answer = {
        "act": "uphold", "value-single": "300", "read_on": "2026-09-02", "words": "На фото 300",
        "act_number": "18", "photo": SimpleUploadedFile("a.jpg", photo()),
    }  # fmt: skip
    page = author.post(f"/staff/disputes/{key}/", answer).headers["Location"]
    draft = FactDraft.objects.get()
    assert (draft.kind, draft.state, Dispute.objects.get().state) == ("dispute", "waiting", "open")
    text = second.get(page).content.decode()
    assert "На фото 300" in text
    shown = text.split('name="shown" value="')[1][:32]
    assert second.post(page, {"act": "sign", "shown": shown}).status_code == 302
    assert Dispute.objects.get().state == "upheld"
    assert Photo.objects.get().used_at is not None


def test_many_odd_readings_at_once_are_left_and_decided_each_by_itself() -> None:
    make_norm(100)
    load_chelyabinsk()
    rows = []
    for _ in range(2):
        account, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
        set_terms(account, residents=3)
        rows.append((account, meter))
    charge(rows[0][0], JUNE, JULY, AUGUST)
    _small, meter = make_metered_account(installed_on=date(2026, 9, 24), initial=0)
    waiting = [silent(row[1]) for row in rows]
    make_reading(meter, 10, read_on=date(2026, 9, 25))
    free = ReadingSet.objects.get(meter=meter, read_on=date(2026, 9, 25))
    ReadingSet.objects.filter(pk=free.pk).update(state="under_review")
    browser = working(make_member())
    data = {"act": "accept", "set": [one.public_id for one in [*waiting, free]]}
    text = browser.post("/staff/readings/decide/", data, follow=True).content.decode()
    assert ("Оставлено на вторую подпись: 2." in text, "Решено показаний: 1." in text) == (True, True)
    states = [ReadingSet.objects.get(pk=one.pk).state for one in [*waiting, free]]
    assert states == ["under_review", "under_review", "accepted"]
    # Once more: each says that it waits already.
    again = browser.post("/staff/readings/decide/", data | {"set": data["set"][:2]}, follow=True)
    assert again.content.decode().count(waiting[0].receipt_number) >= 1
    assert FactDraft.objects.filter(state="waiting", kind="review").count() == 2
