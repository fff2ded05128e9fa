import django.db.models.deletion
import django.db.models.expressions
import svet.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('number', models.CharField(max_length=48)),
                ('period', models.DateField()),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('issued_at', models.DateTimeField()),
                ('issued_on', models.DateField()),
                ('due_on', models.DateField()),
                ('snapshot', models.JSONField()),
                ('snapshot_sha256', models.CharField(max_length=64)),
                ('kwh', models.DecimalField(decimal_places=3, max_digits=14)),
                ('total_kopecks', models.BigIntegerField()),
                ('payable_kopecks', models.BigIntegerField()),
                ('no', models.IntegerField()),
                ('from_seq', models.BigIntegerField()),
                ('to_seq', models.BigIntegerField()),
                ('opening_kopecks', models.BigIntegerField()),
                ('delivered_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-issued_at', '-id'], name='bills_bill_feed'), models.Index(fields=['due_on'], name='bills_bill_by_due')],
                'constraints': [models.UniqueConstraint(fields=('account', 'period', 'version'), name='bills_bill_once_per_period'), models.CheckConstraint(condition=models.Q(('period__day', 1)), name='bills_bill_period_is_month'), models.UniqueConstraint(fields=('account', 'no', 'to_seq', 'payable_kopecks'), name='bills_bill_numbered'), models.UniqueConstraint(fields=('account', 'no'), name='bills_bill_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('from_seq', 1), ('no', 1), ('opening_kopecks', 0)), ('no__gt', 1), _connector='OR'), name='bills_bill_first_opens_at_nothing'), models.CheckConstraint(condition=models.Q(('to_seq__gte', django.db.models.expressions.CombinedExpression(models.F('from_seq'), '-', models.Value(1)))), name='bills_bill_range_forwards')],
            },
        ),
        migrations.CreateModel(
            name='BillFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('masked', models.BooleanField()),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('bill', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='bills.bill')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('bill', 'masked'), name='bills_file_once_per_variant')],
            },
        ),
        migrations.CreateModel(
            name='DueReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('told_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'person', 'due_on'), name='bills_due_reminder_once')],
            },
        ),
        migrations.CreateModel(
            name='PrintBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('period', models.DateField()),
                ('number', models.PositiveIntegerField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=100)),
                ('bills', models.PositiveIntegerField()),
                ('drawn_at', models.DateTimeField(null=True)),
                ('pdf_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('register_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.provider')),
            ],
            options={
                'indexes': [models.Index(fields=['-made_at', '-id'], name='bills_print_batch_feed')],
                'constraints': [models.UniqueConstraint(fields=('provider', 'period', 'number'), name='bills_print_batch_numbered'), models.CheckConstraint(condition=models.Q(('bills__gt', 0)), name='bills_print_batch_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='PrintedBill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('street', models.CharField(max_length=270)),
                ('printed_at', models.DateTimeField(null=True)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='places', to='bills.printbatch')),
                ('bill', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='printed', to='bills.bill')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('batch', 'position'), name='bills_printed_place_once')],
            },
        ),
        migrations.CreateModel(
            name='ProvedBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('files', models.BooleanField()),
                ('block', models.BigIntegerField()),
                ('rows', models.IntegerField()),
                ('bits', models.BigIntegerField()),
                ('proved_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('files', 'block'), name='bills_block_proved_once')],
            },
        ),
    ]
