"""Our own calls that the published contract lacks (decisions.md, "Own partner endpoints"). Signed with HMAC-SHA256.

A platform learns what it sells and the code of what it sold; an institution learns its classes and reports completion.
"""

from __future__ import annotations

from typing import Any

from prakerja.catalogue import queries as catalogue
from prakerja.partner_api import bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.v1.payment import payment_status_data
from prakerja.partner_api.v1.redeem_code import typed_code
from prakerja.purchases import queries as purchases
from prakerja.training import operations as training

_PREFIX = "/api/v1/partner"


@endpoint(method="GET", path=f"{_PREFIX}/listings", kind="platform", body=bodies.Page, algorithm="sha256")
def listings(call: Call[bodies.Page]) -> Any:
    page = catalogue.listings(
        platform_id=call.client.partner_id, cursor=call.body.cursor, limit=call.body.limit, at=call.at
    )
    return {"items": [_listing(item) for item in page.items], "next_cursor": page.next_cursor}


@endpoint(method="GET", path=f"{_PREFIX}/course-runs", kind="institution", body=bodies.Page, algorithm="sha256")
def course_runs(call: Call[bodies.Page]) -> Any:
    page = catalogue.course_runs(institution_id=call.client.partner_id, cursor=call.body.cursor, limit=call.body.limit)
    return {"items": [_course_run(item) for item in page.items], "next_cursor": page.next_cursor}


@endpoint(
    method="GET",
    path=f"{_PREFIX}/transactions/<path:invoice_code>",
    kind="platform",
    body=bodies.Body,
    algorithm="sha256",
)
def transaction(call: Call[bodies.Body]) -> Any:
    invoice_code = bodies.text(call.path["invoice_code"], field="invoice_code")
    found = purchases.transaction(platform_id=call.client.partner_id, invoice_code=invoice_code)
    return payment_status_data(found) | {
        "voucher_code": found.voucher_code,
        "course_code": found.course_code,
        "schedule_code": found.schedule_code,
        "course_title": found.course_title,
        "institution": {"code": found.institution_code, "name": found.institution_name},
        "how_to_redeem": found.how_to_redeem,
    }


@endpoint(
    path=f"{_PREFIX}/completions",
    kind="institution",
    body=bodies.Completion,
    algorithm="sha256",
    is_idempotent=True,
)
def completions(call: Call[bodies.Completion]) -> Any:
    found = training.record_completion(
        institution_id=call.client.partner_id,
        code=typed_code(call, call.body.redeem_code),
        completed_date=call.body.completed_date,
        score=call.body.score,
        certificate_number=call.body.certificate_number,
        certificate_kind=call.body.certificate_kind,
        idempotency_key=call.idempotency_key,
        at=call.at,
    )
    return {
        "redeem_code": found.redeem_code,
        "completed_date": found.completed_date.isoformat(),
        "score": found.score,
        "certificate_number": found.certificate_number,
        "certificate_kind": found.certificate_kind,
        "visible_from": stamp(found.visible_from),
    }


def _course(item: Any) -> dict[str, Any]:
    """What a platform and an institution are told alike."""
    return {
        "course_code": item.course_code,
        "title": item.title,
        "category": item.category,
        "mode": item.mode,
        "delivery": item.delivery,
        "duration_hours": item.duration_hours,
        "summary": item.summary,
        "syllabus": list(item.syllabus),
    }


def _listing(item: Any) -> dict[str, Any]:
    promotion = item.promotion
    return _course(item) | {
        "institution": {"code": item.institution_code, "name": item.institution_name},
        "target_job": item.target_job,
        "competency_standard": item.competency_standard,
        "certificate_kinds": list(item.certificate_kinds),
        "rating_average": item.rating_average,
        "rating_count": item.rating_count,
        "how_to_redeem": item.how_to_redeem,
        "price": item.price,
        "promotion": {"discount": promotion.discount, "ends_at": stamp(promotion.ends_at)} if promotion else None,
        "runs": [
            {
                "schedule_code": run.schedule_code,
                "starts_at": stamp(run.starts_at),
                "ends_at": stamp(run.ends_at),
                "capacity": run.capacity,
                "seats_available": run.seats_available,
                "is_on_sale": run.is_on_sale,
            }
            for run in item.runs
        ],
    }


def _course_run(item: Any) -> dict[str, Any]:
    return _course(item) | {
        "schedule_code": item.schedule_code,
        "starts_at": stamp(item.starts_at),
        "ends_at": stamp(item.ends_at),
        "session_count": item.session_count,
        "has_post_test": item.has_post_test,
        "capacity": item.capacity,
        "seats_taken": item.seats_taken,
    }
