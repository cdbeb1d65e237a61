"""Who sways whom, and who stands between the others?"""

from typing import Annotated, Literal, cast

import networkx as nx
from pydantic import Field

from schemas.values import Rank
from services.projections.models.account.members import member_name
from services.projections.models.assessment.deciders import deciders
from services.projections.models.assessment.influences import Edge, Thing, edges, here
from services.projections.models.contact.people import People
from services.projections.models.contact.rank import below, rank
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.organisation.units import Units
from services.projections.models.references import References
from services.projections.models.shapes import Basis, basis
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key

Kind = Literal["contact", "unit", "party", "member"]


class InfluenceParameters(Parameters):
    """In which purchase."""

    opportunity: str | None = Field(
        None, description="influence in this purchase and in every one; without it, in all purchases"
    )
    fallback: bool = Field(default=True, description="0: only influence in this purchase, none that is in every one")


class EdgeRow(Row):
    """Someone sways someone."""

    from_kind: Kind
    from_: str = Field(serialization_alias="from")
    from_name: str | None
    from_rank: Rank = Field(description="formal rank: the highest level held; of a unit or an outsider unknown")
    to_kind: Kind
    to: str
    to_name: str | None
    to_rank: Rank
    kind: str
    weight: int = Field(description="1 to 5")
    hidden: bool
    opportunity: str | None = Field(description="null: in every purchase")
    opportunity_name: str | None
    upward: bool = Field(description="sways somebody of higher formal rank")
    assessor: str | None
    assessor_name: str | None
    basis: Basis | None


class NodeRow(Row):
    """Someone who sways or is swayed."""

    kind: Kind
    id: str
    name: str | None
    rank: Rank = Field(description="formal rank")
    informal_rank: int = Field(description="1 sways most, by the sum of weights; equals share a place")
    sways: int = Field(description="the sum of the weights of what goes out")
    degree: float = Field(description="degree centrality, undirected: ties over possible ties")
    betweenness: float = Field(description="betweenness centrality, undirected, normalised (Freeman 1977)")
    decider: bool = Field(description="decides, approves or may veto, by a role or a right that somebody told")
    hidden_decider: bool = Field(
        description="no decider, but sways one, either without showing it or from a lower formal rank"
    )
    broker: bool = Field(description="without them some of the others would not be tied at all (a cut point)")


class InfluenceAnswer(Answer):
    """The network at the moment."""

    edges: Annotated[list[EdgeRow], key("from_kind", "from", "to_kind", "to", "kind", "opportunity")]
    nodes: Annotated[list[NodeRow], key("kind", "id")]


def answer(view: View, parameters: InfluenceParameters) -> InfluenceAnswer:
    """Draw the network without those who have left, or have no link any more; merged contacts are one node."""
    people, units = People(view.states.contact), Units(view.states.organisation)
    references = References(people, units, view.states.account)
    told = edges(view.states.assessment, references, parameters.opportunity, fallback=parameters.fallback)
    held = here(told, references)
    decide = deciders(view.states.buying, people, references, parameters.opportunity)
    return InfluenceAnswer(
        edges=[_edge(view, references, people, each) for each in held], nodes=_nodes(references, people, held, decide)
    )


def _rank(people: People, thing: Thing) -> Rank:
    kind, id_ = thing
    return rank(people, id_) if kind == "contact" else "unknown"


def _upward(people: People, edge: Edge) -> bool:
    return below(_rank(people, edge.from_), _rank(people, edge.to))


def _edge(view: View, references: References, people: People, edge: Edge) -> EdgeRow:
    ground = edge.register.ground
    by = ground.assessor if ground else None
    return EdgeRow(
        from_kind=cast("Kind", edge.from_[0]),
        from_=edge.from_[1],
        from_name=references.name(*edge.from_),
        from_rank=_rank(people, edge.from_),
        to_kind=cast("Kind", edge.to[0]),
        to=edge.to[1],
        to_name=references.name(*edge.to),
        to_rank=_rank(people, edge.to),
        kind=edge.kind,
        weight=edge.weight,
        hidden=edge.hidden,
        opportunity=edge.scope or None,
        opportunity_name=deal_name(view.states.opportunity, edge.scope),
        upward=_upward(people, edge),
        assessor=by,
        assessor_name=member_name(view.states.account, by),
        basis=basis(ground),
        because=because(edge.register),
    )


def _nodes(references: References, people: People, held: list[Edge], decide: set[Thing]) -> list[NodeRow]:
    network: nx.Graph[Thing] = nx.Graph()
    network.add_nodes_from(sorted({end for edge in held for end in edge[:2]}))
    network.add_edges_from(sorted((min(edge[:2]), max(edge[:2])) for edge in held))
    degree, betweenness = nx.degree_centrality(network), nx.betweenness_centrality(network)
    brokers = set(nx.articulation_points(network))
    behind = {edge.from_ for edge in held if edge.to in decide and (edge.hidden or _upward(people, edge))} - decide
    sways = {node: sum(edge.weight for edge in held if edge.from_ == node) for node in network}
    return [
        NodeRow(
            kind=cast("Kind", node[0]),
            id=node[1],
            name=references.name(*node),
            rank=_rank(people, node),
            informal_rank=1 + sum(other > sways[node] for other in sways.values()),
            sways=sways[node],
            degree=degree[node],
            betweenness=betweenness[node],
            decider=node in decide,
            hidden_decider=node in behind,
            broker=node in brokers,
            because=because(*(edge.register for edge in held if node in edge[:2])),
        )
        for node in network
    ]


question = AccountQuestion(
    name="influence",
    about="Who sways whom, and who stands between the others?",
    parameters=InfluenceParameters,
    answer_model=InfluenceAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
)
