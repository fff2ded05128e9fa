"""Accounts and providers of postings are checked for a whole statement at once, not row by row."""

import django.db.models.deletion
from django.db import migrations, models

_BALANCE = """
CREATE OR REPLACE FUNCTION ledger_check_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
DECLARE unbalanced bigint;
BEGIN
    SELECT transaction_id INTO unbalanced FROM inserted
        GROUP BY transaction_id HAVING sum(kopecks) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % does not add up to zero', unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_posting_balanced';
    END IF;
    PERFORM FROM inserted i LEFT JOIN ledger_transaction t ON t.id = i.transaction_id WHERE t.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a posting of no ledger transaction'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_has_transaction';
    END IF;{accounts}
    RETURN NULL;
END $function$;
"""
# The balance of an account has a foreign key to it: what is numbered there is of an account that is there.
_FOLLOWS = """
    PERFORM FROM inserted i
        LEFT JOIN ledger_accountbalance b ON b.account_id = i.account_id AND b.last_seq >= i.seq
        LEFT JOIN ledger_posting p
            ON p.account_id = i.account_id AND p.seq = i.seq - 1 AND p.book = 'receivable'
        WHERE i.book = 'receivable' AND (b.account_id IS NULL OR i.seq > 1 AND p.seq IS NULL
            OR i.balance_before IS DISTINCT FROM coalesce(p.balance_after, 0));
    IF FOUND THEN
        RAISE EXCEPTION 'a posting that does not follow the one before it on its account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_posting_follows';
    END IF;"""
_ACCOUNTS = """
    PERFORM FROM inserted i LEFT JOIN accounts_account a ON a.id = i.account_id
        WHERE i.book <> 'receivable' AND i.account_id IS NOT NULL AND a.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a posting of no account'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_has_account';
    END IF;"""
CHECKED = _BALANCE.replace("{accounts}", _FOLLOWS + _ACCOUNTS) + """
CREATE FUNCTION ledger_check_transactions()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
    PERFORM FROM (SELECT DISTINCT provider_id FROM inserted) i
        LEFT JOIN accounts_provider p ON p.id = i.provider_id WHERE p.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a ledger transaction of no provider'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_transaction_has_provider';
    END IF;
    RETURN NULL;
END $function$;
CREATE TRIGGER ledger_transaction_checked AFTER INSERT ON ledger_transaction REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_transactions();
"""
UNCHECKED = """
DROP TRIGGER ledger_transaction_checked ON ledger_transaction;
DROP FUNCTION ledger_check_transactions();
""" + _BALANCE.replace("{accounts}", _FOLLOWS)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_doors_of_charging'),
        ('ledger', '0002_doors'),
    ]

    operations = [
        migrations.AlterField(
            model_name='posting',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account'),
        ),
        migrations.AlterField(
            model_name='transaction',
            name='provider',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.provider'),
        ),
        migrations.RunSQL(CHECKED, UNCHECKED),
    ]
