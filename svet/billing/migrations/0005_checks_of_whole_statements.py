"""Accounts, runs and prices of charges are checked for a whole statement at once, not row by row."""

import django.db.models.deletion
from django.db import migrations, models

from svet.kernel.append_only import AppendOnly

_SETTINGS = """ RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
"""
CHECKED = f"""
CREATE FUNCTION billing_check_owners()
{_SETTINGS}
AS $function$
BEGIN
    PERFORM FROM inserted i LEFT JOIN accounts_account a ON a.id = i.account_id WHERE a.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a charge of no account'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_charge_has_account';
    END IF;
    PERFORM FROM (SELECT DISTINCT run_id FROM inserted) i
        LEFT JOIN billing_billingrun r ON r.id = i.run_id WHERE r.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a charge of no run'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_charge_has_run';
    END IF;
    RETURN NULL;
END $function$;
CREATE FUNCTION billing_check_prices()
{_SETTINGS}
AS $function$
BEGIN
    PERFORM FROM (SELECT DISTINCT tariff_row_id FROM inserted) i
        LEFT JOIN tariffs_tariffrow t ON t.id = i.tariff_row_id WHERE t.id IS NULL AND i.tariff_row_id IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a line of no row of prices'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_line_has_tariff_row';
    END IF;
    RETURN NULL;
END $function$;
CREATE TRIGGER billing_charge_owned AFTER INSERT ON billing_charge REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_owners();
CREATE TRIGGER billing_chargeline_priced AFTER INSERT ON billing_chargeline REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_prices();
"""
UNCHECKED = """
DROP TRIGGER billing_chargeline_priced ON billing_chargeline;
DROP TRIGGER billing_charge_owned ON billing_charge;
DROP FUNCTION billing_check_prices();
DROP FUNCTION billing_check_owners();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_doors_of_charging'),
        ('billing', '0004_ranges_of_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='charge',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='charge',
            name='run',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.billingrun'),
        ),
        migrations.AlterField(
            model_name='chargeline',
            name='tariff_row',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tariffs.tariffrow'),
        ),
        migrations.RunSQL(CHECKED, UNCHECKED),
        AppendOnly(
            "billing_billingrun", name="billing_billingrun_stays", on="DELETE", because="charges name their run"
        ),
        AppendOnly(
            "tariffs_tariffrow", name="tariffs_tariffrow_stays", on="DELETE", because="lines name their price"
        ),
    ]
