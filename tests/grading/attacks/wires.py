"""The wire, from inside: the student's end of the line says what it likes."""

from . import Family

family = attack = Family("wire")

WORKER = """
import os, sys, time

def worker():
    "Find what answers the grader's messages: somewhere among the callers."
    frame = sys._getframe()
    while frame:
        for name in ("self", "worker"):
            if hasattr(frame.f_locals.get(name), "channel"):
                return frame.f_locals[name]
        frame = frame.f_back

me = worker()
line = getattr(getattr(me, "channel", None), "connection", None)
if line is None:
    raise LookupError("there is no wire here")
plain_send, plain_answer = me.channel.send, me.answer

def send(raw):
    while raw:
        raw = raw[line.send(raw):]
"""


def answering(name, tries, body, **more):
    """Register an attack that answers every later message in its own way."""
    lines = [
        "def answer(message):",
        *[f"    {line}" for line in body.strip("\n").splitlines()],
        "me.answer = answer",
    ]
    attack(name, tries, "\n".join([WORKER, *lines]), **more)


def sending(name, tries, frame, before=""):
    """Register an attack that sends raw bytes in place of each answer to a call."""
    attack(
        name,
        tries,
        "\n".join(
            [
                WORKER,
                "def frame(header, payload=b'', claimed=None):",
                "    sizes = claimed or (len(header), len(payload))",
                "    return b''.join(n.to_bytes(4, 'little') for n in sizes) + header + payload",
                before,
                f"raw = {frame}",
                "me.channel.send = lambda value: send(raw) if 'text' not in value else plain_send(value)",
            ]
        ),
    )


