"""Start the class sites: `python -m examples.institution`. README.md names the environment variables."""

from __future__ import annotations

import os

from examples.institution.app import create_app
from examples.shared.config import read_settings
from examples.shared.serving import serve


def main() -> None:
    """Read the environment and serve until SIGTERM."""
    port = os.environ.get("PORT", "")
    if not port.isdigit():
        raise SystemExit("Set PORT to the port to listen on.")
    settings = read_settings()
    serve(create_app(settings), host=settings.host, ports=[int(port)], threads=8)


if __name__ == "__main__":
    main()
