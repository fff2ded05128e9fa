from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("sample", "0002_lamps_are_bounded")]
    operations = [
        Validate("sample_lamp", name="sample_lamp_watts"),
        Validate("sample_lamp", name="sample_lamp_provider"),
    ]
