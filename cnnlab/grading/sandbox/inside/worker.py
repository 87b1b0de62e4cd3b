"""A student's process: it runs the notebook's cells as they come, and answers calls of what they define."""

import builtins
import contextlib
import functools
import itertools
import operator
import random
import sys
import time
import types
import warnings

import numpy as np

from .layer import Layer
from .running import Alarm, Cells, Expired, Output, describe, hear_alarms, set_clocks
from .standins import Absorbing, Standin
from .wire import Handle, pack

MUTABLE = np.ndarray, list, dict
FUNCTIONS = types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial, Standin
FUNCTIONS += type(functools.lru_cache(len)), np.ufunc, np.vectorize
LEAST = 1e-3  # seconds: a clock that is set to 0 never rings
OPERATORS = "add sub mul truediv floordiv mod matmul pow neg pos abs lt le gt ge truth contains".split()
OPERATIONS = {
    "call": lambda function, *args, **options: function(*args, **options),
    "attribute": getattr,
    "set_attribute": setattr,
    "item": operator.getitem,
    "set_item": operator.setitem,
    "len": len,
    "iter": lambda thing: Iterator(iter(thing)),
    "next": lambda iterator: list(itertools.islice(iterator.items, 1)),
    "instance": isinstance,
    **{name: getattr(operator, name) for name in OPERATORS},
}


def serve(channel, seed):
    """Answer messages until the other end closes.

    Parameters
    ----------
    channel : Channel
    seed : int
        For the random numbers of the standard library and of NumPy.
    """
    seed_everything(seed)
    hear_alarms()
    worker = Worker(channel)
    with contextlib.suppress(EOFError):
        worker.converse()


