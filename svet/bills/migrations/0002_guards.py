"""What PostgreSQL itself refuses when rows of bills change; each bill goes on where the one before stopped (ADR 107)."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly

GUARDS = """
ALTER TABLE bills_bill
    ADD COLUMN no_before integer GENERATED ALWAYS AS (nullif(no, 1) - 1) STORED,
    ADD COLUMN seq_before bigint GENERATED ALWAYS AS (from_seq - 1) STORED,
    ADD CONSTRAINT bills_bill_chained FOREIGN KEY (account_id, no_before, seq_before, opening_kopecks)
        REFERENCES bills_bill (account_id, no, to_seq, payable_kopecks);
CREATE FUNCTION bills_check_closing()
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
CREATE TRIGGER bills_bill_closes AFTER INSERT ON bills_bill REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION bills_check_closing();
"""
UNGUARDED = """
DROP TRIGGER bills_bill_closes ON bills_bill;
DROP FUNCTION bills_check_closing();
ALTER TABLE bills_bill DROP CONSTRAINT bills_bill_chained, DROP COLUMN seq_before, DROP COLUMN no_before;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bills", "0001_initial"),
    ]

    operations = [
        AppendOnly(
            "bills_bill",
            name="bills_bill_not_deleted",
            on="DELETE",
            because="a bill is immutable: issue the next version instead",
        ),
        AppendOnly(
            "bills_bill",
            name="bills_bill_immutable",
            on="UPDATE",
            when="(to_jsonb(new.*) - 'delivered_at'::text) IS DISTINCT FROM (to_jsonb(old.*) - 'delivered_at'::text)",
            because="a bill is immutable: issue the next version instead",
        ),
        AppendOnly(
            "bills_billfile",
            name="bills_file_immutable",
            because="a bill is immutable: issue the next version instead",
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
