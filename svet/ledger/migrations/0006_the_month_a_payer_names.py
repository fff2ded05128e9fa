from django.db import migrations, models

DOOR = """
CREATE OR REPLACE VIEW ledger_transaction_door AS
SELECT id AS transaction_id,
    key,
    kind,
    occurred_at,
    effective_on,
    provider_id,
    named_month
   FROM ledger_transaction;
"""
CLOSED = """
DROP VIEW ledger_transaction_door;
CREATE VIEW ledger_transaction_door AS
SELECT id AS transaction_id,
    key,
    kind,
    occurred_at,
    effective_on,
    provider_id
   FROM ledger_transaction;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_prove_the_books")]

    operations = [
        migrations.AddField("transaction", "named_month", models.DateField(null=True)),
        migrations.RunSQL(DOOR, CLOSED),
    ]
