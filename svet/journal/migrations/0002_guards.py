"""What PostgreSQL itself refuses or does when the rows of journal change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0001_initial"),
    ]

    operations = [
        AppendOnly("journal_entry"),
        AppendOnly("journal_seal"),
        AppendOnly("journal_entry", name="journal_entry_is_not_emptied", on="TRUNCATE", each="STATEMENT"),
        AppendOnly("journal_seal", name="journal_seal_is_not_emptied", on="TRUNCATE", each="STATEMENT"),
    ]
