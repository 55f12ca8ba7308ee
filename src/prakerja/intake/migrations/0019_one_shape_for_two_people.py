"""What two people prepare and confirm has one shape: the same columns with the same defaults."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0018_lists_of_results_by_page'),
    ]

    operations = [
        migrations.AlterField(
            model_name='announcementcorrection',
            name='confirmed_by',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AlterField(
            model_name='preparedresults',
            name='back_asked_by',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AlterField(
            model_name='waveproposal',
            name='back_asked_by',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AlterField(
            model_name='waveproposal',
            name='confirmed_by',
            field=models.TextField(blank=True, default=''),
        ),
    ]
