import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from svet.kernel.migration_steps import AddNotValid

_ABOVE = models.CheckConstraint(
    condition=Q(above_kopecks__gte=0) & Q(above_kopecks__lte=F("kopecks")), name="payments_chargeback_above"
)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0003_prove_the_acts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    squawk = {"ban-drop-not-null": "what an older program writes has both; only lists and statements leave one out"}
    operations = [
        migrations.AddField(
            "chargeback",
            "way",
            models.CharField(
                choices=[(way, way) for way in ("letter", "register", "statement")],
                db_default="letter",
                default="letter",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "chargeback", "above_kopecks", models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.AlterField("chargeback", "due_on", models.DateField(null=True)),
        migrations.RunSQL(
            'ALTER TABLE "payments_chargeback" ALTER COLUMN "written_by_id" DROP NOT NULL;',
            'ALTER TABLE "payments_chargeback" ALTER COLUMN "written_by_id" SET NOT NULL;',
            state_operations=[
                migrations.AlterField(
                    "chargeback",
                    "written_by",
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
            "payments_chargeback",
            name="payments_chargeback_above",
            rule="CHECK (above_kopecks >= 0 AND above_kopecks <= kopecks)",
            state=[migrations.AddConstraint("chargeback", _ABOVE)],
        ),
    ]
