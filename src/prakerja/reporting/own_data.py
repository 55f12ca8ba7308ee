"""Everything that we keep about one person, for that person alone: what is in it, why the rest is not, and its schema.

A section is a table. Every column is a member of its section or stands in `left_out` with a reason, and every table that knows
persons is a section or stands in `LEFT_OUT`; `tests/house/test_own_data.py` compares both with the database. How a member is
made, its first sign says: `!` opens what is sealed, `~` opens it and shows its last four signs (a code and a card are worth
money to whoever finds the file; their owner sees them whole on the pages), `?` the same where it may be a stranger's by now,
`#` writes bytes as digits, `^` opens sealed bytes and writes them so, `@` says a level in a word. `name=path` takes the value from elsewhere.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from prakerja.awards.cards import SEALED_AS
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal, unseal_bytes
from prakerja.notifications.inbox import text_of
from prakerja.people.policies import EDUCATION
from prakerja.reporting import own_data_rosters
from prakerja.reporting.own_data_words import MEMBERS, REASONS, SECTIONS

VERSION = 1
_LEVELS = {level: word for word, level in EDUCATION.items()}
_SIGNS = "!~?#^@"
_SHOWN = 4


@dataclass(frozen=True)
class Section:
    """`members` as above, in their order; `left_out`: columns by the key of the reason (`own_data_words.REASONS`)."""

    name: str
    table: str
    members: str
    left_out: dict[str, str] = field(default_factory=dict, hash=False)
    # The column that says whose row it is.
    person: str = "person_id"


# In the order in which somebody would look for it.
SECTION_LIST = (
    Section(
        "person",
        "people_person",
        "name nik=!nik_enc family_card_number=!family_card_enc birth_date province_code education=@education language "
        "created_at blocked_at",
        {"family_card_index": "index"},
        person="id",
    ),
    Section("contacts", "people_contactpoint", "kind value=?value_enc verified_at retired_at"),
    Section(
        "consents",
        "people_consent",
        "purpose about version language page given_at withdrawn_at withdrawn_by",
    ),
    Section(
        "registration",
        "registrations_profile",
        "registered_at proven_by regency_code details=!details_enc is_enrolled work_status holds_excluded_post",
    ),
    Section("declarations", "registrations_declaration", "what version language page made_at"),
    Section(
        "applications",
        "intake_application",
        "wave=wave__number ticket status reason joined_at decided_at nonce=^nonce_enc",
    ),
    Section(
        "draw_rows",
        "draw_entry",
        "application=application_id row_number=number draw_ticket=#ticket stratum groups family_label=#family allowance "
        "reasons=codes reason_mark=mark",
        {"applicants_id": "inner"},
    ),
    Section(
        "letters",
        "intake_letter",
        "waves status words=!words_enc sent_at answer_by answered_at answer",
        {"answered_by": "others"},
    ),
    Section(
        "test",
        "sittings_sitting",
        "scheme=scheme_version__code status has_extra_time begun_at ends_at ended_at literacy numeracy motivation",
        {"questions": "elsewhere"},
    ),
    Section("test_answers", "sittings_answer", "number choice answered_at", {"sitting_id": "elsewhere"}),
    Section(
        "awards",
        "awards_award",
        "scheme=scheme_version__code card_number=~card_number_enc status awarded_at purchase_deadline_at deadline_set_at "
        "revocation_held_at revocation_released_at videos_done_at first_purchase_at remind_at reminded_at revoke_at training_waived_at suspended_at ended_at "
        "end_reason application=application_id wallet=wallet_id reserve=reserve_id",
        {
            "wave_id": "elsewhere",
            "decree_id": "inner",
            "deadline_set_by": "others",
            "incentives_planned_at": "inner",
            "reviewed_at": "inner",
            "plan_look_at": "inner",
        },
    ),
    Section("videos", "awards_inductionview", "award=award_id video started_at finished_at"),
    Section("blacklist", "awards_blacklist", "reason listed_at", {"nik_index": "index"}),
    Section(
        "wallets",
        "wallets_wallet",
        "balance=balance_id opened_at spendable_until spendable_set_at closed_at",
        {"spendable_set_by": "others"},
    ),
    Section("balances", "ledger_balance", "account=account__code amount"),
    Section(
        "transfers",
        "ledger_transfer",
        "kind debit=debit__code credit=credit__code amount at",
        {"event_id": "inner", "balance_id": "inner", "reverses_id": "inner"},
    ),
    Section(
        "purchase_attempts",
        "purchases_paymentintent",
        "award=award_id platform=platform__name platform_user course=course_run__course__title class=course_run__code amount "
        "failed_count status created_at expires_at",
        {"token_hash": "secret", "otp_hash": "secret"},
    ),
    Section(
        "purchases",
        "purchases_purchase",
        "award=award_id attempt=intent_id voucher=voucher_id platform=platform__name course=course__title "
        "class=course_run__code number reference invoice_code invoice_url amount status is_open authorised_at voided_at",
    ),
    Section(
        "vouchers",
        "vouchers_voucher",
        "code=~code_enc institution=institution__name class=course_run__code amount status cancel_reason issued_at "
        "redeemable_from redeemable_until remind_at redeemed_at ended_at",
    ),
    Section(
        "attendances",
        "training_attendance",
        "voucher=voucher_id sequence method verified_at",
        {"institution_email_index": "index"},
    ),
    Section(
        "attendance_attempts",
        "training_attendanceattempt",
        "voucher=voucher_id sequence redirect_uri status reason created_at expires_at ended_at",
        {"institution_email_index": "index", "state": "secret"},
    ),
    Section(
        "assignments",
        "training_assignment",
        "voucher=voucher_id institution=institution__name kind sequence number url=!url_enc status reason submitted_at "
        "processed_at file_type file_size file_sha256=#file_sha256",
        {"process_at": "inner", "attempt_count": "inner"},
    ),
    Section(
        "feedback",
        "training_feedback",
        "voucher=voucher_id assignment=assignment_id institution=institution__name notes kind sequence number url=!url_enc "
        "status reason submitted_at processed_at file_type file_size file_sha256=#file_sha256",
        {"process_at": "inner", "attempt_count": "inner"},
    ),
    Section(
        "completions",
        "training_completion",
        "voucher=voucher_id completed_date score reported_at source withdrawn_at",
        {"idempotency_key": "inner"},
    ),
    Section("certificates", "training_certificate", "completion=completion_id kind number visible_from announced_at"),
    Section(
        "certificate_links",
        "training_certificateshare",
        "certificate=certificate_id shows_name shows_score opened_at closed_at",
        {"token_enc": "secret"},
    ),
    Section(
        "ratings",
        "training_rating",
        "completion=completion_id course=course__title stars review created_at status hidden_why",
    ),
    Section(
        "class_cases",
        "training_cancellationcase",
        "purchase=purchase_id known found_at status decision resolved_at",
        {"resolved_by": "others", "note": "notes"},
    ),
    Section(
        "payout_accounts",
        "disbursements_payoutaccount",
        "kind provider number=!number_enc holder_name nik_matches is_kyc_complete linked_at unlinked_at",
        {"noticed_at": "inner"},
    ),
    Section(
        "incentives",
        "incentives_incentive",
        "award=award_id kind number amount status scheduled_date pay_date hold_reason recheck_at checked_at last_problem "
        "completion=completion_id response=response_id payment=instruction_id planned_at paid_at "
        "training_waived_at ended_at",
        {"due_at": "inner"},
    ),
    Section(
        "repayment_claims",
        "incentives_repaymentclaim",
        "award=award_id amount reason decided_at due_date repaid_at",
    ),
    Section(
        "payments",
        "disbursements_paymentinstruction",
        "payout_account=payout_account_id payer rail rail_reference reference amount status reason "
        "follow_up_of=follow_up_of_id pay_date sent_at settled_at ended_at",
        {"batch_id": "inner", "owed_id": "inner", "ask_at": "inner", "ask_count": "inner"},
    ),
    Section(
        "payment_calls",
        "disbursements_paymentattempt",
        "payment=instruction_id rail kind made_at answered_at answer reason amount",
    ),
    Section(
        "payment_cases",
        "disbursements_discrepancy",
        "payment=instruction_id known said said_amount reason found_by found_at status decision resolved_at",
        {"resolved_by": "others", "note": "notes"},
    ),
    Section(
        "surveys",
        "surveys_response",
        "survey=survey__number opens_at announced_at closes_at consented_at submitted_at closed_at answers half_answers "
        "half_saved_at",
    ),
    Section(
        "institutions",
        "grants_grant",
        "institution=partner__name scopes redirect_uri signed_in_at_s code_expires_at access_expires_at refresh_expires_at "
        "allowed_at ended_at end_reason",
        {
            "nonce": "secret",
            "code_challenge": "secret",
            "code_hash": "secret",
            "access_hash": "secret",
            "refresh_hash": "secret",
        },
    ),
    Section(
        "told_to_partners",
        "webhooks_delivery",
        "partner=endpoint__partner__name event purchase=purchase_id happened_at status queued_at",
        {
            "event_id": "inner",
            "next_attempt_at": "inner",
            "attempt_count": "inner",
            "failure_count": "inner",
        },
    ),
    Section(
        "calls_to_partners",
        "webhooks_attempt",
        "delivery=delivery_id number attempted_at http_status outcome",
        {"duration_ms": "inner"},
    ),
    Section(
        "messages",
        "notifications_message",
        "template channel text=parameters_enc status created_at sent_at gateway delivered_at read_at failure",
        {
            "send_after": "inner",
            "attempt_count": "inner",
            "tries_began_at": "inner",
            "dedupe_key": "inner",
            "queue": "inner",
        },
    ),
    Section(
        "sessions",
        "access_session",
        "device started_at used_at ends_at",
        {"key_hash": "secret", "owner_tag": "secret", "signed_data": "secret", "door": "inner"},
        person="owner",
    ),
    Section(
        "codes_sent",
        "access_otpchallenge",
        "purpose channel sent_at expires_at failed_count used_at replaced_at",
        {"scope": "inner", "subject_enc": "elsewhere", "code_hash": "secret"},
    ),
    Section(
        "counts",
        "access_otpguard",
        "purpose scope tries last_sent_at day sent_today locked_until",
    ),
    Section(
        "erasure_requests",
        "privacy_erasurecase",
        "status asked_at words answer_by answered_at answer ended_at",
        {"answered_by": "others"},
    ),
    Section(
        "questions",
        "cases_case",
        "number=!number_enc topic status contact=!contact_enc language opened_at asked_at answered_at closed_at wiped_at",
        {"number_index": "index", "browser_index": "index", "network_index": "index"},
        person="asked_by",
    ),
    Section(
        "questions_written",
        "cases_entry",
        "question=case_id number words=!words_enc at",
        {"written_by": "others"},
        person="asked_by",
    ),
    Section(
        "question_files",
        "cases_attachment",
        "written=entry_id kind size taken_at",
        {"content_enc": "file"},
        person="asked_by",
    ),
    Section(
        "trail",
        "audit_record",
        "action actor_kind subject_kind at recorded_at",
        {"actor_id": "others", "subject_id": "inner", "data": "notes"},
    ),
)
# Tables that know persons and are no section: what they hold stands in one.
LEFT_OUT = {
    "awards_cardclaim": "claim",
    "disbursements_accountclaim": "claim",
    "disbursements_referenceclaim": "claim",
    "people_contactclaim": "claim",
    "people_nikclaim": "claim",
    "purchases_invoiceclaim": "claim",
    "purchases_platformuserclaim": "claim",
    "purchases_referenceclaim": "claim",
    "training_certificatenumberclaim": "claim",
    "training_certificateshareclaim": "claim",
    "training_institutionemailclaim": "claim",
    "training_reportclaim": "claim",
    "vouchers_codeclaim": "claim",
    # Known by a keyed index of the phone number only; it is gone after days.
    "access_phoneguard": "index",
    # What a gateway calls the parts of an SMS; whether it arrived stands with the message.
    "notifications_smspart": "inner",
}


@dataclass(frozen=True)
class Member:
    """One value of a row: `path` from the row, how it is made, and its field, with whether it may be missing."""

    name: str
    path: str
    sign: str
    kind: str
    is_optional: bool


@cache
def members_of(section: Section) -> tuple[Member, ...]:
    """The members of a section, as declared; the row's own id comes first."""
    model = model_of(section.table)
    found = [] if section.name == "person" else [Member("id", "id", "", "UUIDField", False)]
    if section.table == "awards_blacklist":
        found = []
    for declared in section.members.split():
        name, _, path = declared.partition("=")
        path = path or name
        sign = path[0] if path[0] in _SIGNS else ""
        path = path[len(sign) :]
        kind, is_optional = _field(model, path)
        found.append(Member(name, path, sign, kind, is_optional or name == "text"))
    return tuple(found)


