"""Entries are append-only, and the bills that stand already get theirs by the rule they were made by.

Before, a bill took the postings whose day lay before the end of its month. A posting that came late was then on no
bill at all: it is noted on the bill of its day here, and ``svet verify`` names the accounts whose old bills do not chain.
"""

from django.db import migrations

FORWARD = """
CREATE TRIGGER bills_entry_immutable BEFORE UPDATE OR DELETE ON bills_billentry
    FOR EACH ROW EXECUTE FUNCTION bills_refuse_change();
INSERT INTO bills_billentry (bill_id, account_id, transaction_id)
SELECT DISTINCT ON (p.account_id, p.transaction_id) b.id, p.account_id, p.transaction_id
FROM ledger_posting p
JOIN ledger_transaction t ON t.id = p.transaction_id
JOIN bills_bill b ON b.account_id = p.account_id AND b.period + interval '1 month' > t.effective_on
WHERE p.book = 'receivable'
ORDER BY p.account_id, p.transaction_id, b.period, b.version DESC;
"""
BACKWARD = "DROP TRIGGER bills_entry_immutable ON bills_billentry;"


class Migration(migrations.Migration):
    dependencies = [("bills", "0004_chained")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
