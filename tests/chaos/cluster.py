"""A cluster of one controller and two brokers that copy each other: what one has acknowledged, the other holds.

For the loss of a leader: the stack's own single broker has nothing to lose it to.
"""

from dataclasses import replace
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import kafka
from deploy.local.ports import HOST
from deploy.local.supervisor import Child, Say
from services.log import CONTRACT, TOPIC
from services.settings import Kafka

BROKERS = (2, 3)
COMMON = f"""
controller.quorum.voters=1@{HOST}:{{controller}}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
auto.create.topics.enable=false
offsets.topic.replication.factor=2
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=500
"""


async def children(home: Path, controller: int, ports: dict[int, int], say: Say) -> dict[str, Child]:
    """Prepare all three; say how to run each, the controller first. `ports` are the brokers', by number."""
    first = await kafka.child(home / "kafka", ports[BROKERS[0]], controller, say)
    cluster = _cluster_of(home / "kafka")
    own = f"process.roles=controller\nnode.id=1\nlisteners=CONTROLLER://{HOST}:{controller}\n"
    made = {"kafka": replace(first, command=_command(first, home / "kafka", own, controller), ready=_at_once)}
    for number, port in ports.items():
        place = home / f"kafka-{number}"
        _format(place / "data", cluster, number)
        own = f"process.roles=broker\nnode.id={number}\nlisteners=PLAINTEXT://{HOST}:{port}\n"
        command = _command(first, place, own, controller)
        made[place.name] = replace(first, name=place.name, command=command, ready=_answers(port))
    return made


async def make_topic(settings: Kafka) -> None:
    """Make the log's topic with a copy on each broker, where nothing counts as taken that has not both."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    await admin.start()
    try:
        configs = CONTRACT | {"min.insync.replicas": str(len(BROKERS))}
        await admin.create_topics([NewTopic(TOPIC, settings.partitions, len(BROKERS), topic_configs=configs)])
    finally:
        await admin.close()


def _command(like: Child, home: Path, own: str, controller: int) -> tuple[str, ...]:
    file = home / "cluster.properties"
    file.write_text(own + COMMON.replace("{controller}", str(controller)) + f"log.dirs={home / 'data'}\n")
    return (*like.command[:-1], str(file))


def _cluster_of(home: Path) -> str:
    lines = (home / "data" / "meta.properties").read_text().splitlines()
    return next(line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id="))


def _format(data: Path, cluster: str, number: int) -> None:
    """Write the storage's identity, as Kafka's tool does for a node that is no controller."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "meta.properties").write_text(f"version=1\ncluster.id={cluster}\nnode.id={number}\n")


def _answers(port: int):
    return lambda: kafka._answers(Kafka.at(f"{HOST}:{port}"))


async def _at_once() -> bool:
    """A controller answers no client: the brokers tell whether it is well."""
    return True
