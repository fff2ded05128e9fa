import django.contrib.postgres.indexes
from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):

    atomic = False

    dependencies = [('payments', '0003_days_against_the_bank')]

    operations = [
        AddIndexConcurrently(
            model_name='importedpayment',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['paid_on'], name='payments_register_day', pages_per_range=32),
        ),
        AddIndexConcurrently(
            model_name='order',
            index=models.Index(condition=models.Q(('paid_at__isnull', False)), fields=['paid_at'], name='payments_order_paid'),
        ),
        AddIndexConcurrently(
            model_name='paymentrefund',
            index=models.Index(condition=models.Q(('refunded_at__isnull', False)), fields=['refunded_at'], name='payments_refund_day'),
        ),
    ]
