"""Certificates of no debt: one more table, whose rows stay."""


import django.db.models.deletion
import svet.kernel.fields
from django.db import migrations, models

from svet.kernel.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_guards'),
        ('bills', '0003_a_guard_that_a_dump_restores'),
    ]

    operations = [
        migrations.CreateModel(
            name='DebtCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('code', models.CharField(max_length=16, unique=True)),
                ('on', models.DateField()),
                ('seq', models.BigIntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('owed_kopecks', models.BigIntegerField()),
                ('due_kopecks', models.BigIntegerField()),
                ('due_on', models.DateField(null=True)),
                ('overpaid_kopecks', models.BigIntegerField()),
                ('parties', models.JSONField()),
                ('parties_sha256', models.CharField(max_length=64)),
                ('asked_by', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-made_at', '-id'], name='bills_certificate_feed')],
                'constraints': [models.UniqueConstraint(fields=('account', 'on', 'seq', 'kind', 'due_kopecks', 'due_on', 'parties_sha256'), name='bills_certificate_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('due_kopecks', 0), ('kind', 'no_debt'), ('owed_kopecks', 0)), models.Q(('due_kopecks__gte', 0), ('kind', 'not_due'), ('overpaid_kopecks', 0), ('owed_kopecks__gt', 0)), _connector='OR'), name='bills_certificate_says_its_kind')],
            },
        ),
        AppendOnly("bills_debtcertificate", because="a certificate was given: what it said stays"),
    ]
