"""The desk «Правила» lowers the limits of one hand; whoever is bound by them does not raise them there."""

from __future__ import annotations

import pytest

from svet.accounts.tests.factories import make_provider
from svet.billing.queries import rules_for
from svet.kernel.periods import Month
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
PAGE = "/staff/billing/policy/"


@pytest.mark.parametrize(
    ("field", "raised", "lowered", "rule"),
    [
        ("decision_limit", "1000,01", "500", "decision_kopecks"),
        ("brake_limit", "100001", "500", "brake_kopecks"),
        ("brake_months", "37", "12", "brake_months"),
    ],
)
def test_a_limit_is_lowered_at_the_desk_and_raised_by_command(
    field: str, raised: str, lowered: str, rule: str
) -> None:
    provider = make_provider()
    browser = working(make_member(role=Role.BILLING))
    asked = {"provider": provider.code, "valid_from": "2026-11"}

    def held() -> int:
        return int(getattr(rules_for(provider.pk, Month(2026, 11)), rule))

    before = held()
    answer = browser.post(PAGE, asked | {field: raised})
    assert (answer.status_code, held()) == (422, before)
    assert "svet policy set" in answer.content.decode()
    assert browser.post(PAGE, asked | {field: lowered}).status_code == 302
    assert held() < before
    assert browser.post(PAGE, asked | {field: raised}).status_code == 422
