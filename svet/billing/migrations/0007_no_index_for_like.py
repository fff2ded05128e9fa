"""Nobody asks for a draft by the beginning of its outer id."""

from django.db import migrations

from svet.kernel.migration_steps import DropIndexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0006_facts_by_two_hands")]

    operations = [DropIndexes(["billing_factdraft_public_id_3ca69e56_like"])]
