"""Figures of the page on sound and film: what three committed runs have found."""

import math

import numpy as np
from experiments.results import Table, result_of

import cnnlab
from cnnlab.datasets import load_digits, load_mnist, load_spoken_digit, moving_digits
from cnnlab.datasets.mnist import where_mnist
from figures import data, style
from figures.learning_digits import percent

RATE = 8000  # samples per second
VIEWS = {"speech_waves": "waves, 1-D", "speech_spectrograms": "spectrograms, 2-D"}
COLOURS = dict(zip(VIEWS.values(), (style.INPUT, style.KERNEL), strict=True))
NETS = {  # colour, width and kind of line
    "3-D": (style.OUTPUT, 5, "-"),
    "2-D, frames as channels": (style.INPUT, 1.5, "-"),
    "2-D, frames as channels, learnt at all delays": (style.INPUT, 1.5, "--"),
    "2-D, frame by frame": (style.KERNEL, 1.5, "-"),
}


def load():
    """Read what the three runs have written: {name: results}."""
    return {name: result_of(name)["results"] for name in (*VIEWS, "moving_digits")}


def spread(found):
    """Write a mean and its interval in per cent, of which no end can lie beyond 0 or 100."""
    mean, low, high = (percent(np.clip(found[key], 0, 1), 1) for key in ("mean", "low", "high"))
    return mean if low == high else f"{mean} ({low} to {high})"


def sure(share, count, z=1.96):
    """Say how sure a share of so many trials is: Wilson's interval, which stays between 0 and 1.

    >>> [round(end, 3) for end in sure(0.5, 100)]
    [0.404, 0.596]
    """
    middle = share + z**2 / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + (z / count) ** 2 / 4)
    return (middle - half) / (1 + z**2 / count), (middle + half) / (1 + z**2 / count)


def fig_sound():
    """Draw one recording as both nets see it; without recordings, a computed vowel that says so."""
    return data.fig_sound(load_spoken_digit())


def fig_filters(result):
    """Draw filters of the first layer, from low to high, and how much of each frequency each lets through."""
    filters = np.array(result["filters"])
    fig, (left, right) = style.figure(7, 3.8, 1, 2, sharey=True, width_ratios=(3, 2))
    time = np.arange(filters.shape[1]) / RATE * 1000
    for place, kernel in enumerate(filters):
        left.plot(time, place - 0.42 * kernel / np.abs(kernel).max(), color=style.KERNEL, linewidth=1)
    left.set(xlabel="milliseconds", title="filters", yticks=[], ylim=(len(filters) - 0.4, -0.6))
    spectra = np.abs(np.fft.rfft(filters, 512))
    extent = (0, RATE / 2000, len(filters) - 0.5, -0.5)
    spectra /= spectra.max(axis=1, keepdims=True)
    right.imshow(spectra, aspect="auto", extent=extent, cmap="gray_r", interpolation="nearest")
    right.set(xlabel="kilohertz", title="what they let through")
    return fig


def fig_voices(results):
    """Draw what both nets understand of each speaker: known before, as a ring, and new, with its interval."""
    fig, ax = style.figure(7, 3.4)
    for shift, (run, view) in zip((-0.14, 0.14), VIEWS.items(), strict=True):
        new, known = (results[run][f"{kind} voices"]["speakers"] for kind in ("new", "known"))
        places = np.arange(len(new)) + shift
        shares = 100 * np.array([speaker["test"] for speaker in new])
        ends = 100 * np.transpose([sure(speaker["test"], speaker["recordings"]) for speaker in new])
        look = dict(color=COLOURS[view], label=f"{view}: new voice")
        ax.errorbar(places, shares, np.abs(ends - shares), fmt="o", markersize=5, capsize=4, **look)
        shares = [100 * known[speaker["speaker"]] for speaker in new]
        look = dict(color=COLOURS[view], label=f"{view}: known voice")
        ax.plot(places, shares, "o", markersize=6, fillstyle="none", **look)
    ax.axhline(10, color=style.FAINT, linewidth=0.8, linestyle=":")
    ax.text(5.45, 11, "guessing", color=style.FAINT, fontsize=9, ha="right")
    ax.set(ylabel="understood, %", ylim=(0, 103), xlim=(-0.5, 5.5))
    ax.set_xticks(range(len(new)), [speaker["speaker"] for speaker in new])
    fig.legend(fontsize=9, loc="outside lower center", ncols=2)
    return fig


