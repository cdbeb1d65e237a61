"""Who else wants the purchase, and at which price."""

from schemas import Fact
from schemas.competition import (
    CompetitorIdentified,
    CompetitorOfferObserved,
    CompetitorPositionAssessed,
    CompetitorWithdrew,
    QuoteSubmitted,
)
from services.projections.models.interaction.happening import New, with_text
from services.projections.models.interaction.telling.so_far import SoFar, money, of_deal
from services.projections.said import said


def read(told: Fact, so_far: SoFar) -> New | None:
    """Return what a fact says; None of one about something else."""
    match told:
        case CompetitorIdentified() as data:
            title = said("{name} competes with us", name=so_far.party(data.party))
            return of_deal("competitor", title, data.opportunity, data.party)
        case CompetitorWithdrew() as data:
            title = said("{name} competes no longer", name=so_far.party(data.party))
            return of_deal("competitor", with_text(title, data.reason), data.opportunity, data.party)
        case CompetitorPositionAssessed(us=us, them=them) as data:
            who = {"name": so_far.party(data.party), "factor": data.factor}
            title = said("{factor}: we {us} of 5, {name} {them} of 5", us=us, them=them, **who)
            return of_deal("competitor", title, data.opportunity, data.party, data.factor)
        case CompetitorOfferObserved() as data:
            title = said("{name} offers {amount}", name=so_far.party(data.party), amount=money(data.amount))
            return of_deal("offer", title, data.opportunity, data.party)
        case QuoteSubmitted(quote=quote, version=version) as data:
            amount = money(data.amount)
            title = said("quote {quote}, version {version}: {amount}", quote=quote, version=version, amount=amount)
            return of_deal("quote", title, data.opportunity, quote)
    return None
