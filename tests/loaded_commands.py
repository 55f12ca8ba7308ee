"""Runs `prakerja …` for one running system in children of a process that has loaded the programme already.

Loading it takes nine tenths of a short command's time, and the suite runs hundreds of them. What comes after is a command's
own: process, connection, streams, exit code. Tests of what happens before (arguments, other data folders, signals) start
the command itself (`running.command`).

`python -m tests.loaded_commands ADDRESS DATA_DIR` answers at a socket of that name: one JSON list of arguments a connection,
with the files for output and errors; the answer is the exit code. It ends with its standard input.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

_MOST = 65_536


def ask(address: Path, arguments: tuple[str, ...], *, out: int, err: int, limit: float) -> int:
    """Run one command; its output goes to these files. Returns its exit code."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(limit)
        link.connect(str(address))
        socket.send_fds(link, [json.dumps(arguments).encode()], [out, err])
        link.shutdown(socket.SHUT_WR)
        return int.from_bytes(link.recv(4), signed=True)


def main(address: str, data_dir: str) -> NoReturn:
    _load(Path(data_dir))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        # A thread would not survive the forks below; this one only waits for the end.
        threading.Thread(target=_end_with_input, daemon=True).start()
        while True:
            link, _ = listening.accept()
            if os.fork() == 0:
                if os.fork():
                    os._exit(0)
                listening.close()
                _answer(link)
            link.close()
            os.wait()


def _load(data_dir: Path) -> None:
    from prakerja.cli import command, database
    from prakerja.postgres import server_for

    ours = dict(os.environ)
    with server_for(data_dir, own=False) as server:
        database.prepare_django(server)
    # A command finds out by itself where its database is.
    os.environ.clear()
    os.environ.update(ours)
    from prakerja.cli import installation
    from prakerja.reporting import proof
    from prakerja.sandbox import making, participants

    assert all((command, installation, making, participants, proof))


def _end_with_input() -> None:
    # Not through `sys.stdin`: a child would inherit its lock, held by a thread that is not there.
    while os.read(0, 1):
        pass
    os._exit(0)


def _answer(link: socket.socket) -> NoReturn:
    """Be the command in a child, and tell how it ended."""
    asked, files, _, _ = socket.recv_fds(link, _MOST, 2)
    child = os.fork()
    if child:
        link.sendall(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]).to_bytes(4, signed=True))
        os._exit(0)
    link.close()
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
        os.close(file)
    from prakerja.cli import main as prakerja

    code = 1
    try:
        code = prakerja(json.loads(asked))
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        traceback.print_exc()
    # What a process does at its end, but for taking everything apart that was loaded: that took longer than most commands.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
