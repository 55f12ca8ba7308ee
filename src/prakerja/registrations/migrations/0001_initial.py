import django.db.models.deletion
import prakerja.kernel.ids
from django.db import migrations, models

from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0007_consents_of_registering'),
    ]

    operations = [
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('phone_index', models.BinaryField()),
                ('phone_enc', models.BinaryField(null=True)),
                ('answers_enc', models.BinaryField(null=True)),
                ('language', models.TextField(default='id')),
                ('status', models.TextField(default='drafting')),
                ('begun_at', models.DateTimeField()),
                ('touched_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('became', models.UUIDField(null=True)),
                ('identity_version', models.SmallIntegerField(default=0)),
                ('registry_status', models.TextField(default='unasked')),
                ('accepted_version', models.SmallIntegerField(null=True)),
                ('registry_fields', models.TextField(blank=True)),
                ('asks', models.SmallIntegerField(default=0)),
                ('next_ask_at', models.DateTimeField(null=True)),
                ('ask_day', models.DateField(null=True)),
                ('asks_today', models.SmallIntegerField(default=0)),
                ('returned_for', models.TextField(blank=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_ask_at__isnull', False)), fields=['next_ask_at'], name='registrations_to_ask'), models.Index(fields=['touched_at'], name='registrations_touched')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('drafting', 'submitted'))), fields=('phone_index',), name='registrations_registration_one_live'), models.CheckConstraint(condition=models.Q(('status__in', ('drafting', 'submitted', 'registered', 'refused'))), name='registrations_registration_status'), models.CheckConstraint(condition=models.Q(('became', None), ('status', 'registered'), _connector='OR'), name='registrations_registration_became'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'registered'), _negated=True), models.Q(('answers_enc', None), ('became__isnull', False), ('phone_enc', None)), _connector='OR'), name='registrations_registration_registered')],
            },
        ),
        migrations.CreateModel(
            name='RegistryAnswer',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('identity_version', models.SmallIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('outcome', models.TextField()),
                ('code', models.TextField(blank=True)),
                ('fields', models.TextField(blank=True)),
                ('score', models.SmallIntegerField(null=True)),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registrations.registration')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('what', models.TextField()),
                ('version', models.TextField()),
                ('language', models.TextField()),
                ('page', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'id'), name='registrations_declaration_owned'), models.UniqueConstraint(fields=('person', 'what', 'version'), name='registrations_declaration_once')],
            },
        ),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('registered_at', models.DateTimeField()),
                ('proven_by', models.TextField()),
                ('regency_code', models.TextField()),
                ('details_enc', models.BinaryField()),
                ('is_enrolled', models.BooleanField()),
                ('work_status', models.TextField()),
                ('holds_excluded_post', models.BooleanField()),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'id'), name='registrations_profile_owned'), models.UniqueConstraint(fields=('person',), name='registrations_profile_one'), models.CheckConstraint(condition=models.Q(('proven_by__in', ['registry', 'operator'])), name='registrations_profile_proven_by')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField(default='ktp')),
                ('content_enc', models.BinaryField()),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('taken_at', models.DateTimeField()),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registrations.registration')),
            ],
            options={
                'indexes': [models.Index(fields=['taken_at'], name='registrations_document_taken')],
                'constraints': [models.UniqueConstraint(fields=('registration', 'kind'), name='registrations_document_one'), models.CheckConstraint(condition=models.Q(('kind__in', ['ktp', 'kk'])), name='registrations_document_kind')],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.TextField(default='open')),
                ('reason', models.TextField()),
                ('words_enc', models.BinaryField(null=True)),
                ('opened_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True)),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registrations.registration')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status__in', ('open',))), fields=['answer_by'], name='registrations_case_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('open',))), fields=('registration',), name='registrations_case_one_open'), models.CheckConstraint(condition=models.Q(('status__in', ('open', 'accepted', 'sent_back', 'refused'))), name='registrations_case_status')],
            },
        ),
        install_steps(
            table="registrations_registration",
            begins=["drafting"],
            steps=[
                ("drafting", "submitted"),
                ("submitted", "drafting"),
                ("submitted", "registered"),
                ("drafting", "refused"),
                ("submitted", "refused"),
            ],
        ),
        install_steps(
            table="registrations_case",
            begins=["open"],
            steps=[("open", "accepted"), ("open", "sent_back"), ("open", "refused")],
        ),
    ]
