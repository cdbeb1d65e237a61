"""Who is there at a moment, whether somebody added them or only spoke of them."""

from collections.abc import Iterable

from services.projections.models.people import People


def present(people: People, *spoken_of: Iterable[str]) -> list[str]:
    """Return in order of id the people known, and those whose contact ids are spoken of; without those who left."""
    told = {people.canonical(contact) for contacts in spoken_of for contact in contacts}
    return sorted(person for person in told | set(people.everyone()) if not people.gone(person))
