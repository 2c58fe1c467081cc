"""The merchants of `yizhan bench`, in a process of their own: they answer at once, and count what came."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp


class Sink:
    def __init__(self, port: int, session: aiohttp.ClientSession):
        self.url = f"http://127.0.0.1:{port}/m/0"
        self.session = session
        self.base = f"http://127.0.0.1:{port}"

    async def open(self, prefix: str) -> None:
        """Forgets what came, and waits for the orders of another load."""
        await self.get(f"/open/{prefix}/")

    async def counts(self) -> tuple[int, int]:
        """All calls, and the distinct orders of the load."""
        counts = await self.get("/counts")
        return counts["calls"], counts["arrived"]

    async def arrivals(self) -> list[int]:
        """When each order came first, in nanoseconds of the machine's monotonic clock; 0 for what did not come."""
        return await self.get("/arrivals")

    async def get(self, path: str):
        async with self.session.get(self.base + path) as answer:
            return await answer.json()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def sink(yizhan: str) -> AsyncIterator[Sink]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        yizhan, "bench-worker", "sink", "--port", str(port), stdin=asyncio.subprocess.PIPE,
        start_new_session=True)
    try:
        async with aiohttp.ClientSession() as session:
            opened = Sink(port, session)
            for attempt in range(100):
                try:
                    await opened.counts()
                    break
                except aiohttp.ClientConnectionError:
                    if attempt == 99 or process.returncode is not None:
                        raise
                    await asyncio.sleep(0.05)
            yield opened
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()
