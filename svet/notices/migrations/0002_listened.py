from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='recipient',
            name='listened',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
