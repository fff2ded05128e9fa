"""Several drafts about one account: what one of them has done is seen before the next is signed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.billing.models import FactDraft
from svet.billing.operations.drafts import enter, facts, preview_draft
from svet.billing.queries.drafts import draft_by_id
from svet.billing.rules.drafts import DraftReason, DraftState
from svet.billing.tests.test_drafts import LATER, closed_on, end, hand, refused, sign, summer
from svet.metering.rules import Zone

pytestmark = pytest.mark.django_db


def test_of_two_drafts_about_one_account_the_second_is_looked_at_again() -> None:
    account, _ = summer()
    author, second = hand(), hand()
    whole = end(account, date(2026, 5, 24), author)
    late = end(account, date(2026, 6, 1), author)
    assert (bool(whole.draft), bool(late.draft)) == (True, True)
    sign(whole, second)
    # By now it would charge a week again in place of giving three months back.
    assert refused(late, second) is DraftReason.CHANGED
    assert preview_draft(by=second, draft_public_id=late.draft, now=LATER).given == 0
    assert closed_on(account) == date(2026, 5, 24)
    sign(late, second)
    entry = draft_by_id(late.draft)
    assert entry is not None
    assert (closed_on(account), entry.given, entry.state) == (date(2026, 6, 1), 0, DraftState.DONE)


def test_a_draft_about_a_contract_that_has_ended_meanwhile_is_tried_as_it_is_now() -> None:
    account, meter = summer()
    author, second = hand(), hand()
    low = enter(
        by=author,
        account_public_id=account.public_id,
        fact=facts.control_reading(
            meter.pk, values={Zone.SINGLE: Decimal(0)}, read_on=date(2026, 8, 25), act_number="7", photo=""
        ),
        reason="",
        now=LATER,
    )
    assert (bool(low.draft), low.effect.given) == (True, 1_455_00)
    sign(end(account, date(2026, 5, 24), author), second)
    # All of it is given back already: it may be signed, and gives nothing twice.
    assert refused(low, second) is DraftReason.CHANGED
    assert preview_draft(by=second, draft_public_id=low.draft, now=LATER).given == 0
    sign(low, second)
    assert FactDraft.objects.get(kind="control").given_kopecks == 0
