"""Whoever was given a password by somebody else chooses an own one first."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('staffing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='staffmember',
            name='password_due',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
