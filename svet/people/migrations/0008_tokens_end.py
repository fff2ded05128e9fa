from django.db import migrations, models

# Keys of before had no end: they get the usual year from now, not from when they were made.
FILL = "UPDATE people_token SET expires_at = now() + interval '365 days'"


class Migration(migrations.Migration):
    dependencies = [("people", "0007_walk_in")]
    operations = [
        migrations.AddField("token", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("token", "warned_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("token", "expires_at", models.DateTimeField()),
        migrations.AddIndex("token", models.Index(fields=["expires_at"], name="token_expiry")),
    ]
