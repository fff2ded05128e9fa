"""A row of a register is known by source, number and day; who sends registers has a name; what waits has a state."""

import django.db.models.deletion
import svet.kernel.fields
from django.db import migrations, models

STATES = [(state, state) for state in ("credited", "suspense", "differs", "returned", "reversed", "closed")]
ON_ACCOUNT = models.Q(state__in=["credited", "reversed"])

# Rows from before: whose books they lie in is told by the account, or by their own ledger transaction.
FILL = """
UPDATE payments_registerpayment r SET
    effective_on = r.paid_on,
    ledger_key = 'reg:' || r.source || ':' || r.external_id,
    public_id = substr(md5(random()::text || r.id::text), 1, 16),
    state = CASE WHEN r.account_id IS NULL THEN 'suspense' ELSE 'credited' END,
    reason = CASE WHEN r.account_id IS NULL THEN 'account_unknown' ELSE '' END,
    provider_id = coalesce(
        (SELECT a.provider_id FROM subscribers_account a WHERE a.id = r.account_id),
        (SELECT t.provider_id FROM ledger_transaction t WHERE t.key = 'reg:' || r.source || ':' || r.external_id),
        (SELECT min(id) FROM subscribers_provider));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
        ('payments', '0003_refunds_and_review'),
        ('subscribers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('added_at', models.DateTimeField()),
                ('provider', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.provider')),
            ],
        ),
        migrations.RemoveConstraint(model_name='registerpayment', name='payments_register_once'),
        migrations.RemoveConstraint(model_name='registerpayment', name='payments_register_positive'),
        migrations.RemoveIndex(model_name='registerpayment', name='payments_register_account'),
        migrations.AddField('registerpayment', 'public_id', models.CharField(max_length=16, null=True)),
        migrations.AddField('registerpayment', 'effective_on', models.DateField(null=True)),
        migrations.AddField('registerpayment', 'ledger_key', models.CharField(max_length=120, null=True)),
        migrations.AddField('registerpayment', 'provider', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.provider')),
        migrations.AddField('registerpayment', 'state', models.CharField(choices=STATES, max_length=10, null=True)),
        migrations.AddField('registerpayment', 'twin', models.PositiveSmallIntegerField(default=0)),
        migrations.AddField('registerpayment', 'office', models.CharField(blank=True, max_length=80, default=''), preserve_default=False),
        migrations.AddField('registerpayment', 'payer', models.CharField(blank=True, max_length=200, default=''), preserve_default=False),
        migrations.AddField('registerpayment', 'reason', models.CharField(blank=True, max_length=40, default=''), preserve_default=False),
        migrations.AddField('registerpayment', 'settled_at', models.DateTimeField(null=True)),
        migrations.AddField('registerpayment', 'undoes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='payments.registerpayment')),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField('registerpayment', 'public_id', svet.kernel.fields.PublicIdField()),
        migrations.AlterField('registerpayment', 'effective_on', models.DateField()),
        migrations.AlterField('registerpayment', 'ledger_key', models.CharField(max_length=120)),
        migrations.AlterField('registerpayment', 'provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='subscribers.provider')),
        migrations.AlterField('registerpayment', 'state', models.CharField(choices=STATES, max_length=10)),
        migrations.AddIndex('registerpayment', models.Index(fields=['account', 'effective_on'], name='payments_register_account')),
        migrations.AddIndex('registerpayment', models.Index(fields=['external_id'], name='payments_register_number')),
        migrations.AddIndex('registerpayment', models.Index(condition=models.Q(state__in=['suspense', 'differs']), fields=['paid_on'], name='payments_register_waiting')),
        migrations.AddConstraint('registerpayment', models.UniqueConstraint(condition=models.Q(kopecks__gt=0), fields=('source', 'external_id', 'paid_on', 'twin'), name='payments_register_once')),
        migrations.AddConstraint('registerpayment', models.UniqueConstraint(condition=models.Q(kopecks__lt=0), fields=('source', 'external_id', 'paid_on', 'twin'), name='payments_register_storno_once')),
        migrations.AddConstraint('registerpayment', models.CheckConstraint(condition=~models.Q(kopecks=0), name='payments_register_not_zero')),
        migrations.AddConstraint('registerpayment', models.CheckConstraint(condition=(ON_ACCOUNT & models.Q(account__isnull=False)) | (~ON_ACCOUNT & models.Q(account__isnull=True)), name='payments_register_on_account')),
    ]
