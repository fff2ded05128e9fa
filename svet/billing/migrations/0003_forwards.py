"""Months are charged forwards only; problems keep their details as data; the share that holds bills up."""

from decimal import Decimal

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION billing_check_charges() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
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
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION billing_check_charges() RETURNS trigger LANGUAGE plpgsql
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
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_append_only")]
    operations = [
        migrations.AddField(
            model_name="policy",
            name="problems_percent",
            field=models.DecimalField(decimal_places=2, default=Decimal(1), max_digits=5),
        ),
        migrations.RemoveField(model_name="problem", name="details"),
        migrations.AddField(
            model_name="problem", name="details", field=models.JSONField(default=dict)
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
