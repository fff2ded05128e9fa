"""What was entered about the ends of contracts: one more table, whose rows stay."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_prove_the_services"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closed_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                ("known_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                        related_name="+", to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["account", "id"], name="contract_end_of_account")]},
        ),
        AppendOnly("accounts_contractend", because="an end is a fact: enter another one instead"),
    ]
