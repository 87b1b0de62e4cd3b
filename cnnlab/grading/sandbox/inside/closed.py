"""Stand-ins for what is closed to student code: they can be imported, but not used."""

import importlib
import sys


class ClosedFunctionError(Exception):
    """A student's function calls the very function that it is meant to be."""


class Closed(type):
    """The kind of all stand-ins: classes, for the originals may be some, that say their address when used."""

    def __call__(cls, *args, **options):
        """Refuse."""
        raise ClosedFunctionError(cls.address)

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise ClosedFunctionError(cls.address)

    def __repr__(cls):
        return f"<{cls.address}: closed in this exercise>"


def closed(address):
    """Stand in for something closed.

    Parameters
    ----------
    address : str
        Where it is found, which is what a call of it says: "cnnlab.conv_forward".

    Returns
    -------
    type
        It can be passed around and subclassed; to call it, or to ask it for anything, raises
        ClosedFunctionError.

    Examples
    --------
    >>> closed("cnnlab.conv_forward")([1, 2])
    Traceback (most recent call last):
    cnnlab.grading.sandbox.inside.closed.ClosedFunctionError: cnnlab.conv_forward
    """
    module, _, name = address.rpartition(".")
    return Closed(name, (), {"__module__": module, "address": address})


def stand_ins(module, addresses):
    """Make a module's `__getattr__`: a stand-in for each closed name, with its first use.

    Parameters
    ----------
    module : str
    addresses : dict
        Name in the module -> address.

    Returns
    -------
    callable
    """

    def find(name):
        if name in addresses:
            value = closed(addresses[name])
        else:
            try:
                value = importlib.import_module(f"{module}.{name}") if name[:1] != "_" else None
            except ImportError:
                value = None
            if value is None:
                raise AttributeError(f"module {module!r} has no attribute {name!r}")
        setattr(sys.modules[module], name, value)
        return value

    return find


def silent(*args, **options):
    """Do nothing: the checks that a student sees do not run while a notebook is graded."""
