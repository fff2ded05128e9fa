"""What ``svet verify`` proves about money between two suppliers: their books mirror, and it is to be sent."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

INTERCO = {
    _("перенос между поставщиками проведён не в обеих книгах или проведён иначе:"): """
        WITH sides AS (
            SELECT 'act:' || public_id AS key, account_id, kopecks, effective_on
            FROM payments_moneyact WHERE state = 'posted' AND kind = 'interco'
            UNION ALL SELECT 'act:' || public_id || ':to', to_account_id, -kopecks, effective_on
            FROM payments_moneyact WHERE state = 'posted' AND kind = 'interco'
        )
        SELECT s.key FROM sides s JOIN accounts_account_door c USING (account_id)
        LEFT JOIN ledger_transaction_door t ON t.key = s.key AND t.kind = 'transfer'
            AND t.effective_on = s.effective_on AND t.provider_id = c.provider_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS legs,
                sum(p.kopecks) FILTER (WHERE p.book = 'receivable' AND p.account_id = s.account_id) AS moved,
                sum(p.kopecks) FILTER (WHERE p.book = 'interco') AS owed
            FROM ledger_posting_door p WHERE p.transaction_id = t.transaction_id
        ) b ON true
        WHERE (b.legs, b.moved, b.owed) IS DISTINCT FROM (2::bigint, s.kopecks::numeric, -s.kopecks::numeric)
        ORDER BY s.key LIMIT 100""",
    _("книги двух поставщиков друг о друге не зеркальны (в одной, в другой): поставщики"): """
        WITH books AS (
            SELECT t.provider_id AS own, CASE WHEN t.key LIKE '%:to' THEN f.provider_id ELSE g.provider_id END
                AS other, sum(p.kopecks) AS total
            FROM ledger_posting_door p JOIN ledger_transaction_door t USING (transaction_id)
            LEFT JOIN payments_moneyact a ON t.key LIKE 'act:%' AND a.public_id = split_part(t.key, ':', 2)
            LEFT JOIN accounts_account_door f ON f.account_id = a.account_id
            LEFT JOIN accounts_account_door g ON g.account_id = a.to_account_id
            WHERE p.book = 'interco' GROUP BY 1, 2
        )
        SELECT coalesce(s.code, '?') || ' ' || coalesce(o.code, '?') || ' ' || coalesce(one.total, 0)
            || ' ' || coalesce(two.total, 0)
        FROM books one FULL JOIN books two ON two.own = one.other AND two.other = one.own
        LEFT JOIN accounts_provider_door s ON s.provider_id = coalesce(one.own, two.other)
        LEFT JOIN accounts_provider_door o ON o.provider_id = coalesce(one.other, two.own)
        WHERE coalesce(one.total, 0) + coalesce(two.total, 0) <> 0 ORDER BY 1 LIMIT 100""",
    _("нет задачи отправить деньги другому поставщику, или она о других деньгах:"): """
        SELECT 'act:' || coalesce(a.public_id, s.act_id::text) FROM (
            SELECT a.id, a.public_id, a.kopecks, f.provider_id AS own, g.provider_id AS other
            FROM payments_moneyact a JOIN accounts_account_door f USING (account_id)
            JOIN accounts_account_door g ON g.account_id = a.to_account_id
            WHERE a.state = 'posted' AND a.kind = 'interco'
        ) a FULL JOIN payments_moneysending s ON s.act_id = a.id
        WHERE (s.kopecks, s.from_provider_id, s.to_provider_id) IS DISTINCT FROM (abs(a.kopecks),
            CASE WHEN a.kopecks > 0 THEN a.own ELSE a.other END,
            CASE WHEN a.kopecks > 0 THEN a.other ELSE a.own END)
        ORDER BY 1 LIMIT 100""",
    _("отправлять деньги не нужно только одному из двух поставщиков, а долг есть:"): """
        SELECT 'act:' || a.public_id FROM payments_moneyact a
        JOIN payments_moneysending s ON s.act_id = a.id
        LEFT JOIN payments_moneyact b ON b.id = a.undoes_id OR b.undoes_id = a.id AND b.state = 'posted'
        LEFT JOIN payments_moneysending r ON r.act_id = b.id
        WHERE s.state = 'dropped' AND r.state IS DISTINCT FROM 'dropped'
            OR s.state = 'open' AND a.undoes_id IS NULL AND b.id IS NOT NULL
        ORDER BY a.id LIMIT 100""",
}
