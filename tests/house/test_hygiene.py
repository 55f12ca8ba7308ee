"""What must never be written down: people's numbers in logs and addresses, other places' names in the project."""

from __future__ import annotations

import ast
import io
import logging
import re
import sys
from pathlib import Path

import pytest

from prakerja.kernel.logs import Redact, redact
from prakerja.portal.urls import pages
from tests.house.source import ROOT, dotted, project_files, python, shown, tree

NIK = "9901011504950001"
_LOGGERS = {"logger", "_LOG", "_logger", "log", "logging"}
_SECRET_NAMES = re.compile(
    r"^(otp|nik|kk|phone|card|card_number|family_card\w*|account_number|token|payment_token|sign_key|secret|password"
    r"|voucher_code|redeem_code|body|parameters)$"
)
# Registries are named by the machine's own configuration, and a clone must work where this one was not written.
_ELSEWHERE = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg|crates|rubygems)\.(?:org|com|io)"
    r"|(?<!no-emit-)index-url"
    r"|\"resolved\":\s*\"http"
    r"|\.\./shared\b"
    r"|/work/(?:main|shared)\b"
    r"|/tmp/devpg"
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"nik {NIK} is known", "nik [number] is known"),
        (f"user_{NIK}", "user_[number]"),
        (f"DETAIL:  Key (nik)=({NIK}) already exists.", "DETAIL:  Key (nik)=([number]) already exists."),
        ("card 9360 1234 1234 1238", "card [number]"),
        ("+6281234567890 was told", "[number] was told"),
        ("0812-3456-7890 was told", "[number] was told"),
        (
            "Forbidden (CSRF cookie not set.): /verifikasi/AdF3-k9_x",
            "Forbidden (CSRF cookie not set.): /verifikasi/[token]",
        ),
        ("GET /phone/081234567890", "GET /phone/[number]"),
        ("to=%2B6281234567890&x", "to=[number]&x"),
        ("{'phone': '081234567890'}", "{'phone': '[number]'}"),
        ("redeemed ABCD2345EFGH now", "redeemed [code] now"),
        # What a reader of logs needs stays: identifiers, instants, places in the code, small numbers.
        ("018f3c2e-7b1a-7c3d-9e4f-1234567890ab", "018f3c2e-7b1a-7c3d-9e4f-1234567890ab"),
        ("at 2021-10-22T00:05:00+07:00", "at 2021-10-22T00:05:00+07:00"),
        ("operations.py:128 authorise", "operations.py:128 authorise"),
        ("revoke: 12", "revoke: 12"),
    ],
)
def test_log_lines_are_redacted(line: str, expected: str) -> None:
    assert redact(line) == expected


def _logged(error: Exception) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redact())
    try:
        raise error
    except type(error):
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s failed", (NIK,), sys.exc_info())
    handler.handle(record)
    return stream.getvalue()


def test_a_traceback_is_redacted_too() -> None:
    """The last line of a database error quotes the row that it refused."""
    text = _logged(ValueError(f"Failing row contains ({NIK}, +6281234567890)"))
    assert "ValueError: Failing row contains ([number], [number])" in text
    assert NIK not in text


def test_no_log_call_names_a_secret() -> None:
    """The filter is the last net; a secret is not thrown at it on purpose."""
    found = []
    for path in python():
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if dotted(node.func.value) not in _LOGGERS:
                continue
            names = {
                part.id if isinstance(part, ast.Name) else part.attr
                for argument in node.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Name | ast.Attribute)
            }
            found += [f"{shown(path)}:{node.lineno} {name}" for name in names if _SECRET_NAMES.match(name)]
    assert found == []


def test_addresses_of_the_portal_hold_nothing_about_a_person() -> None:
    """Addresses are kept by browsers, proxies and histories: opaque identifiers only."""
    converters = {
        (str(page.pattern), name): type(converter).__name__
        for page in pages
        for name, converter in page.pattern.converters.items()
    }
    texts = {place for place, kind in converters.items() if kind not in ("IntConverter", "UUIDConverter")}
    # The verification token is sealed: it names nobody to whoever sees it (training/tokens.py). A course is no person, and a
    # question's page is called by the question (`views.registering.SLUGS`), never by an answer.
    assert texts == {
        ("bahasa/<slug:code>", "code"),
        ("daftar/isi/<slug:slug>", "slug"),
        ("verifikasi/<str:token>", "token"),
        # `ponsel` or `email`, never which; and a link that its owner opened, which names nobody to whoever sees the address.
        ("akun/<slug:way>", "way"),
        # Which of the two cards.
        ("masuk/nomor-hilang/foto/<slug:kind>", "kind"),
        ("akun/<slug:way>/kode", "way"),
        ("cek-sertifikat/<slug:token>", "token"),
        ("pelatihan/<str:code>", "code"),
        # A file of a draw, as everybody takes it.
        ("undian/<int:wave>/<int:draw>/berkas/<path:name>", "name"),
        # And one of the public log.
        ("undian/pembukuan/<path:name>", "name"),
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_registry_or_the_machine_it_was_written_on() -> None:
    found = [
        f"{shown(path)}:{number} {match.group(0)}"
        for path in project_files()
        if path != Path(__file__).resolve()
        for number, line in enumerate(_text(path).splitlines(), 1)
        if (match := _ELSEWHERE.search(line))
    ]
    assert found == []


def test_every_requirement_is_pinned_with_its_hash() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        required = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        assert required != []
        assert [line.split()[0] for line in required if "==" not in line or "--hash=sha256:" not in line] == []


def test_nobody_runs_what_a_visitor_typed() -> None:
    """No eval, no pickled or tagged data from outside, no shell."""
    forbidden = {"eval", "exec", "pickle.loads", "marshal.loads", "yaml.load", "os.system", "os.popen"}
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in python()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func) in forbidden
    ]
    assert found == []


def _replaces(call: ast.Call, ours: set[str]) -> bool:
    """Whether a call puts something else in the place of a function or a class of ours (a number or a clock is neither)."""
    name = dotted(call.func) or ""
    if name in ("mock.patch", "patch", "mocker.patch", "mock.patch.object", "patch.object"):
        return True
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return name.rpartition(".")[2] == "setattr" and any(str(word).rpartition(".")[2] in ours for word in words)


def test_no_test_replaces_our_own_code() -> None:
    """A mock of our own function proves that the mock works."""
    ours = {
        node.name
        for path in [*python(), *python(below=ROOT / "examples")]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in [*python(below=ROOT / "tests"), *python(below=ROOT / "examples")]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and _replaces(node, ours)
    ]
    assert found == []
