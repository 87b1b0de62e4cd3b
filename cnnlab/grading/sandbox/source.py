"""A package as source text, name by name: what is defined where, and what each definition uses."""

import ast
import importlib.util
import symtable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Definition:
    """One name that a module defines: its text, and the names of the module that it uses."""

    text: str
    uses: frozenset[str]


class Module:
    """One file of a package, read but not run.

    Parameters
    ----------
    name : str
        With dots.
    path : Path
    """

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.is_package = path.name == "__init__.py"

    @cached_property
    def _text(self):
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def _tree(self):
        return ast.parse(self._text, str(self.path))

    @cached_property
    def definitions(self):
        """Name -> Definition, for functions, classes and constants."""
        return {name: self._define(node) for node in self._tree.body for name in _defined(node)}

    @cached_property
    def imports(self):
        """Name here -> (module, name there); a whole module has the name ""."""
        found = {}
        for node in self._tree.body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = alias.name, ""
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found[alias.asname or alias.name] = self.origin(node), alias.name
        return found

    @cached_property
    def stars(self):
        """List the modules of which it imports everything that is public."""
        nodes = [node for node in self._tree.body if isinstance(node, ast.ImportFrom)]
        return [self.origin(node) for node in nodes if node.names[0].name == "*"]

    @cached_property
    def public(self):
        """List what its `__all__` names."""
        for node in self._tree.body:
            if _defined(node) == ["__all__"]:
                return list(ast.literal_eval(node.value))
        return [name for name in self.definitions if not name.startswith("_")]

    @property
    def doc(self):
        """The first line of its docstring."""
        return (ast.get_docstring(self._tree) or "").partition("\n")[0]

    def origin(self, node):
        """Say which module an import within a package means."""
        if not node.level:
            return node.module
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def _define(self, node):
        """Cut a definition out, its decorators included, and see what it uses."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        text = "\n".join(self._text.splitlines()[first - 1 : node.end_lineno])
        return Definition(text, frozenset(_uses(symtable.symtable(text, self.name, "exec"))))


def read_package(name, absent=()):
    """Find all modules of a package, to be read, but not run.

    Parameters
    ----------
    name : str
    absent : collection of str
        Modules and packages within it that are left out.

    Returns
    -------
    dict
        Name with dots -> Module.

    Raises
    ------
    ValueError
        Where there is no such package.

    Examples
    --------
    >>> read_package("cnnlab")["cnnlab.geometry"].public
    ['as_float', 'output_size', 'receptive_field', 'resolve_padding']
    """
    folder = find_package(name)
    modules: dict[str, Module] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        dotted = ".".join([name, *(part for part in parts if part != "__init__")])
        if not f"{dotted}.".startswith(tuple(f"{other}." for other in absent)):
            modules[dotted] = Module(dotted, path)
    return modules


def find_package(name):
    """Find where a package is installed: its folder, or its file."""
    spec = importlib.util.find_spec(name)
    if spec is None or not (spec.submodule_search_locations or spec.origin):
        raise ValueError(f"there is no package {name!r} in this environment: install it, or leave it out")
    return Path(next(iter(spec.submodule_search_locations or [spec.origin])))


def _defined(node):
    """Name what a statement of a module defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _uses(table, outside=True):
    """Collect the names that a piece of code looks up in its module."""
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (outside or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _uses(inner, outside=False)
