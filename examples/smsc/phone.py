"""What arrives is shown by a phone of the example world: posted there, many at once, by a thread."""

from __future__ import annotations

import logging
import queue
import threading
from datetime import UTC, datetime

import httpx

_LOG = logging.getLogger("smsc.phone")
_MOST = 200


class Phone(threading.Thread):
    """Posts to ``<url>/phone/batches``. Without an address nothing is shown anywhere."""

    def __init__(self, *, url: str, key: str, stopping: threading.Event) -> None:
        super().__init__(name="phone", daemon=True)
        self._url, self._key, self._stopping = url.rstrip("/"), key, stopping
        self._waiting: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()

    def show(self, message_id: str, number: str, text: str, at: str) -> None:
        """Let it be seen soon. ``at``: the instant that it tells of, where the programme said one."""
        if not self._url:
            return
        try:
            when = datetime.fromisoformat(at) if at else datetime.now(UTC)
        except ValueError:
            when = datetime.now(UTC)
        self._waiting.put(
            {
                "reference": f"sms-{message_id}-{number[-6:]}",
                "channel": "sms",
                "to": f"+{number}",
                "text": text,
                "at": when.isoformat(),
            }
        )

    def run(self) -> None:
        """Post what waits until told to stop; what the phone does not take now it takes a little later."""
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(10, connect=2)) as client:
            batch: list[dict[str, str]] = []
            while not self._stopping.is_set():
                try:
                    batch.append(self._waiting.get(timeout=0.2 if not batch else 0.005))
                    if len(batch) < _MOST:
                        continue
                except queue.Empty:
                    pass
                if batch and self._post(client, batch):
                    batch = []

    def _post(self, client: httpx.Client, batch: list[dict[str, str]]) -> bool:
        try:
            answer = client.post(
                f"{self._url}/phone/batches",
                json={"messages": batch},
                headers={"Authorization": f"Bearer {self._key}"},
            )
        except httpx.HTTPError as error:
            _LOG.warning("the phone: %s", type(error).__name__)
            self._stopping.wait(0.5)
            return False
        if answer.status_code != 200:
            _LOG.warning("the phone says %d", answer.status_code)
        return answer.status_code < 500
