"""What people ask of us and have not got."""

from pydantic import Field

from services.projections.models.assessment.asks import Asked, AskKind
from services.projections.models.opportunity.deal_names import deal_name
from services.projections.models.opportunity.deals import end
from services.projections.question import Row, View, because


class OpenAsk(Row):
    """A wish, a concern or an expectation that is open."""

    ask: str
    kind: AskKind | None
    text: str | None
    opportunity: str | None = Field(description="null: of the account, or unknown")
    opportunity_name: str | None


def is_open(view: View, each: Asked) -> bool:
    """Whether an ask was neither met nor withdrawn, and is not of a purchase that is over."""
    deal = view.states.opportunity.opportunities.get(each.opportunity or "")
    return each.is_now == "open" and (deal is None or end(deal) is None)


def open_ask(view: View, each: Asked) -> OpenAsk:
    """Return an ask as answers show it."""
    return OpenAsk(
        ask=each.ask,
        kind=each.kind,
        text=each.text,
        opportunity=each.opportunity,
        opportunity_name=deal_name(view.states.opportunity, each.opportunity),
        because=because(each.told, each.status),
    )
