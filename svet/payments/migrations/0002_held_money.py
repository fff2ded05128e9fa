"""What of an order stands in suspense, in which currency it was taken, and what came out of suspense again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    squawk = {
        "adding-foreign-key-constraint": "no installation is older than this",
        "constraint-missing-not-valid": "no installation is older than this",
    }

    dependencies = [
        ('accounts', '0004_doors_of_charging'),
        ('payments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='held_for',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.provider'),
        ),
        migrations.AddField(
            model_name='order',
            name='held_kopecks',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='order',
            name='taken_currency',
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name='paymentrefund',
            name='suspense_kopecks',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('held_kopecks', 0), models.Q(('held_kopecks__gt', 0), ('held_for__isnull', False)), _connector='OR'), name='payments_order_held_for'),
        ),
    ]
