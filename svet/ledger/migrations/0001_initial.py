import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountBalance',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='accounts.account')),
                ('last_seq', models.BigIntegerField()),
                ('kopecks', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Transaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=16)),
                ('occurred_at', models.DateTimeField()),
                ('posted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('effective_on', models.DateField()),
                ('memo', models.CharField(blank=True, default='', max_length=200)),
                ('provider', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.provider')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key',), name='ledger_transaction_key_unique'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='ledger_transaction_key_given'), models.CheckConstraint(condition=models.Q(('kind__in', ['charge', 'payment', 'refund', 'correction', 'opening', 'transfer', 'write_off', 'settlement', 'chargeback', 'fee', 'penalty', 'benefit'])), name='ledger_transaction_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.CharField(max_length=12)),
                ('kopecks', models.BigIntegerField()),
                ('seq', models.BigIntegerField(null=True)),
                ('balance_before', models.BigIntegerField(null=True)),
                ('balance_after', models.BigIntegerField(null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('transaction', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.transaction')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('book__in', ['receivable', 'revenue', 'bank', 'cash', 'settlement', 'commission', 'suspense', 'opening', 'write_off', 'owed', 'dispute', 'subsidy'])), name='ledger_posting_book_known'), models.CheckConstraint(condition=models.Q(models.Q(('book', 'receivable'), _negated=True), ('account__isnull', False), _connector='OR'), name='ledger_posting_receivable_has_account'), models.CheckConstraint(condition=models.Q(('kopecks', 0), _negated=True), name='ledger_posting_not_zero'), models.CheckConstraint(condition=models.Q(models.Q(('balance_after', django.db.models.expressions.CombinedExpression(models.F('balance_before'), '+', models.F('kopecks'))), ('book', 'receivable'), ('seq__gte', 1)), models.Q(models.Q(('book', 'receivable'), _negated=True), ('balance_after__isnull', True), ('balance_before__isnull', True), ('seq__isnull', True)), _connector='OR'), name='ledger_posting_numbered'), models.UniqueConstraint(condition=models.Q(('book', 'receivable')), fields=('account', 'seq'), include=('transaction', 'kopecks', 'balance_after'), name='ledger_posting_in_order')],
            },
        ),
    ]
