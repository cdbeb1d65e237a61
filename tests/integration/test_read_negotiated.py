"""What a route answers to a form that it may not have is among what its document says."""

import pytest

PATHS = {"account": "acme", "token": "none"}
FORMS = ("application/xml", "text/csv", "application/x-ndjson")


@pytest.mark.parametrize("form", FORMS)
async def test_every_route_answers_a_form_that_it_may_not_have_as_documented(reads, form):
    paths = (await reads.ok("/openapi.json"))["paths"]
    against = []
    for path, operations in paths.items():
        if "get" not in operations:
            continue
        answer = await reads.get(path.format(**PATHS), headers={"Accept": form})
        documented = operations["get"]["responses"].get(str(answer.status_code))
        kind = answer.headers["content-type"].partition(";")[0]
        if documented is None or kind not in documented["content"]:
            against.append((path, answer.status_code, kind))
    assert against == []
