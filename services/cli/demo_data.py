"""What the demo loads: three sets of real data, each once, and the wait until they can be asked about."""

import json
from pathlib import Path

from services.cli.app import say
from services.cli.importing import load
from services.cli.reading import Reader
from services.cli.waiting import wait_until_projected
from services.importers import bundled, congress
from services.importers.commons import HOUSE
from services.importers.crm_deals import SOURCE as CRM

SOURCES = {"crm": CRM, "commons": HOUSE.source, "congress": congress.SOURCE}


def load_all(reader: Reader, home: Path) -> None:
    """Load what is not there yet; `reader` may replay. What is there is found by counting, not by belief alone."""
    file = home / "demo.json"
    cluster = str(reader.get("/v1/positions")["cluster"])
    loaded = _remembered(file, cluster)
    for form, source in SOURCES.items():
        there = count(reader, source)
        if form in loaded and there >= loaded[form]:
            say(f"{form}: already there, {there:,} events.")
            continue
        outcome = load(form, [bundled(form)])
        wait_until_projected(reader, outcome.tokens)
        new = count(reader, source) - there
        say(f"{form}: {outcome.sent:,} events, {f'{new:,} of them new' if new else 'all of them already there'}.")
        loaded[form] = outcome.sent
        file.write_text(json.dumps({"cluster": cluster, "events": loaded}))


def count(reader: Reader, source: str) -> int:
    """Count what the journal holds from a source."""
    return sum(part.count(b"\n") for part in reader.bytes("/v1/replay", {"source": source}))


def _remembered(file: Path, cluster: str) -> dict[str, int]:
    """Return how many events of each set were loaded into this very log."""
    try:
        memory = json.loads(file.read_text())
        return dict(memory["events"]) if memory["cluster"] == cluster else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # loading again is harmless
