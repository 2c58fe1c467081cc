"""PgQueuer, as its performance guide wants it: one asyncpg connection for the worker and a pool for whoever enqueues,
its autovacuum settings, and batches larger than the 10 of the default, because a call takes far less than a second."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job
from pgqueuer.queries import Queries

from order import Caller, body

NAME = "PgQueuer"
PACKAGE = "pgqueuer"
BACKLOG_WORKERS = 2
RELAY_WORKERS = 1
BATCH_SIZE = 50
UNFINISHED = "SELECT EXISTS (SELECT FROM pgqueuer)"
SETTINGS = {
    "driver": "asyncpg, one connection for the worker; a pool of 20 for enqueuing",
    "batch_size": str(BATCH_SIZE),
    "max_concurrent_tasks": "unlimited, the default; the HTTP client keeps to what is allowed in flight",
    "durability": "durable, the default",
    "autovacuum": "as `pgq autovac` sets it",
    "retries": "DatabaseRetryEntrypointExecutor, its defaults",
    "event loop": "uvloop",
}


async def install(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        queries = Queries(AsyncpgDriver(connection))
        await queries.install()
        await queries.optimize_autovacuum()
    finally:
        await connection.close()


async def fill(url: str, orders: list[str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        queries = Queries(AsyncpgDriver(connection))
        bodies: list[bytes | None] = [body(order).encode() for order in orders]
        await queries.enqueue(["deliver"] * len(orders), bodies, [0] * len(orders))
    finally:
        await connection.close()


@asynccontextmanager
async def receiver(url: str) -> AsyncIterator[Callable[[str], Awaitable[object]]]:
    async with asyncpg.create_pool(url, min_size=20, max_size=20) as pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        yield lambda order: queries.enqueue("deliver", body(order).encode())


async def work(url: str, caller: Caller, in_flight: int) -> None:
    """Ends when it is cancelled. `in_flight` is kept by the caller."""
    connection = await asyncpg.connect(url)
    try:
        queuer = PgQueuer.from_asyncpg_connection(connection)

        @queuer.entrypoint(
            "deliver", executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(parameters=parameters))
        async def deliver(job: Job) -> None:
            await caller.call(str(job.id), job.payload or b"")

        await queuer.run(batch_size=BATCH_SIZE)
    finally:
        await connection.close()
