import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from svet.kernel.migration_steps import AddNotValid


class Migration(migrations.Migration):
    dependencies = [
        ("fiscal", "0003_closed_by_another_document"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("receipt", "corrected_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "receipt",
            "correction",
            models.CharField(
                blank=True,
                choices=[("self", "self"), ("instruction", "instruction")],
                db_default="",
                max_length=12,
            ),
        ),
        migrations.AddField("receipt", "ground_day", models.DateField(null=True)),
        migrations.AddField(
            "receipt", "ground_number", models.CharField(blank=True, db_default="", max_length=32)
        ),
        migrations.AddField(
            "receipt", "correction_by_name", models.CharField(blank=True, db_default="", max_length=100)
        ),
        migrations.AddField(
            "receipt",
            "correction_by",
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
            "fiscal_receipt",
            name="fiscal_receipt_correction_by_fk",
            rule="FOREIGN KEY (correction_by_id) REFERENCES people_person (id) DEFERRABLE INITIALLY DEFERRED",
            state=[
                migrations.AlterField(
                    "receipt",
                    "correction_by",
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
    ]
