from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("fiscal", "0004_correction_receipts")]

    operations = [Validate("fiscal_receipt", name="fiscal_receipt_correction_by_fk")]
