"""Settings: what a token must say, whoever signs it: from whom, for whom, and for how long at most."""

from pydantic import Field

from services.environment import Environment

PARTY = "rapport"  # issuer and audience of tokens that are minted here


class Terms(Environment):
    """Issuer and audience as a token names them, and for how many days at most a token may be good.

    Nothing revokes a single token, so that one which never ends would open the door to whoever found it, for ever.
    """

    issuer: str = Field(default=PARTY, min_length=1, max_length=1_000, validation_alias="RAPPORT_ISSUER")
    audience: str = Field(default=PARTY, min_length=1, max_length=1_000, validation_alias="RAPPORT_AUDIENCE")
    days: int = Field(default=366, ge=1, le=36_600, validation_alias="RAPPORT_TOKEN_DAYS")
