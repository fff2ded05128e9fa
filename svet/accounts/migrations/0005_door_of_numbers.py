"""By which number a register finds an account, for whoever matches many of them in SQL (ADR 113)."""

from django.db import migrations

DOOR = """
CREATE VIEW accounts_number_door AS
    SELECT id AS account_id, provider_id, number FROM accounts_account;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_doors_of_charging")]

    operations = [migrations.RunSQL(DOOR, "DROP VIEW accounts_number_door;")]
