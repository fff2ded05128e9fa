"""The states of what is agreed beside «Оплата»: autopay, promises, instalments, money back, moves, cards.

Their names are rows of ``docs/pay-page.md``, as those of :mod:`tests.face.states_of_paying`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.arrangements.models import InstalmentPlan, PaymentPromise
from svet.arrangements.operations import promise_payment
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.rules import PromiseState
from svet.arrangements.rules.plans import InstalmentState
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.rules import AgreementCause, AgreementState, TurnState
from svet.autopay.tests.factories import make_bill
from svet.kernel.actors import Actor
from svet.payments.models import MoneyAct, Order, PaymentRefund
from svet.payments.operations.asking_back import ask_back, offer_back
from svet.payments.operations.calling_off import call_off_back
from svet.payments.operations.moving_over import move_over, offer_move
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.bindings import BindingState, MeansKind
from svet.payments.rules.states import RefundState
from svet.payments.tests.factories import StubBank, make_binding, make_card, owe, provider_with_requisites
from svet.people.models import Person
from tests.face.states import Visit
from tests.face.states_of_paying import DAY, LAST_MONTH, dispute, household, page_of, paid

SHEET = "/payment/"


def charged_by_itself(bank: StubBank) -> Iterator[Visit]:
    """Autopay beside the button and on its own pages: told, refused, skipped, at the bank, standing still."""
    now = timezone.now()
    person, (account,), client = household(820_00)
    yield "autopay without a card", client, "/autopay/"
    card = make_card(person=person)
    yield "autopay with a card and none yet", client, "/autopay/"
    chosen = f"account={account.public_id}&card={card.public_id}"
    yield (
        "autopay with terms that cannot be",
        client,
        f"POST /autopay/new/?{chosen}&much=limit&ceiling=0,10&when=month",
    )
    make_bill(account, month=LAST_MONTH, at=now - 2 * DAY, due_on=timezone.localdate(now) + 12 * DAY)
    made = {"person": person, "account": account, "card": card, "days_after_bill": 3, "made_at": now - DAY}
    offer = AutopayAgreement.objects.create(state=AgreementState.OFFERED, **made)
    yield "autopay waits for a yes", client, f"/autopay/{offer.public_id}/"
    agreement = AutopayAgreement.objects.create(state=AgreementState.ACTIVE, since=now - DAY, **made)
    here = f"/autopay/{agreement.public_id}/"
    yield "autopay has told nothing yet", client, SHEET
    turn = _told(agreement)
    link = f"/autopay/skip/{turn.skip_key}/"
    yield "autopay told a day before", client, SHEET
    yield "autopay told, its page", client, here
    yield "one tap skips it", client, link
    row = AutopayTurn.objects.filter(pk=turn.pk)
    row.update(state=TurnState.CHARGING)
    yield "autopay is charging", client, SHEET
    yield "too late to skip", client, link
    row.update(state=TurnState.AGAIN, reason="insufficient_funds", declines=1)
    yield "autopay was refused and tries again", client, SHEET
    yield "autopay was refused, its page", client, here
    row.update(state=TurnState.SKIPPED, reason="")
    yield "autopay was skipped", client, SHEET
    yield "skipped by one tap", client, link
    row.update(state=TurnState.FAILED, reason="insufficient_funds")
    yield "autopay has given up", client, here
    known = AutopayAgreement.objects.filter(pk=agreement.pk)
    for cause in (AgreementCause.RECOVERED, AgreementCause.DECLINED, AgreementCause.DISPUTED):
        known.update(state=AgreementState.PAUSED, cause=cause)
        yield f"autopay stands still: {cause}", client, here
    yield "autopay stands still, the sheet", client, SHEET
    known.update(state=AgreementState.ENDED, cause=AgreementCause.CARD_GONE, ended_at=now)
    yield "autopay has ended", client, "/autopay/"


def _told(agreement: AutopayAgreement) -> AutopayTurn:
    now = timezone.now()
    return AutopayTurn.objects.create(
        agreement=agreement,
        month=LAST_MONTH.first,
        bill="1",
        told_at=now,
        told_kopecks=820_00,
        first_on=(now + DAY).date(),
        due_at=now + DAY,
        charge_at=now + DAY,
        skip_key="c" * 32,
    )


def promised(bank: StubBank) -> Iterator[Visit]:
    """A promise: none may be given, one stands, its day is over, it was kept, broken, taken back."""
    now = timezone.now()
    person, (account, even), client = household(300_00, 0)
    own, none = f"/payment/promise/{account.public_id}/", f"/payment/promise/{even.public_id}/"
    yield "nothing to promise", client, none
    yield "a day that cannot be promised", client, f"POST {own}?until={timezone.localdate(now) - DAY}"
    yield "who cannot pay at once", client, "/payment/promise/"
    promise_payment(
        by=Actor.person(person.pk),
        account_public_id=account.public_id,
        until=timezone.localdate(now) + 5 * DAY,
        now=now,
    )
    yield "promised, the sheet", client, SHEET
    yield "promised, its page", client, own
    yield "promised, the list", client, "/payment/promise/"
    row = PaymentPromise.objects.filter(account=account)
    row.update(
        made_on=timezone.localdate(now) - 9 * DAY,
        made_at=now - 9 * DAY,
        until_on=timezone.localdate(now) - DAY,
    )
    yield "a promise whose day is over, the sheet", client, SHEET
    yield "a promise whose day is over, its page", client, own
    yield "a promise whose day is over, the list", client, "/payment/promise/"
    row.update(state=PromiseState.BROKEN, decided_at=now)
    yield "a broken promise", client, own
    row.update(state=PromiseState.KEPT, paid_on=timezone.localdate(now) - 2 * DAY)
    yield "a kept promise", client, own


def in_parts(bank: StubBank) -> Iterator[Visit]:
    """Instalments: none for so little, seen before agreed, waiting for signatures, standing, broken, paid."""
    now = timezone.now()
    person, (small, account), client = household(35_38, 30_000_00)
    page = f"/payment/instalments/{account.public_id}/"
    yield "too little for instalments", client, f"/payment/instalments/{small.public_id}/"
    yield "instalments before they are agreed", client, page
    yield "another number of months", client, f"POST {page}?months=3&seen=6&shown=x"
    yield "agreed after the debt has changed", client, f"POST {page}?months=3&seen=3&shown=x"
    _agreed(person, account)
    row = InstalmentPlan.objects.filter(account=account)
    row.update(state=InstalmentState.WAITING)
    yield "instalments wait for signatures, the sheet", client, SHEET
    yield "instalments wait for signatures", client, page
    row.update(state=InstalmentState.STANDING)
    yield "instalments, the sheet", client, SHEET
    yield "instalments, their page", client, page
    yield "instalments, the list", client, "/payment/promise/"
    plan = row.get()
    first = plan.parts.get(no=1)
    for part in plan.parts.order_by("-no"):
        part.due_on -= first.due_on - timezone.localdate(now) + 2 * DAY
        part.save(update_fields=["due_on"])
    yield "a part is late, the sheet", client, SHEET
    yield "a part is late", client, page
    for state, name in ((InstalmentState.BROKEN, "broken"), (InstalmentState.REFUSED, "refused")):
        row.update(state=state, ended_on=timezone.localdate(now), ended_because="мало документов")
        yield f"instalments were {name}", client, page


def _agreed(person: Person, account: Account) -> None:
    by, now = Actor.person(person.pk), timezone.now()
    shown = instalment_offer(by, account_public_id=account.public_id, now=now).shown
    agree_on_plan(by=by, account_public_id=account.public_id, months=3, shown=shown, now=now)


def money_back(bank: StubBank) -> Iterator[Visit]:
    """An overpayment: asked for, on its way, refused by the bank, before two members, not to be had."""
    now = timezone.now()
    person, (account,), client = household(300_00)
    order = paid(bank, person, [(account, 8_300_00)])
    page, back = page_of(order), f"{page_of(order)}back/"
    yield "an overpayment may be had", client, page
    yield "how much of it", client, back
    yield "more than may be had", client, f"POST {back}?shown={_seen(person, order)}&{account.public_id}=9000"
    _ask(person, order, account, 7_000_00)
    yield "a refund waits for two signatures", client, page
    yield "a refund waits for two signatures, asking again", client, back
    call_off_back(by=Actor.person(person.pk), order_public_id=order.public_id, now=now)
    _ask(person, order, account, 500_00)
    yield "a refund is on its way", client, page
    yield "a refund is on its way, asking again", client, back
    row = PaymentRefund.objects.filter(order=order).exclude(state=RefundState.WITHDRAWN)
    row.update(state=RefundState.UNKNOWN)
    yield "the bank's word about a refund was lost", client, page
    row.update(state=RefundState.REFUSED, known_at=now)
    yield "the bank refused a refund", client, page
    dispute(order, 1_00)
    yield "money back while disputed", client, back
    yield "a move while disputed", client, f"{page}move/"
    owed = paid(bank, person, [(account, 800_00)])
    owe(account, 20_000_00)
    yield "no overpayment to be had", client, f"{page_of(owed)}back/"


def _seen(person: Person, order: Order) -> str:
    return offer_back(by=Actor.person(person.pk), order_public_id=order.public_id, now=timezone.now()).shown


def _ask(person: Person, order: Order, account: Account, kopecks: int) -> None:
    ask_back(
        by=Actor.person(person.pk),
        order_public_id=order.public_id,
        lines={account.public_id: kopecks},
        shown=_seen(person, order),
        now=timezone.now(),
    )


def moved(bank: StubBank) -> Iterator[Visit]:
    """A payment to the wrong account: offered, moved, before a member, refused, nothing left, nowhere to."""
    person, (account,), client = household(300_00)
    order = paid(bank, person, [(account, 800_00)])
    page, move = page_of(order), f"{page_of(order)}move/"
    yield "nowhere to move it", client, move
    right = make_account(provider=provider_with_requisites())
    make_link(person=person, account=right, confirmed=True)
    owe(right, 600_00)
    yield "where to move it", client, move
    shown = offer_move(by=Actor.person(person.pk), order_public_id=order.public_id).shown
    asked = f"from_={account.public_id}&to={right.public_id}"
    yield "more than is left to move", client, f"POST {move}?{asked}&amount=900&shown={shown}"
    _move(person, order.public_id, account, right, 500_00)
    yield "moved", client, page
    _move(person, order.public_id, account, right, 100_00)
    yield "a move waits for a member", client, page
    yield "a move waits for a member, asking again", client, move
    MoneyAct.objects.filter(state=MoneyActState.WAITING).update(state=MoneyActState.REFUSED)
    yield "a move was refused", client, page
    yield "money back of what was moved", client, f"{page}back/"
    _move(person, order.public_id, account, right, 300_00)
    yield "nothing is left to move", client, move


def _move(person: Person, order: str, source: Account, target: Account, kopecks: int) -> None:
    by = Actor.person(person.pk)
    move_over(
        by=by,
        order_public_id=order,
        from_=source.public_id,
        to=target.public_id,
        kopecks=kopecks,
        shown=offer_move(by=by, order_public_id=order).shown,
        now=timezone.now(),
    )


def bound(bank: StubBank) -> Iterator[Visit]:
    """«Мои карты»: none, a card and an account of СБП, a name that cannot be; a binding on its way."""
    now = timezone.now()
    person, _accounts, client = household(300_00)
    yield "no bound card", client, "/payment/cards/"
    card = make_card(person=person, name="Зарплатная")
    sbp: dict[str, Any] = {"kind": MeansKind.SBP.value, "system": "СБП", "last4": "", "expires": ""}
    make_card(person=person, bank="Банк «Пример»", reference="sbp", **sbp)
    yield "a card and an account of СБП", client, "/payment/cards/"
    yield "a name that cannot be", client, f"POST /payment/cards/{card.public_id}/name/?name={'я' * 41}"
    binding = make_binding(person=person, created_at=now)
    page = f"/payment/bindings/{binding.public_id}/"
    for state in (BindingState.ASKED, BindingState.WAITING, BindingState.ENDED):
        binding.state, binding.page_url = state, "https://bank.example/sbp"
        binding.save()
        yield f"an account of СБП is {state}", client, page


STATES = (charged_by_itself, promised, in_parts, money_back, moved, bound)
