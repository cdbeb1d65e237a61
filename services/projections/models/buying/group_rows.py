"""How answers show the structure that a buying group has of its own."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.buying import BuyingRole
from schemas.values import Rank
from services.projections.models.shapes import Part
from services.projections.question import Row, key
from services.projections.said import Sentence


class GroupRow(Row):
    """Somebody who was named as a member of the group that decides a purchase."""

    opportunity: str
    contact: str
    name: str | None
    rank: Rank = Field(description="the highest level held in the formal chart")
    reports_to: str | None = Field(description="within the group, as far as we know")
    reports_to_name: str | None
    reports_to_in_group: bool | None = Field(description="null where nobody told to whom they report")
    head: bool = Field(description="leads somebody of the group and reports to nobody of it")
    in_circle: bool
    since: datetime = Field(description="as a member with that line")


class Named(Part):
    """A person."""

    contact: str
    name: str | None


class CircleRow(Row):
    """Members who report to each other in a circle."""

    opportunity: str
    first: str = Field(description="the least id among them")
    members: Annotated[list[Named], key("contact")]
    sentence: Sentence


class WithoutRole(Row):
    """A member who plays no role that we know of."""

    opportunity: str
    contact: str
    name: str | None
    sentence: Sentence


class OutsideRow(Row):
    """Somebody who plays a role in a purchase, but is not among the members named for it."""

    opportunity: str
    contact: str
    name: str | None
    role: BuyingRole
    sentence: Sentence


class GroupMismatchRow(Row):
    """Somebody leads somebody in the group, though the chart says otherwise."""

    opportunity: str
    kind: Literal["rank", "line"] = Field(description="line: reports, directly or not, to the other in the chart")
    upper: str = Field(description="who leads")
    upper_name: str | None
    upper_rank: Rank
    lower: str
    lower_name: str | None
    lower_rank: Rank
    sentence: Sentence


class Structures(BaseModel):
    """The groups that were named, purchase by purchase."""

    model_config = ConfigDict(frozen=True)

    group: Annotated[list[GroupRow], key("opportunity", "contact")]
    circles: Annotated[list[CircleRow], key("opportunity", "first")]
    without_role: Annotated[list[WithoutRole], key("opportunity", "contact")]
    outside: Annotated[list[OutsideRow], key("opportunity", "contact", "role")]
    group_mismatches: Annotated[list[GroupMismatchRow], key("opportunity", "kind", "upper", "lower")]
