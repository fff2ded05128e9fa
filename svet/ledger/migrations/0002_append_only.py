"""The database itself keeps the books: rows are never changed, and every statement leaves each transaction in balance.

Balance is checked per statement over the rows it inserted, not by a deferred trigger per row: the promise is the
stricter one (legs must come together), and a COPY of a thousand charges pays for one check instead of two thousand.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- A growing table must never be hashed whole for a batch: the plan is kept for the life of a connection.
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
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
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_balance();
"""

BACKWARD = """
DROP TRIGGER ledger_posting_balanced ON ledger_posting;
DROP FUNCTION ledger_check_balance();
DROP TRIGGER ledger_posting_append_only ON ledger_posting;
DROP TRIGGER ledger_transaction_append_only ON ledger_transaction;
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
