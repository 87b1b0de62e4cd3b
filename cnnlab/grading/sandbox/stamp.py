"""A package with most of it closed: the open names as they are, a stand-in for every other."""

import importlib
from types import ModuleType

HEAD = '"""{doc}"""\n'
IMPORTS = "from cnnlab_inside.closed import silent, stand_ins\n"


def stamp(modules, package, opens, silent=()):
    """Write a package anew, with what is open and nothing else.

    Parameters
    ----------
    modules : dict
        Name with dots -> Module: all that there will be.
    package : str
    opens : collection of str
        Public names with dots: "cnnlab.fold" (where the package itself has it), "cnnlab.windows.fold", or a
        module, "cnnlab.windows", for all that is public there. What they need that is not public comes
        along.
    silent : collection of str
        Functions that do nothing.

    Returns
    -------
    dict
        Path of a file, with slashes -> its text.

    Raises
    ------
    ValueError
        Where a name is not to be found, or needs a public one that is not open.
    """
    top = top_level(package)
    asked = {found for name in opens for found in _find(modules, top, package, name)}
    needed = _close(modules, asked)
    return {
        _path(module, package): _write(module, top, needed, _last_parts(silent, module.name))
        for module in modules.values()
    }


def top_level(package):
    """Say where each name that a package offers itself comes from; those that it looks for on request, too.

    Returns
    -------
    dict
        Name -> name of the module that defines it.
    """
    whole = importlib.import_module(package)
    names = {name: getattr(whole, name) for name in dir(whole) if not name.startswith("_")}
    return {
        name: getattr(value, "__module__", None) or package
        for name, value in names.items()
        if not isinstance(value, ModuleType)
    }


def _find(modules, top, package, name):
    """Find the definitions that an open name means."""
    if name in modules:
        return {(name, public) for public in modules[name].public}
    module, _, last = name.rpartition(".")
    if module == package:
        module = top.get(last, package)
    if module not in modules or last not in modules[module].definitions:
        raise ValueError(f"{name} is to be open, but there is no such function, class or constant")
    return {(module, last)}


def _close(modules, asked):
    """Add what open definitions use, until nothing is lacking; hold that no public name comes along so."""
    needed, ahead, uninvited = set(asked), sorted(asked), set()
    while ahead:
        module, name = ahead.pop()
        for used in sorted(_used(modules, module, name) - needed):
            if used[1] in modules[used[0]].public and "__all__" in modules[used[0]].definitions:
                uninvited.add((f"{module}.{name}", ".".join(used)))
            needed.add(used)
            ahead.append(used)
    if uninvited:
        pairs = "; ".join(f"{by} uses {used}" for by, used in sorted(uninvited))
        raise ValueError(f"{len(uninvited)} public name(s) are used, but not open: {pairs}")
    return needed


def _used(modules, module, name):
    """List the package's own definitions that one definition uses."""
    here = modules[module]
    found = set()
    for used in here.definitions[name].uses:
        if used in here.definitions:
            found.add((module, used))
        elif used in here.imports and here.imports[used][0] in modules:
            found.add(here.imports[used])
    for origin, used in found:
        if used not in modules[origin].definitions:
            raise ValueError(f"{module}.{name} uses {origin}.{used}, which is not a definition of its own")
    return found


def _last_parts(names, module):
    """Pick the names of one module."""
    return sorted(name.rpartition(".")[2] for name in names if name.rpartition(".")[0] == module)


def _write(module, top, needed, quiet):
    """Write one module."""
    whole = module.is_package and "." not in module.name
    own = [name for name in module.definitions if (module.name, name) in needed]
    lent = {name: origin for name, origin in top.items() if whole and (origin, name) in needed}
    offered = {*_offered(module), *(top if whole else ())}
    shut = sorted(offered - {*own, *lent, *quiet})
    addresses = {name: f"{module.name}.{name}" if whole else _address(module, top, name) for name in shut}
    lines = [HEAD.format(doc=module.doc), IMPORTS, *_imports(module, own)]
    lines += [f"from {origin} import {name}\n" for name, origin in sorted(lent.items()) if name not in own]
    texts = dict.fromkeys(module.definitions[name].text for name in own)  # one statement may define several
    lines += [f"\n\n{text}\n" for text in texts]
    lines += [f"\n{name} = silent\n" for name in quiet]
    lines += [f"\n{module.definitions[n].text}\n" for n in ("__version__", "__all__") if _literal(module, n)]
    if whole and "__all__" not in module.definitions:
        lines += [f"\n__all__ = {sorted({*shut, *lent, *own})!r}\n"]
    return "".join([*lines, f"\n__getattr__ = stand_ins({module.name!r}, {addresses!r})\n"])


def _offered(module):
    """List the names that may be imported from a module, though some are of use to nobody."""
    names = [name for name in module.definitions if not name.startswith("__")]
    return names + [n for n in module.imports if module.is_package and n != "*" and not n.startswith("_")]


def _address(module, top, name):
    """Say where a name is found: in the package itself where that has it, else in its module."""
    root = module.name.partition(".")[0]
    return f"{root}.{name}" if top.get(name) == module.name else f"{module.name}.{name}"


def _imports(module, own):
    """Import what the open definitions use, name by name."""
    used = {used for name in own for used in module.definitions[name].uses} - set(module.definitions)
    for name in sorted(used & set(module.imports)):
        origin, there = module.imports[name]
        plain = f"import {origin}" if not there else f"from {origin} import {there}"
        short = there or origin.partition(".")[0]
        yield f"{plain}\n" if short == name else f"{plain} as {name}\n"


def _literal(module, name):
    """Tell whether a module defines a name by what can be read without running it."""
    return name in module.definitions and not module.definitions[name].uses


def _path(module, package):
    """Say where a module's file stands."""
    parts = module.name.split(".")
    return "/".join([*parts, "__init__.py"]) if module.is_package else "/".join(parts) + ".py"
