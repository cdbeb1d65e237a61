"""Changing modules as they are loaded: whoever imports a name from one afterwards, gets the changed one."""

import importlib.machinery
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType
from typing import Any

Change = Callable[[Any], None]  # takes the module; Any, because it has names that only it knows
Changes = Mapping[str, Change]  # by the module's name


def install(*changes: Changes) -> None:
    """Apply these to each module right after it is executed, in their order; RuntimeError if one is loaded already."""
    by_module: dict[str, list[Change]] = {}
    for each in changes:
        for name, change in each.items():
            by_module.setdefault(name, []).append(change)
    if loaded := by_module.keys() & sys.modules.keys():
        raise RuntimeError(f"too late to change {sorted(loaded)}")
    sys.meta_path.insert(0, _Finder(by_module))


class _Finder(MetaPathFinder):
    """Finds what others find, and lets it be loaded by `_Changing`."""

    def __init__(self, by_module: Mapping[str, Sequence[Change]]) -> None:
        self._by_module = by_module

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._by_module:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(fullname, path, target)):
                assert spec.loader
                spec.loader = _Changing(spec.loader, self._by_module[fullname])
                return spec
        return None


class _Changing(Loader):
    """Loads as the loader that it stands before, and then applies the changes."""

    def __init__(self, loader: Loader, changes: Sequence[Change]) -> None:
        self._loader, self._changes = loader, changes

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        for change in self._changes:
            change(module)


class Instead:
    """A module with some of its names replaced, for one of those that use it."""

    def __init__(self, module: Any, **replaced: Any) -> None:
        self.__dict__.update(replaced)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)