def seed_everything(seed):
    """Give all random numbers a beginning; a generator without a seed gets one of a series."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002  the student's choice
    series = random.Random(seed)
    np.random.bit_generator.randbits = series.getrandbits


class Worker:
    """One namespace, and what it has handed out.

    Whatever stays here is known to the other side by a number; each message is answered by one.
    """

    def __init__(self, channel):
        self.channel, self.output = channel, Output()
        self.things, self.numbers = [], {}
        channel.there, channel.here = self.there, self.here
        self.namespace = self._new_main().__dict__
        self.cells = Cells(self.namespace)
        self.given = dict(self.namespace)

    def _new_main(self):
        """Make the module that cells run in, with what a notebook has at hand."""
        main = types.ModuleType("__main__")
        shell = Absorbing("get_ipython")
        hand = dict(display=shell, get_ipython=lambda: shell, help=shell, exit=sys.exit, quit=sys.exit)
        vars(builtins).update(hand, input=lambda prompt="": "", breakpoint=lambda *args: None)
        vars(main).update(hand, __builtins__=builtins, __doc__="")
        sys.modules["__main__"] = main
        return main

    def converse(self):
        """Answer messages until one of them is the answer to a question of ours, and return that."""
        while True:
            message = self.channel.receive()
            if "answer" in message:
                return message["answer"]
            for question in questions(message):
                said = self.say(self.answer(question))
                if "value" not in said:  # the last: whatever else was asked in this message is asked again
                    break

    def say(self, reply):
        """Send a reply, or that it cannot be sent, and return what was sent."""
        try:
            self.channel.send(reply)
        except Exception as error:  # a WireError, or what a student's class raises when it is looked at
            refusal = ValueError(f"what it returned cannot be handed over: {error}")
            self.channel.send(reply := {"error": describe(refusal)})
        return reply

    def answer(self, message):
        """Do what a message asks for."""
        if message["do"] == "run":
            return self.run(message)
        if message["do"] == "names":
            return {"value": self.names()}
        if message["do"] == "get":
            missing = message["name"] not in self.namespace
            return {"missing": True} if missing else {"value": self.namespace[message["name"]]}
        operation = OPERATIONS[message["do"]]
        before = {place: self.frozen(v) for place, v in _places(message) if isinstance(v, MUTABLE)}
        self.output.begin(0)
        reply = {}
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                with Alarm(message["seconds"], message["wall"]):
                    reply["value"] = operation(*message["args"], **message["options"])
        except Expired:
            return {"late": True}
        except BaseException as error:
            reply["error"] = describe(error)
        now = [[place, v] for place, v in _places(message) if place in before]
        reply["changed"] = [[place, v] for place, v in now if self.frozen(v) != before[place]]
        return reply

    def run(self, message):
        """Run a cell as far as it goes."""
        reply, number = {"error": None, "late": False}, message["number"]
        self.output.begin(message["room"])
        try:
            with Alarm(message["seconds"], message["wall"]):
                self.cells.run(message["source"], number)
        except Expired:
            reply["late"] = True
        except BaseException as error:
            reply["error"] = describe(error, f"<cell {number}>")
        return {**reply, "text": self.output.finish()}

    def names(self):
        """Say what the cells have defined, and of which sort each is."""
        return {
            name: self.sort(value)
            for name, value in self.namespace.items()
            if type(name) is str and self.given.get(name, self) is not value and name != "_"
        }

    def sort(self, value):
        """Say of which sort a value is."""
        if isinstance(value, types.ModuleType):
            return "module"
        if isinstance(value, type):
            return "class"
        return "function" if isinstance(value, FUNCTIONS) else "value"

    def there(self, value):
        """Hand out a number for what is no plain value."""
        if isinstance(value, Callback):
            return Handle("callback", value.number, "")
        if isinstance(value, (int, float, complex, str, bytes)):
            return None  # a text or a number is what it holds, whatever its class does besides
        plain = isinstance(value, (tuple, list, dict, set, frozenset))
        if plain and (type(value).__module__ != "__main__" or hasattr(type(value), "_fields")):
            return None
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.things)
            self.things.append(value)
        sort = self.sort(value)
        named = value if sort in ("function", "class") else type(value)  # an object may say anything
        name = getattr(named, "__qualname__", type(value).__qualname__)
        if sort == "module":
            name = vars(value).get("__name__", "")
        return Handle("object" if sort == "value" else sort, number, str(name)[:200])

    def here(self, handle):
        """Find what a number stands for."""
        if handle.kind == "generator":
            return np.random.default_rng(handle.number)
        if handle.kind in ("callback", "layer"):
            callback = Callback(self, handle.number, handle.name)
            return Layer(callback) if handle.kind == "layer" else callback
        return self.things[handle.number]

    def frozen(self, value):
        """Say a value in a way that shows later whether it has changed."""
        if type(value) is np.ndarray and not value.dtype.hasobject:
            return value.shape, value.dtype, value.tobytes()
        try:
            return b"".join(pack(value, self.there))
        except Exception:
            return b""

    def ask(self, number, args, options):
        """Call a function of the other side, and wait for its answer."""
        before = set_clocks([(0,), (0,)])
        try:
            self.channel.send({"callback": number, "args": args, "options": options})
            answer = self.converse()
        finally:
            set_clocks(before)
        if "error" in answer:
            raise getattr(builtins, answer["error"], RuntimeError)(answer["text"])
        return answer["value"]


class Callback:
    """A function of the other side."""

    def __init__(self, worker, number, name):
        self.worker, self.number, self.__name__ = worker, number, name or "function"

    def __call__(self, *args, **options):
        """Call it where it lives."""
        return self.worker.ask(self.number, list(args), options)

    def __deepcopy__(self, memo):
        return self  # as functions do


class Iterator:
    """Something that is being gone through: a handle even where the items are plain."""

    def __init__(self, items):
        self.items = items


def questions(message):
    """Go through what a message asks for: one thing or, in their order, calls that share their seconds."""
    if message["do"] != "calls":
        yield message
        return
    (function,), end = message["args"], time.process_time() + message["together"]
    for args, options in message["calls"]:
        seconds = max(LEAST, min(message["seconds"], end - time.process_time()))
        yield {**message, "do": "call", "args": [function, *args], "options": options, "seconds": seconds}


def _places(message):
    """Pair each argument with where it stands: its position, or its name."""
    return [*enumerate(message["args"]), *message["options"].items()]
