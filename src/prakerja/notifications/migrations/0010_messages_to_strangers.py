import prakerja.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0009_queues_are_served_in_turn'),
    ]

    operations = [
        migrations.CreateModel(
            name='StrangerMessage',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('to_enc', models.BinaryField()),
                ('parameters_enc', models.BinaryField()),
                ('channel', models.TextField()),
                ('template', models.TextField()),
                ('language', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('send_after', models.DateTimeField(db_index=True)),
                ('ends_at', models.DateTimeField()),
                ('attempt_count', models.SmallIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['sms', 'email'])), name='notifications_strangermessage_channel')],
            },
        ),
    ]
