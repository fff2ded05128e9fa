"""Links that were removed are looked up as well: by whoever links an account, and by the office."""

from django.db import migrations, models

from svet.kernel.migration_steps import AddIndexConcurrently, DropIndexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0011_indexes_that_nothing_needs")]

    operations = [
        AddIndexConcurrently(
            model_name="link",
            index=models.Index(fields=["account", "person"], name="link_of_account"),
        ),
        AddIndexConcurrently(
            model_name="link",
            index=models.Index(fields=["person"], name="link_of_person"),
        ),
        DropIndexes(
            ["link_by_account"],
            state=[migrations.RemoveIndex(model_name="link", name="link_by_account")],
        ),
    ]
