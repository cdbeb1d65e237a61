"""`rapport replay --output`: a file of another log is refused, and left as it was."""

import orjson
import pytest

from services.cli import replaying
from services.cli.replaying import Clock, Wanted
from services.partition import partition_of
from services.problem import Problem
from tests.integration.projection import PARTITIONS, power
from tests.integration.working import append, new_topic, raw

EVERYTHING = Wanted(None, None, None, None, None, None, Clock.RECORDED)
EARLIER, LATER = sorted(("acme", "globex"), key=lambda account: partition_of(account, PARTITIONS))


@pytest.fixture
async def log(kafka):
    await new_topic(kafka)
    told = [power(str(number), partitionkey=account) for account in (EARLIER, LATER) for number in range(3)]
    await append(kafka, raw(*told))
    return kafka


def line(id_, offset, account):
    place = {"recordedat": "2025-06-01T00:00:00Z", "logposition": f"{partition_of(account, PARTITIONS)}/{offset}"}
    return orjson.dumps(power(id_, partitionkey=account) | place, option=orjson.OPT_APPEND_NEWLINE)


@pytest.mark.parametrize(("id_", "offset"), [("another", 0), ("0", 7)])
async def test_a_file_of_another_log_is_refused_and_stays_as_it_was(log, tmp_path, id_, offset):
    file = tmp_path / "replay.ndjson"
    file.write_bytes(line(id_, offset, LATER))
    with pytest.raises(Problem, match="Choose another file"):
        await replaying._write(log, EVERYTHING, file)
    assert file.read_bytes() == line(id_, offset, LATER)


async def test_a_file_of_this_log_is_gone_on_with(log, tmp_path):
    file = tmp_path / "replay.ndjson"
    file.write_bytes(line("0", 0, LATER))
    await replaying._write(log, EVERYTHING, file)
    told = [orjson.loads(each) for each in file.read_bytes().splitlines()]
    expected = [(LATER, "0"), *((EARLIER, each) for each in "012"), (LATER, "1"), (LATER, "2")]
    assert [(each["partitionkey"], each["id"]) for each in told] == expected
