"""Figures of the page on training: schedules as curves, and an image beside what is learnt from it."""

from functools import partial

import numpy as np

import cnnlab
from figures import style


def fig_schedules():
    """Draw the learning rate of each schedule over the whole training."""
    schedules = {
        "step_decay(1)": cnnlab.step_decay(1),
        "cosine_decay(1)": cnnlab.cosine_decay(1),
        "warm_up(step_decay(1))": cnnlab.warm_up(cnnlab.step_decay(1)),
        "one_cycle(1)": cnnlab.one_cycle(1),
    }
    fig, axes = style.figure(7.4, 2.2, 1, 4, sharey=True)
    progress = np.linspace(0, 1, 400, endpoint=False)
    for ax, (words, schedule) in zip(axes, schedules.items(), strict=True):
        ax.plot(progress, [schedule(share) for share in progress], color=style.INPUT)
        ax.set_title(words, fontsize=9)
        ax.set(xticks=[0, 0.5, 1], xlabel="progress", ylim=(0, 1.08))
    axes[0].set_ylabel("learning rate")
    return fig


def fig_augmented(image, rng):
    """Draw an image, and eight that are made of it."""
    change = cnnlab.augment.chain(
        partial(cnnlab.augment.random_shift, most=1), partial(cnnlab.augment.add_noise, scale=0.1)
    )
    many, _ = change(np.repeat(image[None], 8, axis=0), np.zeros(8, int), rng)
    fig, axes = style.figure(7.4, 1.1, 1, 9)
    for ax, shown in zip(axes, [image, *many], strict=True):
        ax.imshow(shown[0], cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
    axes[0].set_title("as it is", fontsize=9)
    axes[1].set_title("as learnt from", fontsize=9, loc="left")
    return fig