def model_of(table: str) -> type[models.Model]:
    """The model of a table, from the registry."""
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def _field(model: type[models.Model], path: str) -> tuple[str, bool]:
    is_optional = False
    last: Any = None
    here: Any = model
    for name in path.split("__"):
        last = here._meta.get_field(name)
        is_optional = is_optional or last.null
        here = last.related_model
    kind = last.target_field.get_internal_type() if last.is_relation else last.get_internal_type()
    return kind, is_optional


def own_data(*, person_id: uuid.UUID, language: str, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """Every section with its rows, oldest first. `language` (id or en) is that of the messages' sentences; what others' lists say is that of `at`.

    Instants are ISO 8601 in UTC, money is whole rupiah. Raises Refused: person_unknown.
    """
    found = {section.name: list(_rows(section, person_id, language)) for section in SECTION_LIST}
    if not found["person"]:
        raise Refused("person_unknown")
    return found | {own_data_rosters.NAME: own_data_rosters.named_by(person_id=person_id, at=at)}


def _rows(section: Section, person_id: uuid.UUID, language: str) -> Iterator[dict[str, Any]]:
    model = model_of(section.table)
    members = members_of(section)
    paths = dict.fromkeys([*(member.path for member in members), "pk"])
    if section.table == "people_contactpoint":
        paths["retired_at"] = None
    rows: Any = model._default_manager.filter(**{section.person: person_id}).order_by("pk")
    for row in rows.values(*paths).iterator(chunk_size=500):
        yield {member.name: _value(section.table, member, row, language) for member in members}


def _value(table: str, member: Member, row: dict[str, Any], language: str) -> Any:
    value = row[member.path]
    if value is None:
        return None
    if member.name == "text":
        return text_of(
            message_id=row["pk"], template=row["template"], channel=row["channel"], sealed=value, language=language
        )
    if member.sign == "@":
        return _LEVELS.get(value, str(value))
    if member.sign == "#":
        return bytes(value).hex()
    if member.sign == "^":
        return unseal_bytes(value, table=table, column=member.path, row_id=row["pk"]).hex()
    if member.sign:
        place = SEALED_AS if member.path == "card_number_enc" else table
        # Questions were sealed under their columns' short names first.
        column = member.path.removesuffix("_enc") if table.startswith("cases_") else member.path
        text = unseal(value, table=place, column=column, row_id=row["pk"])
        is_hidden = member.sign == "~" or (member.sign == "?" and row["retired_at"] is not None)
        return "…" + text[-_SHOWN:] if is_hidden else text
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


_TYPES: dict[str, dict[str, Any]] = {
    "TextField": {"type": "string"},
    "BinaryField": {"type": "string"},
    "UUIDField": {"type": "string", "format": "uuid"},
    "DateTimeField": {"type": "string", "format": "date-time"},
    "DateField": {"type": "string", "format": "date"},
    "BooleanField": {"type": "boolean"},
    "JSONField": {"type": ["object", "array"]},
    "SmallIntegerField": {"type": "integer"},
    "IntegerField": {"type": "integer"},
    "BigIntegerField": {"type": "integer"},
}


def schema(*, address: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file, with words for every member in the language of the moment."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "Prakerja: own data",
        "type": "object",
        "required": [
            "schema",
            "version",
            "made_at",
            "left_out",
            *(section.name for section in SECTION_LIST),
            own_data_rosters.NAME,
        ],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": address},
            "version": {"const": VERSION},
            "made_at": {"type": "string", "format": "date-time"},
            "left_out": {"type": "array", "items": {"type": "string"}},
            **{section.name: _section_schema(section) for section in SECTION_LIST},
            own_data_rosters.NAME: own_data_rosters.section_schema(),
        },
    }


