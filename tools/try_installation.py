"""Type docs/how-to/install-it-for-real.md into a bare Debian that is made and booted for it: `python tools/try_installation.py`.

Needs root, debootstrap and systemd-nspawn (apt install debootstrap systemd-container), the network, and ten minutes. Every ```sh block of the
page is run as it stands, in one shell, with systemd, PostgreSQL and nginx as Debian has them; only the values of the first block and
of NEXT are others. What a person does between the blocks (`<!-- try: … -->`) is done by the functions of this file, over HTTPS.

Two machines, one after the other: in the first this release is installed by this page, from nothing to the restored backup's proof;
in the second the release before by the page that it had, which is then upgraded by this one, and goes the step back. A page tells what
its release does, and no older one needs to know this release's commands. Each section's seconds stand at the end.
"""

from __future__ import annotations

import argparse
import http.cookies
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/how-to/install-it-for-real.md"
DOMAIN = "prakerja.example"
# The release before, unless another is named: migrations and changed rights lie between, and its own page holds.
BEFORE = "adeae25f"
# What is the release's own begins here; how a machine is made ready for it is this page's to say, whatever release comes onto it.
_OF_THE_RELEASE, _UPGRADE = "The programme", "A new release"
# What programs need that fetch packages from where this machine stands, and that a bare one does not have. Files are copied along.
NETWORK = ("NODE_EXTRA_CA_CERTS", "PIP_CERT", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
# Inside: where the repository is cloned from, and what is run of this file.
SOURCE, SELF = "/srv/prakerja.git", "/srv/try_installation.py"
# The release that runs there, in a folder of its own or, as older pages had it, in the one folder.
HERE = 'here=$(realpath "$(dirname "$(realpath /usr/local/bin/prakerja)")/../..")'
INSIDE = f'{HERE}; "$here/.venv/bin/python" {SELF}'
PASSWORD = "lima-ikan-asin-di-dapur"  # noqa: S105
# The telephone company of the trial; the worker finds it when it starts.
COMPANY = (
    f'{HERE}; systemd-run --quiet --unit=trial-company --working-directory="$here" --setenv=PORT=2776 --setenv=SMPP_PORT=2775 '
    '--setenv=PASSWORD=rahasia "$here/.venv/bin/python" -m examples.smsc'
)
SHELL = ("HOME=/root", "TERM=dumb", "LANG=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
PACKAGES = "systemd-sysv,dbus,ca-certificates"
# Stops at the first command that fails, and says where; keeps how long each section took.
_BEGIN = """set -eEuo pipefail
trap 'echo "STOPPED at line $LINENO: $BASH_COMMAND" >&2' ERR
took="" now="" began=0
section() {
    if [ -n "$now" ]; then took="$took$(printf '%6d s  %s' $((SECONDS - began)) "$now")"$'\\n'; fi
    now=$1 began=$SECONDS
    if [ -n "$now" ]; then printf '\\n=== %s\\n' "$now"; fi
}"""
_END = "section ''\nprintf '\\n%s' \"$took\""


def main() -> int:
    """Return 0 when every command of the page did what it should."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--before", default=BEFORE, metavar="REV", help=f"the release before, which is upgraded ({BEFORE})"
    )
    parser.add_argument("--release", default="HEAD", metavar="REV", help="the release of this page (HEAD)")
    parser.add_argument("--only", choices=("install", "upgrade"), help="one of the two machines")
    parser.add_argument(
        "--debian", type=Path, default=Path.home() / ".cache/prakerja-debian", help="a bare Debian, made when missing"
    )
    parser.add_argument("--network", default="", metavar="PATH", help="a network namespace for it, as /run/netns/NAME")
    parser.add_argument(
        "--copy",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a file of this machine's that the network needs there",
    )
    parser.add_argument(
        "--env", action="append", default=[], metavar="N=V", help="what the network needs in the environment there"
    )
    parser.add_argument("--inside", choices=[*STEPS], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        STEPS[given.inside]()
        return 0
    for program in ("debootstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing: apt install debootstrap systemd-container")
    for name in NETWORK:
        if value := os.environ.get(name):
            given.env.append(f"{name}={value}")
            if Path(value).is_file():
                given.copy.append(Path(value))
    page, release, before = PAGE.read_text(), commit(given.release), commit(given.before)
    scripts = {
        "install": script_of(upto(page, _UPGRADE), release=release, following=release),
        "upgrade": script_of(
            upto(page, _OF_THE_RELEASE)
            + since(upto(page_of(before), _UPGRADE), _OF_THE_RELEASE)
            + since(page, _UPGRADE),
            release=before,
            following=release,
        ),
    }
    for name, script in scripts.items():
        if given.only in (None, name) and not holds(name, script, given):
            return 1
    return 0


def holds(name: str, script: str, given: argparse.Namespace) -> bool:
    """Whether every command did what it should, on a machine that is made for it."""
    machine = Path(f"{given.debian}.machine")
    make_machine(given.debian, machine, given.copy)
    (machine / "srv/page.sh").write_text(script)
    shutil.copy(__file__, machine / SELF.lstrip("/"))
    run("git", "clone", "--quiet", "--bare", str(ROOT), str(machine / SOURCE.lstrip("/")))
    network = [f"--network-namespace-path={given.network}"] if given.network else []
    boot = [
        "systemd-nspawn",
        "--quiet",
        "-D",
        str(machine),
        "--boot",
        "--register=no",
        "--keep-unit",
        "--console=pipe",
        *network,
    ]
    with open(f"{machine}.log", "wb") as log:
        booted = subprocess.Popen(boot, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            enter = ["nsenter", "--all", "--target", str(first_process(booted)), "env", "-i", *SHELL, *given.env]
            subprocess.run([*enter, "systemctl", "is-system-running", "--wait"], check=False, stdout=subprocess.DEVNULL)
            began = time.monotonic()
            done = subprocess.run([*enter, "bash", "/srv/page.sh"], check=False).returncode
            print(
                f"\n{name.upper()}: {'THE PAGE HOLDS' if not done else 'THE PAGE DOES NOT HOLD'} "
                f"({time.monotonic() - began:.0f} s)",
                flush=True,
            )
            if done:
                subprocess.run(
                    [*enter, "journalctl", "--no-pager", "-n", "60", "-u", "prakerja-*", "-u", "nginx"], check=False
                )
        finally:
            booted.terminate()
            booted.wait()
    return not done


def page_of(revision: str) -> str:
    """The page as that release had it."""
    return run("git", "-C", str(ROOT), "show", f"{revision}:{PAGE.relative_to(ROOT)}")


def upto(page: str, heading: str) -> str:
    return page.partition(f"\n## {heading}\n")[0] + "\n"


def since(page: str, heading: str) -> str:
    _, found, after = page.partition(f"\n## {heading}\n")
    if not found:
        raise SystemExit(f"the page has no section {heading}")
    return found + after


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(name: str) -> str:
    return run("git", "-C", str(ROOT), "rev-parse", "--verify", f"{name}^{{commit}}")


def make_machine(bare: Path, machine: Path, copied: list[Path]) -> None:
    """A fresh copy of a bare Debian, in which the four names lead to itself."""
    if not bare.exists():
        print(f"Making a bare Debian in {bare} …", flush=True)
        fresh = Path(f"{bare}.new")
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(fresh)], check=True
        )
        fresh.rename(bare)
    shutil.rmtree(machine, ignore_errors=True)
    subprocess.run(["cp", "-a", str(bare), str(machine)], check=True)
    names = " ".join((DOMAIN, *(f"{door}.{DOMAIN}" for door in ("operator", "mitra", "callbacks"))))
    (machine / "etc/hosts").write_text(f"127.0.0.1 localhost {names}\n::1 localhost\n")
    for path in (Path("/etc/resolv.conf"), *copied):
        to = machine / path.relative_to("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.unlink(missing_ok=True)
        shutil.copy(path, to)


def script_of(page: str, *, release: str, following: str) -> str:
    """The page's blocks as one script that stops at the first command that fails, and says where it is."""
    values = {"SOURCE": SOURCE, "RELEASE": release, "NEXT": following, "SMPP_HOST": "127.0.0.1"}
    parts = [_BEGIN]
    for heading, text, hand in re.findall(
        r"^## ([^\n]+)$|^```sh\n(.*?)^```$|^<!-- try: ([a-z-]+) -->$", page, re.MULTILINE | re.DOTALL
    ):
        if heading:
            parts.append(f"section {shlex.quote(heading)}")
        elif hand:
            parts.append(f"{INSIDE} --inside {hand}")
        else:
            parts.append(
                re.sub(
                    r"^([A-Z_]+)=\S+(?=\s+#)",
                    lambda found: f"{found[1]}={values.get(found[1], found[0].partition('=')[2])}",
                    text,
                    flags=re.MULTILINE,
                )
            )
            if "useradd" in text:
                parts.append(COMPANY)
    return "\n".join((*parts, _END)) + "\n"


def first_process(booted: subprocess.Popen[bytes]) -> int:
    """The container's own first process, as this machine numbers it."""
    for _ in range(600):
        children = Path(f"/proc/{booted.pid}/task/{booted.pid}/children").read_text().split()
        for child in children:
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        if booted.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"it did not boot: {booted.args}")


# --- what a person does, inside ---


class Browser:
    """Keeps cookies, follows nothing, knows the trial's certificate."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        trusted = ssl.create_default_context(cafile="/etc/ssl/prakerja/fullchain.pem")
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted), Stay())

    def ask(self, url: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, text."""
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Origin": origin}
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        try:
            answer = self.opener.open(urllib.request.Request(url, data, headers), timeout=60)  # noqa: S310
        except urllib.error.HTTPError as error:
            answer = error
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, cookie in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = cookie.value
        return answer.status, urllib.parse.urljoin(url, answer.headers.get("Location", "")), answer.read().decode()

    def fill(self, url: str, **fields: str) -> tuple[int, str, str]:
        """Open a page and send its form."""
        status, to, text = self.ask(url)
        if status == 302:
            # A link that may not stay in any history.
            url = to
            status, _, text = self.ask(url)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        if status != 200 or token is None:
            raise SystemExit(f"{url}: {status}, no form")
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
        return self.ask(url, {**hidden, **fields, "csrfmiddlewaretoken": token[1]})


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: object) -> None:
        return None


