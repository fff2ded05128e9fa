import django.db.models.deletion
from django.db import migrations, models

# A register brings a hundred thousand rows by one statement. A foreign key would look up each of them twice; neither an
# account nor a provider is ever deleted, for an account has terms and a provider accounts, whose foreign keys hold them.
GUARDS = """
CREATE FUNCTION payments_check_register()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    PERFORM FROM (SELECT DISTINCT provider_id FROM written) w
        LEFT JOIN accounts_provider p ON p.id = w.provider_id WHERE p.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a row of a register of no provider'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payments_register_has_provider';
    END IF;
    PERFORM FROM (SELECT DISTINCT account_id FROM written WHERE account_id IS NOT NULL) w
        LEFT JOIN accounts_account a ON a.id = w.account_id WHERE a.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a row of a register of no account'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'payments_register_has_account';
    END IF;
    RETURN NULL;
END $function$;
CREATE TRIGGER payments_register_owned AFTER INSERT ON payments_importedpayment REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION payments_check_register();
CREATE TRIGGER payments_register_still_owned AFTER UPDATE ON payments_importedpayment REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION payments_check_register();
"""
UNGUARDED = """
DROP TRIGGER payments_register_still_owned ON payments_importedpayment;
DROP TRIGGER payments_register_owned ON payments_importedpayment;
DROP FUNCTION payments_check_register();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_the_month_a_payer_names"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(GUARDS, UNGUARDED),
        migrations.AlterField(
            model_name="importedpayment",
            name="provider",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.provider",
            ),
        ),
        migrations.AlterField(
            model_name="importedpayment",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
    ]
