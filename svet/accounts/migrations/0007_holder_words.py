"""The office finds an account by this among millions."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from svet.accounts.models.premises import SearchWords
from svet.kernel.migration_steps import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0006_premises_words")]

    operations = [
        AddIndexConcurrently(
            model_name="account",
            index=GinIndex(SearchWords("holder_name"), name="account_holder_words"),
        )
    ]
