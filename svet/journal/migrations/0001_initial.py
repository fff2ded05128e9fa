import django.contrib.postgres.functions
import svet.journal.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ('written_in', models.BigIntegerField(db_default=svet.journal.models.CurrentTransaction())),
                ('at', models.DateTimeField()),
                ('security', models.BooleanField(default=False)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_person_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(blank=True, default='', max_length=100)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('action', models.CharField(max_length=60)),
                ('subject', models.CharField(blank=True, default='', max_length=40)),
                ('subject_id', models.CharField(blank=True, default='', max_length=64)),
                ('account_id', models.BigIntegerField(null=True)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'subject_id', 'id'], name='entry_of_subject'), models.Index(condition=models.Q(('account_id__isnull', False)), fields=['account_id', 'id'], name='entry_of_account'), models.Index(condition=models.Q(('actor_person_id__isnull', False)), fields=['actor_person_id', 'id'], name='entry_of_person'), models.Index(fields=['written_in', 'id'], name='entry_by_transaction'), models.Index(condition=models.Q(('action', 'account.viewed')), fields=['at', 'id'], name='entry_account_viewed')],
            },
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('floor_id', models.BigIntegerField()),
                ('from_xact', models.BigIntegerField()),
                ('to_xact', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('count', models.IntegerField()),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('previous',), name='seal_chain_has_no_forks')],
            },
        ),
        migrations.CreateModel(
            name='SealHead',
            fields=[
                ('place', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('seal_id', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('place', 1)), name='seal_head_is_one')],
            },
        ),
    ]
