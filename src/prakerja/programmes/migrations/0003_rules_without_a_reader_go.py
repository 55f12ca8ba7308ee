"""Stored versions lose the rules that nothing obeys, learn how long a video runs, and write hours with their seconds.

The values are those of the program that stored them, so that no award changes: it had these rules before.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

UNREAD = {
    "": ["waves", "test", "selfie", "gps_permission", "kyc_by_wallet", "auto_join_next", "selection", "revoke", "card", "void",
         "refund_on_cancellation", "course"],
    "eligibility": ["citizen", "in_formal_education", "wage_ceiling", "exclude_lists"],
    "videos": ["block_skip", "gate"],
    "incentive": ["trigger"],
    "survey": ["pay_within_days"],
    "cutoffs": ["register", "statutory_balance"],
    "price": ["max_equals_balance", "top_up", "bundles", "commission_max_pct"],
    "redeem": ["offline_qr"],
}


def forwards(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("programmes", "SchemeVersion")
    for row in version.objects.all():
        for part, names in UNREAD.items():
            place = row.data[part] if part else row.data
            for name in names:
                place.pop(name, None)
        row.data["videos"].setdefault("seconds", 60)
        hours = row.data["times_of_day"]
        row.data["times_of_day"] = {name: f"{hour}:00" if hour.count(":") == 1 else hour for name, hour in hours.items()}
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("programmes", "0002_days_after_a_class_for_its_post_test")]
    operations = [migrations.RunPython(forwards)]
