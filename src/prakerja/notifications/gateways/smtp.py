"""E-mail by a mail server that speaks SMTP."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.kernel import clock
from prakerja.kernel.http import refuse_inside_transaction
from prakerja.notifications.gateways.base import (
    Accepted,
    Busy,
    Channel,
    Delivery,
    Handed,
    PermanentFailure,
    TemporaryFailure,
    Unknown,
)

_LOG = logging.getLogger(__name__)
_NAME = "smtp"
_SECONDS = 10.0
# Too many at once: nothing is wrong with the message. Others of 4xx may speak of this address alone.
_BUSY = (421, 452)


@dataclass(frozen=True)
class Server:
    """A mail server. `security`: `tls` from the first byte, `starttls`, or `none`, for one on this machine alone."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    security: str = "starttls"


class Smtp:
    """Client of a mail server: one connection a call, in which each message is answered for itself."""

    def __init__(self, server: Server) -> None:
        if not server.host or "@" not in server.sender or server.security not in ("tls", "starttls", "none"):
            raise ImproperlyConfigured("e-mail by SMTP needs PRAKERJA_SMTP_HOST, _SENDER and a known _SECURITY")
        self._server = server

    @classmethod
    def from_settings(cls) -> Self:
        """The server of PRAKERJA_SMTP_…"""
        said = settings.SMTP
        try:
            port = int(said["PORT"] or 587)
        except ValueError:
            raise ImproperlyConfigured("PRAKERJA_SMTP_PORT is no number") from None
        return cls(
            Server(
                host=said["HOST"],
                port=port,
                sender=said["SENDER"],
                user=said["USER"],
                password=said["PASSWORD"],
                security=said["SECURITY"] or "starttls",
            )
        )

    def forgets(self, channel: Channel) -> bool:
        """See Forgets: a Message-ID is the reader's affair, and a server takes the same one twice."""
        return True

    def send(
        self, *, reference: str, channel: Channel, to: str, text: str, at: datetime, subject: str | None = None
    ) -> Delivery:
        """See MessageGateway."""
        message = Handed(reference=reference, channel=channel, to=to, text=text, at=at, subject=subject)
        return self.send_many([message])[0]

    def send_many(self, messages: Sequence[Handed]) -> list[Delivery]:
        """See ManyAtOnce."""
        refuse_inside_transaction()
        found: list[Delivery] = []
        try:
            with self._connected() as connection:
                for one in messages:
                    found.append(self._give(connection, one))
                    if isinstance(found[-1], Unknown):
                        break
        except smtplib.SMTPAuthenticationError:
            _LOG.error("the mail server takes no user or password of ours")
        except (OSError, smtplib.SMTPException) as error:
            _LOG.warning("the mail server: %s", type(error).__name__)
        return found[: len(messages)] + [TemporaryFailure("not_connected") for _ in messages[len(found) :]]

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
        try:
            if server.security == "starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _give(self, connection: smtplib.SMTP, message: Handed) -> Delivery:
        """Hand one message over, command by command: only after its last line nobody knows whether it was taken."""
        letter = self._letter(message)
        for code, _ in self._envelope(connection, message.to):
            if code not in (250, 251):
                connection.rset()
                return _refused(code)
        code, _ = connection.docmd("DATA")
        if code != 354:
            connection.rset()
            return _refused(code)
        try:
            connection.send(_with_dots(letter.as_bytes(policy=SMTP)))
            code, _ = connection.getreply()
        except (OSError, smtplib.SMTPException):
            return Unknown(_NAME)
        return Accepted(_NAME) if code == 250 else _refused(code)

    def _envelope(self, connection: smtplib.SMTP, to: str) -> Sequence[tuple[int, bytes]]:
        connection.ehlo_or_helo_if_needed()
        first = connection.mail(self._server.sender)
        return [first] if first[0] != 250 else [first, connection.rcpt(to)]

    def _letter(self, message: Handed) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self._server.sender
        letter["To"] = message.to
        letter["Subject"] = " ".join((message.subject or "Prakerja").split())
        letter["Date"] = format_datetime(clock.wall())
        # The same whenever it is sent: a mail program shows one of two.
        letter["Message-ID"] = f"<{message.reference}@{self._server.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text, cte="quoted-printable")
        return letter


def _with_dots(raw: bytes) -> bytes:
    """A letter as it stands behind DATA: a dot that begins a line is doubled, one alone ends it."""
    lines = raw.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"


def _refused(code: int) -> Delivery:
    if code in _BUSY:
        return Busy(5)
    if 400 <= code < 500:
        return TemporaryFailure(f"smtp_{code}")
    # 55x speaks of the address or the letter; anything else of the server, for which no citizen's message is given up.
    return PermanentFailure(f"smtp_{code}") if 550 <= code < 560 else TemporaryFailure(f"smtp_{code}")
