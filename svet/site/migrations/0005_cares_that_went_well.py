"""Notes of before `well_at` say when it went well too: otherwise every alarm of an absent one rings."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("site", "0004_care_went_well")]

    operations = [
        migrations.RunSQL(
            "UPDATE site_carenote SET well_at = at WHERE well AND well_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
