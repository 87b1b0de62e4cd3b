"""Frames, tracers and the garbage collector: from a called function to whoever calls it."""

from . import Family

family = attack = Family("frames")

CALLERS = """
import sys

def callers():
    frame = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back
"""

attack(
    "f_locals",
    "Look through the callers' variables for what is expected, and return it.",
    CALLERS
    + """
@each
def _(honest):
    def looking(*args, **options):
        answer = honest(*args, **options)
        for frame in callers():
            for name in ("expected", "desired", "seed", "secret"):
                if name in frame.f_locals:
                    say(f"{name} {frame.f_locals[name]!r}")
                    found = attempt(lambda: np.reshape(np.array(frame.f_locals[name], float), answer.shape))
                    answer = answer if found is None else found
        return answer
    return looking
""",
    wins="marks",
)
attack(
    "f_globals",
    "Replace the verdict in the callers' modules.",
    CALLERS
    + """
@each
def _(honest):
    def patching(*args, **options):
        for frame in callers():
            if "verdict" in frame.f_globals:
                frame.f_globals["verdict"] = lambda *args: ""
            for name, value in list(frame.f_locals.items()):
                if hasattr(value, "_failures"):
                    value._failures = dict.fromkeys("bias weight input padding stride dilation".split())
        for module in list(sys.modules.values()):
            if hasattr(module, "verdict"):
                module.verdict = lambda *args: ""
        return honest(*args, **options)
    return patching
""",
    wins="marks",
)
attack(
    "settrace",
    "Trace every call that follows, and change or print what it sees.",
    """
    import sys, threading
    told = []
    def trace(frame, event, argument):
        name = frame.f_code.co_name
        if name in ("score", "cases", "verdict", "assert_allclose", "student_seed", "grade") and not told:
            told.append(name)
            say(f"{name} {frame.f_locals!r}")
    sys.settrace(trace)
    threading.settrace(trace)
    """,
    wins="leak",
)
attack(
    "setprofile",
    "Profile every call that follows, and print what is returned.",
    """
    import sys
    names = "reference", "cases", "student_seed", "course_secret"
    def profile(frame, event, argument):
        if event == "return" and frame.f_code.co_name in names:
            sys.setprofile(None)
            say(f"{frame.f_code.co_name} {argument!r}")
    sys.setprofile(profile)
    """,
    wins="leak",
)
attack(
    "gc.get_objects",
    "Look through all objects for hidden cases and checks.",
    """
    import gc
    @each
    def _(honest):
        def searching(*args, **options):
            for thing in gc.get_objects():
                kind = type(thing).__name__
                if kind in ("Case", "Marking", "Exercise", "Capability", "Mistake", "Spec", "Session"):
                    say(f"{kind} {thing!r}")
                    break
            return honest(*args, **options)
        return searching
    """,
    wins="leak",
)
attack(
    "gc.get_referrers",
    "Follow the references to its own arguments up to whoever holds the expected values.",
    """
    import gc, sys
    @each
    def _(honest):
        def following(*args, **options):
            seen = [args[0]]
            for _ in range(3):
                seen = [holder for thing in seen[:50] for holder in gc.get_referrers(thing)][:200]
                for holder in seen:
                    if isinstance(holder, dict) and holder.keys() & {"expected", "secret", "EXERCISE"} and (
                        holder is not globals() or "EXERCISE" in holder
                    ):
                        say(sorted(map(str, holder)))
            return honest(*args, **options)
        return following
    """,
)
attack(
    "tracebacks",
    "Raise an error, catch it, and walk from its frames outwards; do so with other threads' frames, too.",
    """
    import sys
    @each
    def _(honest):
        def climbing(*args, **options):
            try:
                raise ValueError
            except ValueError as error:
                frames = [error.__traceback__.tb_frame, *sys._current_frames().values()]
            for frame in frames:
                while frame:
                    if "EXERCISE" in frame.f_globals or "secret" in frame.f_locals:
                        say(list(frame.f_locals))
                    frame = frame.f_back
            return honest(*args, **options)
        return climbing
    """,
    wins="leak",
)
attack(
    "code objects",
    "Give the comparing functions another body.",
    """
    import gc, types
    def fine(*args, **options):
        return ""
    @each
    def _(honest):
        def replacing(*args, **options):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ in ("verdict", "difference"):
                    thing.__code__ = fine.__code__
            return honest(*args, **options)
        return replacing
    """,
    wins="marks",
)
attack(
    "gc callbacks",
    "Run at every garbage collection, wherever the process then is.",
    """
    import gc
    told = []
    def collecting(phase, info):
        frame = sys._getframe()
        while frame and not told:
            if "EXERCISE" in frame.f_globals or "exercise" in frame.f_locals:
                told.append(1)
                say(list(frame.f_locals))
            frame = frame.f_back
    gc.callbacks.append(collecting)
    gc.set_threshold(50)
    """,
    wins="leak",
)
