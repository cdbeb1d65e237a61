"""Hypothesis for all unit tests: the same examples in each run, few enough to take seconds."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "ci",
    max_examples=20,
    deadline=None,  # two busy cores tell nothing about our speed; tests/bench measures it
    derandomize=True,
    print_blob=True,
    phases=[each for each in Phase if each is not Phase.explain],  # takes minutes here, and rarely explains
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# More examples, other ones in each run: pytest tests/unit --hypothesis-profile=search
settings.register_profile("search", settings.get_profile("ci"), max_examples=2_000, derandomize=False)
# A first look at many failures at once, none of them made small.
settings.register_profile("quick", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("ci")
