from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_disputes_by_registers")]

    operations = [Validate("payments_chargeback", name="payments_chargeback_above")]
