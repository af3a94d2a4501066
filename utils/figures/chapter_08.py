"""Figures of chapter 08: digits, the staircase of decisions, what goes wrong."""

import numpy as np
from matplotlib.figure import Figure

from utils.plotting import COLOURS, label, number
from utils.statistics import median_interval


def picture(axes, pixels, title=""):
    """Draw the 64 `pixels` of a digit, dark ink on white."""
    axes.imshow(pixels.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(title, fontsize=10)


def headline(figure, text):
    """Write `text` above all panels of the figure."""
    figure.suptitle(text, x=0.01, ha="left", fontweight="bold", fontsize=12)


def examples(x, t, per_digit=3):
    """Show the first digits of each kind; x: (samples, 64), t: labels."""
    figure = Figure(figsize=(9, 3.2))
    for column in range(10):
        for row, index in enumerate(np.flatnonzero(t == column)[:per_digit]):
            axes = figure.add_subplot(per_digit, 10, 10 * row + column + 1)
            picture(axes, x[index], str(column) if row == 0 else "")
    share = 100 * np.bincount(t).max() / len(t)
    headline(figure, "Ten kinds of 64 pixels")
    return figure, (
        f"{per_digit} handwritten examples of each digit. The most frequent of the ten makes "
        f"{share:.0f} % of {len(t)}."
    )


def steps(names):
    """Return labels for an axis: the first of `names`, then each as a change."""
    shorter = {"two layers": "4 → 2\nlayers", "He's weights": "+ He's\nweights"}
    first, *others = names
    return [first, *(shorter.get(name, f"+ {name}") for name in others)]


def staircase(accuracies, baselines):
    """Show test accuracy after each decision, medians with 95 % intervals, beside the baselines.

    accuracies: stage to percentages by seed, in order; baselines: name to percentage.
    """
    figure = Figure(figsize=(10.5, 4.4))
    whole, enlarged = figure.subplots(1, 2, width_ratios=(3, 2))
    estimates = {name: median_interval(values) for name, values in accuracies.items()}
    medians = np.array([estimate.value for estimate in estimates.values()])
    places = np.arange(len(medians))
    high = places[medians > 80]
    for axes in (whole, enlarged):
        axes.step(places, medians, where="mid", color=COLOURS["muted"], linewidth=1)
        for place, (name, estimate) in enumerate(estimates.items()):
            values = accuracies[name]
            axes.plot(np.full(len(values), place), values, "_", color=COLOURS["muted"], alpha=0.6)
            error = [[estimate.value - estimate.low], [estimate.high - estimate.value]]
            axes.errorbar(place, estimate.value, error, fmt="o", color=COLOURS["signal"], capsize=5)
        for value, style in zip(baselines.values(), ("--", ":"), strict=True):
            axes.axhline(value, color=COLOURS["theory"], linestyle=style, linewidth=1)
        axes.set_xticks(places, steps(accuracies), fontsize=9)
    for place, median in enumerate(medians):
        label(whole, f"{median:.0f} %", (place, median), (9, -14))
    jump = int(np.argmax(np.diff(medians))) + 1
    whole.set(
        xlim=(-0.45, len(medians) - 0.4),
        ylim=(0, 106),
        ylabel="test accuracy (%), median and 95 %; strokes: seeds",
        title=f"In this order one decision does most: {list(accuracies)[jump]}",
    )
    lowest = min(values.min() for name, values in accuracies.items() if estimates[name].value > 80)
    enlarged.set(
        xlim=(high[0] - 0.4, high[-1] + 0.4),
        ylim=(np.floor(lowest) - 1, 100),
        title="The top, enlarged",
    )
    for (name, value), up in zip(baselines.items(), (4, -13), strict=True):
        label(whole, f"{name} {value:.0f} %", (-0.4, value), (0, up), fontsize=9)
    levels = [
        "at chance" if median < 20 else f"above {10 * int(median // 10)}" for median in medians
    ]
    parts = [f"{name} {level}" for name, level in zip(accuracies, levels, strict=True)]
    return figure, (
        f"Median test accuracy in percent after each decision: {', '.join(parts)}. Dashed: "
        + ", ".join(f"{name} {value:.0f}" for name, value in baselines.items())
        + "."
    )


def learning_rates(tuned, chosen):
    """Show validation accuracy by learning rate, and the rate chosen, for each network.

    tuned: stage to {rate: percentage}; chosen: stage to rate.
    """
    figure = Figure(figsize=(10.5, 3.6))
    panels = figure.subplots(1, len(tuned), sharey=True)
    for axes, (name, tried) in zip(panels, tuned.items(), strict=True):
        axes.semilogx(
            list(tried), list(tried.values()), "o-", color=COLOURS["signal"], markersize=4
        )
        axes.plot(
            chosen[name],
            tried[chosen[name]],
            "o",
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=COLOURS["error"],
            markeredgewidth=2,
        )
        axes.set(title=name, xlabel="learning rate", ylim=(0, 105))
        axes.title.set_fontsize(10)
    panels[0].set_ylabel("validation accuracy (%)")
    learn = {name: tried for name, tried in tuned.items() if max(tried.values()) > 50}
    inside = [
        name
        for name, tried in learn.items()
        if list(tried)[0] < max(tried, key=tried.get) < list(tried)[-1]
    ]
    headline(
        figure,
        f"{len(learn)} of these {len(tuned)} networks learn; {'all' if len(inside) == len(learn) else 'of these'} {len(inside)} have their best rate inside the list",
    )
    return figure, (
        f"Validation accuracy by learning rate for {len(tuned)} networks. {len(learn)} rise above "
        f"50 % at some rate; for {len(inside)} of these the best rate lies inside the range tried."
    )


def two_orders(gains):
    """Show what each decision brings in two orders; gains: two dicts, decision to `Interval`."""
    figure = Figure(figsize=(10.5, 3.6))
    panels = figure.subplots(1, 2, sharey=True)
    heroes = [max(order, key=lambda name: order[name].value) for order in gains]
    for axes, order, hero in zip(panels, gains, heroes, strict=True):
        for place, (name, gain) in enumerate(order.items()):
            colour = COLOURS["signal" if name == "relu" else "muted"]
            error = [[gain.value - gain.low], [gain.high - gain.value]]
            axes.bar(place, gain.value, color=colour, yerr=error, capsize=5)
            text = number(round(gain.value) + 0, "d")  # + 0: no minus before a zero
            label(axes, text, (place, gain.high), (-6, 5))
        axes.set_xticks(range(len(order)), steps(["", *order])[1:])
        axes.set(title=f"Most by: {hero}", ylim=(min(0, axes.get_ylim()[0]), 100))
    panels[0].set_ylabel("gain in test accuracy\n(points), median and 95 %")
    headline(
        figure,
        f"The same decisions: relu brings {gains[0]['relu'].value:.0f} points in one order, "
        f"{gains[1]['relu'].value:.0f} in the other",
    )
    return figure, (
        f"Gain of each decision in two orders. relu brings more than 70 points in the first: "
        f"{bool(gains[0]['relu'].low > 70)}; fewer than 3 in the second: {bool(gains[1]['relu'].high < 3)}."
    )


def learning_curves(trained):
    """Show training and validation loss by epoch, medians and bands that hold 95 % of the seeds."""
    figure = Figure(figsize=(10.5, 3.6))
    parts = []
    for axes, (name, ensemble) in zip(
        figure.subplots(1, len(trained)), trained.items(), strict=True
    ):
        epochs = np.arange(1, ensemble.epochs + 1)
        curves = {
            "training": (ensemble.losses, "signal", "-"),
            "validation": (ensemble.validation_losses, "error", "--"),
        }
        ends = []
        for kind, (losses, colour, style) in curves.items():
            low, middle, high = np.percentile(losses, [2.5, 50, 97.5], axis=0)
            axes.plot(epochs, middle, style, color=COLOURS[colour], label=kind)
            axes.fill_between(epochs, low, high, color=COLOURS[colour], alpha=0.2, linewidth=0)
            ends.append(middle[-1])
        axes.set(title=name, xlabel="epoch", xticks=[1, 5, 10, 15, 20], ylim=(0, None))
        apart = "above" if ends[1] > 1.5 * ends[0] else "near"
        parts.append(f"{name} {apart}")
    figure.axes[0].set_ylabel("loss (each its own)")
    figure.axes[0].legend(loc="lower left")
    above = [part.removesuffix(" above") for part in parts if part.endswith(" above")]
    headline(
        figure,
        f"The validation loss ends clearly above the training loss: {', '.join(above) or 'nowhere'}",
    )
    return figure, (
        f"Loss by epoch, medians over the seeds. At the end the validation loss lies, against the "
        f"training loss: {', '.join(parts)}."
    )


def confusion(counts):
    """Show a confusion matrix without its diagonal; counts: pictures, (true, guess)."""
    figure = Figure(figsize=(6.4, 5.4))
    axes = figure.subplots()
    wrong = counts * (1 - np.eye(len(counts)))
    drawn = axes.imshow(wrong, cmap="Blues", vmin=0)
    for row, column in np.argwhere(wrong >= 0.5):
        colour = "white" if wrong[row, column] > wrong.max() / 2 else "black"
        axes.text(column, row, f"{wrong[row, column]:.1f}", ha="center", va="center", color=colour)
    figure.colorbar(drawn, ax=axes, label="misread pictures, mean of the networks")
    rarest, worst = (np.diag(counts) / counts.sum(axis=1)).min(), np.sort(wrong.ravel())[::-1]
    five = 10 * int(10 * worst[:5].sum() / worst.sum())
    axes.set(
        xlabel="taken for",
        ylabel="true digit",
        xticks=range(10),
        yticks=range(10),
        title=f"Five of 90 confusions make over {five} % of the mistakes",
    )
    axes.grid(False)
    return figure, (
        f"Confusion matrix of ten digits without the diagonal. At least {10 * int(10 * rarest)} % "
        f"of every digit are read rightly; the five most frequent of 90 confusions make more than "
        f"{five} % of all."
    )


def riddles(x):
    """Show digits without a word about what they are; x: (samples, 64)."""
    figure = Figure(figsize=(10, 1.9))
    for axes, pixels in zip(figure.subplots(1, len(x)), x, strict=True):
        picture(axes, pixels)
    headline(figure, f"What do you read? {len(x)} hard digits")
    return figure, f"{len(x)} pictures of handwritten digits, 8 by 8 pixels each, hard to read."


def hard_digits(x, t, probabilities, misread, networks=20):
    """Show digits with the mean probability of the true and of the preferred wrong label.

    misread: how many of the networks misread each.
    """
    figure = Figure(figsize=(10, 2.5))
    panels = figure.subplots(1, len(x))
    for axes, pixels, true, p, count in zip(panels, x, t, probabilities, misread, strict=True):
        wrong = np.where(np.arange(10) == true, -1, p).argmax()
        picture(axes, pixels)
        axes.set_title(
            f"is {true}: {p[true]:.0%}\nread {wrong}: {p[wrong]:.0%}\nwrong: {count} of {networks}",
            fontsize=9,
            fontweight="normal",
        )
    least = misread.min()
    headline(figure, f"Each is misread by {least} or more of {networks} networks")
    return figure, (
        f"{len(x)} test digits, each misread by more than half of the networks: "
        f"{bool((misread > networks / 2).all())}."
    )


def early_stopping(losses, validation_losses, patience):
    """Show both losses by epoch, the epoch of the lowest validation loss and where training ended."""
    figure = Figure(figsize=(9, 3.4))
    axes = figure.subplots()
    epochs = np.arange(1, len(losses) + 1)
    best = int(np.argmin(validation_losses)) + 1
    axes.semilogy(epochs, losses, color=COLOURS["signal"], label="training")
    axes.semilogy(epochs, validation_losses, "--", color=COLOURS["error"], label="validation")
    axes.axvline(best, color=COLOURS["theory"], linewidth=1)
    axes.axvspan(best, len(losses), color=COLOURS["muted"], alpha=0.2, linewidth=0)
    label(axes, f"lowest: epoch {best}", (best, max(losses)), (-4, -6), ha="right")
    axes.set(
        xlabel="epoch",
        ylabel="loss",
        title=f"{patience} epochs without a new lowest validation loss end the training at epoch {len(losses)}",
    )
    axes.legend(loc="lower left")
    return figure, (
        f"Loss by epoch of one network. Training ends {len(losses) - best} epochs after the lowest "
        f"validation loss; the training loss goes on falling: {bool(min(losses[best:]) < losses[best - 1])}."
    )
