from django.db import migrations

from svet.kernel.migration_steps import Validate

# Disputes that were lost before anybody was asked: a person decides about their receipts, too.
_BEFORE = """
INSERT INTO payments_receiptdue (name, kind, order_id, dispute_id, lost, owed_at)
SELECT 'chargeback-lost:' || c.public_id, 'lost', c.order_id, c.id, 'ask', now()
FROM payments_chargeback c JOIN payments_order o ON o.id = c.order_id
WHERE c.state = 'lost' AND c.kopecks > c.above_kopecks AND o.state = 'credited' AND o.receipts = 'cashbox'
ON CONFLICT (name) DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0023_receipts_of_lost_disputes")]

    operations = [
        Validate("payments_receiptdue", name="payments_receipt_due_dispute_fk"),
        Validate("payments_receiptdue", name="payments_receipt_due_of_its_way"),
        migrations.RunSQL(_BEFORE, migrations.RunSQL.noop),
    ]
