"""The rules of registering (rules.md 3.1, 3.6): which steps, what may be written, when the registry is asked again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from prakerja.kernel.clock import WIB
from prakerja.kernel.typed import normal_digits, normal_email, one_line, without_unseen
from prakerja.people.policies import EDUCATION, is_family_card_number, name_problem, nik_problem
from prakerja.registrations.answers import Answers
from prakerja.registrations.regions import PROVINCES, regencies_of
from prakerja.registrations.registry import Outcome

# One question a page, in this order.
STEPS = (
    "consent",
    "nik",
    "family_card",
    "name",
    "birth_date",
    "email",
    "province",
    "regency",
    "address",
    "education",
    "school",
    "work",
    "post",
    "photo",
    "needs",
    "declarations",
)
IDENTITY_STEPS = ("nik", "family_card", "name", "birth_date")
# The step that a field of the registry's question is corrected at.
STEP_OF_FIELD = MappingProxyType(
    {"nik": "nik", "family_card_number": "family_card", "name": "name", "birth_date": "birth_date"}
)
WORK = ("seeking", "laid_off", "furloughed", "employee", "self_employed", "home")
DISABILITIES = ("seeing", "hearing", "speaking", "moving", "learning", "mental", "other")
DECLARATIONS = ("truth", "own", "repay")
DECLARATIONS_VERSION = "1"

UNASKED, WAITING = "unasked", "waiting"
# What the registry said about the present identity, as a registration keeps it.
_KEPT = (Outcome.MATCH, Outcome.MISMATCH, Outcome.UNKNOWN, Outcome.DEAD, Outcome.DOUBLE, Outcome.MOVED)
REGISTRY_STATES = (UNASKED, WAITING, *map(str, _KEPT))
# The person cannot go on to the end with these; a human can decide about each.
CONTRADICTED = tuple(str(one) for one in _KEPT if one is not Outcome.MATCH)
CASE_REASONS = ("asked", "nik_claimed", "phone_claimed")
# Why a registration came back to the person.
RETURNED = ("registry", "email_claimed", "operator")

LONGEST_NAME = 150
LONGEST_LINE = 100
LONGEST_STREET = 200
LONGEST_HELP = 300
LONGEST_WORDS = 500
FEWEST_ANSWER, LONGEST_ANSWER = 10, 500
OLDEST = 120


@dataclass(frozen=True)
class RegistrationTerms:
    """From a day (WIB) on (rules.md 3.6, 11.3)."""

    since: date
    # Questions to the registry that one registration may bring about in a day: verdicts by field must not become a way of
    # finding out somebody's numbers.
    asks_per_day: int
    # After the n-th question without an answer.
    pauses: tuple[timedelta, ...]
    # A case is answered by then.
    case_within: timedelta
    # A registration that nobody touched for so long goes, with everything that was written there; its owner is told before.
    untouched: timedelta
    told_before: timedelta
    # Photos go so long after the registration ended.
    photos: timedelta
    # The registry's answers, and what is left of a registration, so long after it ended.
    answers: timedelta


# A change is a new line.
TERMS = (
    RegistrationTerms(
        since=date(2020, 4, 11),
        asks_per_day=6,
        pauses=(
            timedelta(minutes=1),
            timedelta(minutes=5),
            timedelta(minutes=15),
            timedelta(hours=1),
            timedelta(hours=3),
            timedelta(hours=12),
        ),
        case_within=timedelta(days=5),
        untouched=timedelta(days=90),
        told_before=timedelta(days=7),
        photos=timedelta(days=30),
        answers=timedelta(days=365),
    ),
)


def terms_at(at: datetime) -> RegistrationTerms:
    """The rule at an instant."""
    held = [one for one in TERMS if one.since <= at.astimezone(WIB).date()]
    return max(held or TERMS[:1], key=lambda one: one.since)


def asks_again_at(*, outcome: Outcome, asks: int, at: datetime) -> datetime:
    """When to ask again after the `asks`-th question without an answer. A used-up day is over at midnight WIB."""
    if outcome is Outcome.QUOTA:
        tomorrow = at.astimezone(WIB).date() + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, 0, 10, tzinfo=WIB)
    pauses = terms_at(at).pauses
    return at + pauses[min(asks, len(pauses)) - 1]


@dataclass(frozen=True)
class Read:
    """What a page's form came to: `changes` of the answers, or `problems` by field (a refusal's reason)."""

    changes: Mapping[str, Any]
    problems: Mapping[str, str]


Reader = Callable[[Mapping[str, str], date, bool], Read]


def read_step(*, step: str, typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    """Read the fields of one page as people type them. Pages with several boxes give their values separated by blanks."""
    reader: Reader = _READERS[step]
    return reader(typed, today, is_sandbox)


def _problem(field: str, reason: str) -> Read:
    return Read({}, {field: reason})


def _nik(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    nik = normal_digits(typed.get("nik", ""))
    if reason := nik_problem(nik):
        return _problem("nik", "nik_missing" if not nik else reason)
    # A demo takes nobody's own number.
    return _problem("nik", "nik_real") if is_sandbox and not nik.startswith("99") else Read({"nik": nik}, {})


def _family_card(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    number = normal_digits(typed.get("family_card_number", ""))
    if not is_family_card_number(number):
        return _problem("family_card_number", "family_card_missing" if not number else "family_card_format")
    return Read({"family_card_number": number}, {})


def _name(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    name = " ".join(one_line(without_unseen(typed.get("name", ""))).split())
    if reason := name_problem(name):
        return _problem("name", "name_too_long" if len(name) > LONGEST_NAME else reason)
    return Read({"name": name}, {})


def _birth_date(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    parts = [normal_digits(typed.get(name, "")) for name in ("birth_day", "birth_month", "birth_year")]
    if not all(parts):
        return _problem("birth_day", "birth_date_missing")
    try:
        day, month, year = (int(part) if part.isascii() and part.isdigit() else 0 for part in parts)
        born = date(year, month, day)
    except (ValueError, OverflowError):
        return _problem("birth_day", "birth_date_unreal")
    if not today.year - OLDEST <= born.year or born > today:
        return _problem("birth_day", "birth_date_unreal")
    return Read({"birth_date": born}, {})


def _email(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    if typed.get("has_email") == "no":
        return Read({"email": "", "email_confirmed": False, "has_no_email": True}, {})
    if typed.get("has_email") != "yes":
        return _problem("has_email", "choice_missing")
    address = normal_email(typed.get("email", ""))
    if address is None:
        return _problem("email", "email_format" if typed.get("email", "").strip() else "email_missing")
    return Read({"email": address, "has_no_email": False}, {})


def _choice(field: str, options: tuple[str, ...]) -> Reader:
    def read(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
        """One of the options that were offered."""
        chosen = typed.get(field, "")
        return Read({field: chosen}, {}) if chosen in options else _problem(field, "choice_missing")

    return read


def _yes_no(field: str) -> Reader:
    def read(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
        """Yes or no."""
        chosen = typed.get(field, "")
        return Read({field: chosen == "yes"}, {}) if chosen in ("yes", "no") else _problem(field, "choice_missing")

    return read


def _province(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    code = typed.get("province_code", "")
    return Read({"province_code": code}, {}) if code in PROVINCES else _problem("province_code", "province_missing")


def _regency(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    # Whether it lies in the province that was answered is looked at where that answer is locked (`answering.save_step`).
    code = typed.get("regency_code", "")
    known = code in regencies_of(code[:2])
    return Read({"regency_code": code}, {}) if known else _problem("regency_code", "regency_missing")


def _address(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    changes, problems = {}, {}
    for field, most in (("district", LONGEST_LINE), ("village", LONGEST_LINE), ("street", LONGEST_STREET)):
        text = " ".join(one_line(without_unseen(typed.get(field, ""))).split())
        if not text:
            problems[field] = f"{field}_missing"
        elif len(text) > most:
            problems[field] = "line_too_long"
        changes[field] = text
    return Read({} if problems else changes, problems)


def _needs(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
    chosen = tuple(one for one in typed.get("disabilities", "").split() if one in DISABILITIES)
    wish = without_unseen(typed.get("help_wanted", "")).strip()
    if len(wish) > LONGEST_HELP:
        return _problem("help_wanted", "help_too_long")
    if (chosen or wish) and typed.get("agree_needs") != "yes":
        # About health we keep nothing without a yes of its own (rules.md 11.2).
        return _problem("agree_needs", "needs_consent_missing")
    return Read({"disabilities": chosen, "help_wanted": wish}, {})


def _ticked(*fields: str) -> Reader:
    def read(typed: Mapping[str, str], today: date, is_sandbox: bool) -> Read:
        """Every box is ticked."""
        return Read({}, {field: f"{field}_missing" for field in fields if typed.get(field) != "yes"})

    return read


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "consent": _ticked("agree_identity"),
        "nik": _nik,
        "family_card": _family_card,
        "name": _name,
        "birth_date": _birth_date,
        "email": _email,
        "province": _province,
        "regency": _regency,
        "address": _address,
        "education": _choice("education", tuple(EDUCATION)),
        "school": _yes_no("is_enrolled"),
        "work": _choice("work_status", WORK),
        "post": _yes_no("holds_excluded_post"),
        "needs": _needs,
        "declarations": _ticked(*(f"declare_{name}" for name in DECLARATIONS)),
    }
)


def is_done(*, step: str, answers: Answers, has_photo: bool) -> bool:
    """Whether a step needs nothing more of the person."""
    match step:
        case "consent":
            return answers.said_yes("identity_check") is not None
        case "family_card":
            return bool(answers.family_card_number)
        case "birth_date":
            return answers.birth_date is not None
        case "email":
            return answers.has_no_email or bool(answers.email and answers.email_confirmed)
        case "province" | "regency":
            return bool(getattr(answers, f"{step}_code"))
        case "address":
            return bool(answers.street)
        case "school":
            return answers.is_enrolled is not None
        case "work":
            return bool(answers.work_status)
        case "post":
            return answers.holds_excluded_post is not None
        case "photo":
            return has_photo
        case "needs":
            return answers.disabilities is not None
        case "declarations":
            return {one.what for one in answers.declarations} >= set(DECLARATIONS)
        case _:
            return bool(getattr(answers, step))


def next_step(*, answers: Answers, has_photo: bool, after: str = "") -> str:
    """The first step that is not done, looked for after `after` first; "" when all are."""
    order = STEPS[STEPS.index(after) + 1 :] + STEPS if after else STEPS
    return next((step for step in order if not is_done(step=step, answers=answers, has_photo=has_photo)), "")


def changed(answers: Answers, changes: Mapping[str, Any]) -> Answers:
    """The answers with what a page changed, and without what that makes void."""
    more = dict(changes)
    if "email" in more and "email_confirmed" not in more and more["email"] != answers.email:
        more["email_confirmed"] = False
    if "province_code" in more and more["province_code"] != answers.province_code:
        more["regency_code"] = ""
    return msgspec.structs.replace(answers, **more)
