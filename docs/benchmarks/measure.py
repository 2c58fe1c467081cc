"""What one peer does with a backlog, with orders that come one by one, and with a few of them at a fixed rate.

Only what arrived counts: a load of which an order does not come ends the run with an error.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import asyncpg

from database import Server
from order import order_no
from sink import Sink

IN_FLIGHT = 64
WARM_UP_PREFIX = "yzb999"
QUIET_SECONDS = 15
PATIENCE_SECONDS = 180
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class NotDelivered(Exception):
    pass


class Role:
    """A process of a peer, see peer_process.py."""

    def __init__(self, process: asyncio.subprocess.Process):
        self.process = process

    async def begin(self) -> None:
        self.process.stdin.write(b"go\n")
        await self.process.stdin.drain()

    async def line(self) -> str:
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE_SECONDS)
        if not line:
            raise NotDelivered("a process of the peer ended before its time; what it said stands above")
        return line.decode().strip()

    def cpu_microseconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1e6 / TICKS_PER_SECOND


@asynccontextmanager
async def role(peer: ModuleType, name: str, *arguments: str) -> AsyncIterator[Role]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("peer_process.py")), peer.PACKAGE, name, *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
        start_new_session=True)
    try:
        started = Role(process)
        await started.line()
        yield started
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()


@dataclass
class Run:
    """One measurement of a peer, in a database of its own."""

    peer: ModuleType
    server: Server
    sink: Sink
    database: str
    connection: asyncpg.Connection
    workers: list[Role]

    @property
    def url(self) -> str:
        return self.server.url(self.database)

    async def begin(self) -> None:
        for worker in self.workers:
            await worker.begin()

    async def warm_up(self) -> None:
        await self.begin()
        await self.peer.fill(self.url, [order_no(WARM_UP_PREFIX, number) for number in range(len(self.workers))])
        await self.settled()

    async def settled(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while await self.connection.fetchval(self.peer.UNFINISHED):
            if time.monotonic() > deadline:
                raise NotDelivered(f"{self.peer.NAME} has unfinished jobs after {PATIENCE_SECONDS} s")
            await asyncio.sleep(0.01)

    async def delivered(self, orders: int) -> int:
        """Waits until the orders of the load have come and are settled; returns how many calls were made too many."""
        start = changed_at = time.monotonic()
        before = -1
        while True:
            _, arrived = await self.sink.counts()
            now = time.monotonic()
            if arrived >= orders:
                break
            if arrived != before:
                before, changed_at = arrived, now
            if now - changed_at > QUIET_SECONDS or now - start > PATIENCE_SECONDS:
                raise NotDelivered(f"{self.peer.NAME}: only {arrived} of {orders} orders came to their merchant")
            await asyncio.sleep(0.05)
        await self.settled()
        calls, _ = await self.sink.counts()
        return calls - orders


@asynccontextmanager
async def run(
    peer: ModuleType, server: Server, sink: Sink, workers: int, fill: list[str] | None = None
) -> AsyncIterator[Run]:
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(server.copy(template(peer)))
        url = server.url(database)
        connection = await asyncpg.connect(url)
        stack.push_async_callback(connection.close)
        if fill:
            await peer.fill(url, fill)
            await connection.execute("ANALYZE")
            await connection.execute("CHECKPOINT")
        in_flight = str(IN_FLIGHT // workers)
        roles = [
            await stack.enter_async_context(
                role(peer, "work", "--url", url, "--sink", sink.url, "--in-flight", in_flight))
            for _ in range(workers)
        ]
        yield Run(peer, server, sink, database, connection, roles)


def template(peer: ModuleType) -> str:
    return f"peer_{peer.PACKAGE}"


async def deliver(peer: ModuleType, server: Server, sink: Sink, prefix: str, orders: int) -> dict[str, float]:
    """A backlog drained: from the first call to the last job settled."""
    backlog = [order_no(prefix, number) for number in range(orders)]
    async with run(peer, server, sink, peer.BACKLOG_WORKERS, backlog) as at:
        await sink.open(prefix)
        cpu = [worker.cpu_microseconds() for worker in at.workers]
        wal = await server.wal_position()
        await at.begin()
        again = await at.delivered(orders)
        end = time.monotonic_ns()
        wal = await server.wal_position() - wal
        spent = sum(worker.cpu_microseconds() - before for worker, before in zip(at.workers, cpu))
        start = min(await sink.arrivals())
    return {
        "delivered_per_second": orders * 1e9 / (end - start),
        "deliver_cpu_us": spent / orders,
        "deliver_wal_bytes": wal / orders,
        "deliver_calls_again": again,
    }


async def relay(peer: ModuleType, server: Server, sink: Sink, prefix: str, seconds: int) -> dict[str, float]:
    """Orders enqueued for some seconds, 64 at a time, and delivered meanwhile: from the first to the last settled."""
    async with run(peer, server, sink, peer.RELAY_WORKERS) as at:
        await at.warm_up()
        await sink.open(prefix)
        arguments = ("--url", at.url, "--prefix", prefix, "--seconds", str(seconds))
        async with role(peer, "receive", *arguments) as receiver:
            processes = [*at.workers, receiver]
            cpu = [process.cpu_microseconds() for process in processes]
            wal, commits = await server.wal_position(), await server.commits(at.database)
            await receiver.begin()
            report = json.loads(await receiver.line())
            orders = len(report["committed"])
            again = await at.delivered(orders)
            end = time.monotonic_ns()
            wal = await server.wal_position() - wal
            spent = sum(process.cpu_microseconds() - before for process, before in zip(processes, cpu))
        # Sessions tell the statistics about their transactions within a second.
        await asyncio.sleep(1.5)
        commits = await server.commits(at.database) - commits
    return {
        "relayed_per_second": orders * 1e9 / (end - report["start"]),
        "relay_cpu_us": spent / orders,
        "relay_wal_bytes": wal / orders,
        "relay_transactions": commits / orders,
        "relay_calls_again": again,
    }


async def latency(
    peer: ModuleType, server: Server, sink: Sink, prefix: str, seconds: int, rate: int
) -> dict[str, float]:
    """From an order committed to its merchant called, at a fixed rate; orders of the first second do not count."""
    async with run(peer, server, sink, peer.RELAY_WORKERS) as at:
        await at.warm_up()
        await sink.open(prefix)
        arguments = ("--url", at.url, "--prefix", prefix, "--seconds", str(seconds + 1), "--rate", str(rate))
        async with role(peer, "receive", *arguments) as receiver:
            await receiver.begin()
            report = json.loads(await receiver.line())
            committed: list[int] = report["committed"]
            await at.delivered(len(committed))
        arrivals = await sink.arrivals()
    first = report["start"] + 1_000_000_000
    waits = sorted(max(came - at, 0) / 1e6 for came, at in zip(arrivals, committed) if at >= first)
    return {"p50_ms": quantile(waits, 0.5), "p99_ms": quantile(waits, 0.99)}


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
