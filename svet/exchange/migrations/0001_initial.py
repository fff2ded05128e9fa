import django.db.models.deletion
import django.db.models.expressions
import svet.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('number', models.CharField(max_length=20, unique=True)),
                ('profile', models.CharField(choices=[('accounts', 'Accounts'), ('readings', 'Readings'), ('payments', 'Payments'), ('openings', 'Openings'), ('terms', 'Terms')], max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('taken_at', models.DateTimeField()),
                ('taken_by', models.CharField(max_length=100)),
                ('rows', models.IntegerField(default=0)),
                ('applied', models.IntegerField(default=0)),
                ('repeated', models.IntegerField(default=0)),
                ('suspense', models.IntegerField(default=0)),
                ('rejected', models.IntegerField(default=0)),
                ('changed', models.IntegerField(default=0)),
                ('source', models.CharField(blank=True, default='', max_length=40)),
                ('sum_kopecks', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('profile', 'sha256'), name='exchange_file_once'), models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('applied'), '+', models.F('repeated')), '+', models.F('suspense')), '+', models.F('rejected')), '+', models.F('changed')))), name='exchange_no_row_dropped')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_no', models.IntegerField()),
                ('profile', models.CharField(max_length=20)),
                ('external_id', models.CharField(default='', max_length=100)),
                ('account_number', models.CharField(default='', max_length=40)),
                ('state', models.CharField(choices=[('applied', 'Applied'), ('repeated', 'Repeated'), ('suspense', 'Suspense'), ('rejected', 'Rejected'), ('changed', 'Changed')], max_length=10)),
                ('column', models.CharField(default='', max_length=40)),
                ('reason', models.CharField(default='', max_length=40)),
                ('text', models.CharField(default='', max_length=400)),
                ('raw', models.CharField(default='', max_length=2000)),
                ('reference', models.CharField(default='', max_length=120)),
                ('kopecks', models.BigIntegerField(default=0)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='exchange.importfile')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'file'], name='exchange_row_state'), models.Index(condition=models.Q(('state__in', ['suspense', 'changed'])), fields=['reference'], name='exchange_row_waiting')],
                'constraints': [models.UniqueConstraint(fields=('file', 'line_no'), name='exchange_row_of_file'), models.UniqueConstraint(condition=models.Q(('state__in', ['applied', 'suspense']), models.Q(('profile', 'payments'), _negated=True)), fields=('profile', 'external_id'), name='exchange_row_applied_once')],
            },
        ),
        migrations.CreateModel(
            name='LoadedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('source', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('content', models.BinaryField(default=bytes)),
                ('rejects', models.BinaryField(default=bytes)),
                ('size', models.BigIntegerField()),
                ('loaded_at', models.DateTimeField()),
                ('loaded_by', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('judging', 'Judging'), ('judged', 'Judged'), ('held', 'Held'), ('refused', 'Refused'), ('taking', 'Taking'), ('taken', 'Taken'), ('thrown', 'Thrown')], max_length=10)),
                ('verdict', models.JSONField(default=dict)),
                ('without', models.JSONField(default=list)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=100)),
                ('register', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.importfile')),
            ],
            options={
                'indexes': [models.Index(fields=['loaded_at'], name='exchange_loaded_at')],
            },
        ),
    ]
