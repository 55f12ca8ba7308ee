"""The instant at which an incentive falls due or is paid stands in its row: an index finds the next of millions.

A release of before, still running beside this one, writes rows without it: they are looked at at once, and get theirs.
"""

import datetime

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# What the release before reckoned anew in every look: the hours of the scheme, in WIB.
FILL = """
UPDATE incentives_incentive incentive SET due_at = CASE
       WHEN incentive.status = 'planned' THEN
            GREATEST(incentive.planned_at, (incentive.scheduled_date + (scheme.data->'times_of_day'->>'nightly')::time)
                                           AT TIME ZONE 'Asia/Jakarta')
       WHEN incentive.status = 'due' AND incentive.recheck_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM disbursements_paymentinstruction payment
             WHERE payment.person_id = incentive.person_id AND payment.payer = 'incentives'
               AND payment.owed_id = incentive.id AND payment.status = 'drafted') THEN
            GREATEST(incentive.planned_at, (incentive.pay_date + (scheme.data->'times_of_day'->>'pay')::time)
                                           AT TIME ZONE 'Asia/Jakarta')
       END
  FROM awards_award award
  JOIN programmes_schemeversion scheme ON scheme.id = award.scheme_version_id
 WHERE award.person_id = incentive.person_id AND award.id = incentive.award_id
"""


class Migration(migrations.Migration):
    # The programme goes on while the indexes are built.
    atomic = False
    dependencies = [
        ("incentives", "0005_allow_what_arrived_late"),
        ("disbursements", "0008_an_account_has_one_owner"),
        ("programmes", "0008_a_cancelled_class_is_refunded"),
    ]
    operations = [
        migrations.AddField(
            "incentive",
            "due_at",
            models.DateTimeField(
                null=True, db_default=datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "incentive",
            models.Index(
                fields=["due_at", "id"], name="incentives_to_fall_due", condition=models.Q(("status", "planned"))
            ),
        ),
        AddIndexConcurrently(
            "incentive",
            models.Index(
                fields=["due_at", "id"],
                name="incentives_to_pay",
                condition=models.Q(("recheck_at", None), ("status", "due")),
            ),
        ),
        AddIndexConcurrently(
            "incentive",
            models.Index(
                fields=["recheck_at"],
                name="incentives_to_recheck",
                condition=models.Q(("recheck_at__isnull", False)),
            ),
        ),
    ]
