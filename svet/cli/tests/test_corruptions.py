"""Whoever owns the database can write what they like into it: ``svet verify`` says so.

Each corruption is made with triggers and foreign keys silent, in a transaction of its own that is taken back.
Those of the journal's seals are in ``svet/journal/tests/test_sealing.py``: a seal needs committed rows.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from django.db import connection, transaction

from svet.accounts.tests.factories import make_provider
from svet.billing.operations import run
from svet.billing.operations.proving import Proved, prove
from svet.billing.queries.checks import checked, newest_charges
from svet.billing.queries.proofs import RunPrices
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
from svet.bills import operations as bills
from svet.bills.models import Bill, BillFile
from svet.bills.operations.proving import ProvedBills, prove_bills
from svet.bills.queries.checks import checked_blocks
from svet.cli.verification.pieces import BESIDE, BY_PIECES, KINDS, PieceKind
from svet.cli.verification.promises import PROMISES, PROVED, Promise
from svet.cli.verification.workers import called, look_at
from svet.exchange.operations import take_file
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import REQUISITES

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
MONTHS = [Month(2026, number) for number in range(5, 12)]
_REGISTER = (
    "05-10-2026;10-20-30;8597;0112;77;S{no};{account};ПЛАТЕЛЬЩИК;;1026;100,00;100,00;0,00\r\n"
    "=1;100,00;100,00;0,00;17;28-10-2026"
)


@pytest.fixture
def books() -> None:
    """Two accounts, seven months: read, estimated, settled by a reading; payments by registers; bills."""
    provider = make_provider(**REQUISITES)
    load_chelyabinsk()
    make_norm(100)
    made = [make_metered_account(installed_on=date(2026, 4, 20), residents=1) for _ in range(2)]
    for place, month in enumerate(MONTHS, 1):
        for (_, meter), each in zip(made, (200, 300), strict=True):
            if month not in (MONTHS[4], MONTHS[5]):  # September and October are estimated
                make_reading(meter, 1000 + each * place, read_on=month.day(20))
        run(provider_id=provider.pk, period=month, now=datetime(month.year, month.month, 26, 4, tzinfo=UTC))
        if month == MONTHS[5]:
            for no, (account, _) in enumerate(made):
                take_file(
                    profile="payments",
                    name=f"{no}.csv",
                    content=_REGISTER.format(no=no, account=account.number).encode("cp1251"),
                    by=Actor.system("test"),
                    now=NOW,
                    source="",
                )
        bills.issue(provider_id=provider.pk, period=month, now=NOW)
    # As versions before ADR 224 kept it.
    BillFile.objects.create(
        bill=Bill.objects.earliest("pk"),
        masked=False,
        content=b"%PDF",
        sha256=sha256(b"%PDF").hexdigest(),
        made_at=NOW,
    )


_ASKED = [*PROMISES]


def breached() -> dict[str, list[str]]:
    """The promises that are broken, with what is said of each."""
    return breached_by(PROMISES)


def noticed() -> bool:
    """Whether any promise is broken; those that noticed what came before are asked first."""
    for promise in _ASKED:
        if breached_by([promise]):
            _ASKED.remove(promise)
            _ASKED.insert(0, promise)
            return True
    return False


def breached_by(promises: Sequence[Promise]) -> dict[str, list[str]]:
    found = {}
    for promise in promises:
        module, _, name = promise.check.partition(":")
        # Days of the tests may be ahead of the database's clock.
        if promise.number == "I-23":
            continue
        if said := ours(getattr(importlib.import_module(module), name)()):
            found[promise.number] = said
    return found


def ours(breaches: Iterable[str]) -> list[str]:
    """What accounts of the tests owe comes of nothing."""
    return [one for one in breaches if "test-debt:" not in one]


def in_pieces(kinds: Sequence[PieceKind] = KINDS) -> dict[str, list[str]]:
    """What pieces, and what is looked at beside them, say of their promises."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for of_piece in look_at(kind.checks, [*called(kind.marks)()]).values():
            for number, said in of_piece.items():
                found.setdefault(number, []).extend(ours(said) if number != "I-23" else [])
    for number, path in BESIDE.items():
        found.setdefault(number, []).extend(ours(called(path)()))
    return {number: said for number, said in found.items() if said}


def noticed_since() -> dict[str, list[str]]:
    """What ``svet verify --since`` notices at the turn of what was changed, without proving accounts."""
    whole = [each for each in PROMISES if each.number not in (*PROVED, *BY_PIECES)]
    return in_pieces(KINDS[:1]) or in_pieces(KINDS[1:]) or breached_by(whole)


def newest(table: str, where: str = "true") -> str:
    return f"(SELECT max(id) FROM {table} WHERE {where})"


