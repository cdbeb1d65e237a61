"""What the demo loads: three sets of real data and a story, each once, and the wait until they can be asked about."""

import json
from pathlib import Path

from services.cli.app import say
from services.cli.importing import load
from services.cli.reading import Query, Reader
from services.cli.restoring import restored
from services.cli.waiting import wait_until_projected
from services.importers import STORY, bundled, congress
from services.importers.commons import HOUSE
from services.importers.crm_deals import SOURCE as CRM

HOSPITAL = "hosp-1"
SOURCES = {"crm": CRM, "commons": HOUSE.source, "congress": congress.SOURCE}


def load_all(reader: Reader, home: Path) -> None:
    """Load what is not there yet; `reader` may replay. What is there is found by counting, not by belief alone."""
    file = home / "demo.json"
    cluster = str(reader.get("/v1/positions")["cluster"])
    loaded = _remembered(file, cluster)
    for form, source in SOURCES.items():
        there = count(reader, {"source": source})
        if form in loaded and there >= loaded[form]:
            say(f"{form}: already there, {there:,} events.")
            continue
        outcome = load(form, [bundled(form)])
        wait_until_projected(reader, outcome.tokens)
        new = count(reader, {"source": source}) - there
        say(f"{form}: {outcome.sent:,} events, {f'{new:,} of them new' if new else 'all of them already there'}.")
        loaded[form] = outcome.sent
        file.write_text(json.dumps({"cluster": cluster, "events": loaded}))
    _restore_story(reader)


def _restore_story(reader: Reader) -> None:
    """Restore the hospital's story: it was recorded over two years, and only a restore keeps when."""
    if there := count(reader, {"account": HOSPITAL}):
        say(f"{STORY.stem}: already there, {there:,} events.")
        return
    outcome = restored(STORY, reader)
    say(f"{STORY.stem}: {outcome.events:,} events restored, as they were recorded over two years.")


def count(reader: Reader, of: Query) -> int:
    """Count what the journal holds from a source, or of an account."""
    return sum(part.count(b"\n") for part in reader.bytes("/v1/replay", of))


def _remembered(file: Path, cluster: str) -> dict[str, int]:
    """Return how many events of each set were loaded into this very log."""
    try:
        memory = json.loads(file.read_text())
        return dict(memory["events"]) if memory["cluster"] == cluster else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # loading again is harmless
