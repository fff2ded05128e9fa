from django.db import migrations, models
from django.db.models import Q

from svet.kernel.migration_steps import AddNotValid


class Migration(migrations.Migration):
    dependencies = [("payments", "0025_receipts_of_sources")]

    operations = [
        migrations.AddField(
            model_name="bankreceipttold",
            name="closing_document",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="bankreceipttold",
            name="closing_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AlterField(
            model_name="bankreceipttold",
            name="word",
            field=models.CharField(
                choices=[
                    ("pending", "pending"),
                    ("made", "made"),
                    ("failed", "failed"),
                    ("closed", "closed"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        AddNotValid(
            "payments_bankreceipttold",
            name="payments_bank_receipt_closed_by",
            rule="CHECK (NOT (word = 'closed') OR (NOT (closing_document = '') AND NOT (closing_reason = '')))",
            state=[
                migrations.AddConstraint(
                    model_name="bankreceipttold",
                    constraint=models.CheckConstraint(
                        condition=~Q(word="closed") | (~Q(closing_document="") & ~Q(closing_reason="")),
                        name="payments_bank_receipt_closed_by",
                    ),
                )
            ],
        ),
    ]
