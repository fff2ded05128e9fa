"""What PostgreSQL itself refuses or does when the rows of accounts change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_doors"),
    ]

    operations = [
        AppendOnly("accounts_handover", because="a hand-over is a fact: make another one instead"),
        AppendOnly("accounts_terms", name="accounts_terms_not_deleted", on="DELETE"),
        AppendOnly(
            "accounts_terms",
            name="accounts_terms_only_goes",
            on="UPDATE",
            when="old.gone_at IS NOT NULL OR (to_jsonb(old.*) - 'gone_at'::text) <> (to_jsonb(new.*) - 'gone_at'::text)",
            because="terms are facts: write another row that replaces this one",
        ),
    ]
