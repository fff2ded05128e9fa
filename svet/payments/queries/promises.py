"""What ``svet verify`` proves about payments: each promise is a handful of queries that find its breaches."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from svet.payments.queries.between import INTERCO
from svet.payments.queries.disputed import DISPUTES
from svet.payments.queries.origins import ORIGINS

# Each finds one kind of breach; the words go before the number of the order or the ledger key.
CREDITS = {
    _("зачислен, а в книге счетов о нём ничего нет: платёж"): """
        SELECT o.number FROM payments_order o
        LEFT JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        WHERE o.state = 'credited' AND t.transaction_id IS NULL ORDER BY o.id LIMIT 100""",
    _("есть в книге счетов, а зачисленного платежа за этим нет:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_order o ON o.public_id = substr(t.key, 5) AND o.state = 'credited'
        WHERE t.key LIKE 'pay:%' AND o.id IS NULL ORDER BY t.transaction_id LIMIT 100""",
    _("строки не дают в сумме того, что взял банк: платёж"): """
        SELECT o.number FROM payments_order o WHERE o.state = 'credited'
            AND o.taken_kopecks IS DISTINCT FROM
                (SELECT sum(credited_kopecks) FROM payments_orderline WHERE order_id = o.id)
        ORDER BY o.id LIMIT 100""",
    _("строки не дают в сумме того, что просили: платёж"): """
        SELECT o.number FROM payments_order o
        WHERE o.total_kopecks <> (SELECT sum(kopecks) FROM payments_orderline WHERE order_id = o.id)
        ORDER BY o.id LIMIT 100""",
    _("зачислен другому поставщику, не тому, чьи лицевые счета: платёж"): """
        SELECT o.number FROM payments_order o JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        JOIN payments_orderline l ON l.order_id = o.id JOIN accounts_account_door a USING (account_id)
        WHERE a.provider_id <> t.provider_id GROUP BY o.id, o.number ORDER BY o.id LIMIT 100""",
}
GROUPS = {
    _("не каждая строка зачислена одной проводкой: платёж"): """
        SELECT o.number FROM payments_order o JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        WHERE (SELECT jsonb_object_agg(account_id, credited_kopecks) FROM payments_orderline
                WHERE order_id = o.id AND credited_kopecks <> 0)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, -kopecks) FROM ledger_posting_door
                WHERE transaction_id = t.transaction_id AND book = 'receivable')
        ORDER BY o.id LIMIT 100""",
}
# A refund above what was left is posted as far as it goes; the rest is before a person (the inbox).
REFUNDS = {
    _("банк вернул, а с лицевых счетов не снято: возврат"): """
        SELECT r.reference FROM payments_paymentrefund r JOIN payments_order o ON o.id = r.order_id
        WHERE r.state = 'done' AND o.state = 'credited' AND r.posted_at IS NULL
            -- What the bank gave back beside a refund of ours or a dispute waits until it is known what
            -- became of that.
            AND (r.reserved_at IS NOT NULL OR NOT EXISTS (SELECT FROM payments_paymentrefund ours
                WHERE ours.order_id = r.order_id AND ours.reserved_at IS NOT NULL
                    AND ours.state IN ('sent', 'unknown')) AND NOT EXISTS (SELECT FROM payments_chargeback c
                WHERE c.order_id = r.order_id AND c.state = 'told'))
        ORDER BY r.id LIMIT 100""",
    _("снято с лицевых счетов, а такого возврата никто не знает:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_paymentrefund r ON r.book_name = substr(t.key, strpos(t.key, ':') + 1)
            AND r.state = 'done'
        WHERE split_part(t.key, ':', 1) IN ('refund', 'refund-off') AND (r.id IS NULL OR r.posted_at IS NULL)
            AND NOT (t.key LIKE 'refund:%' AND r.suspense_kopecks IS NOT NULL)
        ORDER BY t.transaction_id LIMIT 100""",
    _("в книге счетов снята не та сумма, которую вернул банк: возврат"): """
        SELECT r.reference FROM payments_paymentrefund r
        WHERE (r.posted_at IS NOT NULL OR r.suspense_kopecks IS NOT NULL) AND r.kopecks IS DISTINCT FROM
            (SELECT -sum(p.kopecks) FROM ledger_transaction_door t
                JOIN ledger_posting_door p USING (transaction_id)
                WHERE t.key = 'refund:' || r.book_name AND p.book = 'bank')
            AND NOT EXISTS (SELECT FROM payments_callback c
                WHERE c.order_id = r.order_id AND c.event = 'svet.refund_above_payment')
        ORDER BY r.id LIMIT 100""",
    _("снято не с тех лицевых счетов, что в строках: возврат"): """
        SELECT coalesce(nullif(r.reference, ''), r.key) FROM payments_paymentrefund r
        JOIN ledger_transaction_door t ON t.key = CASE WHEN r.reserved_at IS NOT NULL THEN 'reserve:' || r.key
                WHEN r.suspense_kopecks IS NULL THEN 'refund:' || r.book_name
                ELSE 'refund-off:' || r.book_name END
        WHERE (r.posted_at IS NOT NULL OR r.reserved_at IS NOT NULL)
            AND (SELECT jsonb_object_agg(l.account_id, part.kopecks)
                FROM payments_refundline part JOIN payments_orderline l ON l.id = part.line_id
                WHERE part.refund_id = r.id)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, kopecks) FROM ledger_posting_door
                WHERE transaction_id = t.transaction_id AND book = 'receivable')
        ORDER BY r.id LIMIT 100""",
    _("снято больше, чем было зачислено: платёж"): """
        SELECT o.number FROM payments_orderline l JOIN payments_order o ON o.id = l.order_id
        JOIN payments_refundline r ON r.line_id = l.id
        JOIN payments_paymentrefund f ON f.id = r.refund_id AND f.state NOT IN ('withdrawn', 'refused')
        GROUP BY o.id, l.id HAVING sum(r.kopecks) > coalesce(l.credited_kopecks, 0)
        ORDER BY o.id LIMIT 100""",
    _("сумма возвратов не равна самим возвратам: платёж"): """
        SELECT o.number FROM payments_order o
        WHERE o.refunded_kopecks <> coalesce((SELECT sum(kopecks) FROM payments_paymentrefund
            WHERE order_id = o.id AND state = 'done'), 0) ORDER BY o.id LIMIT 100""",
}
# What staff gave back: off the accounts when approved, owed until the bank has answered.
GIVEN_BACK = {
    _("одобрен, а с лицевых счетов не снят: возврат"): """
        SELECT r.key FROM payments_paymentrefund r JOIN payments_refundrequest q ON q.refund_id = r.id
        LEFT JOIN ledger_transaction_door t ON t.key = 'reserve:' || r.key
        WHERE r.state IN ('approved', 'sent', 'unknown', 'done', 'refused')
            AND (r.reserved_at IS NULL OR t.transaction_id IS NULL) ORDER BY r.id LIMIT 100""",
    _("снято для возврата, а его никто не одобрил:"): """
        SELECT t.key FROM ledger_transaction_door t LEFT JOIN payments_paymentrefund r
            ON r.key = substr(t.key, strpos(t.key, ':') + 1) AND r.reserved_at IS NOT NULL
                AND (t.key LIKE 'reserve:%' OR r.state IN ('withdrawn', 'refused'))
        LEFT JOIN payments_refundrequest q ON q.refund_id = r.id
        WHERE split_part(t.key, ':', 1) IN ('reserve', 'unreserve') AND q.id IS NULL
        ORDER BY t.transaction_id LIMIT 100""",
    _("в книге «вернуть» не столько, сколько осталось вернуть: возврат"): """
        WITH owed AS (
            SELECT t.key, sum(p.kopecks) AS total FROM ledger_transaction_door t
            JOIN ledger_posting_door p USING (transaction_id) WHERE p.book = 'owed' GROUP BY 1
        )
        SELECT r.key FROM payments_paymentrefund r LEFT JOIN owed ON owed.key IN
            ('reserve:' || r.key, 'unreserve:' || r.key, nullif('refund:' || r.book_name, 'refund:'))
        WHERE r.reserved_at IS NOT NULL GROUP BY r.id
        HAVING coalesce(sum(owed.total), 0) <> CASE WHEN r.state IN ('withdrawn', 'refused')
            OR r.posted_at IS NOT NULL THEN 0 ELSE -r.kopecks END ORDER BY r.id LIMIT 100""",
    _("сумма не равна сумме строк: возврат"): """
        SELECT r.key FROM payments_paymentrefund r JOIN payments_refundrequest q ON q.refund_id = r.id
        LEFT JOIN payments_refundline l ON l.refund_id = r.id
        GROUP BY r.id HAVING coalesce(sum(l.kopecks), 0) <> r.kopecks ORDER BY r.id LIMIT 100""",
    _("нужны были две подписи, стоит одна: возврат"): """
        SELECT r.key FROM payments_paymentrefund r JOIN payments_refundrequest q ON q.refund_id = r.id
        WHERE q.by_two AND (q.signed_by_id IS NULL OR q.signed_by_id = q.written_by_id
                OR q.by_payer AND (q.first_by_id IS NULL OR q.first_by_id = q.signed_by_id))
            AND r.state NOT IN ('to_sign', 'withdrawn') ORDER BY r.id LIMIT 100""",
    _("отправляется в банк, а спросить о нём некому: возврат"): """
        SELECT r.key FROM payments_paymentrefund r
        WHERE r.state IN ('approved', 'sent') AND r.next_look_at IS NULL ORDER BY r.id LIMIT 100""",
}
# Every payment in the ledger comes from an order or from a row of a register.
SOURCES = {
    _("платёж без заказа и без строки реестра:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_importedpayment r ON r.ledger_key = t.key
        LEFT JOIN payments_importedpayment put ON 'put:' || put.public_id = t.key
        LEFT JOIN payments_order held ON t.key LIKE 'held:%' AND held.public_id = split_part(t.key, ':', 2)
        WHERE t.kind = 'payment' AND t.key NOT LIKE 'pay:%' AND r.id IS NULL AND put.id IS NULL
            AND held.id IS NULL
        ORDER BY t.transaction_id LIMIT 100""",
    _("строка реестра, которая не проведена:"): """
        SELECT r.source || ' ' || r.external_id FROM payments_importedpayment r
        LEFT JOIN ledger_transaction_door t ON t.key = r.ledger_key
        WHERE t.transaction_id IS NULL AND r.state NOT IN ('differs', 'closed') ORDER BY r.id LIMIT 100""",
    _("в книге счетов не та сумма, не тот счёт или не тот день, что в строке реестра:"): """
        SELECT r.source || ' ' || r.external_id FROM payments_importedpayment r
        JOIN ledger_transaction_door t ON t.key = r.ledger_key
        JOIN ledger_posting_door p USING (transaction_id)
        WHERE p.book IN ('receivable', 'suspense') AND (p.kopecks <> -r.kopecks OR (p.book = 'receivable'
            AND (t.effective_on, p.account_id) IS DISTINCT FROM (r.effective_on, r.account_id)))
        ORDER BY r.id LIMIT 100""",
    _("отличающаяся строка реестра проведена раньше, чем её решили:"): """
        SELECT r.source || ' ' || r.external_id FROM payments_importedpayment r
        JOIN ledger_transaction_door t ON t.key = r.ledger_key
        WHERE r.state IN ('differs', 'closed') ORDER BY r.id LIMIT 100""",
}
# Every transfer, correction and write-off by hand comes from an act, and an act that counts is posted.
ACTS = {
    _("акт не проведён или проведён иначе:"): """
        SELECT 'act:' || a.public_id FROM payments_moneyact a
        LEFT JOIN ledger_transaction_door t ON t.key = 'act:' || a.public_id
            AND t.kind = CASE a.kind WHEN 'interco' THEN 'transfer' ELSE a.kind END
            AND t.effective_on = a.effective_on
        LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'receivable'
            AND p.account_id = a.account_id
        WHERE a.state = 'posted' AND p.kopecks IS DISTINCT FROM a.kopecks ORDER BY a.id LIMIT 100""",
    _("проведено без действующего акта:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_moneyact a ON a.public_id = split_part(t.key, ':', 2) AND a.state = 'posted'
            AND (t.key = 'act:' || a.public_id
                OR a.kind = 'interco' AND t.key = 'act:' || a.public_id || ':to')
        WHERE t.key LIKE 'act:%' AND a.id IS NULL ORDER BY t.transaction_id LIMIT 100""",
}
SUSPENSE = {
    _("в невыясненных не то, что там ждёт (в книге, по строкам и заказам): поставщик"): """
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
    _("в книге банка не та сумма, что банк взял и вернул (в книге, у банка): платёж"): """
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
    _("в книге банка не то время, когда банк взял деньги: платёж"): """
        SELECT o.number FROM payments_order o JOIN ledger_transaction_door t ON t.key = 'pay:' || o.public_id
        WHERE t.occurred_at IS DISTINCT FROM o.paid_at
            OR t.effective_on - (t.occurred_at AT TIME ZONE 'UTC')::date NOT IN (0, 1)
        ORDER BY o.id LIMIT 100""",
    _("в книге банка не то время, когда банк вернул деньги: возврат"): """
        SELECT r.reference FROM payments_paymentrefund r
        JOIN ledger_transaction_door t ON t.key = 'refund:' || r.book_name
        WHERE t.occurred_at IS DISTINCT FROM r.refunded_at
            OR t.effective_on - (t.occurred_at AT TIME ZONE 'UTC')::date NOT IN (0, 1)
        ORDER BY r.id LIMIT 100""",
    _("банк вернул, а деньги ещё в невыясненных: возврат"): """
        SELECT r.reference FROM payments_paymentrefund r JOIN payments_order o ON o.id = r.order_id
        WHERE r.state = 'done' AND o.state = 'review' AND o.held_for_id IS NOT NULL
            AND r.suspense_kopecks IS NULL AND o.next_look_at IS NULL ORDER BY r.id LIMIT 100""",
    _("банк взял, а денег нет ни в одной книге: платёж"): """
        SELECT o.number FROM payments_order o
        WHERE o.state = 'review' AND o.taken_kopecks > 0 AND o.held_for_id IS NULL
        ORDER BY o.id LIMIT 100""",
    _("решён, а всё ещё в невыясненных: платёж"): """
        SELECT o.number FROM payments_order o
        WHERE o.held_for_id IS NOT NULL AND o.state <> 'review' ORDER BY o.id LIMIT 100""",
}


def broken() -> list[str]:
    """Breaches of I-2, I-4, I-5, I-20 and I-21 together."""
    return broken_credits() + broken_groups() + broken_refunds() + broken_bank() + broken_books()


def broken_credits() -> list[str]:
    """I-2: what the bank took for an order stands in the ledger exactly once, and nothing else does."""
    return _breaches(CREDITS)


def broken_groups() -> list[str]:
    """I-4: the lines of an order were credited together, each to its account."""
    return _breaches(GROUPS)


def broken_refunds() -> list[str]:
    """I-5: what the bank gave back is taken off the accounts once, and never more than was credited."""
    return _breaches(REFUNDS) + _breaches(GIVEN_BACK) + _breaches(DISPUTES)


def broken_bank() -> list[str]:
    """I-20: the bank's book has what the bank took for each order and gave back of it, at its own time;
    the books of two suppliers about each other mirror."""
    return _breaches(_BANK) + _breaches(INTERCO)


def broken_sources() -> list[str]:
    """I-21: every payment of the ledger has its order or its row of a register, and the other way round."""
    return _breaches(SOURCES)


def broken_books() -> list[str]:
    """I-21 whole: :func:`broken_sources`, suspense holds exactly what waits in it, and nothing moved an
    account, or went through ours, but what a source says."""
    return broken_sources() + _breaches(ACTS) + _breaches(SUSPENSE) + _breaches(ORIGINS)


def _breaches(queries: Mapping[str, str]) -> list[str]:
    breaches = []
    with connection.cursor() as cursor:
        for words, query in queries.items():
            cursor.execute(query)
            said = gettext(words)
            breaches += [f"{said} {row[0]}" for row in cursor.fetchall()]
    return breaches
