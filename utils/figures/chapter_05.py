"""Figures of chapter 05: activation functions, their slopes and tails, hinges, a race."""

import numpy as np
from matplotlib.figure import Figure

from utils.activations import ACTIVATIONS
from utils.plotting import COLOURS, label, number
from utils.statistics import mean_interval, paired_difference


def small_multiples(names):
    """Show functions and slopes side by side on the same scales."""
    figure = Figure(figsize=(9, 5))
    z = np.sort(np.append(np.linspace(-4, 4, 801), -1e-12))  # selu is steepest just left of 0
    parts = []
    for axes, name in zip(figure.subplots(2, 3, sharex=True, sharey=True).flat, names, strict=True):
        activation = ACTIVATIONS[name]
        a, slope = activation.function(z), activation.derivative(z)
        a[z == 0] = np.nan if name == "sign" else a[z == 0]  # a jump is not a line
        axes.plot(z, a, color=COLOURS["signal"])
        axes.plot(z, slope, "--", color=COLOURS["error"])
        low, high = (number(end, ".2g") for end in activation.output_range)
        axes.set(ylim=(-2, 2), title=f"{name}: {low} to {high}".replace("inf", "∞"))
        parts.append(f"{name} (largest slope {np.nanmax(slope):.3f})")
    figure.supxlabel("z")
    return figure, f"Function and slope of {', '.join(parts)}, for z from −4 to 4."


def tasks(samples):
    """Show data sets side by side: points in the plane, or pictures of digits."""
    figure = Figure(figsize=(2.8 * len(samples), 3.2))
    for axes, data in zip(figure.subplots(1, len(samples)), samples, strict=True):
        if data.x.shape[1] == 2:
            for kind, marker in enumerate("o^"):
                points, colour = data.x[data.y == kind], COLOURS[f"class_{kind}"]
                axes.plot(*points.T, marker, color=colour, markersize=4, alpha=0.8)
            axes.set(title=data.name, xlabel="$x_1$", ylabel="$x_2$", xlim=(-2, 2), ylim=(-2, 2))
            axes.set_aspect("equal")
        else:
            chosen = [data.x[data.y == kind][:8].reshape(2, 4, 8, 8) for kind in (0, 1)]
            framed = np.pad(np.concatenate(chosen), ((0, 0), (0, 0), (1, 1), (1, 1)))
            axes.imshow(framed.swapaxes(1, 2).reshape(40, 40), cmap="Greys")
            axes.axhline(19.5, color=COLOURS["theory"], linewidth=1)
            axes.set(title=data.name, xlabel="even above, odd below", xticks=[], yticks=[])
            axes.grid(False)
    shapes = {
        "moons": "moons, two half circles that reach into each other",
        "circles": "circles, a ring inside a ring",
        "spirals": "spirals, two arms of one and a half turns wound into each other",
        "digits": "digits, pictures of 8 by 8 pixels, even ones and odd ones",
    }
    names = "; ".join(shapes[data.name] for data in samples)
    return figure, f"{len(samples)} data sets of {len(samples[0].x)} samples each: {names}."


