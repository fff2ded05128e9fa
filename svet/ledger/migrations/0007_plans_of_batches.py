"""Batches are planned for what they are, also by a database that has gathered no statistics yet."""

from django.db import migrations

# PostgreSQL knows nothing of the length of an array that is an argument, takes it for ten, and would join ten
# thousand legs to their balances by a nested loop. In the check each leg must be looked up by the whole key of
# its index: a bitmap or a kept copy of an account's book is read through again for every leg.
_POST = "ALTER FUNCTION ledger_post(bigint[], text[], bigint[], bigint[])"
_CHECK = "ALTER FUNCTION ledger_check_balance()"
PLANNED = f"""
{_POST} SET enable_nestloop TO 'off';
{_CHECK} SET enable_bitmapscan TO 'off';
{_CHECK} SET enable_material TO 'off';
"""
UNPLANNED = f"""
{_POST} RESET enable_nestloop;
{_CHECK} RESET enable_bitmapscan;
{_CHECK} RESET enable_material;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_verbs")]

    operations = [migrations.RunSQL(PLANNED, UNPLANNED)]
