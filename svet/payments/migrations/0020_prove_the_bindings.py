from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("payments", "0019_accounts_by_the_number_of_their_bank")]

    operations = [Validate("payments_accountbinding", name="payments_binding_forgotten")]
