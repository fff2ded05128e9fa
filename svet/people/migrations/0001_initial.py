import django.db.models.deletion
import svet.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('notices', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('phone', models.CharField(max_length=16)),
                ('first_name', models.CharField(blank=True, default='', max_length=60)),
                ('patronymic', models.CharField(blank=True, default='', max_length=60)),
                ('last_name', models.CharField(blank=True, default='', max_length=60)),
                ('birth_on', models.DateField(blank=True, null=True)),
                ('sex', models.CharField(blank=True, choices=[('', 'Не указан'), ('male', 'Мужской'), ('female', 'Женский')], default='', max_length=6)),
                ('email', models.CharField(blank=True, default='', max_length=254)),
                ('email_confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('language', models.CharField(default='ru', max_length=2)),
                ('is_staff', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('large_text', models.BooleanField(default=False)),
                ('theme', models.CharField(blank=True, choices=[('', 'Как на устройстве'), ('light', 'Светлая'), ('dark', 'Тёмная')], default='', max_length=5)),
                ('created_at', models.DateTimeField()),
                ('password_changed_at', models.DateTimeField()),
                ('recovered_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('journal_key', models.CharField(blank=True, default='', max_length=44)),
                ('recipient', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.recipient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('phone',), name='person_phone_is_unique'), models.CheckConstraint(condition=models.Q(('phone__regex', '^\\+79[0-9]{9}$'), ('closed_at__isnull', False), _connector='OR'), name='person_phone_is_e164'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), models.Q(('email', ''), ('first_name', ''), ('is_active', False), ('journal_key', ''), ('last_name', ''), ('patronymic', '')), _connector='OR'), name='person_closed_is_nobody'), models.CheckConstraint(condition=models.Q(('sex__in', ['', 'male', 'female'])), name='person_sex_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('registration', 'registration'), ('recovery', 'recovery'), ('email', 'email'), ('phone_old', 'phone_old'), ('phone_new', 'phone_new'), ('office', 'office')], max_length=12)),
                ('target', models.CharField(max_length=254)),
                ('session_key', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('tries_left', models.SmallIntegerField()),
                ('sent', models.SmallIntegerField(default=1)),
                ('next_send_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('spent_at', models.DateTimeField(null=True)),
                ('data', models.JSONField(default=dict)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='code_expiry')],
                'constraints': [models.UniqueConstraint(fields=('session_key', 'purpose'), name='code_is_one_per_session'), models.CheckConstraint(condition=models.Q(('tries_left__gte', 0)), name='code_tries_are_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16)),
                ('version', models.IntegerField()),
                ('channel', models.CharField(default='web', max_length=8)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('person', 'kind', 'version'), name='consent_is_one_per_version')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('cookie_digest', models.CharField(max_length=64)),
                ('session_key', models.CharField(blank=True, default='', max_length=40)),
                ('agent', models.CharField(blank=True, default='', max_length=200)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('trusted_until', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('session_key', ''), _negated=True), fields=['session_key'], name='device_session'), models.Index(fields=['cookie_digest'], name='device_cookie')],
                'constraints': [models.UniqueConstraint(fields=('person', 'cookie_digest'), name='device_is_one_per_person')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('name', models.CharField(max_length=60)),
                ('scopes', models.JSONField(default=list)),
                ('digest', models.CharField(max_length=64)),
                ('hint', models.CharField(max_length=4)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('warned_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'created_at'], name='token_of_person'), models.Index(fields=['expires_at'], name='token_expiry')],
                'constraints': [models.UniqueConstraint(fields=('digest',), name='token_digest_is_unique')],
            },
        ),
    ]
