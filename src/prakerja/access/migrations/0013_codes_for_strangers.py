from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0012_the_oldest_code_is_found'),
    ]

    operations = [
        migrations.AddField(
            model_name='phoneguard',
            name='code_hash',
            field=models.BinaryField(null=True),
        ),
    ]
