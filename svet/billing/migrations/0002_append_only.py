"""Charges and their lines are never changed (a correction is a line of a later month), and hang together."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'charges are append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER billing_charge_append_only BEFORE UPDATE OR DELETE ON billing_charge
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_chargeline_append_only BEFORE UPDATE OR DELETE ON billing_chargeline
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change();

-- A growing table must never be hashed whole for a batch: the plan is kept for the life of a connection.
CREATE FUNCTION billing_check_charges() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM inserted i LEFT JOIN ledger_transaction t ON t.id = i.transaction_id
        WHERE i.transaction_id IS NOT NULL AND t.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a charge of no ledger transaction'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_charge_has_transaction';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_charge_checked AFTER INSERT ON billing_charge
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_charges();

CREATE FUNCTION billing_check_lines() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    PERFORM FROM inserted i LEFT JOIN billing_charge c
        ON c.id = i.charge_id AND c.account_id = i.account_id AND c.period = i.period
        WHERE c.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a line of no charge, or of another account''s or month''s charge'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_line_has_charge';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_chargeline_checked AFTER INSERT ON billing_chargeline
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_lines();
"""

BACKWARD = """
DROP TRIGGER billing_chargeline_checked ON billing_chargeline;
DROP FUNCTION billing_check_lines();
DROP TRIGGER billing_charge_checked ON billing_charge;
DROP FUNCTION billing_check_charges();
DROP TRIGGER billing_chargeline_append_only ON billing_chargeline;
DROP TRIGGER billing_charge_append_only ON billing_charge;
DROP FUNCTION billing_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
