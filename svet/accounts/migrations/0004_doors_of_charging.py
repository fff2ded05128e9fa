"""What whoever charges by sets reads of contracts (ADR 102): their days, and the terms that count."""

from django.db import migrations

DOORS = """
CREATE OR REPLACE VIEW accounts_account_door AS
    SELECT id AS account_id, provider_id, opened_on, closed_on FROM accounts_account;
CREATE VIEW accounts_terms_door AS
    SELECT account_id, since, tariff_group, residents, area, rooms, stove, electric_heating
    FROM accounts_terms WHERE gone_at IS NULL;
"""
CLOSED = """
DROP VIEW accounts_terms_door;
DROP VIEW accounts_account_door;
CREATE VIEW accounts_account_door AS
    SELECT id AS account_id, provider_id FROM accounts_account;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_terms")]

    operations = [migrations.RunSQL(DOORS, CLOSED)]
