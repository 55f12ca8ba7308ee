"""The pages of the developer site. Each is public, and the same for everybody; only the signing page computes."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import parse_qs

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from prakerja.developer_site import names, openapi, rows, samples, signing_lab, site
from prakerja.developer_site.changelog import RELEASES
from prakerja.developer_site.error_guide import SAMPLE_DETAILS, meaning
from prakerja.developer_site.refusals import refusals
from prakerja.partner_api import envelope, errors
from prakerja.partner_api.endpoint import Endpoint, refusal_response
from prakerja.partner_api.errors import Language

JSON = "application/json"


@site.public("GET")
def openapi_file(request: HttpRequest, *, language: Language) -> HttpResponse:
    response = site.respond(openapi.served(language), JSON)
    # Tools that read the file in a browser stand on other origins; it says nothing that is secret.
    response["Access-Control-Allow-Origin"] = "*"
    return response


@site.public("GET")
def style(request: HttpRequest) -> HttpResponse:
    return site.respond(site.style(), "text/css; charset=utf-8")


@site.public("GET")
def to_start(request: HttpRequest, *, language: Language) -> HttpResponse:
    return HttpResponseRedirect(site.address(language, "start"))


@site.public("GET")
def to_site(request: HttpRequest) -> HttpResponse:
    """Whoever opens the door's own address is led to the pages, in the language that the browser asks for."""
    language = envelope.language_of(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    response = HttpResponseRedirect(site.address(language, "start"))
    response["Vary"] = "Accept-Language"
    return response


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer what is no address of this door: a program in the envelope, a browser with a page that leads on."""
    if "text/html" not in request.META.get("HTTP_ACCEPT", "") or request.method not in ("GET", "HEAD"):
        return refusal_response(request, "route_unknown")
    asked = envelope.language_of(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    language: Language = "en" if request.path.startswith("/docs/en/") else asked
    # The other language has a page of this kind at every address that is none: both lead to their beginnings.
    here = site.address(language, "start")
    body = site.render("not_found", language=language, base=site.base_url(request), here=here, menu=_menu(language))
    response = site.respond(body, site.HTML, status=404, keep=False)
    # Django would log the path of every refusal, and a path may hold a code that somebody put there.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@site.public("GET")
def start(request: HttpRequest, *, language: Language) -> HttpResponse:
    declared, operation = _endpoint("payment-quota-schedule", language)
    base = site.base_url(request)
    curl = samples.LANGUAGES[0]
    return site.page(
        request,
        "start",
        language=language,
        name="",
        menu=_menu(language),
        first_language=curl,
        first_call=samples.sample(curl.name, declared, operation, base_url=base),
    )


@site.public("GET", "POST")
def signature(request: HttpRequest, *, language: Language) -> HttpResponse:
    """GET explains; POST signs what was sent and forgets it."""
    if request.method != "POST":
        return site.page(
            request,
            "signature",
            language=language,
            name="",
            menu=_menu(language),
            **_lab(signing_lab.EXAMPLE, language),
        )
    given = _form(request)
    if given is None:
        return refusal_response(request, "body_too_large")
    body = site.render(
        "signature",
        language=language,
        base=site.base_url(request),
        here=request.path,
        menu=_menu(language),
        **_lab(given, language),
    )
    return site.respond(body, site.HTML, keep=False)


def _lab(given: dict[str, str], language: Language) -> dict[str, Any]:
    with translation.override(language):
        result = signing_lab.explain(given)
    # The key is never sent back.
    return {"given": given | {"sign_key": ""}, "result": result, "methods": signing_lab.METHODS}


def _form(request: HttpRequest) -> dict[str, str] | None:
    """The fields of the form, or None when it is too large. Read by hand, so that nothing is kept anywhere."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > signing_lab.LONGEST:
        return None
    sent = parse_qs(
        request.META["wsgi.input"].read(int(length)).decode("utf-8", "replace"),
        keep_blank_values=True,
        max_num_fields=20,
    )
    found = {name: sent.get(name, [""])[0] for name in (*signing_lab.FIELDS, "sign_key")}
    # Browsers write every line break of a form as two characters.
    found["body"] = found["body"].replace("\r\n", "\n")
    return {name: value if name == "body" else value.strip() for name, value in found.items()}


@site.public("GET")
def endpoint(request: HttpRequest, *, language: Language, name: str) -> HttpResponse:
    if name not in _by_name():
        return nothing_here(request)
    declared, operation = _endpoint(name, language)
    base = site.base_url(request)
    return site.page(
        request,
        "endpoint",
        language=language,
        name=name,
        menu=_menu(language),
        current=name,
        declared=declared,
        operation=operation,
        path=names.wire_path(declared),
        refusals=_refusals(declared, language),
        samples=[(one, samples.sample(one.name, declared, operation, base_url=base)) for one in samples.LANGUAGES],
        asked=samples.body(operation),
        **_tables(declared, operation, language),
    )


def _tables(declared: Endpoint, operation: dict[str, Any], language: Language) -> dict[str, Any]:
    """The rows of what is asked and answered, and the answer as text."""
    found = _schemas(language)
    with translation.override(language):
        question: list[rows.Row] = []
        if "requestBody" in operation:
            question = list(rows.rows(_asked(operation)["schema"], found))
        success = operation["responses"]["200"]["content"][JSON]
        data = success["schema"]["properties"].get("data")
        answer = list(rows.rows(data, found)) if data else []
        parameters = [
            rows.Row(
                path=part["name"],
                kind=part["in"],
                is_required=part.get("required", False),
                is_old=False,
                text=part.get("description", ""),
                rule=rows.rule(part["schema"]),
            )
            for part in operation["parameters"]
        ]
    text = msgspec.json.format(msgspec.json.encode(success["example"]), indent=2).decode()
    return {"question": question, "answer": answer, "parameters": parameters, "answer_text": text}


@site.public("GET")
def sign_in(request: HttpRequest, *, language: Language) -> HttpResponse:
    return site.page(
        request, "sign_in", language=language, name="", menu=_menu(language), portal_url=settings.PORTAL_URL
    )


@site.public("GET")
def webhook_list(request: HttpRequest, *, language: Language) -> HttpResponse:
    document = openapi.document(language)
    with translation.override(language):
        found = [
            {
                "event": event,
                "title": node["post"]["summary"],
                "rows": list(rows.rows(_asked(node["post"])["schema"]["properties"]["data"], _schemas(language))),
                "example": msgspec.json.format(msgspec.json.encode(_asked(node["post"])["example"]), indent=2).decode(),
            }
            for event, node in document["webhooks"].items()
        ]
    return site.page(request, "webhooks", language=language, name="", menu=_menu(language), events=found)


def _asked(operation: dict[str, Any]) -> dict[str, Any]:
    """Schema and example of what goes in."""
    found: dict[str, Any] = operation["requestBody"]["content"][JSON]
    return found


def _schemas(language: Language) -> dict[str, Any]:
    found: dict[str, Any] = openapi.document(language)["components"]["schemas"]
    return found


@site.public("GET")
def error_list(request: HttpRequest, *, language: Language) -> HttpResponse:
    return site.page(request, "errors", language=language, name="", menu=_menu(language), table=error_table(language))


@site.public("GET")
def error_file(request: HttpRequest) -> HttpResponse:
    return site.respond(_error_bytes(), JSON)


@functools.cache
def _error_bytes() -> bytes:
    english = {row["code"]: row["meaning"] for row in error_table("en")}
    return msgspec.json.encode(
        [
            {
                "code": row["code"],
                "http_status": row["status"],
                "reason": row["reason"],
                "origin": row["origin"],
                "message": {"id": row["indonesian"], "en": row["english"]},
                "meaning": {"id": row["meaning"], "en": english[row["code"]]},
            }
            for row in error_table("id")
        ]
    )


def error_table(language: Language) -> list[dict[str, Any]]:
    """Every code with its sentences, its meaning, and the endpoints that answer with it."""
    used: dict[str, list[str]] = {}
    for name, declared in names.named():
        for reason in refusals(declared):
            used.setdefault(errors.for_reason(reason).code, []).append(name)
    with translation.override(language):
        return [
            {
                "code": row.code,
                "status": row.status,
                "reason": row.name,
                "origin": row.origin,
                "indonesian": row.indonesian,
                "english": row.english,
                "meaning": meaning(row),
                "endpoints": list(dict.fromkeys(used.get(row.code, []))),
                "is_general": len(set(used.get(row.code, []))) == len(_by_name()),
            }
            for row in errors.TABLE
        ]


@site.public("GET")
def changelog(request: HttpRequest, *, language: Language) -> HttpResponse:
    return site.page(request, "changelog", language=language, name="", menu=_menu(language), releases=RELEASES)


@functools.cache
def _by_name() -> dict[str, Endpoint]:
    return dict(names.named())


def _endpoint(name: str, language: Language) -> tuple[Endpoint, dict[str, Any]]:
    declared = _by_name()[name]
    operation = openapi.document(language)["paths"][names.wire_path(declared)][declared.method.lower()]
    return declared, operation


def _menu(language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """The endpoints by who calls them: (kind, [(name, title)])."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, declared in _by_name().items():
        found.setdefault(declared.kind, []).append((name, _endpoint(name, language)[1]["summary"]))
    return list(found.items())


def _refusals(declared: Endpoint, language: Language) -> list[dict[str, Any]]:
    rows_of = dict.fromkeys(errors.for_reason(reason) for reason in refusals(declared))
    with translation.override(language):
        return [
            {
                "code": row.code,
                "status": row.status,
                "sentence": row.sentence(language=language, details=SAMPLE_DETAILS),
                "meaning": meaning(row),
            }
            for row in rows_of
        ]
