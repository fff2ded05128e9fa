"""I-5 of disputes at the bank: states, lines and books agree both ways."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

# What a payer disputes stands in the book of disputes until it is won or lost.
DISPUTES: Final = {
    _("в книгах не то, что говорит состояние: спор"): """
        WITH moved AS (
            -- What a dispute grew by later (chargeback-more1:, -more2: …) belongs to what was told.
            SELECT regexp_replace(t.key, '^chargeback-more[0-9]+:', 'chargeback:') AS key,
                sum(p.kopecks) AS total FROM ledger_transaction_door t
            JOIN ledger_posting_door p USING (transaction_id)
            WHERE p.book = 'dispute' GROUP BY 1
        )
        SELECT c.reference FROM payments_chargeback c
        LEFT JOIN moved told ON told.key = 'chargeback:' || c.public_id
        LEFT JOIN moved won ON won.key = 'chargeback-won:' || c.public_id
        LEFT JOIN moved lost ON lost.key = 'chargeback-lost:' || c.public_id
        WHERE (coalesce(told.total, 0), coalesce(won.total, 0), coalesce(lost.total, 0)) IS DISTINCT FROM
            (c.kopecks - c.above_kopecks, CASE c.state WHEN 'won' THEN c.above_kopecks - c.kopecks ELSE 0 END,
                CASE c.state WHEN 'lost' THEN c.above_kopecks - c.kopecks ELSE 0 END)
        ORDER BY c.id LIMIT 100""",
    _("снято не с тех лицевых счетов, что в строках: спор"): """
        SELECT c.reference FROM payments_chargeback c
        LEFT JOIN ledger_transaction_door t ON t.key = 'chargeback-lost:' || c.public_id
        WHERE c.state = 'lost' AND (SELECT jsonb_object_agg(l.account_id, part.kopecks)
                FROM payments_chargebackline part JOIN payments_orderline l ON l.id = part.line_id
                WHERE part.chargeback_id = c.id)
            IS DISTINCT FROM (SELECT jsonb_object_agg(account_id, kopecks) FROM ledger_posting_door
                WHERE transaction_id = t.transaction_id AND book = 'receivable')
        ORDER BY c.id LIMIT 100""",
    _("в книгах есть, а такого спора никто не знает:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_chargeback c ON c.public_id = substr(t.key, strpos(t.key, ':') + 1)
        WHERE t.kind = 'chargeback' AND c.id IS NULL ORDER BY t.transaction_id LIMIT 100""",
    _("сумма не равна сумме строк: спор"): """
        SELECT c.reference FROM payments_chargeback c
        LEFT JOIN payments_chargebackline l ON l.chargeback_id = c.id
        GROUP BY c.id HAVING coalesce(sum(l.kopecks), 0) <> c.kopecks - c.above_kopecks
        ORDER BY c.id LIMIT 100""",
    _("возвращено и оспорено больше, чем было зачислено: платёж"): """
        WITH gone AS (
            SELECT r.line_id, r.kopecks FROM payments_refundline r
            JOIN payments_paymentrefund f ON f.id = r.refund_id AND f.state NOT IN ('withdrawn', 'refused')
            UNION ALL SELECT d.line_id, d.kopecks FROM payments_chargebackline d
            JOIN payments_chargeback c ON c.id = d.chargeback_id AND c.state <> 'won'
        )
        SELECT o.number FROM payments_orderline l JOIN payments_order o ON o.id = l.order_id
        JOIN gone ON gone.line_id = l.id WHERE EXISTS (SELECT FROM payments_chargeback c
            WHERE c.order_id = o.id)
        GROUP BY o.id, l.id HAVING sum(gone.kopecks) > coalesce(l.credited_kopecks, 0)
        ORDER BY o.id LIMIT 100""",
    _("возвращено, оспорено и перенесено больше, чем было зачислено: платёж"): """
        WITH gone AS (
            SELECT l.order_id, l.account_id, r.kopecks FROM payments_refundline r
            JOIN payments_orderline l ON l.id = r.line_id JOIN payments_paymentrefund f
                ON f.id = r.refund_id AND f.state NOT IN ('withdrawn', 'refused', 'to_sign')
            UNION ALL SELECT l.order_id, l.account_id, d.kopecks FROM payments_chargebackline d
            JOIN payments_orderline l ON l.id = d.line_id
            JOIN payments_chargeback c ON c.id = d.chargeback_id AND c.state <> 'won'
            UNION ALL SELECT m.of_order_id, m.account_id, m.kopecks FROM payments_moneyact m
            WHERE m.of_order_id IS NOT NULL AND m.state = 'posted' AND NOT EXISTS (
                SELECT FROM payments_moneyact u WHERE u.undoes_id = m.id AND u.state = 'posted')
        )
        SELECT o.number FROM gone JOIN payments_order o ON o.id = gone.order_id
        WHERE EXISTS (SELECT FROM payments_moneyact m WHERE m.of_order_id = o.id)
        GROUP BY o.id, gone.account_id HAVING sum(gone.kopecks) > coalesce((SELECT sum(l.credited_kopecks)
            FROM payments_orderline l WHERE l.order_id = o.id AND l.account_id = gone.account_id), 0)
        ORDER BY o.id LIMIT 100""",
    _("больше, чем осталось от платежа, и никто этого не разбирает: спор"): """
        SELECT c.reference FROM payments_chargeback c
        WHERE c.above_kopecks > 0 AND NOT EXISTS (SELECT FROM payments_callback n
            WHERE n.order_id = c.order_id AND n.event = 'svet.chargeback_above_payment')
        ORDER BY c.id LIMIT 100""",
    _("сопоставлена, а проводки за этим нет: строка выписки"): """
        SELECT s.own_account || ' ' || s.number FROM payments_statementrow s
        LEFT JOIN ledger_transaction_door t ON t.key = s.ledger_key
        WHERE s.state IN ('settled', 'payment') AND t.transaction_id IS NULL ORDER BY s.id LIMIT 100""",
    _("переводами на расчётный счёт пришло не столько, сколько принято платежей: поставщик"): """
        WITH came AS (
            SELECT provider_id, sum(kopecks) AS total FROM payments_statementrow
            WHERE state = 'payment' GROUP BY 1
        ), taken AS (
            SELECT provider_id, sum(kopecks) AS total FROM payments_importedpayment
            WHERE source = 'transfer' GROUP BY 1
        )
        SELECT s.code FROM came FULL JOIN taken USING (provider_id)
        JOIN accounts_provider_door s USING (provider_id)
        WHERE coalesce(came.total, 0) <> coalesce(taken.total, 0) ORDER BY s.code""",
    _("деньги спора ходили через расчётный счёт не столько, сколько оспорено:"): """
        SELECT t.key FROM ledger_transaction_door t
        LEFT JOIN payments_chargeback c ON c.public_id = substr(t.key, strpos(t.key, ':') + 1)
        LEFT JOIN ledger_posting_door p ON p.transaction_id = t.transaction_id AND p.book = 'settlement'
        WHERE split_part(t.key, ':', 1) IN ('dispute-out', 'dispute-in')
            AND abs(p.kopecks) IS DISTINCT FROM c.kopecks ORDER BY t.transaction_id LIMIT 100""",
}
