from __future__ import annotations

from django.db import migrations, models

KINDS = (
    "payment_unknown", "payment_not_listed", "payment_open", "payment_sum", "payment_ledger",
    "refund_unknown", "refund_not_listed", "refund_sum", "refund_ledger", "row_ledger", "unreadable",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_charged_as_agreed")]

    operations = [
        migrations.AlterField(
            model_name="daydifference",
            name="kind",
            field=models.CharField(choices=[(kind, kind) for kind in KINDS], max_length=20),
        ),
    ]
