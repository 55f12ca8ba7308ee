"""What the program is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """The environment lacks something or holds something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, where to keep rows, which keys to expect and whom to call back."""

    host: str
    port: int
    data_dir: Path
    gateway_key: str
    bank_key: str
    callbacks_url: str
    portal_url: str
    # Where the demo's clock stands; empty when this program runs without the sandbox.
    sandbox_url: str
    # How long the bank keeps silent for a number that ends in 05, and how long it takes until it says
    # something else of a number that ends in 00, 06, 07 or 08. Wall seconds: this program has no programme clock. Tests shorten both.
    silence_seconds: float
    return_seconds: float
    # How long the registry keeps silent for a NIK that ends in 9052.
    registry_silence_seconds: float


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings; the two keys have no default, so that nobody runs with a key that anyone can read.

    :raises SettingsError: a key is missing or a number is none.
    """
    keys = {name: environment.get(name, "") for name in ("GATEWAY_KEY", "BANK_KEY")}
    missing = [name for name, value in keys.items() if not value]
    if missing:
        raise SettingsError(f"set {' and '.join(missing)} in the environment")
    return Settings(
        host=environment.get("HOST", "127.0.0.1"),
        port=int(_number(environment, "PORT", "8004")),
        data_dir=Path(environment.get("DATA_DIR", "var/world")),
        gateway_key=keys["GATEWAY_KEY"],
        bank_key=keys["BANK_KEY"],
        callbacks_url=environment.get("CALLBACKS_URL", "").rstrip("/"),
        portal_url=environment.get("PORTAL_URL", ""),
        sandbox_url=environment.get("SANDBOX_URL", ""),
        silence_seconds=_number(environment, "BANK_SILENCE_SECONDS", "15"),
        return_seconds=_number(environment, "BANK_RETURN_SECONDS", "2"),
        registry_silence_seconds=_number(environment, "REGISTRY_SILENCE_SECONDS", "30"),
    )


def _number(environment: Mapping[str, str], name: str, default: str) -> float:
    try:
        return float(environment.get(name, default))
    except ValueError:
        raise SettingsError(f"{name} must be a number") from None
