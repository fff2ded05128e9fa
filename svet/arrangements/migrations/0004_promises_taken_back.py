from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("arrangements", "0003_the_day_of_bills")]

    operations = [
        migrations.AlterField(
            "paymentpromise",
            "state",
            models.CharField(
                max_length=8,
                choices=[(each, each) for each in ("open", "kept", "broken", "dropped", "recalled")],
                default="open",
            ),
        ),
    ]
