"""Whether there is the account of a bill is looked up with what it closes with, not once more at the commit."""

import django.db.models.deletion
from django.db import migrations, models

# No account is ever deleted: it has terms, whose foreign key holds it.
_CLOSING = """
CREATE OR REPLACE FUNCTION bills_check_closing()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE
    owned boolean;
BEGIN
    SELECT a.id IS NOT NULL INTO owned FROM inserted i LEFT JOIN accounts_account a ON a.id = i.account_id
        LEFT JOIN ledger_posting_door p
        ON p.account_id = i.account_id AND p.seq = i.to_seq AND p.book = 'receivable'
        WHERE a.id IS NULL OR i.payable_kopecks <> coalesce(p.balance_after, 0) OR (i.to_seq > 0 AND p.seq IS NULL)
        LIMIT 1;
    IF NOT owned THEN
        RAISE EXCEPTION 'a bill of no account'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'bills_bill_has_account';
    END IF;
    IF owned THEN
        RAISE EXCEPTION 'a bill that does not close with what its last posting left'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bills_bill_closes';
    END IF;
    RETURN NULL;
END $function$;
"""
_BEFORE = """
CREATE OR REPLACE FUNCTION bills_check_closing()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
    PERFORM FROM inserted i LEFT JOIN ledger_posting_door p
        ON p.account_id = i.account_id AND p.seq = i.to_seq AND p.book = 'receivable'
        WHERE i.payable_kopecks <> coalesce(p.balance_after, 0) OR (i.to_seq > 0 AND p.seq IS NULL);
    IF FOUND THEN
        RAISE EXCEPTION 'a bill that does not close with what its last posting left'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bills_bill_closes';
    END IF;
    RETURN NULL;
END $function$;
"""


class Migration(migrations.Migration):
    dependencies = [("bills", "0009_bills_with_streams"), ("accounts", "0011_indexes_that_nothing_needs")]
    beside = {
        "RunSQL CREATE OR REPLACE FUNCTION bills_check_c": "refuses what this and the foreign key refused before",
    }

    operations = [
        migrations.RunSQL(_CLOSING, _BEFORE),
        migrations.AlterField(
            model_name="bill",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
            ),
        ),
    ]
