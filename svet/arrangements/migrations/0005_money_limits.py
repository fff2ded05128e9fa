import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_holder_words"), ("arrangements", "0004_promises_taken_back")]

    operations = [
        migrations.AddField("instalmentplan", "least_kopecks", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            name="MoneyLimitsPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("refund_alone", models.BigIntegerField()),
                ("refund_times", models.PositiveSmallIntegerField()),
                ("refund_days", models.PositiveIntegerField()),
                ("promise_days", models.PositiveSmallIntegerField()),
                ("promise_pause", models.PositiveSmallIntegerField()),
                ("instalment_months", models.PositiveSmallIntegerField()),
                ("instalment_least", models.BigIntegerField()),
                ("instalment_alone", models.BigIntegerField()),
                ("instalment_most", models.BigIntegerField()),
                ("instalment_pause", models.PositiveSmallIntegerField()),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.provider"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "since"), name="arrangements_limits_unique")
                ],
            },
        ),
    ]
