import django.db.models.deletion
import svet.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('files', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('number', models.CharField(max_length=16, unique=True)),
                ('topic', models.CharField(max_length=8)),
                ('state', models.CharField(default='new', max_length=8)),
                ('key', models.UUIDField()),
                ('opened_at', models.DateTimeField()),
                ('touched_at', models.DateTimeField()),
                ('answer_due_on', models.DateField()),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', '-touched_at'], name='appeal_of_person'), models.Index(condition=models.Q(('state__in', ['new', 'taken'])), fields=['answer_due_on', 'id'], name='appeal_waiting'), models.Index(condition=models.Q(('state', 'answered')), fields=['touched_at'], name='appeal_answered')],
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='appeal_key_of_person'), models.CheckConstraint(condition=models.Q(('state__in', ['new', 'taken', 'answered', 'closed'])), name='appeal_state_known'), models.CheckConstraint(condition=models.Q(('topic__in', ['readings', 'bill', 'payment', 'meter', 'cabinet', 'other'])), name='appeal_topic_known')],
            },
        ),
        migrations.CreateModel(
            name='AppealChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(blank=True, max_length=8)),
                ('to_state', models.CharField(max_length=8)),
                ('at', models.DateTimeField()),
                ('by_kind', models.CharField(max_length=9)),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='support.appeal')),
                ('by_person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_kind', models.CharField(max_length=9)),
                ('by_name', models.CharField(blank=True, max_length=80)),
                ('words', models.TextField()),
                ('at', models.DateTimeField()),
                ('key', models.UUIDField()),
                ('appeal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='support.appeal')),
                ('by_person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('appeal', 'key'), name='appeal_message_once'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='appeal_message_says_something')],
            },
        ),
        migrations.CreateModel(
            name='MessagePhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='support.message')),
                ('photo', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.photo')),
            ],
        ),
    ]