_PAYMENT = newest("ledger_transaction", "kind = 'payment'")
_STANDING = newest("billing_chargeline", "reverses_id IS NULL AND basis = 'reading'")
_REVERSAL = newest("billing_chargeline", "reverses_id IS NOT NULL")
_ESTIMATE = "(SELECT min(id) FROM billing_chargeline WHERE basis = 'average')"
_SET = newest("metering_readingset", "state = 'used'")
_CHARGE = newest("billing_charge")
# Whoever writes behind the back of the database has no use for its order of postings either.
_LOOSE = (
    "ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_numbered; DROP INDEX ledger_posting_in_order;"
)
#: What is done → the promise that must say so (others may).
CORRUPTIONS = {
    "one leg a kopeck more": (
        f"{_LOOSE} UPDATE ledger_posting SET kopecks = kopecks + 1"
        f" WHERE id = {newest('ledger_posting')}", "I-1"),
    "transaction of a charge deleted": (
        "DELETE FROM ledger_posting WHERE transaction_id = (SELECT transaction_id FROM billing_charge"
        f" WHERE id = {_CHARGE})", "I-11"),
    "transaction of a charge exchanged": (
        "UPDATE billing_charge SET transaction_id = (SELECT min(transaction_id) FROM billing_charge)"
        f" WHERE id = {_CHARGE}", "I-11"),
    "snapshot of a bill": (
        "UPDATE bills_bill SET snapshot = jsonb_set(snapshot, '{sums,closing}', '1')", "I-10"),
    "file of a bill": ("UPDATE bills_billfile SET content = content || content", "I-10"),
    "price of a tariff": ("UPDATE tariffs_tariffrow SET price = price + 0.01", "I-11"),
    "days of a tariff": ("UPDATE tariffs_tariffrow SET valid_from = valid_from + 30", "I-11"),
    "line deleted": (f"DELETE FROM billing_chargeline WHERE id = {_STANDING}", "I-11"),
    "sum of a register's row": ("UPDATE payments_importedpayment SET kopecks = kopecks * 10", "I-21"),
    "state of a register's row": (
        "UPDATE payments_importedpayment SET state = 'suspense', account_id = NULL,"
        " reason = 'account_unknown'",
        "I-21"),
    "last day of readings of a run": ("UPDATE billing_billingrun SET cut_off_day = 10", "I-11"),
    "register payment times ten with both legs": (
        f"{_LOOSE} UPDATE ledger_posting SET kopecks = kopecks * 10"
        f" WHERE transaction_id = {_PAYMENT}", "I-21"),
    "register payment deleted": (
        f"DELETE FROM ledger_posting WHERE transaction_id = {_PAYMENT};"
        f"DELETE FROM ledger_transaction WHERE id = {_PAYMENT}", "I-21"),
    "invented payment": (
        "WITH made AS (INSERT INTO ledger_transaction"
        " (key, kind, occurred_at, effective_on, provider_id, memo)"
        " SELECT 'gift:1', kind, occurred_at, effective_on, provider_id, '' FROM ledger_transaction"
        f" WHERE id = {_PAYMENT} RETURNING id)"
        ", stand AS (UPDATE ledger_accountbalance b SET last_seq = last_seq + 1,"
        " kopecks = b.kopecks + p.kopecks FROM ledger_posting p WHERE p.account_id = b.account_id"
        f" AND p.transaction_id = {_PAYMENT} RETURNING b.account_id, b.last_seq, b.kopecks)"
        " INSERT INTO ledger_posting (transaction_id, account_id, book, kopecks, seq, balance_before,"
        " balance_after) SELECT made.id, p.account_id, p.book, p.kopecks, s.last_seq,"
        " s.kopecks - p.kopecks, s.kopecks FROM made, ledger_posting p LEFT JOIN stand s USING (account_id)"
        f" WHERE p.transaction_id = {_PAYMENT}", "I-21"),
    "balance of an account": ("UPDATE ledger_accountbalance SET kopecks = kopecks - 100", "I-1"),
    "numbers of postings exchanged": (
        f"{_LOOSE} UPDATE ledger_posting SET seq = 3 - seq WHERE seq < 3", "I-1"),
    "range of a bill": ("UPDATE bills_bill SET to_seq = to_seq - 1 WHERE no = 1", "I-19"),
    "sum of a bill": ("UPDATE bills_bill SET payable_kopecks = payable_kopecks + 1 WHERE no = 1", "I-19"),
    "payment moved to another account": (
        f"{_LOOSE} UPDATE ledger_posting SET account_id = (SELECT min(id) FROM accounts_account)"
        f" + (SELECT max(id) FROM accounts_account) - account_id WHERE transaction_id = {_PAYMENT}", "I-21"),
    "day of a payment a year off": (
        f"UPDATE ledger_transaction SET effective_on = effective_on - 365 WHERE id = {_PAYMENT}", "I-21"),
    "used reading deleted": (
        f"DELETE FROM metering_readingvalue WHERE reading_set_id = {_SET};"
        f"DELETE FROM metering_readingset WHERE id = {_SET}", "I-11"),
    "value of a used reading": (
        f"UPDATE metering_readingvalue SET value = value + 100 WHERE reading_set_id = {_SET}", "I-11"),
    "used reading rejected": (f"UPDATE metering_readingset SET state = 'rejected' WHERE id = {_SET}", "I-6"),
    "bill deleted": (f"DELETE FROM bills_bill WHERE id = {newest('bills_bill')}", "I-19"),
    "due day of a bill": ("UPDATE bills_bill SET due_on = due_on + 30", "I-10"),
    "kWh with all its sums": (
        f"UPDATE billing_chargeline SET kwh = kwh + 100, kopecks = round((kwh + 100) * price * 100)"
        f" WHERE id = {_STANDING};"
        "UPDATE billing_charge c SET kwh = l.kwh, total_kopecks = l.kopecks FROM (SELECT charge_id, sum(kwh)"
        " AS kwh, sum(kopecks) AS kopecks FROM billing_chargeline GROUP BY charge_id) l"
        " WHERE l.charge_id = c.id;"
        f"{_LOOSE} UPDATE ledger_posting p SET kopecks = CASE WHEN p.account_id IS NULL THEN -c.total_kopecks"
        " ELSE c.total_kopecks END FROM billing_charge c WHERE c.transaction_id = p.transaction_id", "I-11"),
    "reversal with other kopecks": (
        f"UPDATE billing_chargeline SET kopecks = kopecks - 100 WHERE id = {_REVERSAL}", "I-11"),
    "reversal doubled": (
        "DROP INDEX billing_line_reversed_once;"
        "INSERT INTO billing_chargeline SELECT (json_populate_record(l, json_build_object('id',"
        f" l.id + 100000, 'position', 900))).* FROM billing_chargeline l WHERE l.id = {_REVERSAL}", "I-11"),
    "estimate of more kWh": (f"UPDATE billing_chargeline SET kwh = kwh + 900 WHERE id = {_ESTIMATE}", "I-11"),
    "register's row deleted": ("DELETE FROM payments_importedpayment", "I-21"),
    "charge deleted whole under its bill": (
        "DELETE FROM ledger_posting WHERE transaction_id = (SELECT transaction_id FROM billing_charge"
        f" WHERE id = {_CHARGE});"
        "DELETE FROM ledger_transaction WHERE id = (SELECT transaction_id FROM billing_charge"
        f" WHERE id = {_CHARGE});"
        f"DELETE FROM billing_chargeline WHERE charge_id = {_CHARGE};"
        f"DELETE FROM billing_charge WHERE id = {_CHARGE}", "I-22"),
    "ratio of a meter": ("UPDATE metering_meter SET ratio = 2", "I-11"),
    "price group of before": ("UPDATE accounts_terms SET tariff_group = '1.3'", "I-11"),
}  # fmt: skip


