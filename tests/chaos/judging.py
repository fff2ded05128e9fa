"""What must be true when everybody has had their say: the bank's books, ours, and a second calculation."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.db.models import Sum
from psycopg.conninfo import make_conninfo

from svet.cli.backup.programs import programs
from svet.cli.verification.promises import verify
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.ledger.rules import Book
from svet.payments.models import Order, PaymentRefund
from svet.payments.rules.states import FINAL, OrderState
from tests.chaos.play import DECLINED, GOOD, REVOKED, SILENT, Play

#: What payers typed at the bank.
CARDS = (GOOD, SILENT, DECLINED, REVOKED)


def kopecks(amount: dict[str, Any]) -> int:
    """Kopecks of the bank's «1270.70»."""
    return int(Decimal(amount["value"]) * 100)


def faults(play: Play) -> list[str]:
    """Everything that is wrong, in words."""
    return [
        *_orders(play),
        *_balances(play),
        *_strange(play),
        *card_numbers(),
        *dumped_card_numbers(),
        *_promises(play),
    ]


def _orders(play: Play) -> list[str]:
    taken: dict[str, int] = defaultdict(int)
    given: dict[str, int] = defaultdict(int)
    owner: dict[str, str] = {}
    times: dict[str, int] = defaultdict(int)
    for payment in play.payments():
        name = owner[payment["id"]] = payment["metadata"]["order_id"]
        if payment["status"] == "succeeded":
            taken[name] += play.altered.get(payment["id"], kopecks(payment["amount"]))
            times[name] += 1
    for refund in play.refunds():
        given[owner[refund["payment_id"]]] += kopecks(refund["amount"])
    for payment in play.other_payments():
        if payment["status"] == "succeeded":
            taken[payment["order_id"]] += kopecks(payment["amount"])
            given[payment["order_id"]] += int(payment["refunded_kopecks"])
            times[payment["order_id"]] += 1
    wrong = [f"order {name} was paid {count} times at the bank" for name, count in times.items() if count > 1]
    for order in Order.objects.all():
        credited = order.lines.aggregate(sum=Sum("credited_kopecks"))["sum"] or 0
        returned = _posted_back(order)
        bank = (taken[order.public_id], given[order.public_id])
        if order.state not in FINAL:
            lived = ", ".join(f"{change} {change.by} {change.note}" for change in order.changes.all())
            looked = f"shop {order.shop}, {order.looks} looks, next {order.next_look_at}"
            wrong.append(f"order {order.number} is left {order.state} ({lived}; {looked}; the bank: {bank})")
        elif order.state == OrderState.CREDITED and (credited, returned) != bank:
            wrong.append(
                f"order {order.number}: credited and taken back {credited}, {returned}; the bank: {bank}"
            )
        elif order.state == OrderState.RETURNED and bank[0] != bank[1]:
            wrong.append(f"order {order.number} is returned; the bank: {bank}")
        elif order.state in (OrderState.CANCELED, OrderState.FAILED) and bank[0] != bank[1]:
            wrong.append(f"order {order.number} is {order.state}, and the bank keeps {bank}")
    return wrong


def _posted_back(order: Order) -> int:
    posted = PaymentRefund.objects.filter(order=order, posted_at__isnull=False)
    return int(posted.aggregate(sum=Sum("lines__kopecks"))["sum"] or 0)


def _balances(play: Play) -> list[str]:
    """The second calculation: what each life said it would do to its accounts, added up."""
    return [
        f"account {account_id} owes {stands}, not {Money(expected)}"
        for account_id, expected in play.town.expected.items()
        if (stands := ledger.balance(account_id)) != Money(expected)
    ]


def _strange(play: Play) -> list[str]:
    """A payee's money lies in no other payee's books; nothing is left in suspense, owed, or disputed."""
    wrong = [
        f"posting {posting.pk} of one supplier is on another's account"
        for posting in Posting.objects.filter(account__isnull=False).select_related("transaction", "account")
        if posting.account is not None and posting.account.provider_id != posting.transaction.provider_id
    ]
    for book in (Book.SUSPENSE, Book.OWED, Book.DISPUTE):
        left = Posting.objects.filter(book=book.value).aggregate(sum=Sum("kopecks"))["sum"]
        wrong += [f"{left} kopecks are left in {book}"] if left else []
    return wrong


def _promises(play: Play) -> list[str]:
    return [
        f"{verdict.promise.number}: {breach}"
        for verdict in verify(now=play.now)
        for breach in verdict.breaches
        if "test-debt:" not in breach  # what the accounts of the town owe comes of nothing
    ]


def _written() -> list[str]:
    """How the numbers of cards would stand without their blanks, as text or as bytes kept as they came."""
    spaced = [" ".join(card[at : at + 4] for at in range(0, len(card), 4)) for card in CARDS]
    return [*CARDS, *(number.encode().hex() for number in [*CARDS, *spaced])]


def dumped_card_numbers() -> list[str]:
    """Nor does it stand in a dump, which has what no table of ours shows: other schemas, large objects."""
    told = connection.settings_dict
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    url = make_conninfo("", **{word: told[name] for word, name in named.items() if told[name]})
    written, found = [number.encode() for number in _written()], 0
    with TemporaryDirectory() as folder:
        dump = Path(folder) / "dump.sql"
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            server = int(cursor.fetchone()[0]) // 10_000
        programs(server=server, restoring=False).run("pg_dump", "--data-only", "--file", str(dump), url=url)
        with dump.open("rb") as lines:
            for line in lines:
                bare = line.replace(b" ", b"").replace(b"-", b"")
                found += any(number in bare for number in written)
    return [f"{found} lines of the dump hold the number of a card"] if found else []


def card_numbers() -> list[str]:
    """The number of a card stands in no table, whether as text or in bytes kept as they came."""
    written = _written()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        found = []
        for (table,) in cursor.fetchall():
            name = connection.ops.quote_name(table)
            text = "regexp_replace(kept::text, '[ -]', '', 'g')"
            cursor.execute(f"SELECT count(*) FROM {name} kept WHERE {text} ~ %s", ["|".join(written)])
            found += [f"{count} rows of {table} hold the number of a card" for (count,) in cursor if count]
    return found
