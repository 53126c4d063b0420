"""Serve the fake house with the server it is shipped with: `python -m tests.doors.serving HOME`; prints the port."""

from __future__ import annotations

import sys
from pathlib import Path

import waitress

from tests.web_house import FakeHouse


def main() -> None:
    """Print the port, then serve until killed."""
    app = FakeHouse(home=Path(sys.argv[1])).open()
    server = waitress.create_server(app, host="127.0.0.1", port=0, max_request_body_size=10 * 1024 * 1024)
    sys.stdout.write(f"{server.effective_port}\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main()
