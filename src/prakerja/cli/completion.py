"""`prakerja completion …`: an operator mends what an institution reported wrongly about a completed class."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from prakerja.cli.arguments import OPERATOR_SENTENCES, CommandError, acting, answer, by_operator, common
from prakerja.cli.database import database
from prakerja.kernel.errors import Refused

_VERBS = {
    "show": "what was reported, when the certificate is visible, whether it was reviewed",
    "correct": "replace a value of the report; what is not named stays",
    "withdraw": "take the report back, until the person reviewed it; the institution may report anew",
}
_NO_SCORE = "none"


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("completion", help="a wrong report of a completed class")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="|".join(_VERBS))
    for verb, words in _VERBS.items():
        parser = common(verbs.add_parser(verb, help=words))
        parser.add_argument(
            "--institution", required=True, metavar="C", help="code of the institution, as it was added"
        )
        parser.add_argument("--certificate", required=True, metavar="N", help="the certificate's number as reported")
        if verb != "show":
            by_operator(parser).add_argument("--reason", required=True, metavar="R", help="for the audit trail")
        if verb == "correct":
            parser.add_argument("--number", metavar="N", help="the right number of the certificate")
            parser.add_argument("--kind", metavar="K", help="one of the course's kinds of certificates")
            parser.add_argument("--score", type=_score, metavar="0-100", help=f"or {_NO_SCORE}")
            parser.add_argument("--completed", type=_day, metavar="YYYY-MM-DD", help="the day in WIB")
        parser.set_defaults(run=mend)


def mend(arguments: argparse.Namespace) -> int:
    """Show a report, or do one of the two verbs to it; the answer is how it stands then."""
    with database(arguments.data_dir):
        from prakerja.kernel.clock import now
        from prakerja.partners.queries import partner_id_of
        from prakerja.training import operations as training
        from prakerja.training.queries import completion_of_certificate, reported_completion

        completion = None
        try:
            institution = partner_id_of(code=arguments.institution)
            completion = completion_of_certificate(institution_id=institution, number=arguments.certificate)
            if completion is None:
                raise Refused("completion_unknown")
            by = {"person_id": completion.person_id, "completion_id": completion.completion_id}
            if arguments.verb == "correct":
                training.correct_completion(
                    **by,
                    completed_date=arguments.completed,
                    score=completion.score if arguments.score is None else arguments.score[0],
                    certificate_number=arguments.number or completion.certificate_number,
                    certificate_kind=arguments.kind or completion.certificate_kind,
                    reason=arguments.reason,
                    actor=acting(arguments),
                    at=now(),
                )
            elif arguments.verb == "withdraw":
                training.withdraw_completion(**by, reason=arguments.reason, actor=acting(arguments), at=now())
        except Refused as refusal:
            raise CommandError(*_sentences(refusal)[refusal.reason]) from refusal
        standing = reported_completion(**by)
        answer(
            {
                "completion": completion.completion_id,
                "person": completion.person_id,
                "course": completion.course_title,
                "withdrawn": standing is None,
                **({} if standing is None else _values(standing)),
            }
        )
    return 0


def _values(found: Any) -> dict[str, Any]:
    return {
        "completed_date": found.completed_date.isoformat(),
        "score": found.score,
        "certificate_number": found.certificate_number,
        "certificate_kind": found.certificate_kind,
        "visible_from": found.visible_from.isoformat(),
        "is_reviewed": found.is_reviewed,
    }


def _sentences(refusal: Refused) -> dict[str, tuple[str, str]]:
    kinds, field = ", ".join(refusal.details.get("kinds", ())), refusal.details.get("field")
    return {
        **OPERATOR_SENTENCES,
        "partner_unknown": ("Tidak ada mitra dengan kode itu.", "There is no partner with that code."),
        "completion_unknown": (
            "Lembaga itu tidak punya laporan dengan nomor sertifikat itu.",
            "That institution has no report with that certificate number.",
        ),
        "reason_missing": ("Tulis alasannya: --reason.", "Say why: --reason."),
        "completion_rated": (
            "Peserta sudah memberi ulasan; laporannya tidak dapat ditarik. Perbaiki dengan: completion correct.",
            "The person has reviewed it, so the report cannot be withdrawn. Use: completion correct.",
        ),
        "certificate_kind_unknown": (
            f"Pelatihan itu tidak memberi sertifikat jenis itu. Jenisnya: {kinds}.",
            f"The course does not give that kind of certificate. Its kinds: {kinds}.",
        ),
        "certificate_number_used": (
            "Nomor sertifikat itu sudah dipakai untuk orang lain.",
            "That certificate number certifies somebody else.",
        ),
        "field_invalid": (f"Isian {field} tidak mungkin untuk kelas itu.", f"{field} is not possible for that class."),
    }


def _score(text: str) -> tuple[int | None]:
    """A score, told apart from none at all: that is no option given."""
    return (None if text == _NO_SCORE else int(text),)


def _day(text: str) -> date:
    return date.fromisoformat(text)
