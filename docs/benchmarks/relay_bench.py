"""Yizhan's own figures: `yizhan bench` on the server of the run."""

import asyncio
import json
import os

from database import Server


async def bench(yizhan: str, server: Server, *arguments: str) -> list[dict]:
    process = await asyncio.create_subprocess_exec(
        yizhan, "bench", *arguments, "--rounds", "1", "--on-database-url", "--json",
        env={**os.environ, "DATABASE_URL": server.url("postgres")},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True)
    try:
        output, errors = await asyncio.wait_for(process.communicate(), 300)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"yizhan bench failed: {errors.decode().strip()}")
    report = json.loads(output)
    if report["machine"]["debug_build"]:
        print("This yizhan is a debug build: the figures say that the script works, and nothing else.")
    return report["figures"]


async def measure(yizhan: str, server: Server, orders: int, seconds: int, rate: int) -> dict[str, float]:
    figures = await bench(
        yizhan, server, "deliver", "relay", "--seconds", str(seconds), "--drained-rows", str(orders))
    lanes = await bench(
        yizhan, server, "lanes", "--seconds", str(seconds), "--rate", str(rate), "--rows", "1000")

    def median(phase: str, name: str) -> float:
        return next(figure["median"] for figure in figures if figure["phase"] == phase and name in figure["figure"])

    def well(name: str) -> float:
        return next(figure["yardstick"]["median"] for figure in lanes if figure["figure"].startswith(name))

    return {
        "delivered_per_second": median("deliver", "deliveries of a backlog"),
        "deliver_cpu_us": median("deliver", "CPU of the relay"),
        "deliver_wal_bytes": median("deliver", "write-ahead log"),
        "relayed_per_second": median("relay", "orders relayed"),
        "relay_cpu_us": median("relay", "CPU of the relay"),
        "relay_wal_bytes": median("relay", "write-ahead log"),
        # Without pg_stat_statements the bench counts transactions.
        "relay_transactions": median("relay", "SQL statements"),
        "p50_ms": well("answer to merchant p50"),
        "p99_ms": well("answer to merchant p99"),
    }
