from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0003_rows_checked_by_sets")]

    operations = [
        migrations.CreateModel(
            name="LoadedPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("no", models.IntegerField()),
                ("content", models.BinaryField()),
                (
                    "loaded",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="exchange.loadedfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("loaded", "no"), name="exchange_part_of_file")
                ],
            },
        ),
    ]
