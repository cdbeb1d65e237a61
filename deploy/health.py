"""`python -m deploy.health URL`: exit with 0 if the URL answers with success; images need no curl for it."""

import sys
from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 3


def main() -> None:
    """Ask once."""
    try:
        urlopen(sys.argv[1], timeout=SECONDS).close()  # noqa: S310  the URL is our own compose file's
    except (URLError, OSError) as error:
        sys.exit(f"{sys.argv[1]} is not ready: {error}.")


if __name__ == "__main__":
    main()