def _section_schema(section: Section) -> dict[str, Any]:
    members = members_of(section)
    return {
        "type": "array",
        "description": str(SECTIONS[section.name]),
        "items": {
            "type": "object",
            "required": [member.name for member in members],
            "additionalProperties": False,
            "properties": {member.name: _member_schema(member) for member in members},
        },
    }


def _member_schema(member: Member) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "string"} if member.sign == "@" else dict(_TYPES[member.kind])
    if member.is_optional:
        types = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
        shape["type"] = [*types, "null"]
    return {**shape, "description": str(MEMBERS[member.name])}


def own_data_file(*, person_id: uuid.UUID, language: str, address: str, at: datetime) -> bytes:
    """The file that a person takes along: JSON in UTF-8, made at `at`, whose schema stands at `address`.

    Raises Refused: person_unknown.
    """
    document = {
        "schema": address,
        "version": VERSION,
        "made_at": at.isoformat(),
        "left_out": what_is_left_out(),
        **own_data(person_id=person_id, language=language, at=at),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def what_is_left_out() -> list[str]:
    """What is not in it and why, each reason once, in the language of the moment."""
    used = dict.fromkeys([reason for section in SECTION_LIST for reason in section.left_out.values()])
    used |= dict.fromkeys(LEFT_OUT.values())
    return [str(REASONS["masked"]), *(str(REASONS[reason]) for reason in used)]
