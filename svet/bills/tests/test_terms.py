"""Bills by e-mail stop with the access of whoever asked for them: Anna owns, Boris is a guest with a term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from svet.accounts import operations as account_operations
from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_link, make_provider
from svet.billing.tests.factories import NOVEMBER, charge_november
from svet.bills import operations
from svet.bills.models import Bill
from svet.kernel.actors import Actor
from svet.notices.models import Delivery, Notice
from svet.payments.tests.factories import REQUISITES
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    anna: Person
    boris: Person
    account: Account
    link: Link

    def end_term(self) -> None:
        Link.objects.filter(pk=self.link.pk).update(ends_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def cast() -> Cast:
    """Boris was let in with everything, until a day, and asked for the bills by e-mail."""
    anna, boris = make_person(email="anna@example.ru"), make_person(email="boris@example.ru")
    make_provider(**REQUISITES)
    account, _meter = charge_november()
    make_link(person=anna, account=account, confirmed=True)
    now = timezone.now()
    invited = account_operations.invite(
        by=Actor.person(anna.pk),
        account_public_id=account.public_id,
        phone=boris.phone,
        rights=["submit", "pay", "manage"],
        until=now.date() + timedelta(days=2),
        now=now,
    )
    account_operations.accept_invitation(by=Actor.person(boris.pk), invitation_public_id=invited, now=now)
    link = Link.objects.get(person=boris)
    account_operations.set_delivery(
        by=Actor.person(boris.pk), account_public_id=account.public_id, delivery="email", now=now
    )
    return Cast(anna, boris, account, link)


def issue() -> Bill:
    operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    return Bill.objects.get()


def letters() -> list[tuple[str, bool]]:
    """The letters with a file: to whom, and whether they name the holder."""
    return [
        (
            row.address,
            "Иванова" in PdfReader(BytesIO(bytes(row.attachment or b""))).pages[0].extract_text(),
        )
        for row in Delivery.objects.filter(attachment__isnull=False).order_by("id")
    ]


def test_a_guest_within_the_term_gets_the_letter(cast: Cast) -> None:
    assert operations.deliver(bill_id=issue().pk, now=NOW)
    assert letters() == [("boris@example.ru", True)]


def test_nobody_gets_a_bill_after_the_term_and_the_owner_learns_that_it_is_paper_again(cast: Cast) -> None:
    cast.end_term()
    bill = issue()
    assert not operations.deliver(bill_id=bill.pk, now=NOW)
    assert letters() == []
    assert not Notice.objects.filter(recipient_id=cast.boris.recipient_id, event="bill_ready").exists()
    cast.account.refresh_from_db()
    assert (cast.account.delivery, cast.account.delivery_email) == ("paper", "")
    told = Notice.objects.filter(recipient_id=cast.anna.recipient_id, event="access_changed")
    assert "на бумаге" in told.get().text


def test_a_term_that_ends_between_issue_and_letter_counts(cast: Cast) -> None:
    bill = issue()
    cast.end_term()
    assert not operations.deliver(bill_id=bill.pk, now=NOW)
    assert letters() == []


def test_bills_do_not_stay_with_the_address_a_guest_had_before(cast: Cast) -> None:
    """Whoever changes their e-mail after choosing is still the same guest."""
    Person.objects.filter(pk=cast.boris.pk).update(email="new@example.ru")
    assert operations.deliver(bill_id=issue().pk, now=NOW)
    assert letters() == [("new@example.ru", True)]
    cast.end_term()
    Bill.objects.update(delivered_at=None)
    assert not operations.deliver(bill_id=Bill.objects.get().pk, now=NOW)


def test_a_letter_is_masked_while_the_only_confirmed_holder_of_the_address_is_suspended(cast: Cast) -> None:
    """Two cabinets share the mailbox: the suspended one, who was confirmed, opens no name to the other."""
    vera = make_person(email="shared@example.ru")
    galina = make_person(email="shared@example.ru")
    make_link(person=vera, account=cast.account)
    make_link(person=galina, account=cast.account, confirmed=True, suspended_at=NOW)
    Account.objects.filter(pk=cast.account.pk).update(
        delivery="email", delivery_email="shared@example.ru", delivery_by=None
    )
    assert operations.deliver(bill_id=issue().pk, now=NOW)
    assert letters() == [("shared@example.ru", False)]


def test_an_address_of_nobody_but_a_suspended_holder_gets_nothing(cast: Cast) -> None:
    Link.objects.filter(pk=cast.link.pk).update(suspended_at=NOW)
    for by in (cast.boris.pk, None):
        Account.objects.filter(pk=cast.account.pk).update(
            delivery="email", delivery_email="boris@example.ru", delivery_by=by
        )
        Bill.objects.update(delivered_at=None)
        assert not operations.deliver(bill_id=(Bill.objects.first() or issue()).pk, now=NOW)
    assert letters() == []