def sign_in() -> None:
    """The first operator: the link, a password, the authenticator, and the page that asks for an operator."""
    import pyotp

    told = Path("/root/first-operator.txt").read_text()
    link = re.search(r"https://\S+/accounts/password/choose/\S+/", told)
    email = re.search(r"\S+@\S+", told)
    if link is None or email is None:
        raise SystemExit("install printed no link")
    browser, console = Browser(), f"https://operator.{DOMAIN}"
    expect(browser.fill(link[0], password=PASSWORD, again=PASSWORD), 302, "a password is chosen")
    _, to, _ = expect(
        browser.fill(f"{console}/accounts/login/", login=email[0], password=PASSWORD), 302, "the password is right"
    )
    shown = browser.ask(to)[2]
    secret = re.search(r"\b[A-Z2-7]{32}\b", shown.replace(" ", ""))
    if secret is None:
        raise SystemExit("no secret of an authenticator is shown")
    _, home, _ = expect(browser.fill(to, code=pyotp.TOTP(secret[0]).now()), 302, "the authenticator is set up")
    expect(browser.ask(home), 200, "the console opens")
    expect(browser.ask(f"https://{DOMAIN}/masuk"), 200, "the portal opens")


def reminded() -> None:
    """Both are told by the telephone company; on the morning of the third day before the deadline both are reminded.

    Only this command sees that morning, by Debian's faketime: the machine's clock stays. The worker sends SMS when it is no night in
    Jakarta (rules.md 12.35).
    """
    hour = time.gmtime(time.time() + 7 * 3600).tm_hour
    if 7 <= hour < 20:
        for _ in range(90):
            with urllib.request.urlopen("http://127.0.0.1:2776/taken", timeout=10) as answer:
                texts = [text for _, text in json.load(answer)]
            if len(texts) >= 2:
                break
            time.sleep(1)
        print("\n".join(texts))
        if len(texts) < 2:
            raise SystemExit("not everybody was told")
    else:
        print("!!! IT IS NIGHT IN JAKARTA: WHETHER SMS ARRIVE IS NOT TRIED !!!")
    run("apt-get", "install", "--yes", "--no-install-recommends", "faketime")
    morning = time.strftime("%Y-%m-%d 02:30:00", time.gmtime(time.time() + 7 * 3600 + 2 * 86400))
    done = json.loads(run("env", "TZ=UTC", "faketime", morning, "prakerja", "due", "run"))
    if {"task": "remind to buy", "count": 2, "waiting": False} not in done["ran"]:
        raise SystemExit(f"not reminded: {done}")
    print(f"  both are reminded at {done['at']}", flush=True)


def still_there() -> None:
    """After the upgrade the doors open, and the wave is what it was."""
    browser = Browser()
    expect(browser.ask(f"https://{DOMAIN}/masuk"), 200, "the portal opens")
    expect(browser.ask(f"https://operator.{DOMAIN}/accounts/login/"), 200, "the console opens")
    expect(browser.ask(f"https://mitra.{DOMAIN}/health"), 200, "the partners' door has its database")


def expect(answer: tuple[int, str, str], status: int, what: str) -> tuple[int, str, str]:
    if answer[0] != status:
        raise SystemExit(
            f"not so: {what} (status {answer[0]}, to {answer[1]})\n{re.sub('<[^>]+>', ' ', answer[2])[:1500]}"
        )
    print(f"  {what}", flush=True)
    return answer


STEPS = {"sign-in": sign_in, "reminded": reminded, "still-there": still_there}

if __name__ == "__main__":
    sys.exit(main())
