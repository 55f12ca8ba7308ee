"""Programs that call one endpoint, made from one template for each language. They run as they stand.

What is signed is what is sent: a sample keeps the body as text. Keys come from the environment, never from the source.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from prakerja.developer_site import names, site
from prakerja.partner_api.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Language:
    """`file` is the name under which a sample runs."""

    name: str
    title: str
    file: str
    run: str


LANGUAGES = (
    Language("curl", "curl", "call.sh", "sh call.sh"),
    Language("python", "Python", "call.py", "python3 call.py"),
    Language("node", "JavaScript (Node)", "call.mjs", "node call.mjs"),
    Language("php", "PHP", "call.php", "php call.php"),
    Language("go", "Go", "call.go", "go run call.go"),
    Language("java", "Java", "Call.java", "java Call.java"),
)


def sample(language: str, declared: Endpoint, operation: dict[str, Any], *, base_url: str) -> str:
    """The program. `operation` is the endpoint's part of the OpenAPI file, whose examples it sends."""
    environment = site.environment()
    template = environment.get_template(f"samples/{language}.txt")
    return template.render(
        base_url=base_url,
        method=declared.method,
        target=target(declared, operation),
        body=body(operation),
        algorithm=declared.algorithm,
        has_authorization=declared.has_authorization,
        is_signed=declared.dialect.is_signed,
        headers=declared.dialect,
        scheme=declared.dialect.scheme,
        token_variable="PRAKERJA_ACCESS_TOKEN" if declared.dialect.scheme == "Bearer" else "PRAKERJA_PAYMENT_TOKEN",
        is_idempotent=declared.is_idempotent,
        text=_QUOTES[language],
    )


def target(declared: Endpoint, operation: dict[str, Any]) -> str:
    """Path and query as they go over the wire."""
    path = names.wire_path(declared)
    found = {part["name"]: part for part in operation["parameters"]}
    for name in names.parameters(declared):
        path = path.replace("{" + name + "}", quote(str(found[name]["example"]), safe=""))
    query = "&".join(
        f"{name}={quote(str(part['example']), safe='')}"
        for name, part in found.items()
        if part["in"] == "query" and "example" in part
    )
    return path + (f"?{query}" if query else "")


def body(operation: dict[str, Any]) -> str:
    """The question without white space, or "" for a GET."""
    if "requestBody" not in operation:
        return ""
    example = operation["requestBody"]["content"]["application/json"]["example"]
    return json.dumps(example, separators=(",", ":"), ensure_ascii=False)


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _double(text: str) -> str:
    """A literal of Python, JavaScript, Java and Go alike."""
    return json.dumps(text)


def _php(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_QUOTES = {"curl": _shell, "python": _double, "node": _double, "php": _php, "go": _double, "java": _double}
