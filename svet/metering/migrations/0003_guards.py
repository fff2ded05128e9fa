"""What PostgreSQL itself refuses or does when the rows of metering change, whoever asks."""

from django.db import migrations

from svet.kernel.append_only import AppendOnly

GUARDS = """
CREATE FUNCTION metering_note_new()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO metering_readingtouch (account_id, read_on)
        SELECT account_id, read_on FROM inserted WHERE state IN ('accepted', 'used');
    RETURN NULL;
END $function$;
CREATE FUNCTION metering_note_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO metering_readingtouch (account_id, read_on)
        SELECT after.account_id, after.read_on FROM after JOIN before ON before.id = after.id
        WHERE (after.state IN ('accepted', 'used')) <> (before.state IN ('accepted', 'used'));
    RETURN NULL;
END $function$;
CREATE TRIGGER metering_readingset_new AFTER INSERT ON metering_readingset REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION metering_note_new();
CREATE TRIGGER metering_readingset_moved AFTER UPDATE ON metering_readingset REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION metering_note_moved();
"""
UNGUARDED = """
DROP TRIGGER metering_readingset_moved ON metering_readingset;
DROP TRIGGER metering_readingset_new ON metering_readingset;
DROP FUNCTION metering_note_moved();
DROP FUNCTION metering_note_new();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metering", "0002_doors"),
    ]

    operations = [
        AppendOnly("metering_readingvalue"),
        AppendOnly("metering_setstatechange"),
        AppendOnly("metering_readingphoto"),
        AppendOnly("metering_disputechange"),
        AppendOnly("metering_readingset", name="metering_readingset_not_deleted", on="DELETE"),
        AppendOnly(
            "metering_readingset",
            name="metering_readingset_only_state",
            on="UPDATE OF id, public_id, receipt_number, account_id, meter_id, read_on, received_at, channel, kind, author_kind, author_person_id, author_name, key, entered_at",
            each="STATEMENT",
            because="only its state may change",
        ),
        AppendOnly("metering_officeact", name="metering_officeact_not_deleted", on="DELETE"),
        AppendOnly(
            "metering_officeact",
            name="metering_officeact_only_signed_or_gone",
            on="UPDATE",
            when="old.gone_at IS NOT NULL OR old.signed_at IS NOT NULL AND new.signed_at IS DISTINCT FROM old.signed_at OR (to_jsonb(old.*) - ARRAY['signed_at'::text, 'signed_by_id'::text, 'gone_at'::text, 'gone_by_id'::text, 'gone_reason'::text]) <> (to_jsonb(new.*) - ARRAY['signed_at'::text, 'signed_by_id'::text, 'gone_at'::text, 'gone_by_id'::text, 'gone_reason'::text])",
            because="an act is a fact: it is signed, withdrawn, or replaced by another row",
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
