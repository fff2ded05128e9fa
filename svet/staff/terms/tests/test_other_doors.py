"""Every other fact that one member can enter and that gives money back waits for another one too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from svet.accounts.models import Account, Terms
from svet.accounts.tests.factories import set_terms
from svet.billing import operations as billing
from svet.billing.models import FactDraft
from svet.billing.operations.drafts import preview_draft, sign_draft
from svet.billing.tests.factories import NOW, know, load_chelyabinsk, make_metered_account, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.files.models import Photo
from svet.files.operations import forget_unused
from svet.files.tests.pictures import photo
from svet.kernel.actors import Actor
from svet.metering.models import Meter, OfficeAct, ReadingSet
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
REASON = "по обращению жильца"


def charged(*, limit: int = 100_00, silent: bool = False) -> tuple[Account, Meter]:
    """June, July and August charged by readings, 1,455 ₽ in all; one hand credits 100 ₽.

    ``silent``: nobody has told any, and norms of three persons are charged.
    """
    make_norm(100)
    if silent:
        load_chelyabinsk()
        account, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
        set_terms(account, residents=3)
    else:
        account, meter = make_summer()
    for month in (JUNE, JULY, AUGUST):
        billing.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    billing.set_policy(
        provider_id=account.provider_id, valid_from=date(2026, 11, 1), decision_kopecks=limit,
        by=Actor.system("test"), now=NOW,
    )  # fmt: skip
    return account, meter


def cheaper_group(account: Account, meter: Meter) -> tuple[str, dict[str, str]]:
    page = f"/staff/accounts/{account.public_id}/terms/"
    return page, {"tariff_group": "1.2", "since": "2026-05-24", "reason": REASON}


def away(account: Account, meter: Meter) -> tuple[str, dict[str, str]]:
    page = f"/staff/accounts/{account.public_id}/acts/"
    return page, {
        "kind": "away", "number": "17", "drawn_on": "2026-09-01", "since": "2026-06-01",
        "until": "2026-08-20", "persons": "3", "reason": REASON,
    }  # fmt: skip


def low_control(account: Account, meter: Meter) -> tuple[str, dict[str, str]]:
    page = f"/staff/controls/{meter.public_id}/"
    return page, {"value-single": "100", "read_on": "2026-08-25", "act_number": "18"}


def replaced_long_ago(account: Account, meter: Meter) -> tuple[str, dict[str, str]]:
    page = f"/staff/meters/{meter.public_id}/replace/"
    return page, {
        "installed_on": "2026-08-24", "serial": "71000001", "scheme": "1", "digits": "6", "decimals": "0",
        "final_single": "0", "initial_single": "0", "reason": REASON,
    }  # fmt: skip


def facts() -> tuple[object, ...]:
    """Everything that such a fact would have changed."""
    return (
        list(Terms.objects.order_by("pk").values_list("pk", "tariff_group", "gone_at")),
        OfficeAct.objects.count(),
        list(ReadingSet.objects.order_by("pk").values_list("pk", "state")),
        list(Meter.objects.order_by("pk").values_list("serial", "removed_on")),
    )


Door = Callable[[Account, Meter], tuple[str, dict[str, str]]]
DOORS: list[tuple[Door, bool]] = [
    (cheaper_group, False),
    (low_control, False),
    (away, True),
    (replaced_long_ago, True),
]


@pytest.mark.parametrize(("door", "silent"), DOORS)
def test_no_door_gives_back_more_than_one_hand_may_credit(door: Door, silent: bool) -> None:
    account, meter = charged(silent=silent)
    before = facts()
    page, body = door(account, meter)
    working(make_member()).post(page, body)
    assert facts() == before


@pytest.mark.parametrize(("door", "silent"), DOORS)
def test_below_the_limit_one_hand_is_enough_as_ever(door: Door, silent: bool) -> None:
    account, meter = charged(limit=10_000_00, silent=silent)
    before = facts()
    page, body = door(account, meter)
    assert working(make_member()).post(page, body).status_code == 302
    assert facts() != before


def test_the_photo_of_a_control_reading_waits_as_long_as_its_draft() -> None:
    account, meter = charged()
    page, body = low_control(account, meter)
    file = SimpleUploadedFile("act.jpg", photo(), content_type="image/jpeg")
    assert working(make_member()).post(page, body | {"photo": file}).status_code == 302
    draft = FactDraft.objects.get()
    assert draft.expires_at is not None
    late = draft.expires_at - timedelta(minutes=1)
    assert forget_unused(now=late) == 0
    second = working(make_member())
    text = second.get(f"/staff/signatures/{draft.public_id}/").content.decode()
    seen = f"/staff/readings/photos/{Photo.objects.get().public_id}.jpg"
    assert seen in text
    assert meter.serial in text
    assert second.get(seen).headers["Content-Type"] == "image/jpeg"
    signer = Actor.staff(make_member().person_id, name="Ольга")
    shown = preview_draft(by=signer, draft_public_id=draft.public_id, now=late).shown
    sign_draft(by=signer, draft_public_id=draft.public_id, shown=shown, now=late)
    assert Photo.objects.get().used_at == late


def test_the_signer_sees_which_act_is_taken_back_and_what_reading_is_replaced() -> None:
    account, meter = charged(limit=10_000_00, silent=True)
    page, body = away(account, meter)
    assert working(make_member()).post(page, body).status_code == 302
    act = OfficeAct.objects.get()
    reading = ReadingSet.objects.get(pk=know(meter, 1, on=date(2026, 8, 24), at=NOW))
    for kind, named, shown in (
        ("act_gone", {"id": act.public_id}, "№ 17"),
        ("review", {"set": reading.pk, "accept": False, "words": "нет"}, reading.receipt_number),
    ):
        draft = FactDraft.objects.create(
            account=account, kind=kind, facts=named, given_kopecks=1, months=1, by_name="root",
            written_at=NOW, expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        page = f"/staff/signatures/{draft.public_id}/"
        assert shown in working(make_member()).get(page).content.decode()
