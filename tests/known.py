"""What is known of the real data: copied by hand from services/importers/data/*/README.md, where it was
computed independently of this code. Dates are inclusive days."""

from typing import NamedTuple


class Pipeline(NamedTuple):
    won: int
    lost: int
    engaging: int
    won_value: int  # USD


# crm/README.md: all rows, the accounts without a name included; the last row is the end of the file
PIPELINE = {
    "2017-01-31": Pipeline(0, 0, 670, 0),
    "2017-03-31": Pipeline(531, 116, 1_330, 1_134_672),
    "2017-06-30": Pipeline(1_785, 894, 1_686, 4_220_783),
    "2017-12-31": Pipeline(4_238, 2_473, 1_589, 10_005_534),
}
OPPORTUNITIES = 8_800
PROSPECTING = 500
ACCOUNTS = 85
SUBSIDIARIES = 15
AGENTS = 35
MANAGERS = 6
AGENTS_WITHOUT_DEALS = 5
WITHOUT_ACCOUNT = 1_425
WON_BY_ACCOUNT = {"Kan-code": 115, "Hottechi": 111, "Konex": 108, "Condax": 105}
WON_BY_MANAGER = {"Marxen": 882, "Sewald": 828, "Brinkmann": 747, "Neubert": 691, "Rouche": 610, "Losch": 480}
TOP_AGENT, TOP_AGENT_WON, TOP_AGENT_VALUE = "Darcel Schlecht", 349, 1_153_214
DAYS_TO_WON_MEAN, DAYS_TO_WON_MEDIAN = 51.78, 57
DAYS_TO_LOST_MEAN = 41.48

# commons/README.md
WITHDRAWAL_AGREEMENT = "withdrawal-agreement"
FIRST_VOTE, SECOND_VOTE = "2019-01-15", "2019-03-12"


class Mix(NamedTuple):
    support: int
    oppose: int
    unknown: int


MIX = {FIRST_VOTE: Mix(204, 434, 11), SECOND_VOTE: Mix(244, 394, 11)}
SHIFTS = 40  # between the two votes, all from oppose to support
SHIFTED = ("Andrew Mitchell", "Ben Bradley", "Bill Wiggin", "Bob Blackman", "Caroline Flint")
KEPT_FROM_JANUARY = "Douglas Ross"  # not recorded in March
BY_PARTY = {
    "2019-01-15": {
        "Conservative": 317,
        "Labour": 219,
        "Labour/Co-operative": 36,
        "Scottish National Party": 35,
        "Liberal Democrat": 11,
        "DUP": 10,
    },
    "2019-02-18": {"Independent": 15},
    "2019-03-12": {"Conservative": 314, "Labour": 213, "Independent": 21},
    "2019-09-04": {"Conservative": 289},
}
SITTING = {"2019-01-15": 649, "2019-03-12": 649, "2019-06-20": 650}
CHANGES_OF_PARTY = 94
MEMBERS = 652
UMUNNA = {"2019-02-17": "Labour", "2019-02-18": "Independent", "2019-06-14": "Liberal Democrat"}

# congress/README.md
COMMITTEES = 49
SUBCOMMITTEES = 181
SEATS = 3_879
PEOPLE = 528
CHAIRMEN, RANKING_MEMBERS = 143, 217  # by title, as written
