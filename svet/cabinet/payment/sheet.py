"""Putting the sheet of «Оплата» together: the accounts, what stands on them, what was typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from svet.accounts.queries import GroupView, cabinet
from svet.accounts.rules import Right
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.plans import living_plans
from svet.autopay.queries import AutopayView, standing_of
from svet.autopay.rules import AgreementState, TurnState
from svet.autopay.texts import beside_button, paused_beside
from svet.bills import queries as bills
from svet.cabinet.payment.form import PaymentForm
from svet.cabinet.payment.rows import row_of
from svet.cabinet.payment.shown import PaymentSection, PaymentSheet, sum_of
from svet.cabinet.shell.slices import Part, part_of
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import NotFound
from svet.ledger import queries as ledger
from svet.payments import queries
from svet.payments.operations.binding import binds_sbp
from svet.payments.queries.refunds import newest_payments
from svet.payments.queries.shops import resting_cards, stand_ins
from svet.payments.rules import LIMITS
from svet.payments.texts.shops import stand_in_words
from svet.people import queries as people


def chosen_of_order(actor: Actor, public_id: str) -> dict[str, Money] | None:
    """The sums of an earlier order, to try it again; None when there is no such order of the actor's."""
    if not public_id:
        return None
    try:
        order = queries.order_for(actor, public_id=public_id)
    except NotFound:
        return None
    chosen = {line.account_public_id: line.money for line in order.lines}
    return chosen | dict(queries.later_lines(person_id=order.person_id, public_id=public_id))


def sheet(
    *,
    person_id: int,
    now: datetime,
    form: PaymentForm | None = None,
    chosen: dict[str, Money] | None = None,
    after: str = "",
    only_debts: bool = False,
    only: str = "",
) -> PaymentSheet:
    """Put the cabinet, the balances, the money on its way and what was typed together.

    ``only_debts`` leaves out what owes nothing; ``only`` all but one account of the cabinet, if it is there.
    ``after`` is an order of a series for several payees: what is left of it is chosen («2 из 2»).
    """
    after = form.after if form else after
    turn = queries.remainder(person_id=person_id, public_id=after) if after else None
    if turn is not None and form is None:
        chosen = dict(turn.lines)
    groups = _narrowed(cabinet(person_id), only=only)
    if form is not None and form.ticks_whole:
        form.tick_groups(groups)
    cards = tuple(queries.cards(person_id=person_id))
    # Autopay ends with its card: who has none is not asked about.
    charges = standing_of(person_id=person_id, now=now) if cards else []
    payees: dict[int, str] = {
        card.provider.provider_id: card.provider.name
        for group in groups
        for card in group.cards
        if Right.PAY in card.rights
    }
    odd = stand_ins(payees)
    closed = {payee for one in odd if one.closed for payee in one.providers}
    sections = _sections(groups, charges, closed, person_id=person_id, now=now, form=form, chosen=chosen)
    if form is None:
        sections = _as_many_as_one_order_takes(sections)
    part, sections = _drawn(sections, form=form, chosen=chosen, only_debts=only_debts)
    own_email = people.email_of(person_id)
    banks = tuple(
        (
            ", ".join(payees[payee] for payee in one.providers) if len(one.providers) < len(payees) else "",
            stand_in_words(one.silent, one.instead),
        )
        for one in odd
        # The answer to a press says it already.
        if form is None or stand_in_words(one.silent, one.instead) not in form.errors.get("", [])
    )
    resting = resting_cards(person_id=person_id) if banks else frozenset()
    ready = [card.public_id for card in cards if card.public_id not in resting]
    if form is not None:
        # One that is gone is not chosen: the list would choose another one, unasked.
        ready = [card.public_id for card in cards if card.public_id == form.card]
    return PaymentSheet(
        sections=sections,
        key=form.key if form else uuid4(),
        total=Money.total(sum_of(row) for section in sections for row in section.rows),
        asks_email=not own_email,
        email=form.email if form else queries.last_receipt_email(person_id=person_id),
        cards=cards,
        card=next(iter(ready), ""),
        keep_card=form.keep_card if form else False,
        card_errors=form.errors.get("card", []) if form else [],
        email_errors=form.errors.get("email", []) if form else [],
        errors=form.errors.get("", []) if form else [],
        unfinished=tuple(queries.unfinished(person_id=person_id)),
        turns=form.turns if form else (),
        turn=turn,
        left=() if turn else tuple(queries.remainders(person_id=person_id, now=now)),
        series=tuple(one for one in queries.series_to_mind(person_id=person_id, now=now) if one.asks),
        only_debts=only_debts,
        only=only if only in [card.public_id for group in groups for card in group.cards] else "",
        banks=banks,
        binds_sbp=not any(card.is_sbp for card in cards) and binds_sbp(payees),
        part=part,
    )


