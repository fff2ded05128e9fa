from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("payments", "0026_receipts_of_banks_closed")]

    operations = [Validate("payments_bankreceipttold", name="payments_bank_receipt_closed_by")]
