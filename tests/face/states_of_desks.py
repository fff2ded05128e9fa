"""The states of desks: what one member enters and another one signs, from the form to the answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_provider, set_terms
from svet.billing import operations as billing
from svet.billing.models import FactDraft
from svet.billing.tests.factories import NOW, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from tests.authorisation.world import World
from tests.face.states import Visit

ASKED = "on=2026-05-24&reason=Квартира+продана,+договор+купли-продажи+от+20.05.2026"


def left_for_another(world: World) -> Iterator[Visit]:
    """An end that gives three months back: seen, left, waiting, before both hands, moved, refused, signed."""
    account, author, second = _charged(), working(make_member()), working(make_member(role=Role.BILLING))
    end = f"/staff/accounts/{account.public_id}/end/"
    yield "what an end gives back", author, f"POST {end}?{ASKED}"
    page = _left(author, end)
    yield "the same end once more", author, f"POST {end}?{ASKED}"
    yield "an end that waits, its form", author, end
    yield "a draft of one's own", author, page
    yield "a draft of another", second, page
    yield "drafts that wait", second, "/staff/signatures/"
    yield "a draft refused without a reason", second, f"POST {page}?act=refuse&reason="
    yield "a draft signed as it was not shown", second, f"POST {page}?act=sign&shown=x"
    FactDraft.objects.update(given_kopecks=970_00)
    yield "a draft whose sum has moved", second, page
    second.post(page, {"act": "refuse", "reason": "Договор купли-продажи не на эту квартиру"})
    yield "a draft that was refused", author, page
    yield "drafts that were decided", second, "/staff/signatures/"


def _charged() -> Account:
    """June to August charged, 485 ₽ each."""
    make_norm(100)
    account, _ = make_summer(provider=make_provider())
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        billing.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    return account


def _left(browser: Client, page: str) -> str:
    said = {"on": "2026-05-24", "reason": "Квартира продана, договор купли-продажи от 20.05.2026"}
    text = browser.post(page, said).content.decode()
    shown = text.split('name="shown" value="')[1][:32]
    return browser.post(page, said | {"shown": shown}).headers["Location"]


STATES = (left_for_another,)
