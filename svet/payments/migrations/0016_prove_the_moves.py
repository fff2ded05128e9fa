from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("payments", "0015_moved_by_payers")]

    operations = [Validate("payments_moneyact", name="payments_act_of_order_fk")]
