"""Rules about what we know: a map that is old, addresses that several claim, and people we met without knowing them."""

from collections.abc import Iterator

import networkx as nx

from services.projections.models.assessment.freshness import fresh_facts
from services.projections.models.contact.identities import Stranger, disputed, unresolved
from services.projections.models.contact.people import Handle
from services.projections.models.references import named
from services.projections.models.warning_rules.finding import Finding, places
from services.projections.models.warning_rules.scene import Scene
from services.projections.said import Said, quoted, said


def stale_map(scene: Scene) -> Iterator[Finding]:
    """Accounts in which more than half of what stands was last confirmed more than `stale_days` ago."""
    facts = fresh_facts(scene.view)
    limit = scene.limits["stale_days"]
    old = [each for each in facts if scene.days(each.confirmed) > limit]
    if 2 * len(old) > len(facts):
        last = max(old, key=lambda each: (each.confirmed, each.fact.stamp))
        yield Finding(
            "account",
            scene.view.account,
            None,
            said("What we know of {account} is out of date.", account=scene.account),
            said(
                "Not confirmed for {limit} days: {old} of {all} facts.",
                limit=round(limit),
                old=len(old),
                all=len(facts),
            ),
            last.confirmed,
            places(facts=[last.fact, *([last.review] if last.review else [])]),
        )


def disputed_address(scene: Scene) -> Iterator[Finding]:
    """People who claim the same address or key, directly or through others: whom it names is not guessed."""
    shared = disputed(scene.people)
    claimed: nx.Graph[str] = nx.Graph()
    for each in shared:
        nx.add_path(claimed, [claim.person for claim in each.claims])
    for group in nx.connected_components(claimed):
        people = sorted(group)
        among = [each for each in shared if each.claims[0].person in group]
        yield Finding(
            "contact",
            people[0],
            None,
            said("Several people claim the same: {people}.", people=[scene.contact(each) for each in people]),
            said(
                "Who is meant by {addresses} stays unknown until they are merged or corrected.",
                addresses=[_handle(each.handle) for each in among],
            ),
            max(each.since for each in among),
            [place for each in among for place in each.because],
        )


def unresolved_participant(scene: Scene) -> Iterator[Finding]:
    """Accounts in whose interactions of the last `silent_days` somebody took part whom we do not know."""
    limit = scene.limits["silent_days"]
    strangers = [
        each
        for each in unresolved(scene.view.facts, scene.people)
        if not scene.people.claims(each.handle) and scene.days(each.last) <= limit
    ]
    if strangers:
        met = {fact.stamp: fact for each in strangers for fact in each.met if scene.days(fact.event.time) <= limit}
        yield Finding(
            "account",
            scene.view.account,
            None,
            said("We met people who are no contact yet: {who}.", who=[_stranger(each) for each in strangers]),
            said("Interactions with them in the last {limit} days: {count}.", limit=round(limit), count=len(met)),
            min(fact.event.time for fact in met.values()),
            places(facts=met.values()),
        )


def _handle(handle: Handle) -> Said:
    return said("{key} in {system}", key=handle.key, system=handle.system) if handle.system else quoted(handle.key)


def _stranger(each: Stranger) -> Said:
    return named(each.name, each.handle.key) if each.handle.system is None else _handle(each.handle)
