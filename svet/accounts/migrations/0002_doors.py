"""What SQL of other rooms may read: each view is a door of accounts, its columns a promise (ADR 87)."""

from django.db import migrations

DOORS = """
CREATE VIEW accounts_account_door AS
SELECT id AS account_id,
    provider_id,
    opened_on,
    closed_on
   FROM accounts_account;
CREATE VIEW accounts_provider_door AS
SELECT id AS provider_id,
    code,
    window_to_day
   FROM accounts_provider;
CREATE VIEW accounts_terms_door AS
SELECT account_id,
    since,
    tariff_group,
    residents,
    area,
    rooms,
    stove,
    electric_heating
   FROM accounts_terms
  WHERE gone_at IS NULL;
CREATE VIEW accounts_number_door AS
SELECT id AS account_id,
    provider_id,
    number
   FROM accounts_account;
"""
CLOSED = """
DROP VIEW accounts_number_door;
DROP VIEW accounts_terms_door;
DROP VIEW accounts_provider_door;
DROP VIEW accounts_account_door;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(DOORS, CLOSED),
    ]
