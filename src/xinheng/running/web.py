"""The web server as a process of its own: granian with the application; started by `xinheng serve`."""

from __future__ import annotations

import argparse


def main() -> None:
    """Serve until a signal comes."""
    words = argparse.ArgumentParser()
    words.add_argument("--host", required=True)
    words.add_argument("--port", type=int, required=True)
    words.add_argument("--workers", type=int, required=True)
    words.add_argument("--threads", type=int, required=True)
    told = words.parse_args()

    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "xinheng.wsgi:application",
        address=told.host,
        port=told.port,
        interface=Interfaces.WSGI,
        workers=told.workers,
        blocking_threads=told.threads,
        backpressure=256,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
