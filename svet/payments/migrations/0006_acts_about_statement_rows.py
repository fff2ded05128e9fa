from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_prove_the_disputes")]

    operations = [
        migrations.AlterField(
            "claim",
            "kind",
            models.CharField(
                choices=[(kind, kind) for kind in ("order", "callback", "row", "sending", "statement")],
                max_length=10,
            ),
        ),
        migrations.AddField("statementrow", "put_off_until", models.DateField(null=True)),
        migrations.AddField(
            "statementrow", "said", models.CharField(blank=True, db_default="", default="", max_length=300)
        ),
        migrations.AddField(
            "statementrow",
            "said_by_name",
            models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
