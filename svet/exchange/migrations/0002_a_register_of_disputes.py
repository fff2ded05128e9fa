from django.db import migrations, models

_PROFILES = ("accounts", "readings", "payments", "openings", "terms", "disputes")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_initial")]

    operations = [
        migrations.AlterField(
            "importfile",
            "profile",
            models.CharField(choices=[(each, each.title()) for each in _PROFILES], max_length=20),
        ),
    ]
