"""Who sways whom, and who stands between the others?"""

from typing import Annotated, Literal, NamedTuple, cast

import networkx as nx
from pydantic import Field

from schemas.values import Rank
from services.projections.folds.assessment import Influence, State
from services.projections.models.latest import latest
from services.projections.models.people import People
from services.projections.models.rank import below, rank
from services.projections.models.references import References
from services.projections.models.shapes import Basis, basis
from services.projections.models.units import Units
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.register import Register
from services.projections.scope import ACCOUNT

Kind = Literal["contact", "unit", "party", "member"]
Thing = tuple[str, str]  # kind, id


class InfluenceParameters(Parameters):
    """In which purchase."""

    opportunity: str | None = Field(
        None, description="influence in this purchase and in every one; without it, in all purchases"
    )


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
    upward: bool = Field(description="sways somebody of higher formal rank")
    assessor: str | None
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
    broker: bool = Field(description="without them some of the others would not be tied at all (a cut point)")


class InfluenceAnswer(Answer):
    """The network at the moment."""

    edges: Annotated[list[EdgeRow], key("from_kind", "from", "to_kind", "to", "kind", "opportunity")]
    nodes: Annotated[list[NodeRow], key("kind", "id")]


class Edge(NamedTuple):
    """An influence that holds, in a scope: an opportunity, or the account."""

    from_: Thing
    to: Thing
    kind: str
    scope: str
    register: Register[Influence]

    @property
    def weight(self) -> int:
        """1 to 5."""
        return self.register.value.weight if self.register.value else 0


def answer(view: View, parameters: InfluenceParameters) -> InfluenceAnswer:
    """Draw the network without those who have left; two contacts who are one person are one node."""
    people, units = People(view.states.contact), Units(view.states.organisation)
    references = References(people, units, view.states.account)
    edges = _edges(view.states.assessment, references, parameters.opportunity)
    return InfluenceAnswer(
        edges=[_edge(references, people, each) for each in edges], nodes=_nodes(references, people, edges)
    )


def _edges(state: State, references: References, opportunity: str | None) -> list[Edge]:
    told: dict[tuple[Thing, Thing, str, str], list[Register[Influence]]] = {}
    for scope, origins in state.influence.items():
        if opportunity is None or scope in {opportunity, ACCOUNT}:
            for origin, targets in origins.items():
                for target, kinds in targets.items():
                    for kind, register in kinds.items():
                        ends = references.canonical(origin), references.canonical(target)
                        told.setdefault((*ends, kind, scope), []).append(register)
    lasts = ((*each, latest(registers)) for each, registers in sorted(told.items()))
    held = [Edge(origin, to, kind, scope, last) for origin, to, kind, scope, last in lasts if last and last.value]
    here = [edge for edge in held if edge.from_ != edge.to and not _gone(references, edge)]
    near = {edge[:3] for edge in here if edge.scope == opportunity}
    return [edge for edge in here if edge.scope == opportunity or edge[:3] not in near]


def _gone(references: References, edge: Edge) -> bool:
    return references.gone(*edge.from_) or references.gone(*edge.to)


def _rank(people: People, thing: Thing) -> Rank:
    kind, id_ = thing
    return rank(people, id_) if kind == "contact" else "unknown"


def _edge(references: References, people: People, edge: Edge) -> EdgeRow:
    ground = edge.register.ground
    from_rank, to_rank = _rank(people, edge.from_), _rank(people, edge.to)
    return EdgeRow(
        from_kind=cast("Kind", edge.from_[0]),
        from_=edge.from_[1],
        from_name=references.name(*edge.from_),
        from_rank=from_rank,
        to_kind=cast("Kind", edge.to[0]),
        to=edge.to[1],
        to_name=references.name(*edge.to),
        to_rank=to_rank,
        kind=edge.kind,
        weight=edge.weight,
        hidden=edge.register.value.hidden if edge.register.value else False,
        opportunity=edge.scope or None,
        upward=below(from_rank, to_rank),
        assessor=ground.assessor if ground else None,
        basis=basis(ground),
        because=because(edge.register),
    )


def _nodes(references: References, people: People, edges: list[Edge]) -> list[NodeRow]:
    network: nx.Graph[Thing] = nx.Graph()
    network.add_nodes_from(sorted({end for edge in edges for end in edge[:2]}))
    network.add_edges_from(sorted((min(edge[:2]), max(edge[:2])) for edge in edges))
    degree, betweenness = nx.degree_centrality(network), nx.betweenness_centrality(network)
    brokers = set(nx.articulation_points(network))
    sways = {node: sum(edge.weight for edge in edges if edge.from_ == node) for node in network}
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
            broker=node in brokers,
            because=because(*(edge.register for edge in edges if node in edge[:2])),
        )
        for node in network
    ]


question = AccountQuestion(
    name="influence",
    about="Who sways whom, and who stands between the others?",
    parameters=InfluenceParameters,
    answer_model=InfluenceAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment"),
)
