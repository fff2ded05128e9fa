"""I-21: what stands on accounts, or went through our own, is what its source says, and nothing else is."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

# What refunds, disputes and acts should have moved: there are few of them, beside orders and rows.
OF_FEW: Final = """SELECT CASE WHEN r.reserved_at IS NOT NULL THEN 'reserve:' || r.key
                WHEN r.suspense_kopecks IS NULL THEN 'refund:' || r.book_name
                ELSE 'refund-off:' || r.book_name END, l.account_id, part.kopecks
            FROM payments_paymentrefund r JOIN payments_refundline part ON part.refund_id = r.id
            JOIN payments_orderline l ON l.id = part.line_id
            WHERE r.posted_at IS NOT NULL OR r.reserved_at IS NOT NULL
            UNION ALL SELECT 'unreserve:' || r.key, l.account_id, -part.kopecks
            FROM payments_paymentrefund r JOIN payments_refundline part ON part.refund_id = r.id
            JOIN payments_orderline l ON l.id = part.line_id
            WHERE r.reserved_at IS NOT NULL AND r.state IN ('withdrawn', 'refused')
            UNION ALL SELECT 'chargeback-lost:' || c.public_id, l.account_id, part.kopecks
            FROM payments_chargeback c JOIN payments_chargebackline part ON part.chargeback_id = c.id
            JOIN payments_orderline l ON l.id = part.line_id WHERE c.state = 'lost'
            UNION ALL SELECT 'act:' || public_id, account_id, kopecks
            FROM payments_moneyact WHERE state = 'posted'
            UNION ALL SELECT 'act:' || public_id || CASE kind WHEN 'interco' THEN ':to' ELSE '' END,
                to_account_id, -kopecks
            FROM payments_moneyact WHERE state = 'posted' AND to_account_id IS NOT NULL
"""
# Other rooms answer for charges, openings and shown penalties, by the keys that they give.
MOVED: Final = _("на лицевом счёте не то, что должно стоять по платежу, строке, возврату, спору или акту:")
ORIGINS: Final = {
    # By key and account: what each source should have moved, beside what the books moved.
    MOVED: f"""
        WITH should AS (
            SELECT 'pay:' || o.public_id AS key, l.account_id, -l.credited_kopecks AS kopecks
            FROM payments_order o JOIN payments_orderline l ON l.order_id = o.id WHERE o.state = 'credited'
            UNION ALL SELECT coalesce(put.key, r.ledger_key), r.account_id, -r.kopecks
            FROM payments_importedpayment r
            LEFT JOIN ledger_transaction_door put ON put.key = 'put:' || r.public_id
            WHERE r.state IN ('credited', 'reversed') AND r.account_id IS NOT NULL
            UNION ALL {OF_FEW}
        ), due AS (
            SELECT key, account_id, sum(kopecks) AS kopecks FROM should
            GROUP BY 1, 2 HAVING sum(kopecks) <> 0
        ), stands AS (
            SELECT t.key, p.account_id, sum(p.kopecks) AS kopecks
            FROM ledger_transaction_door t JOIN ledger_posting_door p USING (transaction_id)
            WHERE p.book = 'receivable' AND t.kind <> 'charge'
                AND (t.kind, split_part(t.key, ':', 1)) NOT IN (('opening', 'opening'), ('penalty', 'pen'))
            GROUP BY 1, 2
        )
        SELECT DISTINCT coalesce(due.key, stands.key) FROM due FULL JOIN stands USING (key, account_id)
        WHERE due.kopecks IS DISTINCT FROM stands.kopecks ORDER BY 1 LIMIT 100""",  # noqa: S608 - our own words
    # A day that came, a row that paid by itself, or one that cost.
    _("через расчётный счёт прошло не то, что в выписке:"): """
        WITH due AS (
            SELECT ledger_key AS key, sum(kopecks) AS came, sum(commission_kopecks) AS kept
            FROM payments_daysettlement GROUP BY 1
            UNION ALL SELECT ledger_key, kopecks,
                CASE WHEN ledger_key LIKE 'fee:%' THEN -kopecks ELSE 0 END
            FROM payments_statementrow
            WHERE ledger_key <> '' AND ledger_key NOT IN (SELECT ledger_key FROM payments_daysettlement)
        ), stands AS (
            SELECT t.key, coalesce(sum(p.kopecks) FILTER (WHERE p.book = 'settlement'), 0) AS came,
                coalesce(sum(p.kopecks) FILTER (WHERE p.book = 'commission'), 0) AS kept
            FROM ledger_transaction_door t JOIN ledger_posting_door p USING (transaction_id)
            WHERE t.kind = 'settlement' AND split_part(t.key, ':', 1) NOT IN ('dispute-in', 'dispute-out')
            GROUP BY 1
        )
        SELECT coalesce(due.key, stands.key) FROM due FULL JOIN stands USING (key)
        WHERE (due.came, due.kept) IS DISTINCT FROM (stands.came, stands.kept)
            AND coalesce(due.key, stands.key) NOT LIKE 'dispute-%' ORDER BY 1 LIMIT 100""",
    # Kinds that move no account by themselves are named by what they come of too.
    _("проводка ни по какому платежу, строке или возврату:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_importedpayment r ON r.ledger_key = t.key
        LEFT JOIN payments_importedpayment kept ON kept.public_id = split_part(t.key, ':', 2)
            AND split_part(t.key, ':', 1) IN ('put', 'return')
        LEFT JOIN payments_order o ON o.public_id = split_part(t.key, ':', 2)
            AND split_part(t.key, ':', 1) IN ('pay', 'held', 'unheld')
        WHERE t.kind NOT IN ('charge', 'settlement', 'chargeback')
            AND (t.kind, split_part(t.key, ':', 1)) NOT IN (('opening', 'opening'), ('penalty', 'pen'))
            AND split_part(t.key, ':', 1) NOT IN ('act', 'refund', 'refund-off', 'reserve', 'unreserve')
            AND r.id IS NULL AND kept.id IS NULL AND o.id IS NULL
        ORDER BY t.transaction_id LIMIT 100""",
}
