"""procrastinate, with asynchronous tasks and as many sub-workers as calls may be in flight, as its guide to concurrency
says; LISTEN/NOTIFY as by default, and finished jobs kept as by default."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from procrastinate import App, PsycopgConnector, RetryStrategy

from order import Caller, body

NAME = "procrastinate"
PACKAGE = "procrastinate"
BACKLOG_WORKERS = 4
RELAY_WORKERS = 2
WORKER_POOL, RECEIVER_POOL = 8, 20
UNFINISHED = "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))"
SETTINGS = {
    "connector": f"PsycopgConnector, a pool of {WORKER_POOL} in each worker, of {RECEIVER_POOL} in the receiver",
    "concurrency": "what is allowed in flight, shared by the workers",
    "listen_notify": "on, the default",
    "delete_jobs": "never, the default",
    "retries": "RetryStrategy(max_attempts=5, exponential_wait=2)",
    "event loop": "uvloop",
}


def app_on(url: str, pool: int = 1, caller: Caller | None = None) -> App:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=pool, max_size=pool))

    @app.task(name="deliver", queue="orders", retry=RetryStrategy(max_attempts=5, exponential_wait=2))
    async def deliver(event: str, content: str) -> None:
        if caller:
            await caller.call(event, content.encode())

    return app


async def install(url: str) -> None:
    async with app_on(url).open_async() as app:
        await app.schema_manager.apply_schema_async()


async def fill(url: str, orders: list[str]) -> None:
    async with app_on(url).open_async() as app:
        for start in range(0, len(orders), 1_000):
            jobs = [{"event": order, "content": body(order)} for order in orders[start:start + 1_000]]
            await app.configure_task("deliver", queue="orders").batch_defer_async(*jobs)


@asynccontextmanager
async def receiver(url: str) -> AsyncIterator[Callable[[str], Awaitable[object]]]:
    async with app_on(url, RECEIVER_POOL).open_async() as app:
        task = app.configure_task("deliver", queue="orders")
        yield lambda order: task.defer_async(event=order, content=body(order))


async def work(url: str, caller: Caller, in_flight: int) -> None:
    """Ends when it is cancelled."""
    async with app_on(url, WORKER_POOL, caller).open_async() as app:
        await app.run_worker_async(queues=["orders"], concurrency=in_flight, install_signal_handlers=False)
