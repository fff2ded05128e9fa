"""The bank's register of payments: known accounts are credited, the rest waits in suspense."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from svet.exchange.models import RegisterRow
from svet.exchange.operations.outcomes import Outcome, State, refused, rejected
from svet.exchange.rules import payments as register
from svet.exchange.rules.refusals import RowReason
from svet.kernel.money import Money
from svet.payments import operations as payments
from svet.payments.operations.registers import RegisterRow as PaidRow
from svet.subscribers.models import Account, Provider

SOURCE = "bank"


def apply(text: str, *, now: datetime) -> list[Outcome]:
    """Credit a register (a step). :raises FileRefused: the control line is missing or differs"""
    found = register.parse(text)
    known = _applied([row.external_id for row in found.rows])
    outcomes = [rejected(line, fault) for line, fault in found.faults]
    accounts = _accounts({row.account for row in found.rows})
    home = Provider.objects.order_by("pk").values_list("pk", flat=True).first()
    batches: dict[int, list[PaidRow]] = defaultdict(list)
    for row in found.rows:
        account = accounts.get(row.account)
        body = (row.account, row.sum.kopecks)
        if row.external_id in known:
            # Another sum under the same id is other money, never a repetition.
            outcomes.append(
                _outcome(row, State.REPEATED, account)
                if known[row.external_id] == body
                else refused(row.line_no, row.raw, reason=RowReason.OTHER_BODY, external_id=row.external_id)
            )
            continue
        provider = account[1] if account else home
        if provider is None or row.sum == Money(0):
            reason = RowReason.PROVIDER_UNKNOWN if provider is None else RowReason.MONEY
            outcomes.append(refused(row.line_no, row.raw, reason=reason, external_id=row.external_id))
            continue
        known[row.external_id] = body
        key = account[0] if account else None
        batches[provider].append(PaidRow(row.external_id, key, row.account, row.sum, row.paid_on))
        outcomes.append(_outcome(row, State.APPLIED if account else State.SUSPENSE, account))
    for provider, rows in batches.items():
        payments.apply_register_payments(source=SOURCE, provider_id=provider, rows=rows, now=now)
    return outcomes


def _applied(external_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """What earlier registers paid under these ids: the account's number and kopecks."""
    found: dict[str, tuple[str, int]] = {}
    for start in range(0, len(external_ids), 5_000):
        rows = RegisterRow.objects.filter(
            profile="payments",
            external_id__in=external_ids[start : start + 5_000],
            state__in=[State.APPLIED, State.SUSPENSE],
        )
        for external_id, number, kopecks in rows.values_list("external_id", "account_number", "kopecks"):
            found[external_id] = (number, kopecks)
    return found


def _outcome(row: register.PaymentRow, state: State, account: tuple[int, int] | None) -> Outcome:
    return Outcome(
        row.line_no,
        state,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        reason="" if account else RowReason.ACCOUNT_UNKNOWN,
        reference=f"reg:{SOURCE}:{row.external_id}",
        kopecks=row.sum.kopecks,
    )


def _accounts(numbers: set[str]) -> dict[str, tuple[int, int]]:
    """Account and provider keys by number; a number that two providers use is nobody's: it waits."""
    found: dict[str, tuple[int, int]] = {}
    doubtful: set[str] = set()
    for key, number, provider in Account.objects.filter(number__in=numbers).values_list(
        "pk", "number", "provider_id"
    ):
        if number in found:
            doubtful.add(number)
        found[number] = (key, provider)
    return {number: keys for number, keys in found.items() if number not in doubtful}
