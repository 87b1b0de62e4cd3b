"""The page of all experiments: what each one has found, as its committed result has it."""

from experiments import lab
from experiments.results import Table, result_of

PAGES = {  # where an experiment is told
    "learning-digits": ("mnist", "shuffled", "optimisers", "initialisations"),
    "learning-choices": ("wrong_gradients", "shifts", "padding", "pooling", "connectivity"),
    "learning-sound": ("speech_waves", "speech_spectrograms", "moving_digits"),
    "learning-pictures": ("denoising", "canvases"),
    "curvature": ("hessian_free",),
}


def load():
    """Read all committed results: {name: result}."""
    return {name: result_of(name) for name in lab.NAMES}


def claims(results):
    """List what the course promises: experiment, what is measured, its interval, and the least it may be."""
    found = {name: result["results"] for name, result in results.items()}
    mnist, moving = found["mnist"]["nets"], found["moving_digits"]["nets"]["3-D"]["test"]
    waves, pictures = found["speech_waves"], found["speech_spectrograms"]
    canvases = found["canvases"]["test"]
    return [
        ("mnist", "digits read, one hidden layer", mnist["one hidden layer"]["test"], 0.98),
        ("mnist", "digits read, convolutional net", mnist["convolutional"]["test"], 0.994),
        ("speech_waves", "words heard, 1-D, known voices", waves["known voices"]["test"], 0.98),
        ("speech_waves", "words heard, 1-D, a stranger's voice", waves["new voices"]["mean"], 0.75),
        ("speech_spectrograms", "words heard, 2-D, known voices", pictures["known voices"]["test"], 0.97),
        ("moving_digits", "directions told, 3-D", moving["at once"], 0.97),
        ("moving_digits", "directions told, 3-D, clips three times as long", moving["long clip"], 0.97),
        ("canvases", "overlap of pixels, digits apart", canvases["apart, as learnt"]["mean IoU"], 0.85),
        ("canvases", "overlap of pixels, digits cross", canvases["crossing, as learnt"]["mean IoU"], 0.85),
    ]


def percent(interval):
    """Write a mean with its interval, "99.44 (99.39 to 99.50)", or say that all values are alike."""
    mean, low, high = (100 * min(interval[key], 1) for key in ("mean", "low", "high"))
    return f"{mean:.2f} (all alike)" if low == high else f"{mean:.2f} ({low:.2f} to {high:.2f})"


def promised(results):
    """Table of the claims."""
    rows = [
        [words, percent(interval), f"{100 * floor:.1f}", "yes" if interval["mean"] >= floor else "no"]
        for _, words, interval, floor in claims(results)
    ]
    return Table(["what", "% (interval)", "promised", "kept"], rows, text=(0, 1, 3))


def best_filter(task):
    """Name the classical filter that cleans a task's test examples best."""
    return max(task["filters"], key=lambda name: task["filters"][name]["test"])


def cleaned(results):
    """Table of the denoising nets beside the best classical filter, in decibels."""
    rows = []
    for name, task in results["denoising"]["results"]["tasks"].items():
        rival = best_filter(task)
        ahead = task["filters"][rival]["net ahead"]
        between = f"{ahead['mean']:.2f} ({ahead['low']:.2f} to {ahead['high']:.2f})"
        kept = "yes" if ahead["low"] > 0 else "no"
        rows.append(
            [name, f"{len(task['size'])}-D", rival, f"{task['filters'][rival]['test']:.1f}", between, kept]
        )
    header = ["data", "axes", "best filter", "its PSNR, dB", "net ahead, dB", "kept"]
    return Table(header, rows, text=(0, 1, 2, 4, 5))


def core_minutes(result):
    """How long one core worked; of an older result, how long it took."""
    return result.get("processor minutes", result["minutes"])


def question(result):
    """What an experiment asks, without what it says beside that."""
    asked, mark, _ = result["asks"].partition("?")
    return asked + mark


def questions(results):
    """Table of all experiments: what each asks, and how long it took."""
    rows = [
        [name, question(results[name]), f"{core_minutes(results[name]):.1f}"]
        for names in PAGES.values()
        for name in names
    ]
    return Table(["name", "asks", "core minutes"], rows, text=(0, 1))
