"""What the demo loads: three sets of real data and six stories, each once, until all can be asked about."""

import json
from pathlib import Path

from services import http_client
from services.cli import local
from services.cli.app import say
from services.cli.importing import load
from services.cli.reading import Query, Reader, token_for
from services.cli.restoring import restored
from services.cli.waiting import wait_until_projected
from services.importers import STORIES, TARGET, bundled, congress
from services.importers.commons import HOUSE
from services.importers.crm_deals import SOURCE as CRM
from services.importers.send import PATIENCE, send

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
    for story in STORIES:
        _restore(story, reader)
    _set_target(reader)


def _restore(story: Path, reader: Reader) -> None:
    """Restore a story: it was recorded over months and years, and only a restore keeps when.

    One that broke off is restored again; what is there already counts once.
    """
    lines = story.read_text(encoding="utf-8").splitlines()
    accounts = {json.loads(line)["partitionkey"] for line in lines}
    there = sum(count(reader, {"account": account}) for account in accounts)
    if there >= len(lines):
        say(f"{story.stem}: already there, {there:,} events.")
        return
    outcome = restored(story, reader)
    say(f"{story.stem}: {outcome.events:,} events restored, as they were recorded.")


def _set_target(reader: Reader) -> None:
    """Set the bank's target. A restored policy would mark every answer as restored, so it is sent as any other."""
    event = json.loads(TARGET.read_text(encoding="utf-8"))
    if count(reader, {"account": event["partitionkey"], "source": event["source"]}):
        return
    admin = http_client.client(local.connection().ingest, token_for("admin", "rapport-demo"), PATIENCE)
    with admin:
        receipts = list(send([event], admin))
    wait_until_projected(reader, [each["token"] for each in receipts])


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
