"""A change of keys finds the addresses of attendance by their index, instead of reading all of them for each part."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("training", "0015_certificates_by_a_link_and_reviews_hidden")]
    operations = [
        AddIndexConcurrently("attendance", models.Index(fields=["institution_email_index"], name="training_attendance_email")),
        AddIndexConcurrently("attendanceattempt", models.Index(fields=["institution_email_index"], name="training_attempt_email")),
        AddIndexConcurrently("institutionemailclaim", models.Index(fields=["email_index"], name="training_emailclaim_email")),
    ]
