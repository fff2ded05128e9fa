import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0024_prove_the_lost_disputes")]

    operations = [
        migrations.CreateModel(
            name="SourceReceipts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                (
                    "maker",
                    models.CharField(
                        choices=[("unsaid", "unsaid"), ("agent", "agent"), ("supplier", "supplier")],
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.source",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "since"), name="payments_source_receipts_once_a_day"
                    )
                ],
            },
        ),
    ]
