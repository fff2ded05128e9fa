import django.db.models.deletion
from django.db import migrations, models

from svet.kernel.migration_steps import AddNotValid

_WORDS = [("ask", "ask"), ("cashbox", "cashbox"), ("nobody", "nobody")]


def _dispute(**details: object) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="payments.chargeback",
        **details,
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0022_receipts_of_banks")]
    #: Another rule stands in its place, in the same transaction: it says the same of the kinds of before.
    squawk = {"ban-drop-constraint": "the version before writes only what the new rule allows"}

    operations = [
        migrations.RemoveConstraint("receiptdue", "payments_receipt_due_of_its_kind"),
        migrations.AddField("receiptdue", "dispute", _dispute(db_constraint=False)),
        AddNotValid(
            "payments_receiptdue",
            name="payments_receipt_due_dispute_fk",
            rule="FOREIGN KEY (dispute_id) REFERENCES payments_chargeback (id) DEFERRABLE INITIALLY DEFERRED",
            state=[migrations.AlterField("receiptdue", "dispute", _dispute())],
        ),
        migrations.AddField(
            "receiptdue",
            "lost",
            models.CharField(blank=True, choices=_WORDS, db_default="", max_length=10),
        ),
        migrations.AddField(
            "shopreceipts",
            "lost",
            models.CharField(choices=_WORDS, db_default="ask", default="ask", max_length=10),
        ),
        migrations.AlterField(
            "receiptdue",
            "kind",
            models.CharField(
                choices=[("paid", "paid"), ("back", "back"), ("lost", "lost")],
                max_length=10,
            ),
        ),
        AddNotValid(
            "payments_receiptdue",
            name="payments_receipt_due_of_its_way",
            rule="CHECK ("
            "(kind = 'back' AND refund_id IS NOT NULL AND dispute_id IS NULL)"
            " OR (kind = 'paid' AND refund_id IS NULL AND dispute_id IS NULL)"
            " OR (kind = 'lost' AND refund_id IS NULL AND dispute_id IS NOT NULL AND lost <> ''))",
            state=[
                migrations.AddConstraint(
                    "receiptdue",
                    models.CheckConstraint(
                        condition=models.Q(kind="back", refund__isnull=False, dispute__isnull=True)
                        | models.Q(kind="paid", refund__isnull=True, dispute__isnull=True)
                        | models.Q(kind="lost", refund__isnull=True, dispute__isnull=False)
                        & ~models.Q(lost=""),
                        name="payments_receipt_due_of_its_way",
                    ),
                )
            ],
        ),
    ]
