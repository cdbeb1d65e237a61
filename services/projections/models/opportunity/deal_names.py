"""Opportunities, as an account's history names them."""

from services.projections.folds.opportunity import State


def deal_name(state: State, opportunity: str | None) -> str | None:
    """Return the name of an opportunity; None where nobody told it, or where none is meant."""
    known = state.opportunities.get(opportunity or "")
    return known.name.value if known else None
