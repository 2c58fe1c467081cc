"""One process of a peer: a worker, or whoever enqueues. It says `ready`, begins with a line on standard input, and ends
when that is closed or its work is done. What it has to tell is one line of JSON."""

import argparse
import asyncio
import json
import logging
import random
import sys
import time
from contextlib import suppress
from types import ModuleType

import uvloop

import pgqueuer_peer
import procrastinate_peer
from order import Caller, order_no

PEERS = {peer.PACKAGE: peer for peer in (pgqueuer_peer, procrastinate_peer)}


async def next_line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


async def work(peer: ModuleType, options: argparse.Namespace) -> None:
    caller = Caller(options.sink, options.in_flight)
    print("ready", flush=True)
    await next_line()
    working = asyncio.create_task(peer.work(options.url, caller, options.in_flight))
    ended = asyncio.create_task(next_line())
    await asyncio.wait((working, ended), return_when=asyncio.FIRST_COMPLETED)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await caller.close()


async def receive(peer: ModuleType, options: argparse.Namespace) -> None:
    """Enqueues for some seconds, each order in its own transaction: 64 at a time, or at a fixed rate."""
    committed: dict[int, int] = {}

    async with peer.receiver(options.url) as enqueue:
        print("ready", flush=True)
        await next_line()
        start = time.monotonic_ns()
        end = start + int(options.seconds * 1e9)

        async def add(number: int) -> None:
            await enqueue(order_no(options.prefix, number))
            committed[number] = time.monotonic_ns()

        if options.rate:
            async with asyncio.TaskGroup() as group:
                due = time.monotonic()
                for number in range(int(options.rate * options.seconds)):
                    due += random.expovariate(options.rate)
                    await asyncio.sleep(due - time.monotonic())
                    group.create_task(add(number))
        else:
            numbers = iter(range(10_000_000))

            async def add_until_the_end() -> None:
                while time.monotonic_ns() < end:
                    await add(next(numbers))

            async with asyncio.TaskGroup() as group:
                for _ in range(64):
                    group.create_task(add_until_the_end())
    print(json.dumps({"start": start, "committed": [committed[number] for number in sorted(committed)]}), flush=True)
    await next_line()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("role", choices=("work", "receive"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--sink")
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--prefix")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rate", type=float, default=0)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    role = {"work": work, "receive": receive}[options.role]
    uvloop.run(role(PEERS[options.peer], options))


if __name__ == "__main__":
    main()
