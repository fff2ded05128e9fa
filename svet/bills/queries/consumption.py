"""Papers of use and payments in whole months: what one says now, and those that were given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView
from svet.accounts.queries.terms import dated_terms
from svet.arrangements.queries.plans import plans_of, running_plans
from svet.arrangements.rules.plans import InstalmentState
from svet.billing import queries as billing
from svet.billing.queries import ChargeView
from svet.bills.models import ConsumptionCertificate
from svet.bills.queries.certificates import debt_to_certify, of_a_former_holder
from svet.bills.queries.corrections import own_lines
from svet.bills.queries.reading import is_masked
from svet.bills.queries.reconciling import reconciliation
from svet.bills.rules.certificates import CertificateKind, CertificateNotFound, CertificateRefused
from svet.bills.rules.consumption import (
    ChargedVolumes,
    ConsumptionDebt,
    ConsumptionFact,
    ConsumptionPlan,
    ConsumptionStatement,
    ConsumptionView,
    DebtState,
    consumption_months,
    facts_within,
    kept_statement,
    refuse_months,
)
from svet.bills.rules.document import ADJUSTMENT
from svet.bills.rules.lines import HOUSE
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO
from svet.kernel.periods import Month
from svet.ledger import queries as ledger

#: How many of an account's papers a list shows, newest first.
_LISTED: Final = 5
_NOT_OWN: Final = frozenset({HOUSE, ADJUSTMENT})
_DAY: Final = timedelta(days=1)


def began_in(account: AccountView) -> Month | None:
    """The account's first month: of its first movement, or of its present holder; None: nothing moved yet."""
    moved = ledger.entries(account.account_id)
    if not moved:
        return None
    first = moved[0].effective_on
    return Month.of(max(first, account.held_since) if account.held_since else first)


def consumption(
    *, actor: Actor, account: AccountView, since: Month, until: Month, now: datetime
) -> ConsumptionStatement:
    """What the paper of these months, both included, says now of an account that the actor may see.

    :raises ConsumptionRefused: no paper of such months
    """
    today = account_queries.provider_today(account.provider, now)
    refuse_months(since, until, began=began_in(account), today=today)
    books = reconciliation(
        actor=actor, account_public_id=account.public_id, since=since.first, until=until.end - _DAY, now=now
    )
    return ConsumptionStatement(
        service=account.provider.service,
        since=since.first,
        until=until.first,
        seq=books.seq,
        opening=books.opening,
        months=consumption_months(books, _volumes(account, since=since, until=until)),
        facts=_facts(account, since=since.first, until=until.end),
        debt=_debt(account, today=today),
        plan=_plan(account, now=now),
    )


def consumption_papers(*, actor: Actor, account_id: int, limit: int = _LISTED) -> list[ConsumptionView]:
    """The newest papers of an account that the caller has let the actor see."""
    rows = ConsumptionCertificate.objects.filter(account_id=account_id).select_related("account")
    found = list(rows.order_by("-made_at", "-id")[:limit])
    masked = bool(found) and is_masked(actor=actor, account_id=account_id)
    return [_view(row, masked=masked or of_a_former_holder(row, actor)) for row in found]


def consumption_paper(*, actor: Actor, account_public_id: str, public_id: str) -> ConsumptionView:
    """One paper of the account as the actor may see it. :raises CertificateNotFound: none such"""
    row = (
        ConsumptionCertificate.objects.filter(
            public_id=public_id,
            account__public_id=account_public_id,
            account__in=account_queries.visible_ids(actor),
        )
        .select_related("account")
        .first()
    )
    if row is None:
        raise CertificateNotFound
    masked = is_masked(actor=actor, account_id=row.account_id)
    return _view(row, masked=masked or of_a_former_holder(row, actor))


def consumption_by_code(code: str) -> ConsumptionView | None:
    """The paper of this code for whoever has it in hand, masked; None for no such code."""
    row = ConsumptionCertificate.objects.filter(code=code).first()
    return None if row is None else _view(row, masked=True)


def _view(row: ConsumptionCertificate, *, masked: bool) -> ConsumptionView:
    parties: Mapping[str, str] = row.parties
    hidden = "masked_" if masked else ""
    return ConsumptionView(
        public_id=row.public_id,
        code=row.code,
        on=row.on,
        statement=kept_statement(row.statement),
        supplier=parties["supplier"],
        inn=parties["inn"],
        account_number=parties["account_number"],
        holder=parties[f"{hidden}holder"],
        address=parties[f"{hidden}address"],
        made_at=row.made_at,
        masked=masked,
    )


def _volumes(account: AccountView, *, since: Month, until: Month) -> dict[Month, ChargedVolumes]:
    """By month what was charged in it, by the lines that its bill shows."""
    found = billing.charges([account.account_id], since=since, until=until.plus(1))
    return {charge.period: _of_charge(charge) for charge in found}


def _of_charge(charge: ChargeView) -> ChargedVolumes:
    own = own_lines(charge.lines)
    first = {line.id for line in own}
    corrections = [line for line in charge.lines if line.id not in first]
    zones: dict[str, Decimal] = {}
    for line in own:
        if line.basis.value not in _NOT_OWN:
            zones[line.zone.value] = zones.get(line.zone.value, Decimal(0)) + line.kwh
    used = [line for line in corrections if line.basis.value not in _NOT_OWN]
    return ChargedVolumes(
        zones=tuple(zones.items()),
        corrected=sum((line.kwh for line in used), Decimal(0)),
        corrected_kopecks=sum(line.money.kopecks for line in corrections),
    )


def _facts(account: AccountView, *, since: date, until: date) -> tuple[ConsumptionFact, ...]:
    known = dated_terms([account.account_id])[account.account_id]
    return facts_within(
        [(each.since, each.values.residents, each.values.area) for each in known],
        since=since,
        until=until,
    )


def _debt(account: AccountView, *, today: date) -> ConsumptionDebt:
    """As a certificate of no debt says it, or why there would be none."""
    balance = ledger.balance(account.account_id).kopecks
    owed, overpaid = max(balance, 0), max(-balance, 0)
    if not account.provider.service.charged_here:
        return ConsumptionDebt(DebtState.ELSEWHERE, owed, overpaid)
    try:
        _, debt = debt_to_certify(account=account, today=today, transit=ZERO)
    except CertificateRefused as refused:
        late, since = refused.details["late"], refused.details["since"]
        return ConsumptionDebt(
            DebtState.OVERDUE,
            owed,
            0,
            late=late if isinstance(late, int) else 0,
            since=since if isinstance(since, date) else None,
        )
    state = DebtState.NONE if debt.kind is CertificateKind.NO_DEBT else DebtState.NOT_DUE
    return ConsumptionDebt(state, debt.owed, debt.overpaid, due_on=debt.due_on)


def _plan(account: AccountView, *, now: datetime) -> ConsumptionPlan | None:
    """The agreement that stands; where none does, the newest one if it was broken."""
    running = running_plans([account.account_id], now=now).get(account.account_id)
    newest = running or next(iter(plans_of(account.account_id, now=now)), None)
    broken = running is None
    if newest is None or (broken and newest.state is not InstalmentState.BROKEN):
        return None
    return ConsumptionPlan(
        made_on=newest.made_on,
        kopecks=newest.money.kopecks,
        parts=newest.months,
        done=newest.done,
        kept=not broken and not newest.late,
        broken=broken,
    )
