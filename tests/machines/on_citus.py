"""A program: make the tables on the database of DATABASE_URL, lay its people on several machines, let somebody buy and learn, prove."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """0: everything holds."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "prakerja.config.settings.test"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from prakerja.kernel import spreading
    from prakerja.kernel.db import rows, transaction
    from prakerja.kernel.split import is_split
    from prakerja.reporting.proof import prove
    from prakerja.training.redemption import redeem_code
    from tests import builders as b

    # Somebody is there before, and moves with everything of theirs.
    world = b.world()
    before = b.participant(world)
    _, schedule = b.course(world)
    b.buy(world, before, schedule)
    made = spreading.plan()
    assert made.refusals == [], made.refusals
    with transaction():
        spreading.apply(made.steps)
    is_split.cache_clear()
    assert is_split()
    after = b.participant(world)
    b.buy(world, after, schedule)
    for who in (before, after):
        code = b.code_of(who.person_id)
        redeem_code(institution_id=world.institution.partner_id, code=code, at=schedule.starts_at)
    assert rows("SELECT count(*) FROM purchases_purchase") == [(2,)]
    wrong = [check.name for check in prove().checks if not check.ok]
    assert wrong == [], wrong
    return 0


if __name__ == "__main__":
    sys.exit(main())
