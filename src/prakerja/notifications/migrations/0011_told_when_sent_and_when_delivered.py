"""A message is sent when a gateway took it and delivered when a receipt says so; what was handed over is never claimed again.

What counts as delivered already was taken by a gateway that gave no receipts, and keeps its word.
"""

import django.db.models.deletion
from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import prakerja.kernel.ids
import prakerja.kernel.models
from prakerja.kernel.states import install_steps

_STATES = (
    'queued', 'delivered', 'sending', 'failed_temporary', 'handed_over', 'sent', 'unknown', 'failed_permanent',
    'undelivered',
)


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0010_messages_to_strangers'),
    ]

    operations = [
        migrations.CreateModel(
            name='GatewayState',
            fields=[
                ('id', models.TextField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('lane', models.TextField()),
                ('said', models.TextField()),
                ('said_since', models.DateTimeField()),
                ('is_chosen', models.BooleanField(default=False)),
                ('accepted', models.BigIntegerField(default=0)),
                ('refused', models.BigIntegerField(default=0)),
                ('throttled', models.BigIntegerField(default=0)),
                ('unanswered', models.BigIntegerField(default=0)),
                ('receipts', models.BigIntegerField(default=0)),
                ('seen_wall', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SmsPart',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('number', models.SmallIntegerField()),
                ('gateway', models.TextField()),
                ('gateway_id', models.TextField(blank=True, default='')),
                ('reference', models.IntegerField()),
                ('phone_index', models.BinaryField()),
                ('sent_at', models.DateTimeField()),
                ('word', models.TextField(blank=True, default='')),
                ('code', models.TextField(blank=True, default='')),
                ('ask_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='StrayReceipt',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('gateway', models.TextField()),
                ('gateway_id', models.TextField(blank=True, default='')),
                ('reference', models.IntegerField(null=True)),
                ('phone_index', models.BinaryField()),
                ('word', models.TextField()),
                ('code', models.TextField(blank=True, default='')),
                ('came_at', models.DateTimeField()),
                ('look_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='message',
            name='notifications_message_status',
        ),
        # No row has a new word yet, so none needs to be read under this lock; the next migration looks at them.
        AddConstraintNotValid(
            'message',
            models.CheckConstraint(condition=models.Q(('status__in', _STATES)), name='notifications_message_status'),
        ),
        install_steps(
            table='notifications_message',
            begins=['queued', 'delivered'],
            steps=[
                ('queued', 'sending'),
                ('failed_temporary', 'sending'),
                ('sending', 'handed_over'),
                ('sending', 'sent'),
                ('handed_over', 'sent'),
                ('handed_over', 'unknown'),
                ('sent', 'delivered'),
                ('unknown', 'delivered'),
                ('sending', 'failed_temporary'),
                ('handed_over', 'failed_temporary'),
                ('unknown', 'failed_temporary'),
                ('sending', 'failed_permanent'),
                ('handed_over', 'failed_permanent'),
                ('unknown', 'failed_permanent'),
                ('sent', 'failed_permanent'),
                ('sending', 'undelivered'),
                ('handed_over', 'undelivered'),
                ('unknown', 'undelivered'),
                ('sent', 'undelivered'),
                ('undelivered', 'queued'),
                ('undelivered', 'failed_permanent'),
            ],
        ),
        migrations.AddField(
            model_name='message',
            name='delivered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='gateway',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='strangermessage',
            name='handed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='smspart',
            name='message',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notifications.message'),
        ),
        migrations.AddIndex(
            model_name='smspart',
            index=models.Index(fields=['person_id', 'message'], name='notifications_smspart_of'),
        ),
        migrations.AddIndex(
            model_name='smspart',
            index=models.Index(fields=['phone_index'], name='notifications_smspart_phone'),
        ),
        migrations.AddIndex(
            model_name='smspart',
            index=models.Index(condition=models.Q(('ask_at__isnull', False)), fields=['ask_at'], name='notifications_smspart_ask'),
        ),
        migrations.AddIndex(
            model_name='smspart',
            index=BrinIndex(fields=['sent_at'], name='notifications_smspart_lately'),
        ),
        migrations.AddConstraint(
            model_name='smspart',
            constraint=models.UniqueConstraint(fields=('person_id', 'id'), name='notifications_smspart_owned'),
        ),
        migrations.AddConstraint(
            model_name='smspart',
            constraint=prakerja.kernel.models.OwnedReference(field='message', name='notifications_smspart_message', to='notifications_message'),
        ),
        migrations.AddConstraint(
            model_name='smspart',
            constraint=models.CheckConstraint(condition=models.Q(('word__in', ['', 'delivered', 'failed', 'silent'])), name='notifications_smspart_word'),
        ),
    ]
