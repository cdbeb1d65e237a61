"""One fixed history: what is written by hand in golden_history.ndjson, and every golden example of the contract."""

from pathlib import Path
from zlib import crc32

import schemas
from services.projections.history import Recorded
from tests.unit.strategies import START

HERE = Path(__file__).parent
EXAMPLES = Path(schemas.__file__).parent / "examples"


def golden_history() -> list[Recorded]:
    """Return the fixed history; amendments and merged people are in it."""
    by_hand = (HERE / "golden_history.ndjson").read_bytes().splitlines()
    examples = [path.read_bytes() for path in sorted(EXAMPLES.glob("*/*.json"))]
    told = [schemas.parse(line) for line in by_hand + examples]
    # An offset that depends on nothing but the id: a new example leaves all others as they are.
    return [Recorded(event, START, 0, crc32(event.id.encode())) for event in told]
