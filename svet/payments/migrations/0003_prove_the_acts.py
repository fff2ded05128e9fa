from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_money_between_suppliers")]

    operations = [
        Validate("payments_moneyact", name="payments_act_transfer_has_two"),
        Validate("payments_moneyact", name="payments_act_write_off_by_two"),
    ]
