"""Before signing in: what the programme is, whether one may join, how to recognise fraud."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.intake.eligibility import POSTS, Facts, reasons_against
from prakerja.kernel import clock
from prakerja.kernel.typed import normal_digits
from prakerja.portal.eligibility_words import AID_WORDS, POST_WORDS, ReasonWords, reason_words
from prakerja.portal.pages import anyone, page
from prakerja.programmes.schemes import Scheme, scheme_by_key, wib_day
from prakerja.programmes.schemes.model import Aid
from prakerja.reporting.front import Front
from prakerja.reporting.queries import front

# The scheme whose amounts are told while no wave is known; the dashboard uses the one of the person's own award.
PUBLIC_SCHEME = "2021"
# The programme's numbers are counted again when this many seconds of programme time have passed.
KEPT_S = 600


def public_front(at: datetime) -> Front:
    """The programme's numbers as of the last full ten minutes, or a little later; counted once for all readers of a process."""
    key = f"front:{int(at.timestamp()) // KEPT_S}"
    found: Front | None = cache.get(key)
    if found is None:
        found = front(at=at)
        cache.set(key, found, KEPT_S)
    return found


def public_scheme(found: Front) -> Scheme:
    """The rules of the wave that is open or was the last."""
    return scheme_by_key(found.now.scheme if found.now else PUBLIC_SCHEME)


@anyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the programme is and gives, which wave is open, who may join, what came of it so far."""
    at = clock.now()
    found = public_front(at)
    return page(request, "home", section="home", scheme=public_scheme(found), front=found, at=at)


@anyone
@require_safe
def fraud(request: HttpRequest) -> HttpResponse:
    """How to recognise fraud, and what to do when it has happened."""
    return page(request, "fraud", section="help")


@dataclass
class SelfCheck:
    """What somebody answered of themselves: typed values, to be shown again, and what is missing or makes no sense."""

    day: str = ""
    month: str = ""
    year: str = ""
    citizen: str = ""
    enrolled: str = ""
    post: str = ""
    aid: list[str] = field(default_factory=list)
    recipient: str = ""
    card: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    birth_date: date | None = None

    def facts(self) -> Facts:
        """The answers as the policy asks for them."""
        return Facts(
            birth_date=self.birth_date,
            is_citizen=self.citizen == "yes",
            is_enrolled=self.enrolled == "yes",
            post="" if self.post == "none" else self.post,
            aid=frozenset(Aid(name) for name in self.aid if name != "none"),
            was_recipient=self.recipient in ("yes", "revoked"),
            was_revoked=self.recipient == "revoked",
            card_recipients=int(self.card),
        )


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def self_check(request: HttpRequest) -> HttpResponse:
    """Seven questions, every reason at once. Nothing that is answered is kept: it stands in no address, row or session."""
    at = clock.now()
    scheme = public_scheme(public_front(at))
    answers = _read(request, scheme, wib_day(at)) if request.method == "POST" else SelfCheck()
    reasons: list[ReasonWords] = []
    is_answered = request.method == "POST" and not answers.errors
    if is_answered:
        facts = answers.facts()
        reasons = [
            reason_words(one, eligibility=scheme.eligibility, birth_date=facts.birth_date, on=wib_day(at))
            for one in reasons_against(facts=facts, eligibility=scheme.eligibility, on=wib_day(at))
        ]
    return page(
        request,
        "self_check",
        section="home",
        status=422 if answers.errors else 200,
        answers=answers,
        errors=answers.errors,
        is_answered=is_answered,
        reasons=reasons,
        eligibility=scheme.eligibility,
        wave=public_front(at).now,
        at=at,
        posts=(("none", _("Bukan salah satunya")), *POST_WORDS.items()),
        aids={str(aid): AID_WORDS[aid] for aid in scheme.eligibility.excluded_aid},
    )


def _read(request: HttpRequest, scheme: Scheme, today: date) -> SelfCheck:
    given = request.POST
    yes_no = ("yes", "no")
    aids = [str(aid) for aid in scheme.eligibility.excluded_aid]

    def one_of(name: str, known: tuple[str, ...]) -> str:
        return given.get(name, "") if given.get(name, "") in known else ""

    found = SelfCheck(
        day=given.get("day", "")[:20],
        month=given.get("month", "")[:20],
        year=given.get("year", "")[:20],
        citizen=one_of("citizen", yes_no),
        enrolled=one_of("enrolled", yes_no),
        post=one_of("post", (*POSTS, "none")),
        aid=[name for name in given.getlist("aid") if name in (*aids, "none")],
        recipient=one_of("recipient", ("no", "yes", "revoked")),
        card=one_of("card", ("0", "1", "2")),
    )
    found.birth_date = _birth_date(found, today)
    if found.birth_date is None:
        found.errors["day"] = _("Tulis tanggal lahir seperti di KTP, misalnya 10 12 1995.")
    if not found.citizen:
        found.errors["citizen"] = _("Pilih apakah Anda WNI yang punya KTP.")
    if not found.enrolled:
        found.errors["enrolled"] = _("Pilih apakah Anda masih sekolah atau kuliah.")
    if not found.post:
        found.errors["post"] = _("Pilih pekerjaan Anda, atau “Bukan salah satunya”.")
    if aids and not found.aid:
        found.errors["aid"] = _("Pilih bantuan yang Anda terima, atau “Tidak satu pun”.")
    elif "none" in found.aid and len(found.aid) > 1:
        found.errors["aid"] = _("Pilih bantuan yang Anda terima, atau “Tidak satu pun”, bukan keduanya.")
    if not found.recipient:
        found.errors["recipient"] = _("Pilih apakah Anda pernah menjadi penerima.")
    if not found.card:
        found.errors["card"] = _("Pilih berapa orang lain dari kartu keluarga Anda pernah menjadi penerima.")
    return found


def _birth_date(found: SelfCheck, today: date) -> date | None:
    parts = [normal_digits(part.strip()) for part in (found.day, found.month, found.year)]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    day, month, year = (int(part) for part in parts)
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born if date(1900, 1, 1) <= born <= today else None
