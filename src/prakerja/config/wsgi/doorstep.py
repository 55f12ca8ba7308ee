"""What every request of a door passes before everything else, and every answer after: who calls, its host, its id, its headers,
its cookies.

It stands outside Django, so that no way around Django's middleware (fixed calls, static files, error pages) goes around it.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from prakerja.kernel.addresses import Proxies, is_in, read_address, settle_caller
from prakerja.kernel.figures import ROUTE, figures
from prakerja.kernel.logs import name_request, process_name, redact

logger = logging.getLogger(__name__)
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Fields = list[tuple[str, str]]
# A status line → the same, the content type and the body of a page.
PlainPage = Callable[[str], tuple[str, str, bytes]]

# Answered before everything else, by whatever name, and not counted.
HEALTH = ("/health", "/health/live")

# In PRAKERJA_HOSTS: any address in digits. A name can be made to lead here by whoever owns it, digits cannot.
ADDRESSES = "@addresses"

# Whoever was told to come back later is told when, in seconds, where the view did not say it better.
_RETRY_AFTER = {"429": "10", "503": "2"}
# What a proxy may call a request; whatever looks like a number of somebody's is no name for one.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_OF_A_BODY = ("Content-Type", "Content-Length")
_PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "usb"),
    )
)
_BOTH = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": _PERMISSIONS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# What a door adds where the view said nothing else: of calls nothing is kept, pages are asked for anew.
CALLS = _BOTH | {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}
PAGES = _BOTH | {"Cache-Control": "private, no-cache", "Cross-Origin-Embedder-Policy": "require-corp"}
NOBODY = Proxies()
# Somebody speaks like a proxy and is none that we know: a setting was forgotten, or a caller lies. Once an hour says enough.
_WARN_EVERY = 3600.0
_warned = float("-inf")
# Cookies of ours where TLS is: a browser takes them from us alone, and a neighbour's name cannot plant one.
_HOST, _SECURE = "__Host-", "__Secure-"


def with_doorstep(
    inner: Application,
    *,
    fields: dict[str, str],
    hosts: Iterable[str],
    has_tls: bool,
    hsts_seconds: int,
    plain_page: PlainPage | None = None,
    proxies: Proxies = NOBODY,
) -> Application:
    """Put the doorstep before a door. `has_tls`: browsers reach it by https alone, through one of the `proxies`, which say so in
    X-Forwarded-Proto, and whose X-Request-Id is taken over, so that one name leads through their log and ours.

    `plain_page` makes the page for a refusal that has none of its own; a program, which asks for no page, gets none.
    """
    is_known = known_host(hosts)
    hsts = f"max-age={hsts_seconds}; includeSubDomains"

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request_id = _named_by_a_proxy(environ, proxies) or secrets.token_hex(8)
        name_request(request_id)
        if settle_caller(environ, proxies=proxies):
            _warn_of_stranger()
        is_secure = has_tls and environ.get("wsgi.url_scheme") == "https"

        wants_page = plain_page is not None and "text/html" in environ.get("HTTP_ACCEPT", "")
        instead: list[bytes] = []
        said: list[str] = []

        def start(status: str, given: Fields, exc_info: Any = None) -> Any:
            said[:] = (status[:3],)
            if wants_page and plain_page is not None and _says_nothing(status, given):
                _, kind, text = plain_page(status)
                given = [(name, value) for name, value in given if name.title() not in _OF_A_BODY]
                given += [("Content-Type", kind), ("Content-Length", str(len(text)))]
                instead.append(text)
            there = {name.title() for name, _ in given}
            found = [*given, *((name, value) for name, value in fields.items() if name not in there)]
            found.append(("X-Request-Id", request_id))
            retry_after = _RETRY_AFTER.get(status[:3])
            if retry_after is not None and "Retry-After" not in there:
                found.append(("Retry-After", retry_after))
            if is_secure and "Strict-Transport-Security" not in there:
                found.append(("Strict-Transport-Security", hsts))
            if has_tls:
                found = [(name, _prefixed(value) if name.title() == "Set-Cookie" else value) for name, value in found]
            return start_response(status, found, exc_info)

        host = environ.get("HTTP_HOST")
        if host is not None and environ.get("PATH_INFO") not in HEALTH and not is_known(host):
            body = b"This door does not answer to that name.\n"
            start("421 Misdirected Request", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
            return instead or [body]
        if has_tls and "HTTP_COOKIE" in environ:
            environ["HTTP_COOKIE"] = _own_cookies(environ["HTTP_COOKIE"])
        began = time.perf_counter()
        answer = inner(environ, start)
        if environ.get("PATH_INFO") not in HEALTH:
            _count(environ, said[0] if said else "500", time.perf_counter() - began)
        if instead:
            getattr(answer, "close", _nothing)()
            return instead
        return answer

    return application


def _count(environ: dict[str, Any], status: str, seconds: float) -> None:
    """Count an answer by the name of its route: an address may hold a code of somebody's, and there are endlessly many."""
    route = environ.get(ROUTE) or ("static" if environ.get("PATH_INFO", "").startswith("/static/") else "none")
    door, told = ("door", process_name()), figures()
    told.count("prakerja_requests_total", door, ("route", route), ("status", status))
    told.observe("prakerja_request_seconds", door, ("route", route), seconds=seconds)


