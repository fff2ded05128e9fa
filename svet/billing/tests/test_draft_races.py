"""Two members sign, or one signs and one refuses, at one moment: one of them finds it decided."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from svet.accounts.models import ContractEnd
from svet.accounts.tests.factories import make_account, set_terms
from svet.billing import operations
from svet.billing.models import FactDraft
from svet.billing.operations.drafts import enter, facts, preview_draft, refuse_draft, sign_draft
from svet.billing.rules.drafts import DraftReason, DraftRefused
from svet.billing.tests.factories import NOW, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold, patience
from svet.kernel.transactions import use_case
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=5)


def hand() -> Actor:
    return Actor.staff(make_member().person_id, name="Ольга")


def together(acts: list[Callable[[], object]]) -> list[Exception]:
    """Each in a thread of its own behind one barrier; says what failed."""
    barrier, failures = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.parametrize("other", ["sign", "refuse"])
def test_of_two_hands_at_once_one_decides(other: str) -> None:
    make_norm(100)
    account, _ = make_summer()
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        operations.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    fact = facts.contract_end(date(2026, 5, 24))
    left = enter(by=hand(), account_public_id=account.public_id, fact=fact, reason="продано", now=LATER)
    second, third = hand(), hand()
    shown = preview_draft(by=second, draft_public_id=left.draft, now=LATER).shown

    def sign(by: Actor) -> object:
        return sign_draft(by=by, draft_public_id=left.draft, shown=shown, now=LATER)

    def refuse() -> None:
        refuse_draft(by=third, draft_public_id=left.draft, reason="не продано", now=LATER)

    failures = together([lambda: sign(second), (lambda: sign(third)) if other == "sign" else refuse])
    assert [each.reason for each in failures if isinstance(each, DraftRefused)] == [DraftReason.DECIDED]
    assert len(failures) == 1
    row = FactDraft.objects.get(public_id=left.draft)
    assert ContractEnd.objects.count() == (row.state == "done")


def test_two_halves_at_once_are_one_and_a_half_too_much_for_one_hand() -> None:
    make_norm(100)
    account, _ = make_summer()
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        operations.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)

    def end(day: date) -> object:
        return enter(
            by=hand(), account_public_id=account.public_id, fact=facts.contract_end(day), reason="продано",
            now=LATER,
        )  # fmt: skip

    # Two months each alone: 970 ₽; the later one first leaves 485 ₽, which is beyond the limit with it.
    assert together([lambda: end(date(2026, 6, 24)), lambda: end(date(2026, 5, 24))]) == []
    assert FactDraft.objects.filter(state="waiting").count() == 1


def test_what_an_author_gives_back_of_another_account_at_the_same_moment_counts() -> None:
    make_norm(100)
    account, _ = make_summer()
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        operations.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    author, other = hand(), make_account(number="3560679999")
    left: list[str] = []

    def end() -> None:
        fact = facts.contract_end(date(2026, 7, 24))
        with patience(30):
            entered = enter(
                by=author, account_public_id=account.public_id, fact=fact, reason="продано", now=LATER
            )
        left.append(entered.draft)

    with use_case():
        assert author.person_id is not None
        hold(Lock.ONE_HAND, author.person_id)
        FactDraft.objects.create(
            account=other, kind="end", facts={}, given_kopecks=20_000_00, months=1, by_id=author.person_id,
            by_name="Ольга", written_at=NOW, state="done", decided_at=NOW,
        )  # fmt: skip
        thread = threading.Thread(target=together, args=[[end]])
        thread.start()
        while not _waits():
            assert thread.is_alive()
    thread.join()
    assert [bool(draft) for draft in left] == [True]


def _waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])
