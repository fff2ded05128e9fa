import django.db.models.deletion
import svet.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone', models.CharField(max_length=16)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('email_confirmed', models.BooleanField(default=False)),
                ('language', models.CharField(default='ru', max_length=8)),
                ('email_on', models.BooleanField(default=True)),
                ('sms_on', models.BooleanField(default=True)),
                ('preferences', models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='IncomingSms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone', models.CharField(max_length=16)),
                ('text', models.CharField(max_length=1000)),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['received_at'], name='incoming_by_time'), models.Index(fields=['phone', 'received_at'], name='incoming_by_phone')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('endpoint', models.CharField(max_length=1000, unique=True)),
                ('p256dh', models.CharField(max_length=90)),
                ('auth', models.CharField(max_length=30)),
                ('server_key', models.CharField(max_length=90)),
                ('device_key', models.CharField(max_length=16)),
                ('label', models.CharField(max_length=120)),
                ('created_at', models.DateTimeField()),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='notices.recipient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('recipient', 'device_key'), name='subscription_of_device')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('channel', models.CharField(choices=[('email', 'email'), ('sms', 'sms'), ('push', 'push')], max_length=8)),
                ('address', models.CharField(max_length=254)),
                ('event', models.CharField(max_length=32)),
                ('subject', models.CharField(blank=True, default='', max_length=200)),
                ('body', models.TextField(blank=True, default='')),
                ('html', models.TextField(blank=True, default='')),
                ('attachment_name', models.CharField(blank=True, default='', max_length=120)),
                ('attachment_type', models.CharField(blank=True, default='', max_length=80)),
                ('attachment', models.BinaryField(blank=True, null=True)),
                ('sensitive', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sent', 'sent'), ('delivered', 'delivered'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('reference', models.CharField(blank=True, default='', max_length=80)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('give_up_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notices.recipient')),
                ('subscription', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notices.subscription')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='delivery_waiting'), models.Index(condition=models.Q(('state', 'sent')), fields=['reference'], name='delivery_awaits_receipt'), models.Index(fields=['recipient', '-id'], name='delivery_of_recipient'), models.Index(fields=['address', '-id'], name='delivery_to_address'), models.Index(condition=models.Q(('state', 'failed')), fields=['created_at'], name='delivery_failed')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='delivery_failed_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'delivered']), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='delivery_sent_has_time'), models.CheckConstraint(condition=models.Q(('sensitive', False), ('state', 'waiting'), models.Q(('body', ''), ('html', '')), _connector='OR'), name='delivery_secret_wiped')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', svet.kernel.fields.PublicIdField()),
                ('event', models.CharField(max_length=32)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('url', models.CharField(blank=True, default='', max_length=300)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='notices.recipient')),
            ],
            options={
                'indexes': [models.Index(fields=['recipient', '-id'], name='notice_newest_first'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['recipient'], name='notice_unread')],
            },
        ),
    ]
