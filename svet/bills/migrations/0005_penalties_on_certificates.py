from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bills", "0004_certificates")]

    operations = [
        migrations.AddField(
            "debtcertificate", "penalty_kopecks", models.BigIntegerField(db_default=0, default=0)
        ),
    ]
