from django.db import migrations, models

from svet.kernel.migration_steps import AddNotValid

WATTS = models.CheckConstraint(condition=models.Q(watts__gt=0), name="sample_lamp_watts")


class Migration(migrations.Migration):
    dependencies = [("sample", "0001_initial")]
    operations = [
        AddNotValid(
            "sample_lamp",
            name="sample_lamp_watts",
            rule="CHECK (watts > 0)",
            state=[migrations.AddConstraint("lamp", WATTS)],
        ),
        AddNotValid(
            "sample_lamp",
            name="sample_lamp_provider",
            rule="FOREIGN KEY (provider) REFERENCES accounts_provider (id) DEFERRABLE INITIALLY DEFERRED",
        ),
        migrations.AddField("lamp", "note", models.TextField(default="", db_default="")),
    ]
