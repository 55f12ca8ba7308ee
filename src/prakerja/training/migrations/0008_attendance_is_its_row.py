"""An attendance is verified by being there: its state `pending`, which nothing reached, goes, and the column with it."""

from django.db import migrations, models

from prakerja.kernel.functions import install_function
from prakerja.kernel.states import install_steps


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_refuse_steps_that_no_machine_has"), ("training", "0007_redeem_tells_its_class")]
    operations = [
        install_function("training/redeem.sql", sha256="f7b102045b5ee39d188da615a8672bf5aa4af9c4a871be6b0ae706908c10d707"),
        migrations.RemoveConstraint("attendance", "training_attendance_status"),
        migrations.RemoveField("attendance", "status"),
        migrations.AlterField("attendance", "verified_at", models.DateTimeField()),
        install_steps(
            table="training_assignment",
            begins=["submitted"],
            steps=[
                ("submitted", "accepted"),
                ("submitted", "rejected"),
            ],
        ),
        install_steps(
            table="training_attendanceattempt",
            begins=["open"],
            steps=[
                ("open", "verified"),
                ("open", "cancelled"),
                ("open", "failed"),
                ("open", "replaced"),
            ],
        ),
        install_steps(
            table="training_feedback",
            begins=["submitted"],
            steps=[
                ("submitted", "accepted"),
                ("submitted", "rejected"),
            ],
        ),
        install_steps(
            table="training_sandboxattendance",
            column="outcome",
            begins=["open", "verified"],
            steps=[
                ("open", "verified"),
                ("open", "cancelled"),
                ("open", "failed"),
            ],
        ),
        install_steps(
            table="training_sandboxsubmission",
            begins=["submitted"],
            steps=[
                ("submitted", "accepted"),
                ("submitted", "rejected"),
            ],
        ),
    ]
