"""A charge keeps when its facts were read. Charges of before are in no installation: they get their run's."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_months_of_providers")]
    squawk = {"ban-drop-default": "no installation has charged anybody yet"}

    operations = [
        migrations.AddField(
            model_name="charge",
            name="known_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]
