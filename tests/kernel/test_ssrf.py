"""ssrf_policy and ssrf_transport: a stranger's address leads to the public internet and nowhere else, and ends in time."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import transaction

from prakerja.kernel import ssrf_policy, ssrf_transport
from prakerja.kernel.http import NetworkFailure, NetworkInsideTransaction, NoAnswer, NotSent
from tests.kernel.strangers import Visit, stranger
from tests.waiting import LIMIT, SHORT, wait_until

LIMITS = ssrf_transport.Limits(most_bytes=1000, total_seconds=LIMIT, connect_seconds=LIMIT, most_redirects=3)


def reason(call: Callable[[], object]) -> str:
    with pytest.raises(ssrf_policy.AddressRefused) as caught:
        call()
    return caught.value.reason


def answers(*addresses: str) -> ssrf_transport.Resolver:
    """A resolver at the boundary: every name has these addresses."""

    def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


# Every way to write an address that is not of the public internet, and of names that stay in the house.
PRIVATE = [
    "http://[fe80::1%25eth0]/",
    "http://127.0.0.1/",
    "http://127.8.9.1/",
    "http://127.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://0.0.0.0/",
    "http://0/",
    "http://10.0.0.5/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.100.100.200/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
]
NO_HOST = [
    "http://0177.0.0.1/",
    "http://postgres/",
    "http://8.8.2056/",
    "http://0x08080808/",
    "http://exa mple.id/",
    "http://%31%32%37.0.0.1/",
    "http://１２７.0.0.1/",
    "http://①②⑦.0.0.1/",
    "http://a..id/",
    "http://-a.id/",
    "http:///x",
    "http://" + "a." * 130 + "id/",
]
OTHER = [
    ("ftp://berkas.id/", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("gopher://berkas.id/", "scheme"),
    ("//berkas.id/", "scheme"),
    ("berkas.id/x", "scheme"),
    ("http://siapa@berkas.id/", "credentials"),
    ("http://127.0.0.1\\@berkas.id/", "credentials"),
    ("http://berkas.id:22/", "port"),
    ("http://berkas.id:0/", "port"),
    ("http://berkas.id:99999/", "port"),
    ("https://berkas.id:6379/", "port"),
]


@pytest.mark.parametrize("url", PRIVATE)
def test_what_is_not_public_is_refused_by_its_spelling(url: str) -> None:
    assert reason(lambda: ssrf_policy.check(url)) == "private"


@pytest.mark.parametrize("url", NO_HOST)
def test_what_is_no_name_of_the_internet_is_refused(url: str) -> None:
    assert reason(lambda: ssrf_policy.check(url)) == "host"


@pytest.mark.parametrize(("url", "expected"), OTHER)
def test_other_addresses_that_are_refused(url: str, expected: str) -> None:
    assert reason(lambda: ssrf_policy.check(url)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://berkas.id/a?b=c#d",
        "http://BERKAS.id:80/",
        "https://bücher.example/",
        "http://8.8.8.8/",
        "https://[2001:4860:4860::8888]/",
        "https://berkas.id:8443/",
        "http://x.id#@127.0.0.1/",
    ],
)
def test_addresses_of_the_internet_are_fine(url: str) -> None:
    ssrf_policy.check(url)


def test_https_only_spares_trusted_origins() -> None:
    assert reason(lambda: ssrf_policy.check("http://berkas.id/", https_only=True)) == "scheme"
    ssrf_policy.check("http://127.0.0.1:9/x", https_only=True, trusted_origins=["http://127.0.0.1:9"])


def test_an_origin_has_one_spelling() -> None:
    assert ssrf_policy.origin_of("HTTPS://Berkas.ID:443/a?b#c") == "https://berkas.id"
    assert ssrf_policy.origin_of("http://127.0.0.1:8005/kelas") == "http://127.0.0.1:8005"
    assert ssrf_policy.origin_of("http://[::1]:80/") == "http://[::1]"


def test_trust_is_for_the_whole_origin_and_nothing_beside_it() -> None:
    trusted = ["http://127.0.0.1:8005"]
    for url in ("https://127.0.0.1:8005/", "http://127.0.0.1:8006/", "http://127.0.0.1/", "http://localhost:8005/"):
        assert reason(lambda url=url: ssrf_policy.check(url, trusted_origins=trusted)) == "private"  # type: ignore[misc]


def test_a_trusted_origin_is_called() -> None:
    with stranger(lambda visit: visit.say(200, b"isi", X_Name="a")) as server:
        reply = ssrf_transport.call("GET", server.url + "/a?b=c", limits=LIMITS, trusted_origins=[server.url])
    assert (reply.status, reply.content, reply.headers["x-name"]) == (200, b"isi", "a")
    assert repr(reply) == "Reply(status=200)"
    ((method, path, headers, _),) = server.visits
    assert (method, path, headers["host"]) == ("GET", "/a?b=c", f"127.0.0.1:{server.port}")
    assert headers["accept-encoding"] == "identity"


def refused_by(resolve: ssrf_transport.Resolver) -> str:
    return reason(lambda: ssrf_transport.call("GET", "http://berkas.id:8080/", limits=LIMITS, resolve=resolve))


def test_nobody_is_called_without_trust() -> None:
    with stranger(lambda visit: visit.say(200)) as server:
        assert reason(lambda: ssrf_transport.call("GET", server.url, limits=LIMITS)) == "private"
        # The same server by a public name: the resolver's word is checked, not the name.
        for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fe80::1%eth0", "x"):
            assert refused_by(answers(address)) == "private"
        assert refused_by(answers("8.8.8.8", "127.0.0.1")) == "private"
    assert server.visits == []


def test_a_name_is_resolved_once_so_it_cannot_point_elsewhere_afterwards() -> None:
    """DNS rebinding: the first answer is public and the next one ours. There is no next one."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("2a00:ffff::1",) if len(asked) == 1 else ("127.0.0.1",)

    with stranger(lambda visit: visit.say(200)) as server:
        short = ssrf_transport.Limits(most_bytes=10, total_seconds=SHORT, connect_seconds=SHORT)
        # That address is public and belongs to nobody.
        with contextlib.suppress(NetworkFailure):
            ssrf_transport.call("GET", "http://berkas.id:8443/", limits=short, resolve=rebinding)
    assert asked == ["berkas.id"]
    assert server.visits == []


