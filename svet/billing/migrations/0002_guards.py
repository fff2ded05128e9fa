"""What PostgreSQL itself refuses or does when the rows of billing change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly

GUARDS = """
CREATE FUNCTION billing_check_charges()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
    PERFORM FROM inserted i LEFT JOIN ledger_transaction t ON t.id = i.transaction_id
        WHERE i.transaction_id IS NOT NULL AND t.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a charge of no ledger transaction'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_charge_has_transaction';
    END IF;
    PERFORM FROM inserted i JOIN billing_charge c
        ON c.account_id = i.account_id AND c.period > i.period;
    IF FOUND THEN
        RAISE EXCEPTION 'a later month of the account is charged: its consumption is taken in already'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'billing_charge_forwards';
    END IF;
    RETURN NULL;
END $function$;
CREATE FUNCTION billing_check_lines()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
AS $function$
BEGIN
    PERFORM FROM inserted i LEFT JOIN billing_charge c
        ON c.id = i.charge_id AND c.account_id = i.account_id AND c.period = i.period
        WHERE c.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a line of no charge, or of another account''s or month''s charge'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_line_has_charge';
    END IF;
    PERFORM FROM inserted i LEFT JOIN billing_chargeline l
        ON l.id = i.reverses_id AND l.reverses_id IS NULL
        AND (l.account_id, l.month, l.service, l.point, l.scheme, l.zone, l.basis, l.part_since, l.part_until,
             l.since_on, l.until_on, l.range_no, l.price, l.kwh, l.kopecks)
          = (i.account_id, i.month, i.service, i.point, i.scheme, i.zone, i.basis, i.part_since, i.part_until,
             i.since_on, i.until_on, i.range_no, i.price, -i.kwh, -i.kopecks)
        WHERE i.reverses_id IS NOT NULL AND l.id IS NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'a line that takes back another account''s line, a part of it, or a reversal'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'billing_line_reverses_whole';
    END IF;
    RETURN NULL;
END $function$;
CREATE FUNCTION billing_check_owners()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
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
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
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
CREATE TRIGGER billing_charge_checked AFTER INSERT ON billing_charge REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_charges();
CREATE TRIGGER billing_chargeline_checked AFTER INSERT ON billing_chargeline REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_lines();
CREATE TRIGGER billing_charge_owned AFTER INSERT ON billing_charge REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_owners();
CREATE TRIGGER billing_chargeline_priced AFTER INSERT ON billing_chargeline REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_prices();
"""
UNGUARDED = """
DROP TRIGGER billing_chargeline_priced ON billing_chargeline;
DROP TRIGGER billing_charge_owned ON billing_charge;
DROP TRIGGER billing_chargeline_checked ON billing_chargeline;
DROP TRIGGER billing_charge_checked ON billing_charge;
DROP FUNCTION billing_check_prices();
DROP FUNCTION billing_check_owners();
DROP FUNCTION billing_check_lines();
DROP FUNCTION billing_check_charges();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_initial"),
    ]

    operations = [
        AppendOnly("billing_charge", each="STATEMENT"),
        AppendOnly("billing_chargeline", each="STATEMENT"),
        AppendOnly("billing_override", name="billing_override_not_deleted", on="DELETE"),
        AppendOnly(
            "billing_override",
            name="billing_override_only_signed_or_gone",
            on="UPDATE",
            when="old.gone_at IS NOT NULL OR old.signed_at IS NOT NULL AND (new.signed_at IS DISTINCT FROM old.signed_at OR new.signed_by_id IS DISTINCT FROM old.signed_by_id) OR old.undo_at IS NOT NULL AND (new.undo_at IS DISTINCT FROM old.undo_at OR new.undo_by_id IS DISTINCT FROM old.undo_by_id OR new.gone_reason::text IS DISTINCT FROM old.gone_reason::text) OR (to_jsonb(old.*) - ARRAY['signed_at'::text, 'signed_by_id'::text, 'undo_at'::text, 'undo_by_id'::text, 'undo_by_name'::text, 'gone_at'::text, 'gone_by_id'::text, 'gone_reason'::text]) <> (to_jsonb(new.*) - ARRAY['signed_at'::text, 'signed_by_id'::text, 'undo_at'::text, 'undo_by_id'::text, 'undo_by_name'::text, 'gone_at'::text, 'gone_by_id'::text, 'gone_reason'::text])",
            because="a decision is a fact: it is signed or taken back, never edited",
        ),
        AppendOnly(
            "billing_billingrun",
            name="billing_billingrun_stays",
            on="DELETE",
            because="charges name their run",
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
