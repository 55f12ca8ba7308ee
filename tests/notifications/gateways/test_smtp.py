"""E-mail by SMTP, to a server on this machine that speaks it over a real connection."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from django.core.exceptions import ImproperlyConfigured

from prakerja.notifications.gateways import Busy, Handed, PermanentFailure, TemporaryFailure, Unknown
from prakerja.notifications.gateways.base import Accepted
from prakerja.notifications.gateways.smtp import Server, Smtp

AT = datetime(2021, 9, 22, 5, 0, tzinfo=UTC)


class Mail(socketserver.ThreadingTCPServer):
    """Takes mail; some mailboxes are what their names say."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.letters: list[tuple[str, EmailMessage]] = []


class Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say(220)
        to = ""
        while line := self.rfile.readline().decode("ascii").strip():
            verb = line.partition(" ")[0].upper()
            if verb == "RCPT":
                to = line.partition("<")[2].rstrip(">")
                self.say({"nobody": 550, "grey": 451, "crowd": 452}.get(to.partition("@")[0], 250))
            elif verb == "DATA":
                self.say(354)
                raw = b"".join(iter(self.rfile.readline, b".\r\n"))
                if to.startswith("silent"):
                    return
                unstuffed = b"\n".join(part.removeprefix(b".") for part in raw.split(b"\r\n"))
                letter = cast(EmailMessage, email.message_from_bytes(unstuffed, policy=default))
                cast(Mail, self.server).letters.append((to, letter))
                self.say(250)
            else:
                self.say(221 if verb == "QUIT" else 250)
            if verb == "QUIT":
                return

    def say(self, code: int) -> None:
        self.wfile.write(f"{code} so\r\n".encode())


@pytest.fixture
def mail() -> Iterator[Mail]:
    with Mail() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def gateway(mail: Mail) -> Smtp:
    port = mail.server_address[1]
    return Smtp(Server(host="127.0.0.1", port=port, sender="jangan-balas@contoh.example", security="none"))


def letter(to: str, text: str = "Selamat.\n.\n..Anda lulus: é€😀") -> Handed:
    return Handed(
        reference=f"ref-{to.partition('@')[0]}", channel="email", to=to, text=text, at=AT, subject="Hasil\r\nBcc: x@y"
    )


def test_every_letter_of_a_call_is_answered_for_itself(mail: Mail) -> None:
    names = ["budi", "nobody", "grey", "crowd", "silent", "siti"]
    found = gateway(mail).send_many([letter(f"{name}@contoh.example") for name in names])
    assert found == [
        Accepted("smtp"),
        PermanentFailure("smtp_550"),
        TemporaryFailure("smtp_451"),
        Busy(5),
        # It may have been taken: nobody sends it again at once.
        Unknown("smtp"),
        # Never given away, so that it may be given again.
        TemporaryFailure("not_connected"),
    ]
    ((to, said),) = mail.letters
    assert to == "budi@contoh.example"
    assert said["Message-ID"] == "<ref-budi@contoh.example>"
    assert (said["Subject"], said["Bcc"]) == ("Hasil Bcc: x@y", None)
    assert said.get_content().rstrip("\n") == "Selamat.\n.\n..Anda lulus: é€😀"


def test_a_server_that_is_away_loses_nothing(mail: Mail) -> None:
    there = gateway(mail)
    mail.shutdown()
    mail.server_close()
    assert there.send_many([letter("budi@contoh.example")]) == [TemporaryFailure("not_connected")]


def test_a_server_is_not_spoken_to_in_the_clear_by_accident() -> None:
    with pytest.raises(ImproperlyConfigured):
        Smtp(Server(host="127.0.0.1", port=1, sender="a@contoh.example", security=""))
