"""Keys bound to accounts and meters: what they open, what ends them, and what nobody gets by them.

That a bound key is a stranger to every other operation and thing is asked of the whole table of the policy:
``tests/authorisation/test_matrix.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts import operations as accounts
from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import OFFICE, make_account, make_link
from svet.api.tests.test_v1 import Program, code_of
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations import MeterRow
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter
from svet.notices.models import Notice
from svet.people.models import Person, Token
from svet.people.tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db
READINGS = ["readings:read", "readings:write"]


class Gadget(Program):
    """A program with a key made by the API itself."""

    def __init__(self, program: Program, made: Any) -> None:
        assert made.status_code == 201, made.content
        self.answer, self.secret, self.client = made.json(), made.json()["secret"], program.client


@dataclass
class Home:
    anna: Person
    account: Account
    meter: Meter
    beside: Meter
    other: Account
    far: Meter

    def ask(self, scopes: list[str], *, person: Person | None = None, key: str = "a", **bounds: Any) -> Any:
        body = {"phone": (person or self.anna).phone, "password": PASSWORD, "name": "Щиток", "scopes": scopes}
        return Program(self.anna).post("/tokens", body | bounds, key=key)

    def key(self, scopes: list[str] | None = None, **bounds: Any) -> Gadget:
        return Gadget(Program(self.anna), self.ask(scopes or READINGS, **bounds))

    def told(self) -> list[str]:
        rows = Notice.objects.filter(recipient_id=self.anna.recipient_id, event="token_narrowed")
        return [row.text for row in rows.order_by("pk")]


@pytest.fixture
def home() -> Home:
    anna = make_person()
    account, other = make_account(), make_account()
    for each in (account, other):
        make_link(person=anna, account=each, confirmed=True)
    meter, beside, far = (make_meter(account=each, initial=100) for each in (account, account, other))
    return Home(anna, account, meter, beside, other, far)


def test_a_gadget_may_only_send_readings_of_its_meter(home: Home) -> None:
    gadget = home.key(["readings:write"], meter_ids=[home.meter.public_id])
    assert gadget.answer["meter_ids"] == [home.meter.public_id]
    assert gadget.answer["account_ids"] == []
    sent = gadget.post(f"/meters/{home.meter.public_id}/readings", {"values": {"single": "150"}})
    assert sent.status_code == 201
    again = gadget.post(f"/meters/{home.meter.public_id}/readings", {"values": {"single": "150"}})
    assert again.json() == sent.json()
    for meter in (home.beside, home.far):
        path, body = f"/meters/{meter.public_id}/readings", {"values": {"single": "150"}}
        assert code_of(gadget.post(path, body, key="b")) == (404, "not_found")
    for path in ("/meters", "/readings", "/me", "/accounts", "/bills"):
        assert code_of(gadget.get(path)) == (403, "scope")
    assert ReadingSet.objects.filter(kind="reading").exclude(meter=home.meter).count() == 0
    assert Entry.objects.filter(action="api.meter_not_found", security=True).count() == 2


def test_a_batch_with_a_foreign_meter_takes_only_its_own(home: Home) -> None:
    gadget = home.key(meter_ids=[home.meter.public_id])
    sets = [
        {"meter_id": meter.public_id, "values": {"single": "150"}}
        for meter in (home.far, home.meter, home.beside)
    ]
    results = gadget.post("/readings", {"sets": sets}).json()["results"]
    assert [each["status"] for each in results] == [404, 201, 404]
    assert [row["meter_id"] for row in gadget.get("/readings").json()] == [home.meter.public_id]
    assert [row["id"] for row in gadget.get("/meters").json()] == [home.meter.public_id]


def test_what_another_program_was_answered_is_not_repeated_to_a_bound_key(home: Home) -> None:
    sets = {"sets": [{"meter_id": home.far.public_id, "values": {"single": "150"}}]}
    whole = Program(home.anna)
    assert whole.post("/readings", sets, key="queue-1").json()["results"][0]["status"] == 201
    gadget = home.key(meter_ids=[home.meter.public_id])
    repeated = gadget.post("/readings", sets, key="queue-1").json()["results"][0]
    assert repeated["status"] == 404
    assert not repeated["receipt"]


def test_a_sent_set_is_followed_by_its_own_key_only(home: Home) -> None:
    whole = Program(home.anna)
    far = whole.post(f"/meters/{home.far.public_id}/readings", {"values": {"single": "150"}}).json()["id"]
    gadget = home.key(meter_ids=[home.meter.public_id])
    own = gadget.post(f"/meters/{home.meter.public_id}/readings", {"values": {"single": "150"}}, key="own")
    assert gadget.get(f"/readings/{own.json()['id']}").status_code == 200
    assert gadget.get(f"/readings/{far}").status_code == 404
    for verb, body in (("correct", {"values": {"single": "160"}}), ("withdraw", {"reason": ""})):
        assert gadget.post(f"/readings/{far}/{verb}", body, key=verb).status_code == 404
    assert ReadingSet.objects.get(public_id=far).state == "accepted"


def test_a_key_of_an_account_opens_the_next_meter_too(home: Home) -> None:
    gadget = home.key(["accounts:read", "bills:read", *READINGS], account_ids=[home.account.public_id])
    assert [row["id"] for row in gadget.get("/accounts").json()] == [home.account.public_id]
    late = make_meter(account=home.account, initial=5)
    assert {row["id"] for row in gadget.get("/meters").json()} == {
        home.meter.public_id,
        home.beside.public_id,
        late.public_id,
    }
    assert code_of(gadget.get(f"/accounts/{home.other.public_id}")) == (404, "not_found")
    assert code_of(gadget.get(f"/bills?account_id={home.other.public_id}")) == (404, "not_found")
    assert code_of(gadget.get("/tokens")) == (403, "key_bound")
    token = gadget.answer["id"]
    assert gadget.delete(f"/tokens/{token}").status_code == 204


@pytest.mark.parametrize(
    ("scopes", "what", "code"),
    [
        (["payments:write"], "account_ids", "account_scopes"),
        (["tokens:write"], "account_ids", "account_scopes"),
        (["bills:read"], "meter_ids", "meter_scopes"),
        (["accounts:read"], "meter_ids", "meter_scopes"),
    ],
)
def test_a_right_over_the_whole_cabinet_is_no_right_of_a_bound_key(
    home: Home, scopes: list[str], what: str, code: str
) -> None:
    thing = home.account if what == "account_ids" else home.meter
    bounds: dict[str, Any] = {what: [thing.public_id]}
    refused = home.ask(scopes, **bounds)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, "scopes")


def test_a_list_that_came_out_empty_binds_to_nothing_and_not_to_the_whole_cabinet(home: Home) -> None:
    nothing: list[str] = []
    for field, bounds in (
        ("meter_ids", {"meter_ids": nothing}),
        ("account_ids", {"account_ids": nothing}),
        ("account_ids", {"account_ids": nothing, "meter_ids": nothing}),
        ("meter_ids", {"account_ids": None, "meter_ids": nothing}),
    ):
        refused = home.ask(READINGS, key=str(bounds), **bounds)
        said = refused.json()
        assert (refused.status_code, said["code"], said["field"]) == (422, "no_bounds", field)
    whole = home.key(account_ids=None, meter_ids=None)
    assert (whole.answer["account_ids"], whole.answer["meter_ids"]) == (None, None)


def test_vera_binds_no_key_to_what_is_not_hers(home: Home) -> None:
    vera = make_person()
    make_link(person=vera, account=home.other, confirmed=True)
    gone = make_meter(account=home.other, initial=1)
    Meter.objects.filter(pk=gone.pk).update(removed_on=date(2026, 11, 1))
    for bounds in (
        {"account_ids": [home.account.public_id]},
        {"meter_ids": [home.far.public_id, home.meter.public_id]},
        {"meter_ids": ["nothing"]},
        {"meter_ids": [gone.public_id]},
    ):
        assert home.ask(READINGS, person=vera, key=str(bounds), **bounds).status_code == 404
    assert not Token.objects.filter(person=vera).exists()


def test_a_replaced_meter_ends_its_key_and_only_narrows_a_wider_one(home: Home) -> None:
    alone = home.key(meter_ids=[home.meter.public_id])
    both = home.key(meter_ids=[home.meter.public_id, home.far.public_id], key="b")
    whole = home.key(account_ids=[home.account.public_id], key="c")
    new = metering.replace_meter(
        by=OFFICE,
        meter_public_id=home.meter.public_id,
        final={Zone.SINGLE: Decimal(200)},
        new=MeterRow(
            account_id=home.account.pk,
            serial="2000777",
            installed_on=timezone.localdate(),
            type_name="Меркурий",
            initial={Zone.SINGLE: Decimal(0)},
        ),
        reason="акт замены № 17",
        now=timezone.now(),
    )
    assert alone.get("/meters").status_code == 401
    assert [row["id"] for row in both.get("/meters").json()] == [home.far.public_id]
    assert {row["id"] for row in whole.get("/meters").json()} == {new.public_id, home.beside.public_id}
    for each in (both, whole):
        path, body = f"/meters/{new.public_id}/readings", {"values": {"single": "1"}}
        assert each.post(path, body, key="n").status_code == (404 if each is both else 201)
    told = home.told()
    assert len(told) == 2
    assert "создайте его" in told[0]
    assert "Остальное" in told[1]
    assert all(home.meter.serial in each for each in told)
    assert Entry.objects.filter(action="token.narrowed").count() == 1


def test_a_detached_account_takes_its_meters_out_of_the_keys_and_does_not_come_back(home: Home) -> None:
    gadget = home.key(meter_ids=[home.meter.public_id])
    wide = home.key(account_ids=[home.account.public_id, home.other.public_id], key="b")
    by = Actor.person(home.anna.pk)
    accounts.unlink(by=by, account_public_id=home.account.public_id, now=timezone.now())
    assert gadget.get("/meters").status_code == 401
    assert [row["id"] for row in wide.get("/meters").json()] == [home.far.public_id]
    assert len(home.told()) == 2
    Link.objects.filter(person=home.anna, account=home.account).update(removed_at=None)
    assert [row["id"] for row in wide.get("/meters").json()] == [home.far.public_id]
    accounts.unlink(by=by, account_public_id=home.other.public_id, now=timezone.now())
    assert wide.get("/meters").status_code == 401
    assert len(home.told()) == 3


def test_rights_that_are_over_are_over_for_the_key_at_once(home: Home) -> None:
    boris = make_person()
    link = make_link(person=boris, account=home.account)
    gadget = Gadget(
        Program(boris), home.ask(READINGS, person=boris, key="r", meter_ids=[home.meter.public_id])
    )
    path, body = f"/meters/{home.meter.public_id}/readings", {"values": {"single": "150"}}
    Link.objects.filter(pk=link.pk).update(can_submit=False)
    assert gadget.post(path, body).status_code == 404
    assert len(gadget.get("/meters").json()) == 1
    # The term passes; the clock's run that ends the link has not come yet.
    Link.objects.filter(pk=link.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert gadget.get("/meters").json() == []
    assert gadget.post(path, body, key="z").status_code == 404
    accounts.end_what_has_run_out(now=timezone.now())
    assert gadget.get("/meters").status_code == 401
    assert Notice.objects.filter(recipient_id=boris.recipient_id, event="token_narrowed").count() == 1


def test_a_whole_key_loses_nothing_and_an_expired_one_tells_nothing(home: Home) -> None:
    whole = Program(home.anna)
    old = home.key(meter_ids=[home.meter.public_id])
    Token.objects.filter(public_id=old.answer["id"]).update(expires_at=timezone.now() - timedelta(days=1))
    accounts.unlink(
        by=Actor.person(home.anna.pk), account_public_id=home.account.public_id, now=timezone.now()
    )
    assert [row["id"] for row in whole.get("/meters").json()] == [home.far.public_id]
    assert home.told() == []
