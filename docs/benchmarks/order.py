"""One order: the body that its merchant gets, and the signed call that brings it there."""

import base64
import hashlib
import hmac
import json
import time

import aiohttp

# The bench's merchants know the orders of a load by these six characters, of which the first three are always the same.
PREFIX_BYTES = 6
SECRET = bytes(range(32))
TIMEOUT = aiohttp.ClientTimeout(total=10)


def order_no(prefix: str, number: int) -> str:
    return f"{prefix}{number:010d}"


def body(order: str) -> str:
    """What Yizhan's merchants are sent in `yizhan bench deliver`, as JSON of some 540 bytes."""
    return json.dumps({
        "type": "goods.issue",
        "timestamp": "2026-11-22T03:10:00.123Z",
        "data": {"order_no": order, "goods_code": "zp_001", "remark": "x" * 420},
    }, separators=(",", ":"))


def headers(event: str, content: bytes) -> dict[str, str]:
    """Those of Standard Webhooks."""
    timestamp = str(int(time.time()))
    digest = hmac.digest(SECRET, f"{event}.{timestamp}.".encode() + content, hashlib.sha256)
    return {
        "content-type": "application/json",
        "webhook-id": event,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


class Caller:
    """Calls a merchant over kept connections, and raises if it does not say that it issued."""

    def __init__(self, url: str, connections: int):
        self.url = url
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections), timeout=TIMEOUT)

    async def call(self, event: str, content: bytes) -> None:
        async with self.session.post(self.url, data=content, headers=headers(event, content)) as answer:
            if answer.status != 200 or (await answer.json())["result"] != 0:
                raise RuntimeError(f"the merchant answered {answer.status}")

    async def close(self) -> None:
        await self.session.close()
