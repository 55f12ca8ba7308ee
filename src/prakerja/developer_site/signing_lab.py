"""Signs a visitor's own request and shows every step. Computed and forgotten: nothing is logged or kept.

Only keys of a sandbox belong here: the page says so, and the key of a client that is live here is not used at all.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from prakerja.partner_api import clients, json_text, signing

LONGEST = 64 * 1024
FIELDS = ("client_code", "timestamp", "nonce", "method", "path", "authorization", "body", "algorithm", "signature")
METHODS = ("POST", "GET", "PUT", "PATCH", "DELETE")
# The published vector (contract.md 1.6): the page opens with it.
EXAMPLE = {
    "client_code": "myclient_code",
    "sign_key": "my_sign_key",
    "timestamp": "1516239022",
    "nonce": "",
    "method": "POST",
    "path": "/api/v1/integration/payment/redeem-code/commit",
    "authorization": "",
    "body": '{"redeem_code":"code"}',
    "algorithm": "",
    "signature": "",
}

_FORMS = {
    "raw": _("Persis seperti yang dikirim"),
    "compact": _("JSON tanpa spasi"),
    "go": _("Seperti json.Marshal di Go: <, > dan & menjadi \\u003c, \\u003e, \\u0026"),
    "slashed": _("Seperti json_encode di PHP: / menjadi \\/"),
    "ascii": _("Huruf di luar ASCII menjadi \\uXXXX"),
    "ascii_slashed": _("Huruf di luar ASCII menjadi \\uXXXX dan / menjadi \\/"),
    "header": _("seluruh isi header Authorization"),
    "token": _("token saja"),
    "empty": _("tanpa Authorization"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """One accepted spelling of the request, its raw text and its signature."""

    body: str
    slot: str
    raw: str
    signature: str
    is_yours: bool


@dataclass(frozen=True, slots=True)
class Result:
    """`problem` is a sentence instead of an answer; `mistake` says what a signature that matches no form was made of."""

    forms: tuple[Form, ...] = ()
    algorithm: str = ""
    problem: str = ""
    mistake: str = ""


def explain(given: dict[str, str]) -> Result:
    """Sign the given request in every accepted form. `given` has the members of EXAMPLE."""
    problem = _problem(given)
    if problem:
        return Result(problem=gettext(problem))
    algorithm: signing.Algorithm = _algorithm(given)
    forms = tuple(_forms(given, algorithm))
    mistake = ""
    if given["signature"].strip() and not any(form.is_yours for form in forms):
        mistake = gettext(_mistake(given, algorithm))
    return Result(forms=forms, algorithm=algorithm, mistake=mistake)


def _problem(given: dict[str, str]) -> str:
    if not (given["client_code"] and given["sign_key"] and given["timestamp"] and given["path"]):
        return _("Isi kode klien, kunci, timestamp, dan path.")
    if given["method"] not in METHODS:
        return _("Metode itu tidak dikenal.")
    if not given["path"].startswith("/"):
        return _("Path dimulai dengan garis miring, tanpa nama host.")
    # The page opens with the published example, for which nobody need be looked up.
    if given["client_code"] != EXAMPLE["client_code"] and _is_live(given["client_code"]):
        return _("Ini kode klien asli. Kuncinya tidak kami pakai; bila sudah terlanjur ditempel, ganti kunci itu.")
    return ""


def _is_live(client_code: str) -> bool:
    if not (client_code.isascii() and client_code.isprintable()):
        return False
    client = clients.client_of_code(client_code=client_code)
    return client is not None and not client.is_sandbox


def _algorithm(given: dict[str, str]) -> signing.Algorithm:
    """As chosen, else as the path asks: ours are signed with SHA-256."""
    if given["algorithm"] in ("sha1", "sha256"):
        return "sha1" if given["algorithm"] == "sha1" else "sha256"
    return "sha256" if given["path"].startswith("/api/v1/partner/") else "sha1"


def _forms(given: dict[str, str], algorithm: signing.Algorithm) -> Iterator[Form]:
    body = "" if given["method"] == "GET" else given["body"]
    yours = given["signature"].strip().lower()
    for form, text in signing.body_forms(body.encode()):
        for slot, authorization in _slots(given["authorization"].strip()):
            made = _sign(given, algorithm, text, authorization=authorization)
            head = _head(given, authorization)
            yield Form(
                body=gettext(_FORMS[form]),
                slot=gettext(_FORMS[slot]) if given["authorization"].strip() else "",
                raw=head + text.decode(),
                signature=made,
                is_yours=bool(yours) and hmac.compare_digest(made.encode(), yours.encode()),
            )


def _head(given: dict[str, str], authorization: str) -> str:
    return "".join(given[part] for part in ("client_code", "timestamp", "nonce", "method", "path")) + authorization


def _slots(header: str) -> list[tuple[str, str]]:
    if not header:
        return [("empty", "")]
    return [("header", header), ("token", header.rpartition(" ")[2]), ("empty", "")]


def _sign(given: dict[str, str], algorithm: signing.Algorithm, body: bytes, *, authorization: str = "") -> str:
    return signing.sign(
        client_code=given["client_code"],
        timestamp=given["timestamp"],
        method=given["method"],
        path=given["path"],
        body=body,
        sign_key=given["sign_key"],
        algorithm=algorithm,
        authorization=authorization,
        nonce=given["nonce"],
    )


def _mistake(given: dict[str, str], algorithm: signing.Algorithm) -> str:
    """Try what partners get wrong most often."""
    yours = given["signature"].strip().lower()
    for sentence, made in _mistakes(given, algorithm):
        if hmac.compare_digest(made.encode(), yours.encode()):
            return sentence
    return _("Tanda tangan Anda tidak cocok dengan bentuk mana pun. Bandingkan teks mentah di bawah huruf demi huruf.")


def _mistakes(given: dict[str, str], algorithm: signing.Algorithm) -> Iterator[tuple[str, str]]:
    body = given["body"].encode()
    other: signing.Algorithm = "sha1" if algorithm == "sha256" else "sha256"
    yield _("Tanda tangan Anda memakai algoritma yang lain (SHA-1 dan SHA-256 tertukar)."), _sign(given, other, body)
    try:
        key = bytes.fromhex(given["sign_key"])
    except ValueError:
        pass
    else:
        head = _head(given, given["authorization"])
        yield (
            _("Kunci Anda diuraikan dari heksadesimal. Pakai huruf-hurufnya begitu saja."),
            hmac.digest(key, head.encode() + body, algorithm).hex(),
        )
    yield _("Metode harus huruf besar."), _sign(given | {"method": given["method"].lower()}, algorithm, body)
    yield _("Path kehilangan garis miring pertama."), _sign(given | {"path": given["path"][1:]}, algorithm, body)
    yield _("Ada baris baru di akhir body yang ditandatangani."), _sign(given, algorithm, body + b"\n")
    if given["nonce"]:
        yield _("nonce tidak ikut ditandatangani."), _sign(given | {"nonce": ""}, algorithm, body)
    yield _("Body tidak ikut ditandatangani."), _sign(given, algorithm, b"")
    spaced = _spaced(given["body"])
    if spaced:
        yield _("Body ditandatangani dengan spasi, tetapi dikirim tanpa spasi."), _sign(given, algorithm, spaced)


def _spaced(body: str) -> bytes:
    """What Python's json.dumps writes when it is not asked for a compact text."""
    try:
        return json.dumps(json_text.read_object(body.encode())).encode()
    except json_text.BrokenJson:
        return b""
