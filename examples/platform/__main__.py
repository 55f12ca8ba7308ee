"""Start the seven shops: `python -m examples.platform`. README.md names the environment variables."""

from __future__ import annotations

import os

from examples.platform.app import create_app
from examples.platform.brands import read_brands
from examples.shared.config import read_settings
from examples.shared.serving import serve


def main() -> None:
    """Read the environment and serve until SIGTERM."""
    brands = read_brands()
    ports = [int(part) for part in os.environ.get("PORTS", "").split(",") if part.strip()]
    if len(ports) != len(brands):
        names = ", ".join(brand.code for brand in brands)
        raise SystemExit(f"PORTS needs {len(brands)} ports in this order: {names}")
    settings = read_settings()
    serve(create_app(settings, ports), host=settings.host, ports=ports, threads=16)


if __name__ == "__main__":
    main()
