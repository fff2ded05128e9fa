import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from svet.kernel.migration_steps import AddNotValid

_THREE = models.CheckConstraint(
    condition=Q(first_by__isnull=True)
    | Q(by_payer=True) & ~Q(first_by=F("written_by")) & (Q(signed_by__isnull=True) | ~Q(first_by=F("signed_by"))),
    name="payments_refund_three_people",
)
_RULE = (
    "CHECK (first_by_id IS NULL OR (by_payer AND NOT (first_by_id = written_by_id AND first_by_id IS NOT NULL)"
    " AND (signed_by_id IS NULL OR NOT (first_by_id = signed_by_id AND first_by_id IS NOT NULL"
    " AND signed_by_id IS NOT NULL))))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_banks_that_stand_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "refundrequest", "by_payer", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            "refundrequest",
            "first_by_name",
            models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField("refundrequest", "first_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "refundrequest",
            "first_by",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        AddNotValid(
            "payments_refundrequest",
            name="payments_refund_first_by_fk",
            rule="FOREIGN KEY (first_by_id) REFERENCES people_person (id) DEFERRABLE INITIALLY DEFERRED",
            state=[
                migrations.AlterField(
                    "refundrequest",
                    "first_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                )
            ],
        ),
        AddNotValid(
            "payments_refundrequest",
            name="payments_refund_three_people",
            rule=_RULE,
            state=[migrations.AddConstraint("refundrequest", _THREE)],
        ),
    ]
