"""The office finds an account by this among millions."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from svet.accounts.models.premises import SearchWords
from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0005_link_proof_by_serial")]

    operations = [
        AddIndexConcurrently(
            model_name="premises",
            index=GinIndex(SearchWords("city", "street", "house", "flat"), name="premises_words"),
        )
    ]
