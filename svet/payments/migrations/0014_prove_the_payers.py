from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("payments", "0013_asked_by_payers")]

    operations = [
        Validate("payments_refundrequest", name="payments_refund_first_by_fk"),
        Validate("payments_refundrequest", name="payments_refund_three_people"),
    ]
