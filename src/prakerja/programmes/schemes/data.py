"""The five published versions of the rules, as data (rules.md 13).

`extends` merges deeply, lists are replaced, and `cutoffs` and `payout_pause` replace as a whole, so that
dates of one year never leak into another. Values that rules.md 13 does not name come from decisions.md 2.2
and are marked where they stand. `first_purchase.cutoff` is left out:
limits of days are stored as exclusive instants.
"""

from __future__ import annotations

from typing import Any

NO_CUTOFFS: dict[str, Any] = {
    "balance": None,
    "complete": None,
    "review": None,
    "survey": None,
    "link": None,
}

# The first and the last wave that a version governs, the last one being open. It is not one of the version's rules: a range
# that is closed when a new version is published changes nothing for who was awarded before.
GOVERNED_WAVES: dict[str, tuple[int, int | None]] = {
    "2020A": (1, 3),
    "2020B": (4, 11),
    "2021": (12, 22),
    "2022": (23, 47),
    "2023": (48, None),
}

SCHEME_DATA: dict[str, dict[str, Any]] = {
    "2021": {
        "eligibility": {
            "age_min": 18,
            "age_max": None,
            "kk_max_recipients": 2,
            "lifetime_once": True,
            "excluded_aid": ["DTKS", "BSU", "BPUM"],
        },
        # Extra time for whoever asks is ours (rules.md 3.3).
        "test": {"questions": 18, "minutes": 25, "extra_time_percent": 50},
        # A minute each in the demo; two to three minutes in the programme (rules.md 6.1).
        "videos": {"count": 3, "seconds": 60},
        "training_fund": 1_000_000,
        "incentive": {
            "amount": 600_000,
            "times": 4,
            "interval_months": 1,
            "needs": ["CERTIFICATE", "RATING", "REVIEW", "ACCOUNT_LINKED", "ACCOUNT_KYC", "NIK_MATCH"],
            # Ours (rules.md 12.34): where the year's review cut-off ends what a lost first training leaves.
            "first_training": "BOUGHT",
        },
        "survey": {
            "amount": 50_000,
            "times": 3,
            "open_offset_days": [30, 90, None],
            "window_days": 30,
            "sequential": True,
            # Whatever has not opened opens two weeks before the year's survey cut-off (rules.md 12.9).
            "force_open_days": 14,
        },
        "schedule_sync_hours": 24,
        "payout_working_days": [3, 5],
        # A hold is looked at again after 7 × 24 hours (rules.md 5.4; decisions.md 54).
        "hold_recheck_days": 7,
        # An account that is changed on the payment day or up to two days before it holds the payment. rules.md 5.5 says
        # "close to the payment date" and gives no number; this one is ours.
        "account_change_hold_days": 2,
        "first_purchase": {
            "days": 30,
            "basis": "WAVE",
            # The grace after a refund is rules.md 12.5, the reminders are rules.md 13.1.
            "void_grace_days": 7,
            "reminder_days_before": [7, 3, 1],
            # Ours: a deadline with fewer full days left is set only when an operator confirms it by name.
            "confirm_below_days": 7,
            # Ours: nobody is revoked by itself when we were down for so many hours of the last days before the deadline.
            "outage_days": 4,
            "outage_hours": 24,
        },
        "next_purchase": {"days": None, "requires": ["PREVIOUS_COMPLETED"]},
        "cutoffs": {
            "balance": "2021-11-30",
            "complete": "2021-12-10",
            "review": "2021-12-10",
            "survey": "2021-12-10",
            "link": "2021-12-15",
        },
        # Ours (rules.md 13.1): an end of the year takes more than a code's end does, and was told when it was over.
        "cutoff_reminder_days_before": [7, 1],
        "payout_pause": {"first": "2021-12-11", "last": "2022-01-04"},
        "price": {"promo_codes": True},
        # Ours for 2020 to 2022: rules.md 5.2 knows it of 2023, and of 2021 only that nobody swaps what still takes place.
        "refund_on_cancellation": True,
        "repay_days_if_ineligible": 60,
        "code_shown_by": "platform",
        "otp": {
            "digits": 6,
            "life_s": 300,
            "tries": 3,
            "lock_min": 60,
            "gap_s": 60,
            "per_day_user": 5,
            "per_day_platform": 8,
            "per_day_person": 15,
            "wrong_per_day_platform": 9,
            "wrong_per_day_person": 15,
        },
        # One code, from an hour before a live class to its end (decisions.md 2.2).
        "redeem": {
            "window_before_min": 60,
            "window_after_min": None,
            # No source tells until when a post-test may be sat; in 2021 nothing outlasted the class.
            "post_test_days": 0,
            # Ours: a code that nobody redeems costs its price (rules.md 13.1).
            "reminder_days_before": [7, 1],
            "self_paced_from": "PURCHASE",
        },
        "face_verification": False,
        "completion": "reported",
        "reporting": {"platform_working_days": 1, "verification_working_days": 1},
        "times_of_day": {"revoke": "00:05:00", "nightly": "00:10:00", "remind": "09:00:00", "pay": "10:00:00"},
    },
    "2020B": {
        "extends": "2021",
        "videos": {"count": 0},
        "cutoffs": {"balance": "2020-12-15", "complete": "2020-12-15", "survey": "2020-12-15"},
        "payout_pause": None,
    },
    # What sets the first three waves apart (bundles, a selfie, the next wave joined by itself) nothing here obeys yet.
    "2020A": {"extends": "2020B"},
    "2022": {
        "extends": "2021",
        "eligibility": {"age_max": 64},
        "payout_pause": None,
        "cutoffs": {
            "balance": "2022-11-30",
            "complete": "2022-12-05",
            "review": "2022-12-10",
            "survey": "2022-12-10",
            "link": "2022-12-10",
        },
    },
    "2023": {
        "extends": "2022",
        # No longer a social aid, so other aid excludes nobody.
        "eligibility": {"excluded_aid": []},
        "test": {"minutes": 40},
        "cutoffs": {},
        "payout_pause": None,
        "code_shown_by": "dashboard",
        "training_fund": 3_500_000,
        # Ours (rules.md 12.34): no cut-off ends what is left here, so the next training takes the place of a code that ended.
        "incentive": {"times": 1, "first_training": "USED"},
        "survey": {"times": 2},
        "first_purchase": {"days": 15},
        "next_purchase": {"days": 15, "requires": ["PREVIOUS_COMPLETED", "PREVIOUS_REVIEWED"]},
        "redeem": {"window_after_min": 60, "post_test_days": 7, "self_paced_from": "RUN_START"},
        "face_verification": True,
        # Attendance, assignments and feedback prove completion, so nothing waits for a report to travel.
        "completion": "derived",
        "reporting": {"platform_working_days": 0, "verification_working_days": 0},
    },
}
