"""Papers of use and payments in whole months: one more table, whose rows stay."""

import django.db.models.deletion
from django.db import migrations, models

import svet.kernel.fields
from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("bills", "0006_papers_are_drawn_again")]

    operations = [
        migrations.CreateModel(
            name="ConsumptionCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", svet.kernel.fields.PublicIdField()),
                ("code", models.CharField(max_length=16, unique=True)),
                ("on", models.DateField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("statement", models.JSONField()),
                ("parties", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("asked_by", models.CharField(max_length=120)),
                ("made_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-made_at", "-id"], name="bills_consumption_feed")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "on", "since", "until", "sha256"), name="bills_consumption_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(since__lte=models.F("until")), name="bills_consumption_in_order"
                    ),
                ],
            },
        ),
        AppendOnly("bills_consumptioncertificate", because="a certificate was given: what it said stays"),
    ]
