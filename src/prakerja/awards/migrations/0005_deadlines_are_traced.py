"""Who set a deadline and when, and revocations that wait because we were down. Nobody is rewritten: null is "with the award"."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awards', '0004_rules_numbers_leave_the_checks'),
        ('ledger', '0003_room_beside_hot_rows'),
        ('people', '0003_drop_consent'),
        ('programmes', '0005_deadlines_look_ahead'),
        ('wallets', '0003_deadlines_are_traced'),
    ]

    operations = [
        migrations.AddField(
            model_name='award',
            name='deadline_set_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='award',
            name='deadline_set_by',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='award',
            name='revocation_held_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='award',
            name='revocation_released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='award',
            constraint=models.CheckConstraint(condition=models.Q(('revocation_released_at', None), ('revocation_held_at__isnull', False), _connector='OR'), name='awards_award_released_was_held'),
        ),
    ]
