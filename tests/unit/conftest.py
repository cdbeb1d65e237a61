"""Hypothesis for all unit tests: the same examples in each run, few enough to take seconds."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    max_examples=40,
    deadline=None,  # two busy cores tell nothing about our speed; tests/bench measures it
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# More examples, other ones in each run: pytest tests/unit --hypothesis-profile=search
settings.register_profile("search", settings.get_profile("ci"), max_examples=2_000, derandomize=False)
settings.load_profile("ci")