class _TakenBack(Exception):
    pass


def breached_since(whole: Collection[str]) -> set[str]:
    """The promises that ``svet verify --since`` finds broken; those it proves whole it finds as ``whole``."""
    found = set(whole) - set(PROVED) - BY_PIECES
    found |= in_pieces().keys()
    found |= {"I-10"} if any(block.breaches for block in checked_blocks(since=True)) else set()
    prices = RunPrices()
    for accounts in newest_charges():
        part = checked(accounts, prices=prices, since=True)
        found |= {"I-11"} if part.books else set()
        found |= {"I-18"} if part.twice else set()
    return found


def test_every_corruption_is_noticed_and_what_is_whole_is_not(books: None) -> None:
    """Each is planted behind a proof of the whole: both ways of looking notice it."""
    assert breached() == {}
    assert prove(since=False, now=NOW) == Proved(looked=2)
    assert prove(since=True, now=NOW) == Proved(looked=2, unmoved=2, compared=2)
    assert prove_bills(since=False, now=NOW) == ProvedBills(looked=15)
    assert prove_bills(since=True, now=NOW) == ProvedBills()
    assert breached_since(()) == set()
    unnoticed, behind_the_proof = {}, {}
    for name, (statements, promise) in CORRUPTIONS.items():
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET LOCAL session_replication_role = replica")
                    changed = 0
                    for statement in statements.split(";"):
                        cursor.execute(statement)
                        changed += max(cursor.rowcount, 0)
                assert changed, name
                found = breached()
                if promise not in found:
                    unnoticed[name] = found
                if promise not in breached_since(found):
                    behind_the_proof[name] = found
                raise _TakenBack
        except _TakenBack:
            pass
    assert unnoticed == {}
    assert behind_the_proof == {}
    assert breached() == {}
    assert prove(since=True, now=NOW) == Proved(looked=2, unmoved=2, compared=2)
