"""Run by the test of upgrades in a process of its own, because a process of ours knows one database and its keys.

Whom the old release awarded buys and redeems a new class, and who holds a code that the old release sold redeems it. Prints
their names.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from prakerja.cli.database import database

# Who may buy: for the first time, or after a class that is done and reviewed.
_BUYERS = ("ready", "reviewed", "paying")


def main() -> int:
    with database(None, sandbox_only=True):
        from prakerja.awards.queries import card_number, current_award
        from prakerja.kernel.clock import now
        from prakerja.partners.queries import partner_id_of
        from prakerja.people.queries import person_id_by_nik
        from prakerja.sandbox import accounts, people
        from prakerja.sandbox.courses import INSTITUTION, make_course
        from prakerja.sandbox.demo_people import PEOPLE
        from prakerja.training.operations import redeem_code
        from tests.builders import code_of

        told: dict[str, list[str]] = {"bought": [], "redeemed": []}
        offer = make_course(at=now())
        for person in PEOPLE:
            person_id = person_id_by_nik(nik=person.nik)
            if person_id is None:
                # Somebody of a later release's demo. That this release's people are there is seen by who bought.
                continue
            stage, award = accounts.stage_of(person_id), current_award(person_id=person_id)
            if stage in _BUYERS and award is not None:
                card = card_number(person_id=person_id, award_id=award.id)
                buyer = people.Participant(
                    person_id, person.name, person.nik, person.phone, person.email, card, award.id
                )
                at = now()
                people.use_code(people.buy(buyer, offer, at=at), at=at + timedelta(minutes=1))
                told["bought"].append(person.name)
            elif stage == "purchased":
                redeem_code(institution_id=partner_id_of(code=INSTITUTION), code=code_of(person_id), at=now())
                told["redeemed"].append(person.name)
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
