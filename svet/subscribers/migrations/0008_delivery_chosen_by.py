from django.db import migrations

# Whose address it is chose it; of several with one address, the one who still holds the account.
FORWARD = """
UPDATE subscribers_account account SET delivery_by_id = chosen.person_id
FROM (
    SELECT DISTINCT ON (link.account_id) link.account_id, link.person_id
    FROM subscribers_link link
    JOIN people_person person ON person.id = link.person_id AND person.email_confirmed_at IS NOT NULL
    JOIN subscribers_account held ON held.id = link.account_id AND held.delivery <> 'paper'
     AND lower(held.delivery_email) = lower(person.email)
    ORDER BY link.account_id, link.removed_at DESC NULLS FIRST, link.suspended_at DESC NULLS FIRST,
             link.ends_at DESC NULLS FIRST, link.id
) chosen
WHERE chosen.account_id = account.id
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0007_terms_end"), ("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