def tails(rate, power):
    """Show the slopes of the three S-shaped functions on two scales, with the fitted tails."""
    figure = Figure(figsize=(10, 4))
    left, right = figure.subplots(1, 2)
    styles = {"sigmoid": ("signal", "-"), "tanh": ("other", "--"), "softsign": ("weight", ":")}
    texts = {
        "sigmoid": f"sigmoid\n$e^{{-{rate['sigmoid']:.1f}z}}$",
        "tanh": f"tanh\n$e^{{-{rate['tanh']:.1f}z}}$",
        "softsign": f"softsign\n$z^{{-{power:.1f}}}$",
    }
    places = {"sigmoid": (16, 18), "tanh": (16, 9), "softsign": (16, 60)}  # of the texts
    for name, (colour, style) in styles.items():
        slope, drawn = ACTIVATIONS[name].derivative, {"color": COLOURS[colour]}
        for axes, z in ((left, np.linspace(0, 16, 300)), (right, np.geomspace(0.1, 1000, 600))):
            axes.plot(z, slope(z), style, **drawn)
        near, far = (float(place) for place in places[name])
        label(left, texts[name], (near, slope(near)), (6, -4), **drawn)
        before = name == "tanh"
        offset, side = ((-8, -20), "right") if before else ((8, 0), "left")
        label(right, texts[name], (far, slope(far)), offset, ha=side, **drawn)
    left.set(yscale="log", xlabel="z", ylabel="slope", xlim=(0, 20), xticks=range(0, 17, 4))
    left.set_title("Straight here: an exponential")
    right.set(xscale="log", yscale="log", xlabel="z, logarithmic", ylim=(1e-14, 3))
    right.set_title("Straight here: a power")
    at_ten = {name: ACTIVATIONS[name].derivative(10.0) for name in styles}
    return figure, (
        "Slopes with logarithmic heights, left over z, right over a logarithmic z up to 1000. Left "
        "sigmoid and tanh end as straight lines, right softsign does. At z = 10: "
        + ", ".join(f"{name} {slope:.0e}" for name, slope in at_ten.items())
        + "."
    )


def bars(axes, scores, temperature):
    """Draw softmax of the scores at one temperature."""
    p = ACTIVATIONS["softmax"].function(np.array(scores) / temperature)
    axes.bar(range(len(p)), p, color=COLOURS["signal"])
    for place, share in enumerate(p):
        axes.text(place, share + 0.02, f"{share:.2f}", ha="center")
    axes.set(xticks=range(len(p)), xticklabels=[f"z = {number(z)}" for z in scores], ylim=(0, 1.1))
    return p


def temperature(scores, tau):
    """Show softmax of the scores at one temperature, and at all of them."""
    figure = Figure(figsize=(9, 3.2))
    left, right = figure.subplots(1, 2)
    p = bars(left, scores, tau)
    taus = np.geomspace(0.1, 10**1.5, 150)
    shares = ACTIVATIONS["softmax"].function(np.array(scores) / taus[:, np.newaxis])
    styles = zip(shares.T, scores, ("-", "--", ":"), (30, 75, 85), (5, -14, -12), strict=True)
    for curve, score, style, k, up in styles:
        right.semilogx(taus, curve, style, color=COLOURS["signal"])
        label(right, f"z = {number(score)}", (taus[k], curve[k]), (6, up))
    right.axvline(tau, color=COLOURS["theory"], linestyle=":", linewidth=1)
    right.set(xlabel="temperature τ", ylabel="$p_k$", ylim=(-0.03, 1.1))
    left.set_title(f"τ = {tau:.2g}: {p.max():.0%} for the largest")
    right.set_title("Cold: all to the largest; hot: alike")
    parts = ", ".join(f"{share:.2f}" for share in p)
    return figure, (
        f"softmax of {', '.join(number(z) for z in scores)} at temperature {tau:.2g}: {parts}. From "
        f"cold to hot the largest share falls from {shares[0].max():.2f} to {shares[-1].max():.2f}."
    )


def draw_hinges(axes, curve, hinges, n):
    """Draw a curve and its sum of n hinges; return the largest error."""
    x = np.linspace(0, 2 * np.pi, 1001)
    pieces = hinges(curve, n)(x)
    axes.plot(x, curve(x), "--", color=COLOURS["theory"], linewidth=1)
    axes.plot(x, pieces, color=COLOURS["signal"])
    places = np.linspace(0, 2 * np.pi, n + 1)
    axes.plot(places, curve(places), "o", color=COLOURS["signal"], markersize=4)
    axes.set(xlabel="x", ylim=(-1.3, 1.3))
    return np.abs(pieces - curve(x)).max()


