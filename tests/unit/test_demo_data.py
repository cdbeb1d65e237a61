"""The demo restores a story that is there only in part, and leaves alone one that is there."""

import pytest

from services.cli import demo_data
from services.cli.restoring import Restored
from services.importers import STORIES


@pytest.mark.parametrize(("missing", "again"), [(1, True), (0, False)])
def test_a_story_that_is_there_in_part_is_restored_again(monkeypatch, missing, again):
    story = STORIES[0]
    lines = story.read_bytes().count(b"\n")
    restored = []

    class Reader:
        """A journal that lacks the story's last events."""

        def bytes(self, _, of):
            told = [
                line for line in story.read_bytes().splitlines()[: lines - missing] if of["account"].encode() in line
            ]
            return iter([b"\n" * len(told)])

    def restore(file, _):
        restored.append(file)
        return Restored(lines, 1, missing)

    monkeypatch.setattr(demo_data, "restored", restore)
    demo_data._restore(story, Reader())  # type: ignore[arg-type]  # all that it asks for
    assert restored == [story] * again
