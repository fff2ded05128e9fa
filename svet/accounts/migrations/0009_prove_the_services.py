from django.db import migrations

from svet.kernel.migration_steps import Validate


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_services_known")]

    operations = [Validate("accounts_provider", name="provider_service_known")]
