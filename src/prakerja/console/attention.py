"""What an operator should look at while there is still time (decisions.md 58, 70)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from prakerja.awards.queries import Suspended, Unreached, held_revocations, suspended_awards, unreached_winners
from prakerja.cases.queries import waiting_count
from prakerja.console.cancelled_classes import class_case_line
from prakerja.console.corrections import correction_line
from prakerja.console.discrepancies import case_line
from prakerja.console.erasures import erasure_line
from prakerja.console.held import held_line
from prakerja.console.letters import letter_line
from prakerja.console.lost_phones import lost_phone_words
from prakerja.console.pages import browsing, may
from prakerja.console.payments import pause_line
from prakerja.console.registrations import registration_line
from prakerja.console.result_lists import results_line
from prakerja.console.texts import written
from prakerja.console.undelivered import group_line
from prakerja.disbursements.queries import discrepancy_cases, rail_pauses
from prakerja.intake.letters import open_letters
from prakerja.intake.operations import waiting_results
from prakerja.intake.queries import open_corrections
from prakerja.kernel import clock
from prakerja.notifications.queries import undelivered_messages
from prakerja.partners.queries import Guessing, partners_guessing_cards
from prakerja.privacy.lost_phone_queries import waiting_lost_phones
from prakerja.privacy.queries import erasure_cases
from prakerja.purchases.class_cancelling import paying_back
from prakerja.registrations.queries import open_cases
from prakerja.training.queries import cancellation_cases

SHOWN = 200
SINCE = timedelta(days=30)


@require_GET
@browsing
def attention(request: HttpRequest) -> HttpResponse:
    """Banks that take no calls now; what banks said against our books, oldest first; codes of cancelled classes, and classes still being paid back; revocations that wait because we were down; lists of results and corrections of announcements that wait for a second operator; lost phones, requests for erasure, letters and registrations that a human must look at, the first to be answered first; how many questions wait; awards that stand still, the longest first; people whom no SMS reaches, the nearest deadline first; messages that could not be sent, by what they say; partners that named too many unknown cards, newest first."""
    at = clock.now()
    return render(
        request,
        "console/attention.html",
        {
            "pauses": [pause_line(one) for one in rail_pauses()],
            "cases": [case_line(one) for one in discrepancy_cases(most=SHOWN)],
            "may_resolve": may(request, "payment.resolve"),
            "class_cases": [class_case_line(one) for one in cancellation_cases(most=SHOWN)],
            "may_resolve_class": may(request, "class.resolve"),
            "paying_back": paying_back(),
            "may_open_wave": may(request, "wave.open"),
            "may_cancel_class": may(request, "class.cancel"),
            "held": [held_line(one) for one in held_revocations()],
            "may_decide_held": may(request, "award.extend_held"),
            "corrections": [correction_line(request, one) for one in open_corrections()],
            "results": [results_line(request, one) for one in waiting_results()],
            "erasures": [erasure_line(one, at) for one in erasure_cases(most=SHOWN)],
            "lost_phones": [lost_phone_words(one, at) for one in waiting_lost_phones(most=SHOWN)],
            "may_decide_lost_phone": may(request, "lost_phone.refuse"),
            "letters": [letter_line(one, at) for one in open_letters(most=SHOWN)],
            "may_answer_letter": may(request, "letter.answer"),
            "may_answer_erasure": may(request, "erasure.answer"),
            "registrations": [registration_line(one, at) for one in open_cases(most=SHOWN)],
            "may_decide_registration": may(request, "registration.decide"),
            "questions": waiting_count(),
            "may_answer_case": may(request, "case.answer"),
            "suspended": [_suspended(one) for one in suspended_awards(most=SHOWN)],
            "unreached": [_person(one) for one in unreached_winners(at=at, most=SHOWN)],
            "undelivered": [group_line(one) for one in undelivered_messages()],
            "may_send_again": may(request, "message.send_again"),
            "guessing": [_partner(one) for one in partners_guessing_cards(since=clock.wall() - SINCE, most=SHOWN)],
        },
    )


def _suspended(one: Suspended) -> dict[str, Any]:
    return {
        "url": reverse("admin:people_person_change", args=[one.person_id]),
        "person": one.name,
        "since": written(one.suspended_at),
    }


def _person(one: Unreached) -> dict[str, Any]:
    return {
        "url": reverse("admin:people_person_change", args=[one.person_id]),
        "person": one.name,
        "failed": written(one.failed_at),
        # Exclusive: the last second before it still counts.
        "deadline": written(one.deadline_at - timedelta(seconds=1)),
    }


def _partner(one: Guessing) -> dict[str, Any]:
    return {
        "url": reverse("admin:partners_partner_change", args=[one.partner_id]),
        "partner": one.name,
        "when": written(one.recorded_at),
    }
