from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_simple_view'),
    ]

    operations = [
        migrations.AddField(
            model_name='token',
            name='bounds',
            field=models.JSONField(blank=True, null=True),
        ),
    ]
