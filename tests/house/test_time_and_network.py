"""Who may look at a clock and who may talk to the network (docs/architecture.md, "Time" and "Transactions")."""

from __future__ import annotations

import ast
import re

from tests.house.source import PACKAGE, context_of, dotted, files, imports, python, shown, tree

# Each of these reads the machine's clock; programme time has its own.
_CLOCKS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "datetime.datetime.now",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
}
_MAY_READ_CLOCK = {
    # The one place: `wall()` and, with the offset, `now()`.
    "kernel/clock.py": {"datetime.now"},
    # A partner's client of somebody's server, which knows nothing of ours, our clock included.
    "conformance/wire.py": {"time.time"},
}
# Django's own stamps come from the machine's clock, so a row that has one can never have programme time.
_MAY_STAMP_ITSELF = {
    # When an operator's account was made: an operator is no part of the programme and of no deadline.
    "access/models.py": {"created_at"},
}
# Modules that open connections. psycopg is the database, not the network.
_NETWORK = {
    "aiohttp",
    "ftplib",
    "httpcore",
    "http.client",
    "httpx",
    "imaplib",
    "poplib",
    "requests",
    "smtplib",
    "socket",
    "urllib.request",
    "urllib3",
}
_MAY_USE_NETWORK = {
    # The one way out; it refuses inside a transaction.
    "kernel/http.py": {"httpx"},
    # A key service is asked when a process starts and when keys change, never for a person's request.
    "kernel/wrapping.py": {"http.client", "socket"},
    # The same towards addresses that a stranger chose; it resolves and checks them itself.
    "kernel/ssrf_transport.py": {"httpcore", "socket"},
    # Reads addresses with them and calls nobody.
    "kernel/ssrf_policy.py": {"httpx", "socket"},
    # Tells systemd that a process is ready, by the machine's own socket.
    "kernel/processes.py": {"socket"},
    # A session with a telephone company, and a mail server: they refuse inside a transaction as well.
    "notifications/gateways/smpp/session.py": {"socket"},
    "notifications/gateways/smtp.py": {"smtplib"},
    # Is a port free, does a child answer: the command talks to its own children on this machine.
    "supervisor/children.py": {"socket"},
    "supervisor/watching.py": {"urllib.request"},
    # What people and partners come in by: it listens, and calls nobody.
    "serving/__main__.py": {"socket"},
    "serving/server.py": {"socket"},
    # The journey plays people in front of their browsers, on ports that are free.
    "cli/journeys/browser.py": {"httpx"},
    "cli/journeys/people.py": {"httpx"},
    "cli/journeys/timeline.py": {"httpx"},
    # The conformance kit is a partner's client of somebody's server.
    "conformance/wire.py": {"httpx"},
    # The pages that such a server sends a browser to.
    "conformance/pages.py": {"httpx"},
}
# Operations take `at`; these read programme time themselves.
_ENTRY_POINTS = {"portal", "console", "partner_api", "callbacks", "openid", "cli", "config", "sandbox", "kernel"}


def test_the_machine_clock_is_read_in_one_place() -> None:
    found: dict[str, set[str]] = {}
    for path in python():
        used = {dotted(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)} & _CLOCKS
        if used:
            found[str(path.relative_to(PACKAGE))] = used
    assert found == _MAY_READ_CLOCK


def test_nobody_imports_a_clock_under_another_name() -> None:
    """`from time import time` or `from django.utils.timezone import now` would hide from the test above."""
    hidden = {"time.time", "time.time_ns", "django.utils.timezone.now", "django.utils.timezone.localdate"}
    found = [f"{shown(path)}:{line} {name}" for path in python() for line, name in imports(path) if name in hidden]
    assert found == []


def test_rows_do_not_stamp_themselves() -> None:
    found: dict[str, set[str]] = {}
    for path in python():
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Call)):
                continue
            if any(word.arg in ("auto_now", "auto_now_add") for word in node.value.keywords):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                found.setdefault(str(path.relative_to(PACKAGE)), set()).add(dotted(target))
    assert found == _MAY_STAMP_ITSELF


def test_statements_take_their_instants_as_parameters() -> None:
    """SQL that asks the database's clock would mix the two clocks; the one that compares them has to."""
    clock = re.compile(r"\b(now|clock_timestamp|statement_timestamp)\s*\(\s*\)|\bCURRENT_(TIMESTAMP|DATE|TIME)\b", re.I)
    texts = [(path, 0, path.read_text(encoding="utf-8")) for path in files(".sql", below=PACKAGE)]
    for path in python(migrations=True):
        texts += [
            (path, node.lineno, node.value)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", node.value)
        ]
    found = {shown(path) for path, _, text in texts if clock.search(text)}
    # How old a move of indexes is, told by one clock to machines whose own may differ; nothing of the programme hangs on it.
    of_moves = {"src/prakerja/kernel/index_forms.py", "src/prakerja/kernel/rotation.py"}
    # How far a worker's own clock is from the one that is the same for all.
    assert found == {"src/prakerja/cli/safety.py", "src/prakerja/kernel/clock.py"} | of_moves


def test_only_entry_points_and_tasks_read_programme_time() -> None:
    """An operation that read the clock itself could not be replayed at the instant at which its work fell due."""
    found = []
    for path in python():
        if context_of(path) in _ENTRY_POINTS or path.stem == "tasks":
            continue
        found += [f"{shown(path)}:{line}" for line, name in imports(path) if name == "prakerja.kernel.clock.now"]
        found += [
            f"{shown(path)}:{node.lineno}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and dotted(node) in ("clock.now", "kernel.clock.now")
        ]
    assert found == []


def test_there_is_one_way_out_to_the_network() -> None:
    found: dict[str, set[str]] = {}
    for path in python():
        for _, name in imports(path):
            used = {module for module in _NETWORK if name == module or name.startswith(module + ".")}
            if used:
                found.setdefault(str(path.relative_to(PACKAGE)), set()).update(used)
    assert found == _MAY_USE_NETWORK


def test_nobody_listens_to_signals() -> None:
    """Effects are lines in the operation, where a reader finds them."""
    signals = ("django.dispatch", "django.db.models.signals", "django.core.signals")
    found = [
        f"{shown(path)}:{line} {name}" for path in python() for line, name in imports(path) if name.startswith(signals)
    ]
    assert found == []
