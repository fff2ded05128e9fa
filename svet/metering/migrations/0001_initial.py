import django.contrib.postgres.fields
import django.db.models.deletion
import svet.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('files', '0001_initial'),
        ('notices', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('plan', models.CharField(max_length=8)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-from_on'], name='absence_of_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('plan__in', ['send', 'remind', 'ask'])), name='absence_plan_known'), models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='absence_days_in_order'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('account',), name='absence_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('words', models.CharField(max_length=2000)),
                ('state', models.CharField(default='open', max_length=9)),
                ('opened_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('photo', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.photo')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['open', 'checking'])), fields=['opened_at'], name='dispute_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'checking', 'upheld', 'declined', 'withdrawn'])), name='dispute_state_known')],
            },
        ),
        migrations.CreateModel(
            name='DisputeChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(blank=True, max_length=9)),
                ('to_state', models.CharField(max_length=9)),
                ('at', models.DateTimeField()),
                ('by_kind', models.CharField(max_length=9)),
                ('words', models.CharField(blank=True, max_length=2000)),
                ('by_person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='metering.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='Meter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('serial', models.CharField(max_length=20)),
                ('type_name', models.CharField(blank=True, max_length=80)),
                ('scheme', models.PositiveSmallIntegerField(default=1)),
                ('digits', models.PositiveSmallIntegerField(default=5)),
                ('decimals', models.PositiveSmallIntegerField(default=0)),
                ('ratio', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=8)),
                ('installed_on', models.DateField()),
                ('removed_on', models.DateField(blank=True, null=True)),
                ('verified_on', models.DateField(blank=True, null=True)),
                ('next_verification_on', models.DateField(blank=True, null=True)),
                ('smart', models.BooleanField(default=False)),
                ('max_daily_kwh', models.DecimalField(blank=True, decimal_places=1, max_digits=9, null=True)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
            ],
            options={
                'indexes': [models.Index(fields=['serial'], name='meter_by_serial'), models.Index(condition=models.Q(('removed_on__isnull', True)), fields=['next_verification_on'], name='meter_by_verification')],
                'constraints': [models.UniqueConstraint(fields=('account', 'serial', 'installed_on'), name='meter_once_per_installation'), models.CheckConstraint(condition=models.Q(('scheme__in', [1, 2, 3])), name='meter_scheme_known'), models.CheckConstraint(condition=models.Q(('digits__gte', 3), ('digits__lte', 8), ('decimals__lte', 3)), name='meter_digits_on_face'), models.CheckConstraint(condition=models.Q(('ratio__gt', 0)), name='meter_ratio_positive'), models.CheckConstraint(condition=models.Q(('max_daily_kwh__isnull', True), ('max_daily_kwh__gt', 0), _connector='OR'), name='meter_max_daily_positive'), models.CheckConstraint(condition=models.Q(('removed_on__isnull', True), ('removed_on__gte', models.F('installed_on')), _connector='OR'), name='meter_removed_after_installed')],
            },
        ),
        migrations.CreateModel(
            name='AbsenceStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closes_on', models.DateField()),
                ('outcome', models.CharField(max_length=8)),
                ('receipt_number', models.CharField(blank=True, max_length=16)),
                ('at', models.DateTimeField()),
                ('absence', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='metering.absence')),
                ('meter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metering.meter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('absence', 'meter', 'closes_on'), name='absence_step_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['sent', 'reminded', 'stuck'])), name='absence_step_outcome_known')],
            },
        ),
        migrations.CreateModel(
            name='MeterScale',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(max_length=8)),
                ('initial_value', models.DecimalField(decimal_places=3, default=Decimal('0'), max_digits=12)),
                ('meter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='metering.meter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('meter', 'zone'), name='register_once_per_zone'), models.CheckConstraint(condition=models.Q(('zone__in', ['single', 'day', 'night', 'peak', 'semipeak'])), name='register_zone_known')],
            },
        ),
        migrations.CreateModel(
            name='OfficeAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('kind', models.CharField(max_length=10)),
                ('number', models.CharField(max_length=40)),
                ('end_number', models.CharField(blank=True, max_length=40)),
                ('drawn_on', models.DateField()),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('persons', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('reason', models.CharField(max_length=300)),
                ('known_at', models.DateTimeField()),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('gone_at', models.DateTimeField(blank=True, null=True)),
                ('gone_reason', models.CharField(blank=True, max_length=300)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('gone_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meter', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='metering.meter')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='metering.officeact')),
                ('signed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'since'], name='office_act_of_account'), models.Index(condition=models.Q(('gone_at__isnull', True), ('signed_at__isnull', True)), fields=['known_at'], name='office_act_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['broken', 'lost', 'refused', 'tampered', 'unmetered', 'silent', 'away'])), name='office_act_kind_known'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='office_act_days_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['broken', 'lost', 'silent']), ('meter__isnull', False)), models.Q(models.Q(('kind__in', ['broken', 'lost', 'silent']), _negated=True), ('meter__isnull', True)), _connector='OR'), name='office_act_of_a_meter_or_not'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'away'), ('persons__gte', 1), ('until__isnull', False)), models.Q(models.Q(('kind', 'away'), _negated=True), ('persons__isnull', True)), _connector='OR'), name='office_act_persons_away'), models.CheckConstraint(condition=models.Q(('signed_by__isnull', True), ('by__isnull', True), models.Q(('signed_by', models.F('by')), _negated=True), _connector='OR'), name='office_act_two_hands')],
            },
        ),
        migrations.CreateModel(
            name='ReadingSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('receipt_number', models.CharField(max_length=16, unique=True)),
                ('read_on', models.DateField()),
                ('received_at', models.DateTimeField()),
                ('entered_at', models.DateTimeField(blank=True, null=True)),
                ('channel', models.CharField(max_length=9)),
                ('kind', models.CharField(default='customer', max_length=8)),
                ('state', models.CharField(max_length=12)),
                ('author_kind', models.CharField(max_length=9)),
                ('author_name', models.CharField(blank=True, max_length=80)),
                ('key', models.UUIDField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('author_person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('meter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='metering.meter')),
            ],
            options={
                'indexes': [models.Index(models.F('meter'), models.OrderBy(models.F('read_on'), descending=True), models.OrderBy(models.F('received_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('state__in', ['accepted', 'used'])), name='reading_effective'), models.Index(fields=['account', 'read_on'], name='reading_by_account'), models.Index(condition=models.Q(('state', 'under_review')), fields=['received_at'], name='reading_review_queue')],
                'constraints': [models.UniqueConstraint(fields=('meter', 'key'), name='reading_key_of_meter'), models.CheckConstraint(condition=models.Q(('channel__in', ['web', 'api', 'sms', 'office', 'register', 'quick', 'automatic', 'absence'])), name='reading_channel_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['customer', 'control', 'initial', 'final'])), name='reading_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['submitted', 'under_review', 'accepted', 'used', 'withdrawn', 'superseded', 'rejected', 'corrected'])), name='reading_state_known')],
            },
        ),
        migrations.CreateModel(
            name='ReadingPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField()),
                ('by_kind', models.CharField(max_length=9)),
                ('by_person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('photo', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.photo')),
                ('reading_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='metering.readingset')),
            ],
            options={
                'indexes': [models.Index(fields=['reading_set'], name='reading_photo_of_set')],
            },
        ),
        migrations.AddField(
            model_name='dispute',
            name='reading_set',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dispute', to='metering.readingset'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='settled_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metering.readingset'),
        ),
        migrations.CreateModel(
            name='ReadingTouch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_on', models.DateField()),
                ('account', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
            ],
        ),
        migrations.CreateModel(
            name='ReadingValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', models.CharField(max_length=8)),
                ('value', models.DecimalField(decimal_places=3, max_digits=12)),
                ('turns', models.PositiveSmallIntegerField(default=0)),
                ('consumption', models.DecimalField(decimal_places=3, max_digits=14)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.account')),
                ('reading_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='values', to='metering.readingset')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('reading_set', 'zone'), name='reading_value_once'), models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='reading_value_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='SetStateChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(max_length=12)),
                ('to_state', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('by_kind', models.CharField(max_length=9)),
                ('doubts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('other_receipt', models.CharField(blank=True, max_length=20)),
                ('period', models.DateField(blank=True, null=True)),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('by_person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('reading_set', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='metering.readingset')),
            ],
            options={
                'indexes': [models.Index(fields=['reading_set', 'at'], name='set_change_of_set')],
            },
        ),
        migrations.CreateModel(
            name='TextAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(max_length=8)),
                ('answer', models.CharField(max_length=1000)),
                ('at', models.DateTimeField()),
                ('incoming', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.incomingsms')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'at'], name='text_answer_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['taken', 'asked', 'refused'])), name='text_answer_outcome_known')],
            },
        ),
        migrations.CreateModel(
            name='VerificationReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('stage', models.CharField(max_length=9)),
                ('told_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.account')),
                ('meter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metering.meter')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('meter', 'person', 'due_on', 'stage'), name='verification_reminder_once'), models.CheckConstraint(condition=models.Q(('stage__in', ['half_year', 'month', 'week', 'lapsed'])), name='verification_reminder_stage_known')],
            },
        ),
        migrations.CreateModel(
            name='WindowReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=8)),
                ('closes_on', models.DateField()),
                ('told_at', models.DateTimeField()),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'closes_on', 'stage'), name='window_reminder_once'), models.CheckConstraint(condition=models.Q(('stage__in', ['open', 'closing'])), name='window_reminder_stage_known')],
            },
        ),
    ]
