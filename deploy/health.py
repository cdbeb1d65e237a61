"""`python -m deploy.health URL`: exit with 0 if the URL answers with success; images need no curl for it."""

import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

SECONDS = 3


def main() -> None:
    """Ask once."""
    try:
        # A proxy, which the environment may name, knows nothing of this container.
        build_opener(ProxyHandler({})).open(sys.argv[1], timeout=SECONDS).close()
    except (URLError, OSError) as error:
        sys.exit(f"{sys.argv[1]} is not ready: {error}.")


if __name__ == "__main__":
    main()
