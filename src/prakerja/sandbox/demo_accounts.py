"""The accounts that the demo's people have at the shop where they bought and at the institution where they learn.

They bought before anybody opened a shop's page, so that page would not know them: their order, and the class that they are
in the middle of, would be out of their reach. The example programs read this file when they start and open what is missing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from prakerja.partners.queries import members
from prakerja.people.queries import person_id_by_contact
from prakerja.reporting.dashboard import Purchase
from prakerja.reporting.queries import dashboard
from prakerja.sandbox.demo_people import PEOPLE, DemoPerson
from prakerja.sandbox.people import INVOICE_PREFIX, platform_user_of
from prakerja.sandbox.worlds.catalogue import load_catalogue

NAME = "demo-accounts.json"
# Of invented people, and printed for everybody who can reach the demo.
PASSWORD = "belajar-demo"  # noqa: S105
_SITES = {"platforms": "platform", "institutions": "institution"}


def accounts_of(person: DemoPerson) -> list[dict[str, str]]:
    """Where somebody can sign in beside the portal: `[{"kind", "code", "name", "email", "password"}]`, shops first."""
    found = _bought(person)
    names = {partner.code: partner.name for partner in members()}
    codes = {
        "platform": dict.fromkeys(one.platform_code for one in found),
        "institution": dict.fromkeys(one.institution_code for one in found if one.redeemed_at is not None),
    }
    return [
        {"kind": kind, "code": code, "name": names.get(code, code), "email": person.email, "password": PASSWORD}
        for kind, chosen in codes.items()
        for code in chosen
    ]


def document() -> dict[str, Any]:
    """`{"platforms": {code: [account with its orders]}, "institutions": {code: [account with its classes]}}`."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {name: {} for name in _SITES}
    for person in PEOPLE:
        bought = _bought(person)
        for one in accounts_of(person):
            kind = next(name for name, site in _SITES.items() if site == one["kind"])
            account: dict[str, Any] = {name: one[name] for name in ("email", "password")} | {"name": person.name}
            if kind == "platforms":
                account["id"] = _platform_user(person)
                account["orders"] = [_order(item) for item in bought if item.platform_code == one["code"]]
            else:
                account["classes"] = [_class(item) for item in bought if item.institution_code == one["code"]]
            found[kind].setdefault(one["code"], []).append(account)
    return found


def write(path: Path) -> None:
    """Write the file for its owner alone: it holds codes."""
    temporary = path.with_suffix(".new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document(), file, ensure_ascii=False, indent=1)
    temporary.replace(path)


def _bought(person: DemoPerson) -> list[Purchase]:
    """What was bought for this person when the world was made; what they buy at a shop themselves, the shop knows."""
    person_id = person_id_by_contact(kind="phone", value=person.phone)
    if person_id is None:
        return []
    found = dashboard(person_id=person_id, transactions=50).purchases
    return [one for one in found if one.invoice_code.startswith(INVOICE_PREFIX)]


def _platform_user(person: DemoPerson) -> str:
    person_id = person_id_by_contact(kind="phone", value=person.phone)
    assert person_id is not None
    return platform_user_of(person_id)


def _order(item: Purchase) -> dict[str, Any]:
    return {
        "invoice_code": item.invoice_code,
        "transaction_code": item.reference,
        "course_code": item.course_code,
        "schedule_code": item.schedule_code,
        "course_title": item.course_title,
        "institution_code": item.institution_code,
        "institution_name": item.institution_name,
        "starts_at": item.starts_at.isoformat(),
        "ends_at": item.ends_at.isoformat(),
        "amount": item.amount,
        "how_to_redeem": item.how_to_redeem,
        "status": "void" if item.status == "voided" else "paid",
        "paid_at": item.authorised_at.isoformat(),
    }


def _class(item: Purchase) -> dict[str, Any]:
    done, certificate = item.completion, None
    if done is not None and done.certificates:
        certificate = done.certificates[0]
    return {
        "redeem_code": item.code,
        "course_code": item.course_code,
        "schedule_code": item.schedule_code,
        "title": item.course_title,
        "status": "open" if done is None else "finished",
        "score": done.score if done else None,
        "certificate_number": certificate.number if certificate else None,
        "certificate_kind": certificate.kind if certificate else None,
        "visible_from": certificate.visible_from.isoformat() if certificate else None,
        "lessons_done": len(load_catalogue().course(item.course_code).syllabus) if done else 0,
    }
