"""How an operator enters the console: password, then the code of the authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pyotp

from tests import running
from tests.waiting import LIMIT


def token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def with_password(browser: httpx.Client, operator: dict[str, str]) -> httpx.Response:
    form = browser.get("/accounts/login/")
    return browser.post(
        "/accounts/login/",
        data={
            "csrfmiddlewaretoken": token(form.text),
            "login": operator["email"],
            "password": operator["password"],
        },
    )


def signed_in(system: running.System, role: str) -> Iterator[httpx.Client]:
    """A browser in which the operator of this role has entered. Once for each system: a code serves once in its half minute."""
    operator = next(one for one in system.urls["accounts"]["operators"] if one["role"] == role)
    with httpx.Client(base_url=system.urls["console"], follow_redirects=True, timeout=LIMIT) as client:
        asked = with_password(client, operator)
        assert asked.url.path == "/accounts/2fa/authenticate/"
        code = pyotp.TOTP(operator["totp_secret"]).now()
        entered = client.post(str(asked.url), data={"csrfmiddlewaretoken": token(asked.text), "code": code})
        assert entered.url.path == "/"
        yield client
