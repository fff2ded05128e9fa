from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sample", "0003_prove_the_old_lamps")]
    operations = [AddIndexConcurrently("lamp", models.Index(fields=["watts"], name="sample_lamp_by_watts"))]