def test_a_registered_name_is_connected_to_where_it_leads() -> None:
    with stranger(lambda visit: visit.say(200, b"ok")) as server:
        origin = f"http://berkas.mitra.id:{server.port}"
        reply = ssrf_transport.call(
            "GET", origin + "/x", limits=LIMITS, trusted_origins=[origin], resolve=answers("127.0.0.1")
        )
    assert reply.content == b"ok"
    assert server.visits[0][2]["host"] == f"berkas.mitra.id:{server.port}"


def redirecting(visit: Visit) -> None:
    """/n leads to /n-1, /0 is the end; /to?X leads to X."""
    step, _, target = visit.path[1:].partition("?")
    if step == "to":
        visit.say(302, Location=target)
    elif step == "0":
        visit.say(200, b"akhir")
    else:
        visit.say(307, Location=f"/{int(step) - 1}")


def test_three_redirects_are_followed() -> None:
    with stranger(redirecting) as server:
        trusted = [server.url]
        assert ssrf_transport.call("GET", server.url + "/3", limits=LIMITS, trusted_origins=trusted).content == b"akhir"
        assert (
            reason(lambda: ssrf_transport.call("GET", server.url + "/4", limits=LIMITS, trusted_origins=trusted))
            == "redirects"
        )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("http://127.0.0.1/", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("//127.0.0.1:5432/", "private"),
        ("file:///etc/passwd", "scheme"),
        ("http://a@berkas.id/", "credentials"),
        ("http://berkas.id:25/", "port"),
        ("http://[::1", "host"),
    ],
)
def test_where_a_redirect_leads_is_checked(target: str, expected: str) -> None:
    with stranger(redirecting) as server:
        found = reason(
            lambda: ssrf_transport.call("GET", f"{server.url}/to?{target}", limits=LIMITS, trusted_origins=[server.url])
        )
    assert found == expected


