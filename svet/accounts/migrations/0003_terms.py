import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from svet.kernel.append_only import AppendOnly

# What was written over until now begins on the day the account was opened.
CARRY = """
INSERT INTO accounts_terms (account_id, since, tariff_group, residents, area, stove, source, reason, known_at)
    SELECT a.id, a.opened_on, a.tariff_group, p.residents, p.area_m2, '', 'register', '', now()
    FROM accounts_account a JOIN accounts_premises p ON p.id = a.premises_id;
"""
BACK = """
UPDATE accounts_account a SET tariff_group = t.tariff_group
    FROM accounts_terms t WHERE t.account_id = a.id AND t.gone_at IS NULL;
UPDATE accounts_premises p SET residents = t.residents, area_m2 = t.area
    FROM accounts_terms t JOIN accounts_account a ON a.id = t.account_id
    WHERE a.premises_id = p.id AND t.gone_at IS NULL;
"""


class Migration(migrations.Migration):
    squawk = {
        "ban-drop-column": "nothing is released: no version that reads these columns runs beside this one",
    }

    dependencies = [
        ("accounts", "0002_doors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("tariff_group", models.CharField(blank=True, max_length=40)),
                ("residents", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("area", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                ("rooms", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("stove", models.CharField(blank=True, max_length=8)),
                ("electric_heating", models.BooleanField(blank=True, null=True)),
                ("source", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("known_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="accounts.account"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="accounts.terms",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "since"], name="terms_of_account")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=("account", "since"),
                        name="terms_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stove__in", ["", "gas", "electric"])), name="terms_stove_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["register", "office"])), name="terms_source_known"
                    ),
                ],
            },
        ),
        migrations.RunSQL(CARRY, BACK),
        AppendOnly("accounts_terms", name="accounts_terms_not_deleted", on="DELETE"),
        AppendOnly(
            "accounts_terms",
            name="accounts_terms_only_goes",
            on="UPDATE",
            when="OLD.gone_at IS NOT NULL OR (to_jsonb(OLD) - 'gone_at') <> (to_jsonb(NEW) - 'gone_at')",
            because="terms are facts: write another row that replaces this one",
        ),
        migrations.RemoveField(model_name="account", name="tariff_group"),
        migrations.RemoveField(model_name="premises", name="area_m2"),
        migrations.RemoveField(model_name="premises", name="residents"),
    ]
