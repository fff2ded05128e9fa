from django.db import migrations, models

_PROFILES = ("accounts", "readings", "payments", "openings", "charges", "terms", "disputes")


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_large_registers_by_parts")]

    operations = [
        migrations.AlterField(
            "importfile",
            "profile",
            models.CharField(choices=[(each, each.title()) for each in _PROFILES], max_length=20),
        ),
    ]
