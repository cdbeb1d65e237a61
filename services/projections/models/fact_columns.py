"""The columns in which a path into a state is told: of which thing, which field, in which purchase, which part."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from services.projections.folds import States
from services.projections.history import Recorded
from services.projections.models.asserted import Path
from services.projections.models.contact.people import People
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.qualifying import US
from services.projections.models.opportunity.rivals import party_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References

# By subject and the first field of a path: the column of each key on it, and the kind of thing that a key names; "ref"
# is a key that says its kind, as "unit:u-1", and "seller" a party, or us, who are no part. Two keys of one column are
# joined, as "win.price". The thing is the purchase where nothing else is, else the account.
_KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("account", "profile"): ("kind",),
    ("account", "traits"): ("kind",),
    ("account", "members"): ("of:member",),
    ("account", "team"): ("of:member", "kind"),
    ("account", "segments"): ("kind",),
    ("account", "parties"): ("of:party", "kind"),
    ("account", "party_names"): ("of:party",),
    ("account", "reviews"): ("kind",),
    ("organisation", "units"): ("of:unit", "part:unit", "kind"),
    ("organisation", "lines"): ("of:contact", "part:contact", "kind"),
    ("contact", "contacts"): ("of:contact", "part:position"),
    ("assessment", "attitude"): ("of:contact", "opportunity", "part:member"),
    ("assessment", "power"): ("of:contact", "opportunity"),
    ("assessment", "interest"): ("of:contact", "opportunity"),
    ("assessment", "closeness"): ("of:contact", "opportunity", "part:ref"),
    ("assessment", "motives"): ("of:contact", "opportunity", "kind"),
    ("assessment", "influence"): ("opportunity", "of:ref", "part:ref", "kind"),
    ("assessment", "asks"): ("of:contact", "part:ask"),
    ("assessment", "styles"): ("of:contact", "opportunity"),
    ("assessment", "owners"): ("of:contact", "opportunity"),
    ("assessment", "engagement"): ("of:contact", "opportunity"),
    ("buying", "roles"): ("opportunity", "of:contact", "kind"),
    ("buying", "rights"): ("opportunity", "of:ref", "kind"),
    ("buying", "groups"): ("opportunity", "of:contact"),
    ("buying", "steps"): ("opportunity", "part:step"),
    ("buying", "criteria"): ("opportunity", "part:criterion"),
    ("buying", "milestones"): ("opportunity", "kind"),
    ("opportunity", "opportunities"): ("opportunity",),
    ("qualification", "leads"): ("of:lead",),
    ("qualification", "of_leads"): ("of:lead", "kind", "kind", "part:seller"),
    ("qualification", "of_opportunities"): ("opportunity", "kind", "kind", "part:seller"),
    ("qualification", "pursuits"): ("opportunity",),
    ("qualification", "gaps"): ("opportunity", "of:capability_gap"),
    ("qualification", "conflicts"): ("opportunity", "part:ref"),
    ("qualification", "fits"): ("opportunity",),
    ("qualification", "exposures"): ("opportunity",),
    ("competition", "competitors"): ("opportunity", "of:party"),
    ("competition", "positions"): ("opportunity", "of:party", "kind"),
    ("competition", "offers"): ("opportunity", "of:party"),
    ("competition", "quotes"): ("opportunity", "of:quote"),
    ("proposal", "needs"): ("opportunity", "of:need"),
    ("proposal", "solutions"): ("opportunity", "of:solution"),
    ("proposal", "objections"): ("of:objection",),
    ("proposal", "values"): ("of:value",),
    ("action", "actions"): ("of:action",),
    ("action", "questions"): ("of:question",),
    ("after_sale", "contracts"): ("opportunity",),
    ("after_sale", "deliveries"): ("of:delivery",),
    ("after_sale", "complaints"): ("of:complaint",),
    ("after_sale", "referrals"): ("of:referral",),
}
_CONTAINERS = {"contacts", "units", "opportunities"}  # their things have fields of their own
_THINGS = ("interaction", "contact", "opportunity", "member", "party")  # of which a fact may be that no state keeps


class Columns(NamedTuple):
    """Of which thing, and what of it."""

    subject: str
    thing: str
    of: str
    field: str
    opportunity: str | None
    part_thing: str | None
    part: str | None
    kind: str | None


def of_path(path: Path, account: str) -> Columns:
    """Return the columns of a path; without a thing of its own it is the account's."""
    named = _KEYS.get((path.subject, path.fields[0]), ())
    found: dict[str, tuple[str | None, str | None]] = defaultdict(lambda: (None, None))
    for column, key in zip(named, path.keys, strict=False):
        name, _, thing = column.partition(":")
        if key and (thing, key) != ("seller", US):
            before = found[name][1]
            found[name] = _thing(thing, f"{before}.{key}" if before else key)
    rest = path.keys[len(named) :]  # of a state that grew: told as it is, so that nothing is taken for another
    fields = path.fields[1:] if path.fields[0] in _CONTAINERS else path.fields
    (part_thing, part), deal = found["part"], found["opportunity"][1]
    own, of_deal, of_account = found["of"], ("opportunity", deal), ("account", account)
    thing, of = next((thing, of) for thing, of in (own, of_deal, of_account) if thing and of)
    return Columns(path.subject, thing, of, ".".join((*fields, *rest)), deal, part_thing, part, found["kind"][1])


def _thing(thing: str, key: str) -> tuple[str, str]:
    if thing == "ref":
        kind, _, id_ = key.partition(":")
        return kind, id_
    return "party" if thing == "seller" else thing, key


def of_event(fact: Recorded) -> Columns:
    """Return the columns of a fact that only the journal keeps: its field is the type of the event."""
    event, data = fact.event, fact.event.data
    thing = next((each for each in _THINGS if isinstance(getattr(data, each, None), str)), "account")
    of = getattr(data, thing, event.partitionkey) if thing != "account" else event.partitionkey
    deal, kind = getattr(data, "opportunity", None), getattr(data, "kind", None)
    subject = type(data).__module__.rpartition(".")[2]
    kind = kind if isinstance(kind, str) else None
    return Columns(subject, thing, of, event.type, deal if isinstance(deal, str) else None, None, None, kind)


class Names:
    """Names of things, as the states of a moment tell them."""

    def __init__(self, states: States, accounts: Collection[str]) -> None:
        """Look in these, which are of these accounts, merged into one."""
        self._states, self._accounts = states, accounts
        self._references = References(People(states.contact), Units(states.organisation), states.account)

    def name(self, thing: str | None, id_: str | None) -> str | None:
        """Return the name of a thing; None where nobody told it, or where such things have none."""
        if thing is None or id_ is None:
            return None
        if thing == "account":
            told = self._states.account.profile.get("name") if id_ in self._accounts else None
            return told.value if told else None
        if thing == "party":
            return party_name(self._states, id_)
        return self.deal(id_) if thing == "opportunity" else self._references.name(thing, id_)

    def deal(self, opportunity: str | None) -> str | None:
        """Return the name of an opportunity."""
        return deal_name(self._states.opportunity, opportunity)