def test_redirects_are_answers_when_none_is_allowed() -> None:
    with stranger(redirecting) as server:
        limits = ssrf_transport.Limits(most_bytes=10, total_seconds=LIMIT)
        assert ssrf_transport.call("POST", server.url + "/1", limits=limits, trusted_origins=[server.url]).status == 307


@pytest.mark.parametrize("path", ["/told", "/untold"])
def test_too_much_is_not_read(path: str) -> None:
    def answer(visit: Visit) -> None:
        if visit.path == "/told":
            visit.say(200, b"x" * 1001)
        else:
            visit.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 5000)

    with stranger(answer) as server, pytest.raises(ssrf_transport.TooLarge):
        ssrf_transport.call("GET", server.url + path, limits=LIMITS, trusted_origins=[server.url])


def test_packed_answers_stay_packed() -> None:
    """A small answer that unpacks to gigabytes is a small answer."""
    with stranger(lambda visit: visit.say(200, b"\x1f\x8b\x08bomb", Content_Encoding="gzip")) as server:
        reply = ssrf_transport.call("GET", server.url, limits=LIMITS, trusted_origins=[server.url])
    assert reply.content == b"\x1f\x8b\x08bomb"


@pytest.mark.parametrize("head", [True, False])
def test_who_drips_is_left(head: bool) -> None:
    """It would drip for ever: that the call ends at all is the deadline's work, and that the other side sees it go."""
    limits = ssrf_transport.Limits(most_bytes=10_000, total_seconds=SHORT)
    with stranger(lambda visit: visit.drip(head=head)) as server:

        def left() -> bool:
            try:
                ssrf_transport.call("GET", server.url, limits=limits, trusted_origins=[server.url])
            except NotSent:
                # A machine so busy that the time was over before the connection stood: once more.
                return False
            except NoAnswer:
                return True
            raise AssertionError("an endless answer came to its end")

        wait_until(left)
        wait_until(lambda: server.hang_ups == len(server.visits), what="the caller closes its socket")


def test_a_resolver_that_never_answers_is_left() -> None:
    answered = threading.Event()

    def silent(host: str, port: int) -> Sequence[str]:
        answered.wait(LIMIT)
        return ("8.8.8.8",)

    with pytest.raises(NotSent):
        ssrf_transport.call(
            "GET", "http://berkas.id/", limits=ssrf_transport.Limits(most_bytes=1, total_seconds=SHORT), resolve=silent
        )
    assert not answered.is_set()
    answered.set()


def test_who_is_not_there_was_not_reached() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(NotSent):
        ssrf_transport.call("GET", "http://berkas.id/", limits=LIMITS, resolve=unknown)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(NotSent):
        ssrf_transport.call("GET", url, limits=LIMITS, trusted_origins=[url])


def test_nonsense_is_no_answer() -> None:
    def nonsense(visit: Visit) -> None:
        visit.wfile.write(b"\x00\x01 nonsense\r\n\r\n")

    with stranger(nonsense) as server, pytest.raises(NoAnswer):
        ssrf_transport.call("GET", server.url, limits=LIMITS, trusted_origins=[server.url])


def test_no_log_line_holds_the_path(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), stranger(lambda visit: visit.say(200)) as server:
        ssrf_transport.call("GET", server.url + "/rahasia?kunci=1", limits=LIMITS, trusted_origins=[server.url])
    written = " ".join(record.getMessage() for record in caplog.records)
    assert "GET 127.0.0.1 200" in written
    assert "rahasia" not in written


@pytest.mark.django_db
def test_it_refuses_inside_a_transaction_of_ours() -> None:
    with transaction.atomic(), pytest.raises(NetworkInsideTransaction):
        ssrf_transport.call("GET", "http://berkas.id/", limits=LIMITS, resolve=answers("8.8.8.8"))
