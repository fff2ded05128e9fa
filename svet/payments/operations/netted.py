"""Payouts that disputes made smaller, or won ones larger: the day is settled whole, the dispute beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q

from svet.accounts.queries import ProviderView
from svet.kernel.transactions import require_transaction
from svet.ledger import operations as ledger
from svet.ledger.queries import transaction_exists
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Chargeback, StatementRow
from svet.payments.queries.statements import DueDay
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.matching import WITHIN, Arrived, Expected, Netted, Withheld, match_netted

#: A dispute and the way of its money: off our account, or back to it.
DisputeWay = tuple[int, str]


def netted_payouts(
    rows: Sequence[StatementRow], due: Mapping[date, DueDay], *, provider: ProviderView
) -> Iterator[Netted[date, int, DisputeWay]]:
    """Rows that no day fits, and that are days less what of disputes has not left our account by itself.

    Only once the dispute is known: before, the row waits, and the night after tries again.
    """
    if not rows or not due:
        return
    since, until = min(row.booked_on for row in rows) - 2 * WITHIN, max(row.booked_on for row in rows)
    found = match_netted(
        [Expected(one.day, one.day, one.kopecks) for one in due.values()],
        [Arrived(row.pk, row.booked_on, row.kopecks) for row in rows],
        _withheld(provider, since=since, until=until),
    )
    yield from found


def post_netted(found: Netted[date, int, DisputeWay], row: StatementRow, *, provider: ProviderView) -> None:
    """The money of the disputes of a payout, out of our account or to it, once (a step).

    The same keys as for rows that name a dispute: what came inside a payout never comes by itself.
    """
    require_transaction()
    disputes = Chargeback.objects.in_bulk([key for key, _ in found.disputes])
    for key, way in found.disputes:
        money = disputes[key].money if way == "in" else -disputes[key].money
        ledger.post(
            key=f"dispute-{way}:{disputes[key].public_id}",
            kind=TransactionKind.SETTLEMENT,
            legs=[Leg(Book.SETTLEMENT, None, money), Leg(Book.BANK, None, -money)],
            occurred_at=datetime.combine(row.booked_on, time(12), tzinfo=ZoneInfo(provider.time_zone)),
            effective_on=row.booked_on,
            provider_id=provider.provider_id,
            memo=row.number,
        )


def _withheld(provider: ProviderView, *, since: date, until: date) -> list[Withheld[DisputeWay]]:
    """Disputes of a supplier told, or won, in these days, whose money has not gone through our account."""
    told = Q(told_on__gte=since, told_on__lte=until)
    won = Q(state=ChargebackState.WON, ended_on__gte=since, ended_on__lte=until)
    chosen = Chargeback.objects.filter(told | won, order__lines__account__provider_id=provider.provider_id)
    found: list[Withheld[DisputeWay]] = []
    for one in chosen.distinct().order_by("pk"):
        if since <= one.told_on <= until and not transaction_exists(f"dispute-out:{one.public_id}"):
            found.append(Withheld((one.pk, "out"), one.told_on, -one.kopecks))
        if one.state != ChargebackState.WON or one.ended_on is None or not since <= one.ended_on <= until:
            continue
        if not transaction_exists(f"dispute-in:{one.public_id}"):
            found.append(Withheld((one.pk, "in"), one.ended_on, one.kopecks))
    return found
