"""What PostgreSQL itself refuses or does when the rows of ledger change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly

# How the functions are planned is written here, for a database may have gathered no statistics yet. PostgreSQL knows
# nothing of the length of an array that is an argument, takes it for ten, and would join ten thousand legs to their
# balances by a nested loop. In the check each leg must be looked up by the whole key of its index: a bitmap or a kept
# copy of an account's book is read through again for every leg.
GUARDS = """
CREATE FUNCTION ledger_check_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_material TO 'off'
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
    END IF;
    PERFORM FROM inserted i
        LEFT JOIN ledger_accountbalance b ON b.account_id = i.account_id AND b.last_seq >= i.seq
        LEFT JOIN ledger_posting p
            ON p.account_id = i.account_id AND p.seq = i.seq - 1 AND p.book = 'receivable'
        WHERE i.book = 'receivable' AND (b.account_id IS NULL OR i.seq > 1 AND p.seq IS NULL
            OR i.balance_before IS DISTINCT FROM coalesce(p.balance_after, 0));
    IF FOUND THEN
        RAISE EXCEPTION 'a posting that does not follow the one before it on its account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_posting_follows';
    END IF;
    PERFORM FROM inserted i LEFT JOIN accounts_account a ON a.id = i.account_id
        WHERE i.book <> 'receivable' AND i.account_id IS NOT NULL AND a.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a posting of no account'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_has_account';
    END IF;
    RETURN NULL;
END $function$;
CREATE FUNCTION ledger_post(ids bigint[], books text[], accounts bigint[], sums bigint[])
 RETURNS void
 LANGUAGE sql
 SET jit TO 'off'
 SET enable_nestloop TO 'off'
AS $function$
    WITH legs AS (
        SELECT * FROM unnest(ids, books, accounts, sums) WITH ORDINALITY
            AS leg (transaction_id, book, account_id, kopecks, place)
    ), moved AS (
        SELECT account_id, count(*) AS legs, sum(kopecks)::bigint AS kopecks FROM legs
        WHERE book = 'receivable' GROUP BY account_id
    ), stand AS (
        INSERT INTO ledger_accountbalance AS b (account_id, last_seq, kopecks)
        SELECT account_id, legs, kopecks FROM moved ORDER BY account_id
        ON CONFLICT (account_id) DO UPDATE
            SET last_seq = b.last_seq + excluded.last_seq, kopecks = b.kopecks + excluded.kopecks
        RETURNING b.account_id, b.last_seq, b.kopecks
    ), began AS (
        SELECT account_id, s.last_seq - m.legs AS seq, s.kopecks - m.kopecks AS kopecks
        FROM stand s JOIN moved m USING (account_id)
    )
    INSERT INTO ledger_posting
        (transaction_id, book, account_id, kopecks, seq, balance_before, balance_after)
    SELECT l.transaction_id, l.book, l.account_id, l.kopecks,
           b.seq + row_number() OVER earlier,
           b.kopecks + sum(l.kopecks) OVER earlier - l.kopecks,
           b.kopecks + sum(l.kopecks) OVER earlier
    FROM legs l LEFT JOIN began b ON b.account_id = l.account_id AND l.book = 'receivable'
    WINDOW earlier AS (PARTITION BY l.book, l.account_id ORDER BY l.place)
    ORDER BY l.place
$function$;
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
CREATE TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_balance();
CREATE TRIGGER ledger_transaction_checked AFTER INSERT ON ledger_transaction REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_transactions();
"""
UNGUARDED = """
DROP TRIGGER ledger_transaction_checked ON ledger_transaction;
DROP TRIGGER ledger_posting_balanced ON ledger_posting;
DROP FUNCTION ledger_check_transactions();
DROP FUNCTION ledger_post(ids bigint[], books text[], accounts bigint[], sums bigint[]);
DROP FUNCTION ledger_check_balance();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_doors"),
    ]

    operations = [
        AppendOnly("ledger_transaction", each="STATEMENT"),
        AppendOnly("ledger_posting", each="STATEMENT"),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
