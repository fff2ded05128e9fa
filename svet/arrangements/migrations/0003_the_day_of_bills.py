from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("arrangements", "0002_instalments")]

    operations = [
        migrations.AddField("instalmentplan", "due_day", models.PositiveSmallIntegerField(null=True)),
    ]
