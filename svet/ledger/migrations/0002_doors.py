"""What SQL of other rooms may read: each view is a door of ledger, its columns a promise (ADR 87)."""

from django.db import migrations

DOORS = """
CREATE VIEW ledger_transaction_door AS
SELECT id AS transaction_id,
    key,
    kind,
    occurred_at,
    effective_on,
    provider_id
   FROM ledger_transaction;
CREATE VIEW ledger_posting_door AS
SELECT id AS posting_id,
    transaction_id,
    book,
    account_id,
    kopecks,
    seq,
    balance_after
   FROM ledger_posting;
"""
CLOSED = """
DROP VIEW ledger_posting_door;
DROP VIEW ledger_transaction_door;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(DOORS, CLOSED),
    ]
