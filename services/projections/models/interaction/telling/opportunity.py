"""What the customer promised in the course of a purchase."""

from schemas import Fact
from schemas.opportunity import BudgetConfirmed, CommitmentObtained
from services.projections.models.interaction.happening import New, of_name, short
from services.projections.models.interaction.telling.so_far import SoFar, money, of_deal, only
from services.projections.said import said


def read(told: Fact, so_far: SoFar) -> New | None:
    """Return what a fact says; None of one about something else."""
    match told:
        case BudgetConfirmed() as data:
            return of_deal("budget", said("budget confirmed: {amount}", amount=money(data.amount)), data.opportunity)
        case CommitmentObtained() as data:
            what = said("commitment: {text}", text=short(data.text))
            title = of_name(so_far.name("contact", data.contact), what)
            return New("commitment", title, None, only(data.contact), (), data.opportunity)
    return None
