"""The digests of the PDFs that were given out; the PDFs themselves are drawn again (ADR 224)."""

import django.db.models.deletion
from django.db import migrations, models

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("bills", "0005_penalties_on_certificates")]

    operations = [
        migrations.CreateModel(
            name="BillPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("masked", models.BooleanField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "bill",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="papers",
                        to="bills.bill",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sha256", "bill", "masked"), name="bills_paper_once")
                ],
            },
        ),
        AppendOnly("bills_billpaper", because="a paper was given out: its digest stays"),
    ]
