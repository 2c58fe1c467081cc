#!/usr/bin/env python3
"""Measures PgQueuer and procrastinate beside Yizhan: one PostgreSQL, one kind of merchant, the same orders, by turns.

peers.md says what is measured, and with which settings. Everything is in a temporary directory, and gone in the end.
"""

import argparse
import asyncio
import importlib.metadata
import json
import os
import platform
import signal
import statistics
import sys
import time

import pgqueuer_peer
import procrastinate_peer
import relay_bench
from database import Server, server
from measure import NotDelivered, deliver, latency, relay, template
from sink import Sink, sink

PEERS = (pgqueuer_peer, procrastinate_peer)
FIGURES = {
    "delivered_per_second": "backlog: deliveries per second",
    "deliver_cpu_us": "backlog: CPU per order, µs",
    "deliver_wal_bytes": "backlog: write-ahead log per order, bytes",
    "relayed_per_second": "relay: orders per second",
    "relay_cpu_us": "relay: CPU per order, µs",
    "relay_wal_bytes": "relay: write-ahead log per order, bytes",
    "relay_transactions": "relay: transactions per order",
    "p50_ms": "committed to merchant, p50, ms",
    "p99_ms": "committed to merchant, p99, ms",
    "deliver_calls_again": "backlog: calls of an order that had come",
    "relay_calls_again": "relay: calls of an order that had come",
}
# Yizhan's are counted from its answer, which comes a moment after the commit.
WITHOUT_RATIO = {"p50_ms", "p99_ms"}


def prefix(number: int) -> str:
    return f"yzb{number % 900:03d}"


async def measure(options: argparse.Namespace, at: Server, merchant: Sink) -> dict[str, list[dict[str, float]]]:
    rounds: dict[str, list[dict[str, float]]] = {"Yizhan": [], **{peer.NAME: [] for peer in PEERS}}
    loads = 0
    for number in range(1, options.rounds + 1):
        progress(f"round {number} of {options.rounds}: Yizhan")
        rounds["Yizhan"].append(
            await relay_bench.measure(options.yizhan, at, options.orders, options.seconds, options.rate))
        for peer in PEERS:
            progress(f"round {number} of {options.rounds}: {peer.NAME}")
            rounds[peer.NAME].append({
                **await deliver(peer, at, merchant, prefix(loads), options.orders),
                **await relay(peer, at, merchant, prefix(loads + 1), options.seconds),
                **await latency(peer, at, merchant, prefix(loads + 2), options.seconds, options.rate),
            })
            loads += 3
    return rounds


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


async def machine(options: argparse.Namespace, at: Server) -> dict[str, object]:
    version = await asyncio.create_subprocess_exec(options.yizhan, "--version", stdout=asyncio.subprocess.PIPE)
    said, _ = await version.communicate()
    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgres": await at.settings(),
        "yizhan": said.decode().strip(),
        **{name: importlib.metadata.version(name) for name in ("pgqueuer", "procrastinate", "aiohttp", "uvloop")},
    }


def medians(rounds: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    return {
        name: {figure: statistics.median(each[figure] for each in measured) for figure in measured[0]}
        for name, measured in rounds.items()
    }


def text_of(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def ratio(value: float | None, other: float | None) -> str:
    return f"{value / other:.2g}" if value is not None and other else ""


def table(rounds: dict[str, list[dict[str, float]]]) -> str:
    values = medians(rounds)
    names = list(values)
    lines = ["| figure | " + " | ".join(names) + " | " + " | ".join(f"Yizhan ÷ {name}" for name in names[1:]) + " |"]
    lines.append("|---|" + "---|" * (2 * len(names) - 1))
    for figure, title in FIGURES.items():
        row = [values[name].get(figure) for name in names]
        ratios = [ratio(row[0], other) if figure not in WITHOUT_RATIO else "" for other in row[1:]]
        lines.append("| " + " | ".join([title, *map(text_of, row), *ratios]) + " |")
    return "\n".join(lines)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yizhan", default=".build/release/yizhan", help="the release binary (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of everything, by turns (%(default)s)")
    parser.add_argument("--orders", type=int, default=5_000, help="of the backlog (%(default)s)")
    parser.add_argument("--seconds", type=int, default=3, help="how long orders come in (%(default)s)")
    parser.add_argument("--rate", type=int, default=50, help="orders a second for the waiting times (%(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object with every round")
    options = parser.parse_args()
    if not os.access(options.yizhan, os.X_OK):
        raise SystemExit(f"there is no program {options.yizhan}: `make build` makes it, --yizhan names another")
    options.yizhan = os.path.abspath(options.yizhan)

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    start = time.monotonic()
    async with server() as at, sink(options.yizhan) as merchant:
        for peer in PEERS:
            await at.query(f"CREATE DATABASE {template(peer)}")
            await peer.install(at.url(template(peer)))
        where = await machine(options, at)
        rounds = await measure(options, at, merchant)
    settings = {
        peer.NAME: {"workers": f"{peer.BACKLOG_WORKERS} for a backlog, {peer.RELAY_WORKERS} else", **peer.SETTINGS}
        for peer in PEERS
    }
    if options.json:
        print(json.dumps(
            {"machine": where, "settings": settings, "options": vars(options), "rounds": rounds,
             "medians": medians(rounds)}, ensure_ascii=False))
        return
    postgres = where.pop("postgres")
    print(", ".join(f"{name} {value}" for name, value in where.items()))
    print("PostgreSQL: " + ", ".join(f"{name} {value}" for name, value in postgres.items()))
    for name, values in settings.items():
        print(f"{name}: " + "; ".join(f"{setting}: {value}" for setting, value in values.items()))
    print(f"{options.rounds} rounds in {time.monotonic() - start:.0f} s, medians\n\n{table(rounds)}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except NotDelivered as failure:
        raise SystemExit(f"no figures: {failure}")
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit(130)
