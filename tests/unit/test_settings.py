"""Settings: a bad one stops the process with one sentence that names it, and no secret is ever shown."""

import os

import pytest

from services.settings import Database, Endpoints, Home, Kafka, Signer, address, load

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """No variable of the developer's is seen."""
    for name in os.environ:
        if name.startswith("RAPPORT_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("settings", "environment", "sentence"),
    [
        (Kafka, {}, "RAPPORT_KAFKA is missing."),
        (Kafka, {"RAPPORT_KAFKA": ""}, "RAPPORT_KAFKA is missing."),
        (
            Kafka,
            {"RAPPORT_KAFKA": "broker"},
            "RAPPORT_KAFKA is malformed: must be host:port, or several with commas between.",
        ),
        (
            Kafka,
            {"RAPPORT_KAFKA": "b:9092", "RAPPORT_KAFKA_SECURITY": "TLS"},
            "RAPPORT_KAFKA_SECURITY is malformed: Input should be 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'.",
        ),
        (
            Kafka,
            {"RAPPORT_KAFKA": "b:9092", "RAPPORT_KAFKA_SECURITY": "SASL_SSL", "RAPPORT_KAFKA_MECHANISM": "PLAIN"},
            "RAPPORT_KAFKA_USERNAME is missing: SASL_SSL needs it.",
        ),
        (
            Kafka,
            {"RAPPORT_KAFKA": "b:9092", "RAPPORT_PARTITIONS": "abc"},
            "RAPPORT_PARTITIONS is malformed: Input should be a valid integer, unable to parse string as an integer.",
        ),
        (Database, {}, "RAPPORT_DATABASE is missing."),
        (
            Database,
            {"RAPPORT_DATABASE": "mysql://u:p@h/d"},
            "RAPPORT_DATABASE is malformed: must be postgresql://user:password@host:port/database.",
        ),
        (
            Database,
            {"RAPPORT_DATABASE": "postgresql://u:p@h/d?application_name=x"},
            "RAPPORT_DATABASE is malformed: has the unknown parameter application_name: only sslmode is understood.",
        ),
        (Signer, {}, "Exactly one of RAPPORT_SECRET and RAPPORT_JWKS must say who signs tokens."),
        (
            Signer,
            {"RAPPORT_SECRET": SECRET, "RAPPORT_JWKS": "https://issuer.example/keys"},
            "Exactly one of RAPPORT_SECRET and RAPPORT_JWKS must say who signs tokens.",
        ),
        (
            Signer,
            {"RAPPORT_SECRET": "short"},
            "RAPPORT_SECRET is malformed: must have at least 32 characters.",
        ),
        (
            Signer,
            {"RAPPORT_JWKS": "http://issuer.example/keys"},
            "RAPPORT_JWKS is malformed: must be an https URL or the path of a file that exists.",
        ),
        (
            Signer,
            {"RAPPORT_SECRET": SECRET, "RAPPORT_ISSUER": "x" * 1_001},
            "RAPPORT_ISSUER is malformed: String should have at most 1000 characters.",
        ),
        (
            Signer,
            {"RAPPORT_SECRET": SECRET, "RAPPORT_TOKEN_DAYS": "0"},
            "RAPPORT_TOKEN_DAYS is malformed: Input should be greater than or equal to 1.",
        ),
        (
            Endpoints,
            {"RAPPORT_API": "localhost"},
            "RAPPORT_API is malformed: must be a base URL such as http://127.0.0.1:8001.",
        ),
    ],
)
def test_a_bad_setting_ends_the_process_with_one_sentence_that_names_it(monkeypatch, settings, environment, sentence):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        load(settings)
    assert end.value.code == sentence


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["CA"], "RAPPORT_KAFKA_CA is malformed: expected certificates in PEM."),
        (
            ["CERT", "KEY"],
            "RAPPORT_KAFKA_CERT or RAPPORT_KAFKA_KEY is malformed: expected a certificate in PEM, and its key.",
        ),
    ],
)
@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"])
def test_a_file_for_tls_that_is_none_ends_the_process_by_name(monkeypatch, tmp_path, names, sentence, content):
    (tmp_path / "file.pem").write_text(content)
    monkeypatch.setenv("RAPPORT_KAFKA", "b:9094")
    monkeypatch.setenv("RAPPORT_KAFKA_SECURITY", "SSL")
    for name in names:
        monkeypatch.setenv(f"RAPPORT_KAFKA_{name}", str(tmp_path / "file.pem"))
    with pytest.raises(SystemExit) as end:
        load(Kafka)
    assert end.value.code == sentence


def test_a_plain_broker_needs_only_its_address(monkeypatch):
    monkeypatch.setenv("RAPPORT_KAFKA", "one:9092,two:9092")
    kafka = load(Kafka)
    assert (kafka.local, kafka.partitions) == (False, 12)
    assert kafka.client() == {
        "bootstrap_servers": ["one:9092", "two:9092"],
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": None,
        "sasl_plain_password": None,
    }


def test_a_broker_behind_tls_and_sasl_gets_a_context_and_credentials(monkeypatch):
    for name, value in {
        "": "b:9094",
        "_SECURITY": "SASL_SSL",
        "_MECHANISM": "SCRAM-SHA-512",
        "_USERNAME": "rapport",
        "_PASSWORD": "hush",
    }.items():
        monkeypatch.setenv(f"RAPPORT_KAFKA{name}", value)
    client = load(Kafka).client()
    assert client["ssl_context"].check_hostname is True
    assert (client["sasl_mechanism"], client["sasl_plain_password"]) == ("SCRAM-SHA-512", "hush")


def test_what_is_said_of_another_broker_is_not_for_the_local_one(monkeypatch):
    monkeypatch.setenv("RAPPORT_KAFKA", "elsewhere:9092")
    monkeypatch.setenv("RAPPORT_KAFKA_SECURITY", "SASL_SSL")
    monkeypatch.setenv("RAPPORT_KAFKA_CA", "/absent")
    monkeypatch.setenv("RAPPORT_LOCAL", "0")
    monkeypatch.setenv("RAPPORT_PARTITIONS", "3")
    kafka = Kafka.at("127.0.0.1:9092")
    assert (kafka.local, kafka.partitions, kafka.security, kafka.ca) == (True, 3, "PLAINTEXT", None)
    assert kafka.client()["bootstrap_servers"] == ["127.0.0.1:9092"]


def test_sslmode_moves_from_the_url_to_the_driver(monkeypatch):
    monkeypatch.setenv("RAPPORT_DATABASE", "postgresql://u:p%40ss@h:5433/d?sslmode=require")
    database = load(Database)
    assert database.url() == "postgresql+asyncpg://u:p%40ss@h:5433/d"
    assert database.plain() == "postgresql://u:p%40ss@h:5433/d"
    assert database.connect_args() == {"ssl": "require"}


def test_no_secret_shows_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv("RAPPORT_SECRET", SECRET)
    monkeypatch.setenv("RAPPORT_DATABASE", "postgresql://u:hush@h/d")
    shown = f"{load(Signer)!r} {load(Database)!r}"
    assert SECRET not in shown
    assert "hush" not in shown


def test_the_defaults_are_those_of_the_surface(monkeypatch):
    monkeypatch.setenv("RAPPORT_INGEST", "http://0.0.0.0:9001/")
    endpoints = load(Endpoints)
    assert (endpoints.ingest, endpoints.api) == ("http://0.0.0.0:9001", "http://127.0.0.1:8002")
    assert address(endpoints.api) == ("127.0.0.1", 8002)
    assert str(load(Home).data) == ".rapport"
