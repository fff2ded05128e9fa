import django.db.models.deletion
import svet.accounts.models
import svet.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Premises',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('city', models.CharField(max_length=100)),
                ('street', models.CharField(blank=True, max_length=160)),
                ('house', models.CharField(blank=True, max_length=30)),
                ('flat', models.CharField(blank=True, max_length=30)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('number', models.CharField(max_length=30)),
                ('holder_name', models.CharField(max_length=160)),
                ('registry_phone', models.CharField(blank=True, max_length=16)),
                ('opened_on', models.DateField()),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('delivery', models.CharField(choices=[('email', 'email'), ('both', 'both'), ('paper', 'paper')], default='paper', max_length=5)),
                ('delivery_email', models.EmailField(blank=True, max_length=254)),
                ('held_since', models.DateField(blank=True, null=True)),
                ('delivery_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('premises', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.premises')),
            ],
            options={
                'indexes': [models.Index(fields=['number'], name='account_by_number')],
                'constraints': [models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('opened_on')), _connector='OR'), name='account_closed_after_opened'), models.CheckConstraint(condition=models.Q(('delivery__in', ['email', 'both', 'paper'])), name='account_delivery_known')],
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('name', models.CharField(max_length=60)),
                ('position', models.PositiveIntegerField(default=0)),
                ('is_default', models.BooleanField(default=False)),
                ('folded', models.BooleanField(default=False)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'name'), name='group_name_of_person'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('person',), name='group_default_once')],
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_date', models.DateField()),
                ('ground', models.CharField(choices=[('sale', 'sale'), ('inheritance', 'inheritance'), ('other', 'other')], max_length=11)),
                ('reason', models.CharField(max_length=300)),
                ('former_name', models.CharField(max_length=160)),
                ('former_phone', models.CharField(blank=True, max_length=16)),
                ('made_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ground__in', ['sale', 'inheritance', 'other'])), name='hand_over_ground_known')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('phone', models.CharField(max_length=16)),
                ('can_submit', models.BooleanField(default=False)),
                ('can_pay', models.BooleanField(default=False)),
                ('can_manage', models.BooleanField(default=False)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='waiting', max_length=9)),
                ('created_at', models.DateTimeField()),
                ('open_until', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('invited_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['phone'], name='invitation_waiting_by_phone')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('account', 'phone'), name='invitation_waiting_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'accepted', 'refused', 'withdrawn', 'expired'])), name='invitation_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('alias', models.CharField(blank=True, max_length=60)),
                ('position', models.PositiveIntegerField(default=0)),
                ('can_view', models.BooleanField(default=True)),
                ('can_submit', models.BooleanField(default=True)),
                ('can_pay', models.BooleanField(default=True)),
                ('can_manage', models.BooleanField(default=False)),
                ('linked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('suspended_at', models.DateTimeField(blank=True, null=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('barred_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.group')),
                ('invited_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['account'], name='link_by_account'), models.Index(condition=models.Q(('removed_at__isnull', True), ('suspended_at__isnull', False)), fields=['suspended_at'], name='link_suspended_queue'), models.Index(condition=models.Q(('ends_at__isnull', False), ('removed_at__isnull', True)), fields=['ends_at'], name='link_by_end')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('person', 'account'), name='link_once_per_person')],
            },
        ),
        migrations.CreateModel(
            name='LinkProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.CharField(max_length=20)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='accounts.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'serial'), name='link_proof_once')],
            },
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('legal_name', models.CharField(blank=True, max_length=200)),
                ('service', models.CharField(default='electricity', max_length=40)),
                ('inn', models.CharField(blank=True, max_length=12)),
                ('kpp', models.CharField(blank=True, max_length=9)),
                ('settlement_account', models.CharField(blank=True, max_length=20)),
                ('bank_name', models.CharField(blank=True, max_length=160)),
                ('bic', models.CharField(blank=True, max_length=9)),
                ('correspondent_account', models.CharField(blank=True, max_length=20)),
                ('account_lengths', models.JSONField(default=svet.accounts.models.default_account_lengths)),
                ('window_from_day', models.PositiveSmallIntegerField(default=15)),
                ('window_to_day', models.PositiveSmallIntegerField(default=25)),
                ('due_day', models.PositiveSmallIntegerField(default=15)),
                ('dispute_days', models.PositiveSmallIntegerField(default=30)),
                ('absence_months', models.PositiveSmallIntegerField(default=3)),
                ('time_zone', models.CharField(default=svet.accounts.models.default_time_zone, max_length=40)),
                ('hotline', models.CharField(blank=True, max_length=40)),
                ('region', models.CharField(blank=True, max_length=100)),
                ('logo_color', models.CharField(default='#1f5fa8', max_length=7)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('window_from_day__gte', 1), ('window_to_day__lte', 31), ('window_from_day__lte', models.F('window_to_day'))), name='provider_window_in_month'), models.CheckConstraint(condition=models.Q(('due_day__gte', 1), ('due_day__lte', 31)), name='provider_due_day_in_month')],
            },
        ),
        migrations.AddField(
            model_name='account',
            name='provider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.provider'),
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('tariff_group', models.CharField(blank=True, max_length=40)),
                ('residents', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('area', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                ('rooms', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('stove', models.CharField(blank=True, max_length=8)),
                ('electric_heating', models.BooleanField(blank=True, null=True)),
                ('source', models.CharField(max_length=8)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('known_at', models.DateTimeField()),
                ('gone_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='accounts.terms')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'since'], name='terms_of_account')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('gone_at__isnull', True)), fields=('account', 'since'), name='terms_once_a_day'), models.CheckConstraint(condition=models.Q(('stove__in', ['', 'gas', 'electric'])), name='terms_stove_known'), models.CheckConstraint(condition=models.Q(('source__in', ['register', 'office'])), name='terms_source_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('provider', 'number'), name='account_number_of_provider'),
        ),
    ]
