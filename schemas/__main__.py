"""`python -m schemas [WIRE NAME | asyncapi]`: print the contract as JSON."""

import sys

import orjson

from schemas import catalogue
from schemas.asyncapi import asyncapi


def main(arguments: list[str]) -> int:
    """Print all schemas, one schema, or the AsyncAPI document; 2 for an unknown name."""
    known = catalogue()
    if not arguments:
        document = {wire: known.json_schema(wire) for wire in known.events}
    elif arguments == ["asyncapi"]:
        document = asyncapi(known)
    elif arguments[0] in known.events:
        document = known.json_schema(arguments[0])
    else:
        sys.stderr.write(
            f"{arguments[0]} is not an event type; expected `asyncapi` or one of {', '.join(known.events)}\n"
        )
        return 2
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
