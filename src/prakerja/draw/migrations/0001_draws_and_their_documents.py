"""Draws, their documents, the lists that they are made of, and what came of them."""

import django.db.models.deletion
import prakerja.kernel.ids
import prakerja.kernel.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('intake', '0010_a_nonce_for_the_draw'),
        ('people', '0007_consents_of_registering'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('application', models.UUIDField(primary_key=True, serialize=False)),
                ('applicant', models.UUIDField()),
                ('ticket', models.BinaryField()),
                ('stratum', models.TextField()),
                ('groups', models.TextField()),
                ('allowance', models.SmallIntegerField()),
                ('card', models.BinaryField()),
                ('codes', models.TextField()),
                ('mark', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='LogCheckpoint',
            fields=[
                ('size', models.IntegerField(primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('line', models.TextField()),
                ('signed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LogEntry',
            fields=[
                ('index', models.IntegerField(primary_key=True, serialize=False)),
                ('content', models.BinaryField()),
                ('logged_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ApplicantList',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('begun_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('rows', models.IntegerField(default=0)),
                ('eligible', models.IntegerField(default=0)),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.wave')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('name', models.TextField(unique=True)),
                ('origin', models.TextField()),
                ('status', models.TextField(default='drafted')),
                ('secret_enc', models.BinaryField(null=True)),
                ('seed', models.BinaryField(null=True)),
                ('has_turn', models.BooleanField(null=True, unique=True)),
                ('made_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('applicants', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.applicantlist')),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.wave')),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('content', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('ticket', models.BinaryField()),
                ('stratum', models.TextField()),
                ('groups', models.TextField()),
                ('family', models.BinaryField(null=True)),
                ('allowance', models.SmallIntegerField()),
                ('codes', models.TextField()),
                ('mark', models.TextField()),
                ('applicants', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.applicantlist')),
                ('application', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.application')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
        ),
        migrations.CreateModel(
            name='FamilyNonce',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('card', models.BinaryField()),
                ('nonce_enc', models.BinaryField()),
                ('label', models.BinaryField()),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.wave')),
            ],
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('pk', models.CompositePrimaryKey('draw_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('position', models.IntegerField()),
                ('kind', models.TextField()),
                ('pool', models.TextField()),
                ('reserve', models.IntegerField(null=True)),
                ('draw', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw')),
            ],
        ),
        migrations.CreateModel(
            name='RandomValue',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.SmallIntegerField()),
                ('value', models.BinaryField(null=True)),
                ('kept', models.BinaryField(null=True)),
                ('certificate', models.BinaryField(null=True)),
                ('absent_note', models.BinaryField(null=True)),
                ('entered_by', models.TextField(blank=True)),
                ('entered_at', models.DateTimeField(null=True)),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw')),
            ],
        ),
        migrations.CreateModel(
            name='SignedNote',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('content', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw')),
            ],
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('kind', models.TextField()),
                ('public', models.BinaryField()),
                ('seed_enc', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('line', models.TextField()),
                ('seen_at', models.DateTimeField()),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.logcheckpoint')),
                ('witness', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.signingkey')),
            ],
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.UUIDField(default=prakerja.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('step', models.TextField()),
                ('digest', models.TextField()),
                ('content', models.BinaryField()),
                ('terms', models.JSONField(default=dict)),
                ('texts', models.JSONField()),
                ('lines', models.JSONField()),
                ('prepared_by', models.TextField()),
                ('prepared_at', models.DateTimeField()),
                ('confirmed_by', models.TextField(blank=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('replaced_at', models.DateTimeField(null=True)),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draw.draw')),
            ],
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.UniqueConstraint(fields=('wave', 'number'), name='draw_draw_once'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('drafted', 'ruled', 'listed', 'committed', 'drawn', 'published', 'void'))), name='draw_draw_status'),
        ),
        migrations.AddConstraint(
            model_name='draw',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('has_turn', True), ('status__in', ('committed', 'drawn'))), models.Q(models.Q(('status__in', ('committed', 'drawn')), _negated=True), ('has_turn', None)), _connector='OR'), name='draw_draw_turn'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('draw', 'name'), name='draw_document_once'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['applicants', 'number'], name='draw_entry_in_order'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('person', 'id'), name='draw_entry_owned'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('person', 'applicants'), name='draw_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=prakerja.kernel.models.OwnedReference(field='application', name='draw_entry_owned_application', to='intake_application'),
        ),
        migrations.AddConstraint(
            model_name='familynonce',
            constraint=models.UniqueConstraint(fields=('wave', 'card'), name='draw_familynonce_once'),
        ),
        migrations.AddConstraint(
            model_name='randomvalue',
            constraint=models.UniqueConstraint(fields=('draw', 'number'), name='draw_randomvalue_once'),
        ),
        migrations.AddConstraint(
            model_name='randomvalue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kept', None), ('value', None)), models.Q(('absent_note', None), ('kept__isnull', False), ('value__isnull', False)), _connector='OR'), name='draw_randomvalue_proven'),
        ),
        migrations.AddConstraint(
            model_name='signednote',
            constraint=models.UniqueConstraint(fields=('draw', 'name'), name='draw_signednote_once'),
        ),
        migrations.AddConstraint(
            model_name='signingkey',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('operator', 'documents', 'witness'))), name='draw_signingkey_kind'),
        ),
        migrations.AddConstraint(
            model_name='signingkey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'operator'), ('user__isnull', False)), models.Q(models.Q(('kind', 'operator'), _negated=True), ('user', None)), _connector='OR'), name='draw_signingkey_user'),
        ),
        migrations.AddConstraint(
            model_name='cosignature',
            constraint=models.UniqueConstraint(fields=('checkpoint', 'witness'), name='draw_cosignature_once'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ('rules', 'commit', 'draw', 'publish', 'void'))), name='draw_step_name'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', '')), models.Q(('confirmed_at__isnull', False), ('replaced_at', None), models.Q(('confirmed_by', ''), _negated=True), models.Q(('confirmed_by', models.F('prepared_by')), _negated=True)), _connector='OR'), name='draw_step_two_people'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('draw', 'step'), name='draw_step_once'),
        ),
    ]
