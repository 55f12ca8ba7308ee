"""A launcher in a process of its own, which the tests kill: prints one JSON line, obeys lines on its input.

Usage: launcher_process.py own|adopt|for-own|for-adopt|throwaway [DATA_DIR], options in LAUNCHER_TEST (JSON).
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from prakerja.postgres import (
    LauncherError,
    Server,
    account,
    adopt_or_own,
    binaries,
    own_server,
    server_for,
    throwaway_server,
)


def _chosen(how: str, data_dir: Path | None, options: dict[str, object]) -> AbstractContextManager[Server]:
    if how == "own":
        return own_server(data_dir, wait_for_lock=bool(options.get("wait", True)))
    if how == "adopt":
        return adopt_or_own(data_dir)
    if how == "throwaway":
        return throwaway_server()
    return server_for(data_dir, own=how == "for-own")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _say(server: Server) -> None:
    facts = {
        "dsn": server.dsn,
        "data_dir": str(server.data_dir),
        "socket_dir": str(server.socket_dir),
        "pid": server.pid,
        "owned": server.owned,
    }
    _print(json.dumps(facts))


def main() -> int:
    options: dict[str, object] = json.loads(os.environ.get("LAUNCHER_TEST", "{}"))
    if "shared_copies" in options:
        binaries.SHARED_COPIES = Path(str(options["shared_copies"]))
    if options.get("no_death_signal"):  # as on macOS, where only the watcher exists
        account.dying_with_parent = lambda number: None
    try:
        data_dir = Path(sys.argv[2]) if len(sys.argv) > 2 else None
        with _chosen(sys.argv[1], data_dir, options) as server:
            _say(server)
            for line in sys.stdin:
                if line.strip() != "recover":
                    break
                server = server.recover()
                _say(server)
    except LauncherError as error:
        _print(json.dumps({"error": error.code, "id": error.indonesian, "en": error.english}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
