"""Start the demonstration: the portal, its exchange worker, the customs desk and the virtual card (`make run`).

`python -m deploy.run` prepares what is missing, starts all four, prints the accounts and, when the first page can be loaded,
`ready http://…`. Ctrl-C stops all of it.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.demonstration import PASSWORDS, PIN

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 8


def environment() -> dict[str, str]:
    """Return the environment of every program: a demonstration, with its data under PORTAL_VAR."""
    var = Path(os.environ.get("PORTAL_VAR", ROOT / "var")).resolve()
    defaults = {"DEPLOYMENT": "demonstration", "PORT": "8000", "CUSTOMS_DESK": "auto", "PYTHONUNBUFFERED": "1"}
    return {**defaults, **os.environ, "PORTAL_VAR": str(var)}


def with_ports(env: dict[str, str]) -> dict[str, str]:
    """Add the ports of the stand-ins; those that nobody set give way to another copy that runs beside this one."""
    wanted = {"EKEY_PORT": 61232, "CUSTOMS_DESK_PORT": int(env["PORT"]) + 1000}
    return {**{name: free_port(port) for name, port in wanted.items() if name not in env}, **env}


@contextmanager
def one_copy_at_a_time() -> Iterator[None]:
    """Hold other copies back while this one chooses its ports and takes them."""
    with (Path(tempfile.gettempdir()) / f"guarantee-portal-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def free_port(preferred: int) -> str:
    """Return `preferred` as text, or any other port where it is taken."""
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return str(probe.getsockname()[1])
    raise OSError("no port is free")


def programs(env: dict[str, str]) -> dict[str, list[str]]:
    """Return what runs, by name."""
    python = sys.executable
    wanted = {
        "portal": [
            python,
            "-m",
            "gunicorn",
            "guarantee_portal.wsgi",
            "--config",
            "deploy/gunicorn_conf.py",
            "--bind",
            f"127.0.0.1:{env['PORT']}",
        ],
        "exchange": [python, "manage.py", "customs_exchange"],
    }
    if env["CUSTOMS_DESK"] != "off":
        wanted["desk"] = [python, "-m", "simulators.customs_desk"]
    if env.get("EKEY") != "off":
        wanted["card"] = [python, "-m", "simulators.virtual_card"]
    return wanted


def prepare(env: dict[str, str]) -> None:
    """Bring database, static files, cards and demonstration data up to date."""
    Path(env["PORTAL_VAR"]).mkdir(parents=True, exist_ok=True)
    for command in (
        ["-m", "simulators.virtual_card", "--prepare"],
        ["manage.py", "migrate", "--verbosity", "0"],
        ["-m", "deploy.demonstration"],
    ):
        subprocess.run([sys.executable, *command], cwd=ROOT, env={**env, "LOG_LEVEL": "WARNING"}, check=True)


def announce(env: dict[str, str]) -> None:
    for user, password in PASSWORDS.items():
        print(f"account {user} {password}", flush=True)
    print(f"pin {PIN}", flush=True)
    if env["CUSTOMS_DESK"] != "off":
        print(f"desk http://127.0.0.1:{env['CUSTOMS_DESK_PORT']}/", flush=True)


def start(env: dict[str, str]) -> dict[str, subprocess.Popen[bytes]]:
    """Start each program in a session of its own, so that Ctrl-C reaches only this one, which then stops all."""
    return {
        name: subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
        for name, command in programs(env).items()
    }


def stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every program to end, and make those end that did not within a few seconds."""
    for process in running.values():
        process.terminate()
    until = time.monotonic() + STOPPED_WITHIN_SECONDS
    for process in running.values():
        try:
            process.wait(max(0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def is_ready(address: str) -> bool:
    """Print `ready` as soon as the first page can be loaded; tell whether it could in time."""
    until = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                print(f"ready {address}", flush=True)
                return True
        except OSError:
            time.sleep(0.1)
    return False


def watch(running: dict[str, subprocess.Popen[bytes]]) -> int:
    """Wait until one of the programs ends, which is never as it should be; return 1 then."""
    while True:
        for name, process in running.items():
            if process.poll() is not None:
                print(f"{name} ended with {process.returncode}; stopping", file=sys.stderr, flush=True)
                return 1
        time.sleep(0.5)


def main() -> int:
    def interrupted(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell starts what runs in its background deaf to the first
        signal.signal(ending, interrupted)
    env = environment()
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        prepare(env)
        with one_copy_at_a_time():
            if free_port(int(env["PORT"])) != env["PORT"]:
                print(f"port {env['PORT']} is taken; choose another with PORT=…", file=sys.stderr)
                return 1
            env = with_ports(env)
            running = start(env)
            announce(env)
            if not is_ready(f"http://127.0.0.1:{env['PORT']}/"):
                print("the portal does not answer", file=sys.stderr)
                return 1
        return watch(running)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(running)


if __name__ == "__main__":
    sys.exit(main())