def table_known(result):
    """List what was tried on known voices, in bold what was chosen, and how that came out in the test."""
    found = result["known voices"]
    tried = {attempt["setting"]: percent(attempt["validation"], 1) for attempt in found["tried"]}
    tried[found["chosen"]] = f"**{tried[found['chosen']]}**"
    values = ", ".join(percent(value, 1) for value in found["test"]["values"])
    header = [*(f"validation, %: {setting}" for setting in tried), "test, %", "of each seed"]
    return Table(header, [[*tried.values(), spread(found["test"]), values]], text=())


def table_new(results):
    """List both nets on new voices: each speaker's share, and the mean over the six with its interval."""
    names = [found["speaker"] for found in results["speech_waves"]["new voices"]["speakers"]]
    rows = []
    for run, view in VIEWS.items():
        found = results[run]["new voices"]
        rows.append([view, *(percent(one["test"], 1) for one in found["speakers"]), spread(found["mean"])])
    return Table(["", *names, "mean, % (95 % interval)"], rows)


def table_longer(result):
    """List what the 1-D net understands in clips that are longer than those it learnt from."""
    known = result["known voices"]
    found = {str(result["clip"]): known["test"]} | known["longer clips"]
    rows = [[f"{int(samples) / RATE:g} s", spread(share)] for samples, share in found.items()]
    return Table(["clip", "understood, % (95 % interval)"], rows)


def fig_clips():
    """Draw a clip, and the same film two frames later; of bundled digits where MNIST is not to be had."""
    if where_mnist() is None:
        digits, size, shrink = load_digits(), 14, 1
    else:
        digits, size, shrink = load_mnist(), 20, 2
    images = cnnlab.avg_pool_forward(digits.x_test, shrink)
    options = dict(count=8, frames=8, size=size, seed=29)
    films = [moving_digits(images, start_frame=-t, seen=(t, t + 5), **options)[0][1] for t in (0, 2)]
    fig = data.fig_clips(np.stack(films), ("at once", "2 later"))
    fig.suptitle(f"a digit of {digits.name}", fontsize=9)
    return fig


def fig_delays(result):
    """Draw how often each net tells the direction when the digit appears later: seeds, and their mean."""
    fig, ax = style.figure(6.6, 3.4)
    ways = ["at once", "1 later", "2 later", "3 later"]
    for name, (colour, width, line) in NETS.items():
        shares = 100 * np.array([result["nets"][name]["test"][way]["values"] for way in ways])
        look = dict(color=colour, alpha=0.5 if width > 2 else 1)
        ax.plot(range(4), shares.mean(axis=1), line, linewidth=width, label=name, **look)
        ax.plot(range(4), shares, "o", markersize=4, **look)
    ax.axhline(12.5, color=style.FAINT, linewidth=0.8, linestyle=":")
    ax.set(xlabel="frames before the digit appears", ylabel="directions told, %", ylim=(0, 104))
    ax.set_xticks(range(4))
    fig.legend(fontsize=9, loc="outside lower center", ncols=2)
    return fig


def table_ways(result):
    """List how often each net tells the direction, in clips as they were learnt from and in others."""
    ways = ["at once", "long clip", "long clip, long way", "twice as fast"]
    rows = [
        [name, f"{net['parameters']:,}", *(spread(net["test"][way]) for way in ways)]
        for name, net in result["nets"].items()
    ]
    return Table(["", "parameters", *ways], rows)