def _sections(
    groups: list[GroupView],
    charges: Sequence[AutopayView],
    closed: Collection[int],
    *,
    person_id: int,
    now: datetime,
    form: PaymentForm | None,
    chosen: dict[str, Money] | None,
) -> tuple[PaymentSection, ...]:
    """The rows of each group; open are those with something to pay or to mend, and one at least."""
    ids = [card.account_id for group in groups for card in group.cards]
    balances = ledger.balances(ids)
    transit, newest = queries.in_transit(ids), bills.last_bills(account_ids=ids)
    over = [account_id for account_id in ids if balances[account_id] < ZERO]
    newest_own = newest_payments(person_id=person_id, account_ids=over) if over else {}
    promised, plans = standing_promises(ids), living_plans(ids, now=now)
    charged = {one.account_id: one for one in charges}
    several = len({card.provider.provider_id for group in groups for card in group.cards}) > 1
    sections = []
    for group in groups:
        rows = tuple(
            row_of(
                card,
                balances[card.account_id],
                transit.get(card.account_id, ZERO),
                newest[card.account_id],
                form,
                chosen,
                provider=card.provider.name if several else "",
                now=now,
                back=newest_own.get(card.account_id, ""),
                promised=promised.get(card.account_id),
                plan=plans.get(card.account_id),
                charged=_beside(charged.get(card.account_id)),
                held=card.provider.provider_id in closed or _is_charging(charged.get(card.account_id)),
            )
            for card in group.cards
        )
        wanted = any(row.ticked or row.debt or row.errors for row in rows)
        to_mend = any(row.errors for row in rows)
        open_now = to_mend or len(groups) == 1 or (wanted and not group.folded)
        sections.append(PaymentSection(group, rows, open_now))
    if sections and not any(section.open or section.group.folded for section in sections):
        sections[0] = PaymentSection(sections[0].group, sections[0].rows, True)
    return tuple(sections)


def _beside(one: AutopayView | None) -> str:
    """What stands beside the debt about the person's own autopay of it."""
    if one is None:
        return ""
    if one.state is AgreementState.PAUSED:
        return paused_beside()
    return beside_button(one.next.left, on=one.next.on, turn=one.next.turn) if one.next else ""


def _is_charging(one: AutopayView | None) -> bool:
    """Whether the bank may be charging it by agreement just now."""
    turn = one.next.turn if one is not None and one.next is not None else None
    return turn is not None and turn.state is TurnState.CHARGING


def _as_many_as_one_order_takes(sections: tuple[PaymentSection, ...]) -> tuple[PaymentSection, ...]:
    """The button offers nothing that would be refused: of more ticks than an order has lines, the first."""
    ticked = [row.card.account_id for section in sections for row in section.rows if row.ticked]
    if len(ticked) <= LIMITS.lines_max:
        return sections
    kept = set(ticked[: LIMITS.lines_max])
    return tuple(
        replace(
            section,
            rows=tuple(
                replace(row, ticked=row.ticked and row.card.account_id in kept) for row in section.rows
            ),
        )
        for section in sections
    )


def _drawn(
    sections: tuple[PaymentSection, ...],
    *,
    form: PaymentForm | None,
    chosen: dict[str, Money] | None,
    only_debts: bool,
) -> tuple[Part, tuple[PaymentSection, ...]]:
    """The part that is drawn, and the sections with their rows of it.

    Debts come before what is paid, whatever is ticked, so that a tick moves nothing into another part. A part
    begins where the form wants it; elsewhere only for what must be mended, or was chosen by an earlier order.
    """
    rows = [row for section in sections for row in sorted(section.rows, key=lambda row: not row.debt)]
    listed = [row.card for row in rows]
    wanted = {row.card.account_id for row in rows if not (only_debts and row.settled)}
    first_chosen = (row.card.public_id for row in rows if chosen and row.ticked)
    start = form.part_from if form else next(first_chosen, "")
    part = part_of(listed, wanted, start=start)
    wrong = [row.card for row in rows if row.errors]
    if wrong and not any(card in part.cards for card in wrong):
        part = part_of(listed, wanted, start=wrong[0].public_id)
    here = {card.account_id for card in part.cards}
    return part, tuple(
        replace(section, drawn=tuple(row for row in section.rows if row.card.account_id in here))
        for section in sections
    )


def _narrowed(groups: list[GroupView], *, only: str) -> list[GroupView]:
    """The one account and its group; everything when it is not in this cabinet."""
    found = [
        replace(group, cards=(card,), folded=False)
        for group in groups
        for card in group.cards
        if card.public_id == only
    ]
    return found or groups
