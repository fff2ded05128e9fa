"""What ``svet verify`` proves about payments: each promise is a handful of queries that find its breaches."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

# Each finds one kind of breach; the words go before the number of the order or the ledger key.
_CREDITS = {
    "credited, but the ledger knows nothing of it: order": """
        SELECT o.number FROM payments_order o
        LEFT JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        WHERE o.state = 'credited' AND t.transaction_id IS NULL ORDER BY o.id LIMIT 100""",
    "in the ledger, but no credited order asked for it:": """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_order o ON o.public_id = substr(t.key, 5) AND o.state = 'credited'
        WHERE t.key LIKE 'pay:%' AND o.id IS NULL ORDER BY t.transaction_id LIMIT 100""",
    "the lines do not add up to what the bank took: order": """
        SELECT o.number FROM payments_order o WHERE o.state = 'credited'
            AND o.taken_kopecks IS DISTINCT FROM
                (SELECT sum(credited_kopecks) FROM payments_orderline WHERE order_id = o.id)
        ORDER BY o.id LIMIT 100""",
    "the lines do not add up to what was ordered: order": """
        SELECT o.number FROM payments_order o
        WHERE o.total_kopecks <> (SELECT sum(kopecks) FROM payments_orderline WHERE order_id = o.id)
        ORDER BY o.id LIMIT 100""",
    "credited to another provider than its accounts have: order": """
        SELECT o.number FROM payments_order o JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        JOIN payments_orderline l ON l.order_id = o.id JOIN accounts_account_door a USING (account_id)
        WHERE a.provider_id <> t.provider_id GROUP BY o.id ORDER BY o.id LIMIT 100""",
}
_GROUPS = {
    "not every line was credited in the one transaction: order": """
        SELECT o.number FROM payments_order o JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        WHERE (SELECT jsonb_object_agg(account_id, credited_kopecks) FROM payments_orderline
                WHERE order_id = o.id AND credited_kopecks <> 0)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, -kopecks) FROM ledger_posting_door
                WHERE transaction_id = t.transaction_id AND book = 'receivable')
        ORDER BY o.id LIMIT 100""",
}
# A refund above what was left is posted as far as it goes; the rest is before a person (the inbox).
_REFUNDS = {
    "given back by the bank, not taken off the accounts: refund": """
        SELECT r.reference FROM payments_paymentrefund r JOIN payments_order o ON o.id = r.order_id
        WHERE r.state = 'done' AND o.state = 'credited' AND r.posted_at IS NULL ORDER BY r.id LIMIT 100""",
    "taken off the accounts, but nobody knows of such a refund:": """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_paymentrefund r ON r.book_name = substr(t.key, strpos(t.key, ':') + 1)
            AND r.state = 'done'
        WHERE split_part(t.key, ':', 1) IN ('refund', 'refund-off') AND (r.id IS NULL OR r.posted_at IS NULL)
            AND NOT (t.key LIKE 'refund:%' AND r.suspense_kopecks IS NOT NULL)
        ORDER BY t.transaction_id LIMIT 100""",
    "the ledger took off another sum than the bank gave back: refund": """
        SELECT r.reference FROM payments_paymentrefund r
        WHERE (r.posted_at IS NOT NULL OR r.suspense_kopecks IS NOT NULL) AND r.kopecks IS DISTINCT FROM
            (SELECT -sum(p.kopecks) FROM ledger_transaction_door t
                JOIN ledger_posting_door p USING (transaction_id)
                WHERE t.key = 'refund:' || r.book_name AND p.book = 'bank')
            AND NOT EXISTS (SELECT FROM payments_callback c
                WHERE c.order_id = r.order_id AND c.event = 'svet.refund_above_payment')
        ORDER BY r.id LIMIT 100""",
    "it was taken off other accounts than its lines say: refund": """
        SELECT r.reference FROM payments_paymentrefund r JOIN ledger_transaction_door t
            ON t.key = CASE WHEN r.suspense_kopecks IS NULL THEN 'refund:' ELSE 'refund-off:' END
                || r.book_name
        WHERE r.posted_at IS NOT NULL AND (SELECT jsonb_object_agg(l.account_id, part.kopecks)
                FROM payments_refundline part JOIN payments_orderline l ON l.id = part.line_id
                WHERE part.refund_id = r.id)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, kopecks) FROM ledger_posting_door
                WHERE transaction_id = t.transaction_id AND book = 'receivable')
        ORDER BY r.id LIMIT 100""",
    "more was taken off than had been credited: order": """
        SELECT o.number FROM payments_orderline l JOIN payments_order o ON o.id = l.order_id
        JOIN payments_refundline r ON r.line_id = l.id
        GROUP BY o.id, l.id HAVING sum(r.kopecks) > coalesce(l.credited_kopecks, 0)
        ORDER BY o.id LIMIT 100""",
    "its sum of refunds is not that of its refunds: order": """
        SELECT o.number FROM payments_order o
        WHERE o.refunded_kopecks <> coalesce((SELECT sum(kopecks) FROM payments_paymentrefund
            WHERE order_id = o.id AND state = 'done'), 0) ORDER BY o.id LIMIT 100""",
}
# Every payment in the ledger comes from an order or from a row of a register.
_SOURCES = {
    "a payment without an order or a row of a register:": """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_importedpayment r ON r.ledger_key = t.key
        LEFT JOIN payments_importedpayment put ON 'put:' || put.public_id = t.key
        LEFT JOIN payments_order held ON t.key LIKE 'held:%' AND held.public_id = split_part(t.key, ':', 2)
        WHERE t.kind = 'payment' AND t.key NOT LIKE 'pay:%' AND r.id IS NULL AND put.id IS NULL
            AND held.id IS NULL
        ORDER BY t.transaction_id LIMIT 100""",
    "a row of a register that was never posted:": """
        SELECT r.source || ' ' || r.external_id FROM payments_importedpayment r
        LEFT JOIN ledger_transaction_door t ON t.key = r.ledger_key
        WHERE t.transaction_id IS NULL AND r.state NOT IN ('differs', 'closed') ORDER BY r.id LIMIT 100""",
    "the ledger has another sum, account or day than the row of a register:": """
        SELECT r.source || ' ' || r.external_id FROM payments_importedpayment r
        JOIN ledger_transaction_door t ON t.key = r.ledger_key
        JOIN ledger_posting_door p USING (transaction_id)
        WHERE p.book IN ('receivable', 'suspense') AND (p.kopecks <> -r.kopecks OR (p.book = 'receivable'
            AND (t.effective_on, p.account_id) IS DISTINCT FROM (r.effective_on, r.account_id)))
        ORDER BY r.id LIMIT 100""",
    "a row of a register that differs was posted before anybody decided:": """
        SELECT r.source || ' ' || r.external_id FROM payments_importedpayment r
        JOIN ledger_transaction_door t ON t.key = r.ledger_key
        WHERE r.state IN ('differs', 'closed') ORDER BY r.id LIMIT 100""",
}
# Every transfer, correction and write-off by hand comes from an act, and an act that counts is posted.
_ACTS = {
    "an act that was not posted, or otherwise:": """
        SELECT 'act:' || a.public_id FROM payments_moneyact a
        LEFT JOIN ledger_transaction_door t ON t.key = 'act:' || a.public_id AND t.kind = a.kind
            AND t.effective_on = a.effective_on
        LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'receivable'
            AND p.account_id = a.account_id
        WHERE a.state = 'posted' AND p.kopecks IS DISTINCT FROM a.kopecks ORDER BY a.id LIMIT 100""",
    "posted without an act that counts:": """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_moneyact a ON t.key = 'act:' || a.public_id AND a.state = 'posted'
        WHERE t.key LIKE 'act:%' AND a.id IS NULL ORDER BY t.transaction_id LIMIT 100""",
}
_SUSPENSE = {
    "the books of suspense do not hold what waits in them (books, rows and orders): provider": """
        WITH books AS (
            SELECT t.provider_id, -sum(p.kopecks) AS total FROM ledger_posting_door p
            JOIN ledger_transaction_door t USING (transaction_id) WHERE p.book = 'suspense' GROUP BY 1
        ), waits AS (
            SELECT provider_id, sum(kopecks) AS total FROM (
                SELECT provider_id, kopecks FROM payments_importedpayment WHERE state = 'suspense'
                UNION ALL SELECT held_for_id, held_kopecks FROM payments_order WHERE held_for_id IS NOT NULL
            ) waiting GROUP BY 1
        )
        SELECT s.code || ' ' || coalesce(books.total, 0) || ' ' || coalesce(waits.total, 0)
        FROM books FULL JOIN waits USING (provider_id) JOIN accounts_provider_door s USING (provider_id)
        WHERE coalesce(books.total, 0) <> coalesce(waits.total, 0) ORDER BY s.code""",
}
# A refund above what was left is before a person (the inbox) and is left out; one whose posting is still due
# is looked at again by the janitor.
_BANK = {
    "the bank's book has another sum than the bank took and gave back (book, bank): order": """
        WITH booked AS (
            SELECT t.key, sum(p.kopecks) AS total
            FROM ledger_transaction_door t JOIN ledger_posting_door p USING (transaction_id)
            WHERE p.book = 'bank'
                AND split_part(t.key, ':', 1) IN ('pay', 'held', 'unheld', 'refund', 'refund-off')
            GROUP BY 1
        ), book AS (
            SELECT order_id, sum(total) AS total FROM (
                SELECT o.id AS order_id, b.total FROM booked b
                JOIN payments_order o ON o.public_id = split_part(b.key, ':', 2)
                WHERE b.key NOT LIKE 'refund%'
                UNION ALL SELECT r.order_id, b.total FROM booked b
                JOIN payments_paymentrefund r ON r.book_name = substr(b.key, strpos(b.key, ':') + 1)
                WHERE b.key LIKE 'refund%'
            ) every GROUP BY 1
        ), gave AS (
            SELECT order_id, sum(kopecks) AS total FROM payments_paymentrefund
            WHERE state = 'done' AND (posted_at IS NOT NULL OR suspense_kopecks IS NOT NULL) GROUP BY 1
        ), told AS (
            SELECT o.id, o.number, CASE WHEN o.taken_kopecks IS NULL THEN 0
                ELSE o.taken_kopecks - coalesce(gave.total, 0) END AS total
            FROM payments_order o LEFT JOIN gave ON gave.order_id = o.id
        )
        SELECT told.number || ' ' || coalesce(book.total, 0) || ' ' || told.total
        FROM told LEFT JOIN book ON book.order_id = told.id
        WHERE coalesce(book.total, 0) <> told.total AND NOT EXISTS (SELECT FROM payments_callback c
            WHERE c.order_id = told.id AND c.event = 'svet.refund_above_payment')
        ORDER BY told.id LIMIT 100""",
    "the bank's book has it at another time than the bank took it: order": """
        SELECT o.number FROM payments_order o JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        WHERE t.occurred_at IS DISTINCT FROM o.paid_at
            OR t.effective_on - (t.occurred_at AT TIME ZONE 'UTC')::date NOT IN (0, 1)
        ORDER BY o.id LIMIT 100""",
    "the bank's book has it at another time than the bank gave it back: refund": """
        SELECT r.reference FROM payments_paymentrefund r
        JOIN ledger_transaction_door t ON t.key = 'refund:' || r.book_name
        WHERE t.occurred_at IS DISTINCT FROM r.refunded_at
            OR t.effective_on - (t.occurred_at AT TIME ZONE 'UTC')::date NOT IN (0, 1)
        ORDER BY r.id LIMIT 100""",
    "given back by the bank, but still in suspense: refund": """
        SELECT r.reference FROM payments_paymentrefund r JOIN payments_order o ON o.id = r.order_id
        WHERE r.state = 'done' AND o.state = 'review' AND o.held_for_id IS NOT NULL
            AND r.suspense_kopecks IS NULL AND o.next_look_at IS NULL ORDER BY r.id LIMIT 100""",
    "taken by the bank, but in no book: order": """
        SELECT o.number FROM payments_order o
        WHERE o.state = 'review' AND o.taken_kopecks > 0 AND o.held_for_id IS NULL
        ORDER BY o.id LIMIT 100""",
    "it has been decided, but still stands in suspense: order": """
        SELECT o.number FROM payments_order o
        WHERE o.held_for_id IS NOT NULL AND o.state <> 'review' ORDER BY o.id LIMIT 100""",
}


def broken() -> list[str]:
    """Breaches of I-2, I-4, I-5, I-20 and I-21 together."""
    return broken_credits() + broken_groups() + broken_refunds() + broken_bank() + broken_books()


def broken_credits() -> list[str]:
    """I-2: what the bank took for an order stands in the ledger exactly once, and nothing else does."""
    return _breaches(_CREDITS)


def broken_groups() -> list[str]:
    """I-4: the lines of an order were credited together, each to its account."""
    return _breaches(_GROUPS)


def broken_refunds() -> list[str]:
    """I-5: what the bank gave back is taken off the accounts once, and never more than was credited."""
    return _breaches(_REFUNDS)


def broken_bank() -> list[str]:
    """I-20: the bank's book has what the bank took for each order and gave back of it, at its own time."""
    return _breaches(_BANK)


def broken_sources() -> list[str]:
    """I-21: every payment of the ledger has its order or its row of a register, and the other way round."""
    return _breaches(_SOURCES)


def broken_books() -> list[str]:
    """I-21 whole: :func:`broken_sources`, and suspense holds exactly what waits in it."""
    return broken_sources() + _breaches(_ACTS) + _breaches(_SUSPENSE)


def _breaches(queries: Mapping[str, str]) -> list[str]:
    breaches = []
    with connection.cursor() as cursor:
        for words, query in queries.items():
            cursor.execute(query)
            breaches += [f"{words} {row[0]}" for row in cursor.fetchall()]
    return breaches
