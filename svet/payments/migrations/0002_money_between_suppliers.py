import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from svet.kernel.migration_steps import AddNotValid

_TWO = models.CheckConstraint(
    condition=Q(kind__in=["interco", "transfer"], to_account__isnull=False)
    | (~Q(kind__in=["interco", "transfer"]) & Q(to_account__isnull=True)),
    name="payments_act_transfer_has_two",
)
_BY_TWO = models.CheckConstraint(
    condition=~Q(kind__in=["interco", "write_off"], state="posted") | Q(decided_by__isnull=False),
    name="payments_act_write_off_by_two",
)
_SENT = models.CheckConstraint(
    condition=(
        Q(state="sent", sent_on__isnull=False, sent_by__isnull=False, sent_at__isnull=False) & ~Q(number="")
    )
    | (
        ~Q(state="sent")
        & Q(number="", sent_on__isnull=True, sent_by__isnull=True, sent_at__isnull=True)
    ),
    name="payments_sending_by_a_payment_order",
)


def _key(to: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, null=null, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_guards"),
        ("payments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    squawk = {"ban-drop-constraint": "a wider rule of the same name takes its place at once"}
    operations = [
        migrations.RemoveConstraint("moneyact", "payments_act_transfer_has_two"),
        migrations.RemoveConstraint("moneyact", "payments_act_write_off_by_two"),
        migrations.AlterField(
            "claim",
            "kind",
            models.CharField(
                choices=[(kind, kind) for kind in ("order", "callback", "row", "sending")], max_length=10
            ),
        ),
        migrations.AlterField(
            "moneyact",
            "kind",
            models.CharField(
                choices=[
                    (kind, kind)
                    for kind in (
                        "transfer", "interco", "correction", "write_off", "fee", "benefit", "penalty",
                    )
                ],
                max_length=10,
            ),
        ),
        AddNotValid(
            "payments_moneyact",
            name="payments_act_transfer_has_two",
            rule="CHECK ((kind IN ('interco', 'transfer')) = (to_account_id IS NOT NULL))",
            state=[migrations.AddConstraint("moneyact", _TWO)],
        ),
        AddNotValid(
            "payments_moneyact",
            name="payments_act_write_off_by_two",
            rule="CHECK (NOT (kind IN ('interco', 'write_off') AND state = 'posted')"
            " OR decided_by_id IS NOT NULL)",
            state=[migrations.AddConstraint("moneyact", _BY_TWO)],
        ),
        migrations.CreateModel(
            name="MoneySending",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(
                    choices=[(state, state) for state in ("open", "sent", "dropped")], max_length=8)),
                ("kopecks", models.BigIntegerField()),
                ("since", models.DateTimeField()),
                ("number", models.CharField(blank=True, max_length=20)),
                ("sent_on", models.DateField(null=True)),
                ("sent_by_name", models.CharField(blank=True, max_length=100)),
                ("sent_at", models.DateTimeField(null=True)),
                ("act", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="sending",
                    to="payments.moneyact",
                )),
                ("from_provider", _key("accounts.provider")),
                ("sent_by", _key(settings.AUTH_USER_MODEL, null=True)),
                ("to_provider", _key("accounts.provider")),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(state="open"), fields=["since"], name="payments_sending_open")
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_sending_positive"),
                    models.CheckConstraint(
                        condition=~Q(from_provider=F("to_provider")), name="payments_sending_two_suppliers"
                    ),
                    _SENT,
                ],
            },
        ),
    ]
