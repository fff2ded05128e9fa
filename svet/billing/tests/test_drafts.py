"""What gives back more than one hand may: left, signed by another, refused, over; and nothing before that."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from svet.accounts.models import Account, ContractEnd
from svet.accounts.rules.terms import TermsReason, TermsRefused
from svet.accounts.tests.factories import make_account, make_link, make_provider, set_terms
from svet.billing import operations, queries
from svet.billing.models import FactDraft
from svet.billing.operations.drafts import (
    DraftNotFound,
    Entered,
    enter,
    expire_drafts,
    facts,
    preview_draft,
    refuse_draft,
    sign_draft,
    withdraw_draft,
)
from svet.billing.queries.drafts import draft_by_id, waiting_draft_count, waiting_drafts
from svet.billing.queries.explaining import explanation
from svet.billing.queries.hands import alone_lately
from svet.billing.rules.drafts import (
    LIMITS_OF_AUTHOR,
    WAITS,
    DraftReason,
    DraftRefused,
    DraftState,
    FactEffect,
    MonthEffect,
    effect_of,
    needs_another,
)
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.tests.factories import NOW, know, load_chelyabinsk, make_metered_account, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.metering.models import Meter
from svet.notices.models import Notice
from svet.people.tests.factories import make_person
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role, StaffRefused
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
ROOT = Actor.system("root")


def hand(role: Role = Role.OPERATOR) -> Actor:
    """A member of the staff at work."""
    return actor(make_member(role=role))


def actor(member: StaffMember) -> Actor:
    return Actor.staff(member.person_id, name=f"Ольга ({member.role})")


def summer() -> tuple[Account, Meter]:
    """June to August charged: 485 ₽ each."""
    make_norm(100)
    account, meter = make_summer()
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        run(month)
    return account, meter


def run(month: Month, at: datetime = NOW) -> None:
    operations.run(provider_id=make_provider().pk, period=month, now=at, over_gap=True)


def end(account: Account, on: date | None, by: Actor, *, now: datetime = LATER, **more: Any) -> Entered:
    return enter(
        by=by,
        account_public_id=account.public_id,
        fact=facts.contract_end(on),
        reason="заявление № 8",
        now=now,
        **more,
    )


def sign(entered: Entered, by: Actor, *, now: datetime = LATER) -> str:
    shown = preview_draft(by=by, draft_public_id=entered.draft, now=now).shown
    return sign_draft(by=by, draft_public_id=entered.draft, shown=shown, now=now)


def closed_on(account: Account) -> date | None:
    return Account.objects.values_list("closed_on", flat=True).get(pk=account.pk)


def balance(account: Account) -> int:
    return ledger.balance(account.pk).kopecks


def actions(account: Account) -> list[str]:
    return list(Entry.objects.filter(account_id=account.pk).order_by("pk").values_list("action", flat=True))


def test_three_months_wait_for_another_hand_and_then_come_back_with_the_next_charge() -> None:
    account, _ = summer()
    make_link(person=make_person(), account=account)
    author, second = hand(), hand()
    told = Notice.objects.count()
    left = end(account, date(2026, 5, 24), author)
    months = [each.month for each in left.effect.months]
    assert (left.effect.given, months) == (1_455_00, [JUNE, JULY, AUGUST])
    assert (left.asks, bool(left.draft), closed_on(account), ContractEnd.objects.count()) == (
        False, True, None, 0,
    )  # fmt: skip
    assert Notice.objects.count() == told
    run(Month(2026, 9), LATER)
    assert balance(account) > 1_455_00
    assert sign(left, second, now=LATER + timedelta(hours=1)) == ""
    assert closed_on(account) == date(2026, 5, 24)
    assert Notice.objects.count() == told + 1
    run(Month(2026, 10), LATER + timedelta(hours=2))
    assert balance(account) == 0
    for charge in queries.charges([account.pk]):
        explained = explanation(account.pk, charge.period)
        assert explained is not None
        assert explained.exact
        assert replayed(read(written(explained))) == []
    assert queries.broken() == queries.uncharged() == []
    assert actions(account)[-3:] == ["draft.written", "account.closed", "draft.signed"]
    by = Entry.objects.filter(account_id=account.pk, action__startswith="draft.").order_by("pk")
    assert list(by.values_list("actor_person_id", flat=True)) == [author.person_id, second.person_id]


def test_a_small_give_back_is_done_by_one_hand_and_counted() -> None:
    account, _ = summer()
    author = hand()
    done = end(account, date(2026, 7, 24), author)
    assert (done.effect.given, done.draft, closed_on(account)) == (485_00, "", date(2026, 7, 24))
    assert alone_lately(account.pk, now=LATER) == 485_00
    again = end(account, date(2026, 6, 10), hand())
    assert (bool(again.draft), closed_on(account)) == (True, date(2026, 7, 24))
    # What took its end back gives nothing back; ending again does.
    assert not end(account, None, author).draft
    assert end(account, date(2026, 6, 24), author).draft
    # A month and a day later one hand may again.
    assert alone_lately(account.pk, now=LATER + timedelta(days=31)) == 0


def test_what_is_shown_first_is_left_only_as_it_was_shown() -> None:
    account, meter = summer()
    author = hand()
    asked = end(account, date(2026, 5, 24), author, shown="")
    assert (asked.asks, asked.draft, FactDraft.objects.count()) == (True, "", 0)
    know(meter, 350, on=AUGUST.day(24) + timedelta(days=1), kind="control", at=NOW)
    know(meter, 250, on=AUGUST.day(24), kind="control", at=NOW)
    other = end(account, date(2026, 5, 24), author, shown=asked.effect.shown)
    assert (other.asks, FactDraft.objects.count()) == (True, 0)
    assert end(account, date(2026, 5, 24), author, shown=other.effect.shown).draft


def test_the_author_does_not_sign_in_any_role_and_nobody_signs_twice() -> None:
    account, _ = summer()
    member = make_member()
    left = end(account, date(2026, 5, 24), actor(member))
    StaffMember.objects.filter(pk=member.pk).update(role=Role.BILLING)
    member.refresh_from_db()
    assert refused(left, actor(member)) is DraftReason.SAME_HAND
    second = hand(Role.BILLING)
    sign(left, second)
    assert refused(left, hand(), shown="") is DraftReason.DECIDED
    with pytest.raises(DraftRefused):
        refuse_draft(by=hand(), draft_public_id=left.draft, reason="уже поздно", now=LATER)
    assert ContractEnd.objects.count() == 1


def refused(left: Entered, by: Actor, *, shown: str | None = None, now: datetime = LATER) -> object:
    seen = left.effect.shown if shown is None else shown
    with pytest.raises(DraftRefused) as error:
        sign_draft(by=by, draft_public_id=left.draft, shown=seen, now=now)
    return error.value.reason


def test_who_lost_the_role_signs_nothing_and_nothing_of_theirs_is_signed() -> None:
    account, _ = summer()
    author, second = make_member(), make_member()
    left = end(account, date(2026, 5, 24), actor(author))
    StaffMember.objects.filter(pk=second.pk).update(role=Role.SECURITY)
    assert refused(left, actor(second)) is DraftReason.NO_RIGHT
    StaffMember.objects.filter(pk=second.pk).update(role=Role.OPERATOR, disabled_at=NOW)
    assert refused(left, actor(second)) is DraftReason.NO_RIGHT
    StaffMember.objects.filter(pk=author.pk).update(disabled_at=NOW)
    assert refused(left, hand()) is DraftReason.AUTHOR_LEFT
    assert closed_on(account) is None
    refuse_draft(by=hand(), draft_public_id=left.draft, reason="автор уволен", now=LATER)


def test_a_sum_that_has_moved_is_looked_at_again() -> None:
    account, _ = summer()
    left = end(account, date(2026, 5, 24), hand())
    run(Month(2026, 9), LATER)
    second = hand()
    assert refused(left, second) is DraftReason.CHANGED
    assert closed_on(account) is None
    seen = preview_draft(by=second, draft_public_id=left.draft, now=LATER)
    assert seen.given > left.effect.given
    assert FactDraft.objects.get().given_kopecks == left.effect.given
    sign(left, second)
    assert FactDraft.objects.get().given_kopecks == seen.given


def test_a_fact_that_cannot_be_entered_any_more_is_refused_in_the_words_of_its_room() -> None:
    account, _ = summer()
    left = end(account, date(2026, 5, 24), hand())
    other = end(account, date(2026, 5, 23), hand())
    sign(other, hand())
    sign(left, hand())
    again = end(account, date(2026, 5, 25), hand())
    assert (again.draft, again.effect.given) == ("", 0)
    with pytest.raises(TermsRefused) as error:
        end(account, date(2026, 5, 25), hand())
    assert error.value.reason is TermsReason.NOTHING


def test_it_is_refused_for_a_reason_withdrawn_by_its_author_and_over_by_itself() -> None:
    account, _ = summer()
    author, second = hand(), hand()
    left = end(account, date(2026, 5, 24), author)
    with pytest.raises(DraftRefused) as twice:
        end(account, date(2026, 5, 24), second)
    assert twice.value.reason is DraftReason.TWICE
    with pytest.raises(StaffRefused):
        refuse_draft(by=second, draft_public_id=left.draft, reason=" ", now=LATER)
    with pytest.raises(DraftRefused) as own:
        refuse_draft(by=author, draft_public_id=left.draft, reason="передумали", now=LATER)
    assert own.value.reason is DraftReason.SAME_HAND
    refuse_draft(by=second, draft_public_id=left.draft, reason="квартира не продана", now=LATER)
    entry = draft_by_id(left.draft)
    assert entry is not None
    assert (entry.state, entry.decided_reason) == (DraftState.REFUSED, "квартира не продана")

    left = end(account, date(2026, 5, 24), author)
    with pytest.raises(DraftRefused) as another:
        withdraw_draft(by=second, draft_public_id=left.draft, now=LATER)
    assert another.value.reason is DraftReason.NOT_YOURS
    withdraw_draft(by=author, draft_public_id=left.draft, now=LATER)

    left = end(account, date(2026, 5, 24), author)
    assert (waiting_draft_count(LATER), len(waiting_drafts(now=LATER, limit=9))) == (1, 1)
    over = LATER + WAITS
    assert waiting_draft_count(over) == 0
    assert refused(left, second, now=over) is DraftReason.EXPIRED
    assert (expire_drafts(now=over - timedelta(seconds=1)), expire_drafts(now=over)) == (0, 1)
    assert expire_drafts(now=over) == 0
    assert closed_on(account) is None
    assert [name for name in actions(account) if name.startswith("draft.")] == [
        "draft.written", "draft.refused", "draft.written", "draft.withdrawn", "draft.written",
        "draft.expired",
    ]  # fmt: skip


def test_customers_and_programs_of_theirs_reach_no_draft() -> None:
    account, _ = summer()
    anna = Actor.person(make_person().pk)
    left = end(account, date(2026, 5, 24), hand())
    for attempt in (
        lambda: end(account, date(2026, 5, 24), anna),
        lambda: preview_draft(by=anna, draft_public_id=left.draft, now=LATER),
        lambda: sign_draft(by=anna, draft_public_id=left.draft, shown=left.effect.shown, now=LATER),
        lambda: refuse_draft(by=anna, draft_public_id=left.draft, reason="не надо", now=LATER),
        lambda: sign_draft(by=ROOT, draft_public_id=left.draft, shown=left.effect.shown, now=LATER),
        lambda: sign_draft(by=hand(), draft_public_id="abcdefghjkmnpqrs", shown="", now=LATER),
    ):
        with pytest.raises(DraftNotFound):
            attempt()
    assert closed_on(account) is None


def test_what_a_command_enters_is_signed_at_the_desk() -> None:
    account, _ = summer()
    left = end(account, date(2026, 5, 24), ROOT)
    assert left.draft
    with pytest.raises(DraftRefused):
        withdraw_draft(by=hand(), draft_public_id=left.draft, now=LATER)
    sign(left, hand())
    assert closed_on(account) == date(2026, 5, 24)


def test_terms_of_an_account_that_nobody_has_charged_need_no_second_hand() -> None:
    account = make_account()
    done = end(account, date(2026, 5, 24), hand())
    assert (done.draft, done.effect.given, FactDraft.objects.count()) == ("", 0, 0)


def test_what_cannot_be_told_counts_as_all_that_was_charged() -> None:
    load_chelyabinsk()
    make_norm(100)
    account, _ = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        run(month)
    entered = enter(
        by=hand(),
        account_public_id=account.public_id,
        fact=facts.contract_terms({"residents": "?"}, since=date(2026, 5, 24)),
        reason="справка сельсовета",
        now=LATER,
    )
    assert (entered.effect.known, entered.effect.given, bool(entered.draft)) == (False, 1_455_00, True)


def test_an_author_gives_back_twenty_limits_alone_and_no_more() -> None:
    limit = 1_000_00
    for of_author, two in ((LIMITS_OF_AUTHOR * limit - 500_00, False), (LIMITS_OF_AUTHOR * limit, True)):
        assert needs_another(given=500_00, alone=0, of_author=of_author, limit=limit) is two
    assert not needs_another(given=0, alone=9 * limit, of_author=99 * limit, limit=limit)
    assert needs_another(given=1, alone=limit, of_author=0, limit=limit)
    account, _ = summer()
    author = hand()
    FactDraft.objects.create(
        account=make_account(number="3560679999"), kind="end", facts={}, given_kopecks=20_000_00, months=1,
        by_id=author.person_id, by_name="Ольга", written_at=NOW, state="done", decided_at=NOW,
    )  # fmt: skip
    assert end(account, date(2026, 8, 1), author).draft
    assert not end(account, date(2026, 8, 2), hand()).draft


def test_an_effect_is_the_balance_of_its_months() -> None:
    up_and_down = effect_of({JUNE: 100, JULY: 100}, {JUNE: 40, JULY: 150}, stands={})
    assert up_and_down == FactEffect((MonthEffect(JUNE, 100, 40), MonthEffect(JULY, 100, 150)), known=True)
    assert (up_and_down.given, effect_of({JUNE: 1}, {JUNE: 5}, stands={}).given) == (10, 0)
    unknown = effect_of(None, None, stands={JUNE: 70, JULY: -20})
    assert (unknown.known, unknown.given) == (False, 70)
    assert effect_of(None, {JUNE: 60}, stands={JUNE: 70}).given == 10
    assert effect_of({}, {}, stands={}).given == 0
    assert up_and_down.shown != unknown.shown