def hinge_sum(curve, hinges, n, counts, errors):
    """Show a curve made of n hinges, and the error against the number of hinges."""
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2)
    error = draw_hinges(left, curve, hinges, n)
    right.loglog(counts, errors, "o", color=COLOURS["signal"])
    right.loglog(counts, errors[-1] * (counts[-1] / counts) ** 2.0, "--", color=COLOURS["theory"])
    right.plot(n, error, "D", color=COLOURS["error"], markersize=8)
    label(right, f"n = {n}", (n, error), (9, 2), color=COLOURS["error"])
    label(right, "theory $n^{-2}$", (counts[3], errors[3]), (10, 4))
    left.set_title(f"{n} hinges follow a sine to {error:.2f}")
    right.set(
        xlabel="hinges n", ylabel="largest error", title="Twice the hinges, a quarter of the error"
    )
    return figure, (
        f"Left: a sine and {n} straight pieces, largest error {error:.2f}. Right: the error falls from {errors[0]:.2f} "
        f"with {counts[0]} hinges to {errors[-1]:.5f} with {counts[-1]}."
    )


def panels(choices, tasks, estimates, title, xlabel):
    """Draw an estimate with its interval for each choice, a panel per task."""
    figure = Figure(figsize=(11, 3.2))
    panels = figure.subplots(1, len(tasks), sharey=True)
    for column, (axes, task) in enumerate(zip(panels, tasks, strict=True)):
        for row, name in enumerate(choices):
            value, low, high = estimates[row][column]
            colour, marker = ("error", "s") if name == "relu" else ("signal", "o")
            style = {"fmt": marker, "color": COLOURS[colour], "capsize": 4}
            axes.errorbar(value, row, xerr=[[value - low], [high - value]], **style)
        axes.set(title=task, xlabel=xlabel)
    panels[0].set_yticks(range(len(choices)), labels=choices)
    panels[0].invert_yaxis()
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return figure


def ahead(choices, tasks, values, margin):
    """Return "relu on circles and moons": who is ahead of all others, by more than the margin."""
    won = {}
    for column, task in enumerate(tasks):
        best, *others = np.argsort(-values[:, column].mean(axis=-1))
        gaps = [paired_difference(values[best, column], values[row, column]) for row in others]
        if min(gap.low for gap in gaps) > margin:
            won.setdefault(choices[best], []).append(task)
    return "; ".join(f"{name} on {', '.join(places)}" for name, places in won.items()) or "nobody"


def in_bands(choices, tasks, estimates, edges, words):
    """Return in which band of values, such as "above 95", each choice lies on each task.

    Bands stay what they are on another processor, where training ends at other digits.
    """
    parts = []
    for column, task in enumerate(tasks):
        band = np.digitize([row[column].value for row in estimates], edges)
        names = {k: ", ".join(np.array(choices)[band == k]) for k in sorted(set(band))}
        parts.append(f"{task}: " + "; ".join(f"{who} {words[k]}" for k, who in names.items()))
    return ". ".join(parts)


def race(choices, tasks, final):
    """Show the mean accuracy of each activation on each task, with 95 % intervals."""
    estimates = [[mean_interval(row) for row in rows] for rows in final]
    title = "Ahead of all others by over a point: " + ahead(choices, tasks, final, 1)
    words = ("below 60", "60 to 80", "80 to 95", "above 95")
    text = in_bands(choices, tasks, estimates, (60, 80, 95), words)
    figure = panels(choices, tasks, estimates, title, "test accuracy (%)")
    return figure, f"Mean test accuracy in percent over {final.shape[2]} seeds. {text}. {title}."


def epochs_to_target(choices, tasks, targets, epochs, limit):
    """Show the mean number of epochs to a target accuracy, with 95 % intervals."""
    estimates = [[mean_interval(row) for row in rows] for rows in epochs]
    names = [f"{task}, to {target} %" for task, target in zip(tasks, targets, strict=True)]
    title = (
        f"Clearly the soonest: {ahead(choices, tasks, -epochs, 0.5)} ({limit + 1} epochs: never)"
    )
    words = ("20 or fewer", "20 to 30", "over 30")
    text = in_bands(choices, names, estimates, (20, 30), words)
    figure = panels(choices, names, estimates, title, "epochs (mean)")
    return figure, f"Mean epochs to the target over {epochs.shape[2]} seeds. {text}. {title}."