answering(
    "claims",
    "Claim that all is right.",
    "return {'value': 500.0, 'right': True, 'earned': 14, 'points': 500, 'status': 'graded'}",
)
answering("always missing", "Say of everything that it is not there.", "return {'missing': True}")
answering("always late", "Say of everything that its time is over.", "return {'late': True}")
answering("nothing", "Answer with nothing at all.", "return {}")
answering(
    "other kinds",
    "Answer with values of other kinds than were asked for.",
    """
kinds = [None, 1, "x", [], (), {"value": None, "text": 5, "error": 7, "late": "yes"}]
return kinds[int(time.time() * 1000) % 6]
""",
)
answering(
    "strange errors",
    "Report errors with fields that are not what they should be.",
    """
fields = [{}, {"type": 5, "text": None, "line": "x", "quoted": []}, "error", ["type"],
          {"type": "BaseException", "text": "x" * 10**6, "line": 10**30, "quoted": "<script>"},
          {"type": "__import__('os')", "text": "{0.__class__}", "line": -1, "quoted": chr(0)}]
return {"error": fields[os.getpid() % len(fields)], "text": "", "late": False, "value": None}
""",
)
answering(
    "changed places",
    "Report changes of arguments that were never sent.",
    """
reply = plain_answer(message)
if "args" in message:
    changes = [[0, np.zeros((9, 9))], [99, 1], ["x", []], ["__class__", {}], [-1, {}], [[0], []], 5, None]
    reply["changed"] = [changes[os.getpid() % len(changes)]]
return reply
""",
)
answering(
    "other arguments",
    "Report the arguments changed so that the right answer becomes zero.",
    """
reply = plain_answer(message)
if "args" in message:
    arrays = [(n, a) for n, a in enumerate(message["args"]) if isinstance(a, np.ndarray)]
    reply["changed"] = [[n, 0 * a] for n, a in arrays] + [[n, np.zeros(a.shape)] for n, a in arrays]
return reply
""",
)
answering(
    "uninvited calls",
    "Call functions of the grader's that were never handed over.",
    """
for number in (0, 1, 99, 2**61):
    plain_send({"callback": number, "args": ["id"], "options": {}})
    me.channel.receive()
return plain_answer(message)
""",
)
answering(
    "endless calls",
    "Keep the grader answering calls for ever.",
    """
while True:
    plain_send({"callback": 0, "args": [], "options": {}})
    me.channel.receive()
""",
)
answering(
    "calls in calls",
    "Let a call be asked within a call within a call.",
    """
plain_send({"callback": 0, "args": [[[[]]]] * 50, "options": {"name": "x", "self": 1, "function": 2}})
return plain_answer(message)
""",
)
answering(
    "twice", "Answer each message twice.", "plain_send(plain_answer(message))\nreturn plain_answer(message)"
)
answering(
    "in advance",
    "Send answers before anybody has asked.",
    """
reply = plain_answer(message)
if message.get("do") == "run":
    plain_send(reply)
    for _ in range(50):
        plain_send({"value": np.zeros((1, 1, 4)), "missing": False})
    me.answer = plain_answer
    return {"value": np.zeros(1)}
return reply
""",
)
answering(
    "many names",
    "Say that a hundred thousand names are defined, and strange ones.",
    """
if message.get("do") == "names":
    strange = {"__builtins__": "value", "": "x", "float": "function"}
    return {"value": {f"name{n}": "function" for n in range(40_000)} | strange}
return plain_answer(message)
""",
)
answering(
    "unowned handles",
    "Hand out numbers that stand for nothing.",
    """
from_wire = [m for name, m in sys.modules.items() if name.endswith("wire") and hasattr(m, "Handle")][0]
class Thing:
    pass
plain_there = me.channel.there
kind = "callback" if os.getpid() % 2 else "object"
me.channel.there = lambda value: from_wire.Handle(kind, 10**9, "conv_backward_bias")
return {"value": Thing()} if message.get("do") != "run" else plain_answer(message)
""",
)
answering(
    "no clock",
    "Take the clocks off, and compute for ever.",
    """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
)
answering("no answer", "Never answer.", "time.sleep(3600)")
answering(
    "one byte at a time",
    "Answer so slowly that it takes for ever.",
    """
send((10**6).to_bytes(4, "little") + bytes(4))
while True:
    send(b" ")
    time.sleep(0.02)
""",
)
answering("closed line", "Close the line.", "line.shutdown(2)\nos.close(3)\nreturn {}")
answering(
    "passed files",
    "Pass open files along with the answers.",
    """
import array, socket
for _ in range(20):
    files = array.array("i", [line.fileno()] * 50)
    line.sendmsg([b"\\x02\\0\\0\\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
return plain_answer(message)
""",
)
attack(
    "patched pack",
    "Replace the functions that write and read frames.",
    """
    import sys
    for name, module in list(sys.modules.items()):
        if name.endswith((".wire", ".channel", ".worker", ".running")):
            for function in ("pack", "unpack", "lengths", "describe"):
                if hasattr(module, function):
                    setattr(module, function, lambda *args, **options: [b"\\xff" * 64])
    """,
)

sending("noise", "Send bytes that are no frame.", "os.urandom(4096)")
sending("huge lengths", "Announce more than there is memory.", "b'\\xff' * 8 + b'[]'")
sending(
    "large lengths", "Announce as much as is allowed, and send nothing.", "frame(b'', claimed=(2**22, 2**28))"
)
sending("cut short", "End in the middle of a frame.", "frame(b'[\"d\",', claimed=(400, 0))")
sending("deep", "Nest lists deeper than any parser goes.", "frame(b'[' * 200_000)")
sending("endless number", "Send a number of a hundred thousand digits.", "frame(b'1' * 100_000)")
sending("not a number", "Send NaN and infinities as text.", 'frame(b\'["d","value",NaN]\')')
sending(
    "an object", "Send an object of JSON, with a key that stands twice.", 'frame(b\'{"value":1,"value":2}\')'
)
sending("no text", "Send bytes that are no text.", "frame(b'\"\\xff\\xfe\\x00\\ud800\"')")
sending(
    "few bytes",
    "Send an array without its bytes.",
    'frame(b\'["d","value",["a","<f8",[1000,1000],[0,1],""]]\')',
)
sending("objects", "Send an array of pointers.", 'frame(b\'["d","value",["a","|O8",[1],[0],""]]\', bytes(8))')
sending(
    "negative shape",
    "Send arrays whose shapes are negative, fractional or overflow.",
    'frame(b\'["d","value",["a","<f8",[-1,-8],[0,1],""]]\', bytes(64))',
)
sending(
    "overflowing shape",
    "Send an array of more entries than addresses.",
    'frame(b\'["d","value",["a","<f8",[4611686018427387904,4611686018427387904,0],[0,1,2],""]]\')',
)
sending("leftover bytes", "Send bytes that nobody asked for.", 'frame(b\'["d","value",1]\', bytes(10**6))')
sending("unhashable keys", "Send dictionaries with keys that are none.", 'frame(b\'["d",["l"],1,["d"],2]\')')
sending(
    "colliding keys",
    "Send keys that all fall into one place of the table.",
    "frame(('[\"d\",' + ','.join(f'{n * (2**61 - 1)},1' for n in range(4000)) + ']').encode())",
)
sending(
    "forged handle",
    "Send a handle of a kind that is not a student's to give.",
    'frame(b\'["d","value",["h","callback",0,"mark"]]\')',
)
sending(
    "forged type",
    "Send types and named tuples with dangerous names.",
    'frame(b\'["d","value",["named","__class__ __init__",1,2]]\')',
)
