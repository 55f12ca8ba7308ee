"""A partner's request as bytes. Without Django: programs that only ask use it too."""

from __future__ import annotations

from dataclasses import dataclass

from prakerja.partner_api.signing import sign


@dataclass(frozen=True, slots=True)
class Request:
    """An unsigned request of a partner."""

    client_code: str
    sign_key: str
    path: str
    body: bytes
    authorization: str = ""

    def signed(self, timestamp: str) -> bytes:
        """The bytes to send, signed as the contract says (HMAC-SHA1)."""
        signature = sign(
            client_code=self.client_code,
            timestamp=timestamp,
            method="POST",
            path=self.path,
            body=self.body,
            sign_key=self.sign_key,
            authorization=self.authorization,
        )
        slot = f"Authorization: {self.authorization}\r\n" if self.authorization else ""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nclient_code: {self.client_code}\r\n"
            f"timestamp: {timestamp}\r\nsignature: {signature}\r\n{slot}"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body
