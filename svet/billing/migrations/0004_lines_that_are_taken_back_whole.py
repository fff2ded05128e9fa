"""Lines say what makes two of them the same, which line they take back, and why they were posted."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

GUARDS = """
DROP TRIGGER billing_chargeline_checked ON billing_chargeline;
DROP FUNCTION billing_check_lines();
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
CREATE TRIGGER billing_chargeline_checked AFTER INSERT ON billing_chargeline REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_lines();
"""

UNGUARDED = """
CREATE OR REPLACE FUNCTION billing_check_lines()
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
    RETURN NULL;
END $function$;
"""

# Lines of a book that was kept otherwise: what they were posted for is all that can be told of them.
CARRY = """
ALTER TABLE billing_chargeline DISABLE TRIGGER billing_chargeline_append_only;
UPDATE billing_chargeline SET month = coalesce(settles, period), point = meter_id, part_since = since_on,
    part_until = until_on, basis = CASE WHEN basis = 'settlement' THEN 'adjustment' ELSE basis END,
    cause = CASE WHEN basis = 'settlement' THEN 'recalculation' ELSE 'first' END;
ALTER TABLE billing_chargeline ENABLE TRIGGER billing_chargeline_append_only;
ALTER TABLE billing_charge DISABLE TRIGGER billing_charge_append_only;
UPDATE billing_charge c SET floor = (SELECT min(o.period) FROM billing_charge o WHERE o.account_id = c.account_id);
ALTER TABLE billing_charge ENABLE TRIGGER billing_charge_append_only;
"""

BASES = ["reading", "average", "norm", "losses", "house", "override", "adjustment"]
CAUSES = ["first", "control", "replacement", "reading", "withdrawn", "act", "terms", "tariff", "recalculation"]


def _line(name, field):
    return migrations.AddField(model_name="chargeline", name=name, field=field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_tariffs_corrected")]
    squawk = dict.fromkeys(
        (
            "ban-drop-constraint",
            "ban-drop-column",
            "ban-drop-default",
            "require-concurrent-index-creation",
            "constraint-missing-not-valid",
            "ban-drop-function",
        ),
        "no installation has charged anybody yet",
    )

    operations = [
        migrations.RemoveConstraint(model_name="chargeline", name="billing_line_basis_known"),
        migrations.AddField(
            model_name="charge",
            name="floor",
            field=models.DateField(default="2000-01-01"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="charge",
            name="facts",
            field=models.CharField(max_length=32, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="charge", name="settled", field=models.DateField(null=True), preserve_default=False
        ),
        migrations.AddField(
            model_name="charge",
            name="known_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        _line("month", models.DateField(default="2000-01-01")),
        _line("service", models.CharField(max_length=20, default="electricity")),
        _line("point", models.BigIntegerField(default=0)),
        _line("part_since", models.DateField(default="2000-01-01")),
        _line("part_until", models.DateField(default="2000-01-01")),
        _line("span_kwh", models.DecimalField(max_digits=14, decimal_places=3, null=True)),
        _line("act", models.CharField(max_length=10, blank=True, default="")),
        _line("base", django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), null=True)),
        _line(
            "reverses",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.chargeline",
            ),
        ),
        _line("cause", models.CharField(max_length=16, default="first")),
        _line("cause_set_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(CARRY, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="chargeline", name="settles"),
        migrations.AddConstraint(
            model_name="chargeline",
            constraint=models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="billing_line_reversed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeline",
            constraint=models.CheckConstraint(
                condition=models.Q(basis__in=BASES), name="billing_line_basis_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeline",
            constraint=models.CheckConstraint(
                condition=models.Q(cause__in=CAUSES), name="billing_line_cause_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeline",
            constraint=models.CheckConstraint(
                condition=models.Q(month__lte=models.F("period")), name="billing_line_month_not_later"
            ),
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