def _named_by_a_proxy(environ: dict[str, Any], proxies: Proxies) -> str:
    """What one of our proxies calls this request, "" when none does or its name is not well-formed."""
    named: str = environ.get("HTTP_X_REQUEST_ID", "")
    if not named or not _REQUEST_ID.fullmatch(named) or redact(named) != named:
        return ""
    peer = read_address(environ.get("REMOTE_ADDR", ""))
    return named if peer is not None and is_in(peer, proxies.networks) else ""


def _says_nothing(status: str, given: Fields) -> bool:
    """A refusal that is no page: Django's of a method is empty, ours of a name is a line for programs. An envelope is for them too."""
    return status[:3] in ("405", "421") and not any(value.startswith("application/") for _, value in given)


def _nothing() -> None:
    pass


def _warn_of_stranger() -> None:
    global _warned
    moment = time.monotonic()
    if moment - _warned >= _WARN_EVERY:
        _warned = moment
        logger.warning(
            "a forwarding header came from an address that PRAKERJA_TRUSTED_PROXIES does not name: it was not believed. If that is "
            "your proxy, everybody behind it counts as one address"
        )


def known_host(hosts: Iterable[str]) -> Callable[[str], bool]:
    """Whether a Host header names us. The list is Django's (`.example` with its sub-domains, `*`), and ADDRESSES."""
    from django.http.request import split_domain_port, validate_host

    names = [name for name in hosts if name and name != ADDRESSES]
    takes_addresses = ADDRESSES in hosts

    @lru_cache(maxsize=256)
    def is_known(host: str) -> bool:
        domain, _port = split_domain_port(host)
        return bool(domain) and (validate_host(domain, names) or (takes_addresses and _is_address(domain)))

    return is_known


def _is_address(domain: str) -> bool:
    try:
        ipaddress.ip_address(domain.strip("[]"))
    except ValueError:
        return False
    return True


def _prefixed(cookie: str) -> str:
    """A Set-Cookie with the prefix that its path allows; always Secure. Django's own begin with a blank, which would part prefix and name."""
    cookie = cookie.lstrip()
    attributes = [part.strip().lower() for part in cookie.split(";")[1:]]
    text = cookie if "secure" in attributes else f"{cookie}; Secure"
    return (_HOST if "path=/" in attributes else _SECURE) + text


def _own_cookies(header: str) -> str:
    """The cookies that a browser took from us alone, by their plain names; what has no prefix may be anybody's."""
    pairs = (part.strip() for part in header.split(";"))
    return "; ".join(pair[len(prefix) :] for pair in pairs for prefix in (_HOST, _SECURE) if pair.startswith(prefix))
