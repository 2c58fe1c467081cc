"""A PostgreSQL of the run's own in a temporary directory, all settings at their defaults, reached by a Unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg


def programs() -> Path:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not folders:
        raise SystemExit("there is no PostgreSQL server here: initdb was not found")
    return folders[-1]


class Server:
    def __init__(self, directory: Path):
        self.directory = directory

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.directory}&port=5432"

    async def query(self, sql: str, database: str = "postgres") -> object:
        """The first value of the first row."""
        connection = await asyncpg.connect(self.url(database))
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    async def settings(self) -> dict[str, str]:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        return {name: str(await self.query(f"SHOW {name}")) for name in names}

    async def wal_position(self) -> int:
        return int(str(await self.query("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")))

    async def commits(self, database: str) -> int:
        return int(str(await self.query(f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{database}'")))

    @asynccontextmanager
    async def copy(self, template: str) -> AsyncIterator[str]:
        """A database that nobody has used, with a checkpoint behind it."""
        name = f"{template}_run"
        await self.query(f"CREATE DATABASE {name} TEMPLATE {template}")
        await self.query("CHECKPOINT")
        try:
            yield name
        finally:
            await self.query(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    # PostgreSQL refuses to run as root; its packages come with a user for it.
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="yizhan-peers-") as name:
        directory = Path(name)
        if account:
            shutil.chown(directory, "postgres", "postgres")

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [programs() / program, "-D", directory / "data", *arguments], check=True, cwd=directory,
                stdout=subprocess.DEVNULL, start_new_session=True, **account)

        # Not in a thread: a start that is cut short would leave the server behind.
        run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses= -c unix_socket_directories={directory} -c port=5432"
        run("pg_ctl", "start", "-w", "-s", "-l", str(directory / "log"), "-o", options)
        try:
            yield Server(directory)
        finally:
            run("pg_ctl", "stop", "-w", "-s", "-m", "immediate")
