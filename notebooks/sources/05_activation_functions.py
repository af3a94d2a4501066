# ---
# jupyter:
#   course: {chapter: "05", needs: ["01", "02"], minutes: 60, question: "Why bend the signal, and with which curve?"}
# ---

# %% [markdown] id="title" lang="en"
# # 05 · Bend the signal: activation functions
#
# Between two layers of weights stands a function of one number, the activation. Take it away and a deep network is no more than a shallow one. Take one that is flat and the hidden layers learn nothing. This chapter looks at seven old ones and five newer ones, and then asks which is best.

# %% [markdown] id="aims" lang="en"
# **You will** compute each function and its slope, stretch their tails, build a curve out of straight pieces, and race five of them on four tasks.
#
# **You will learn to**
# - say why a network needs an activation that is neither straight nor flat;
# - tell sigmoid, tanh and softsign apart by their slope at 0 and by their tails;
# - use softmax for what it is: an output for several classes;
# - explain how relu, two straight pieces, follows a curve;
# - judge a sentence such as "relu is the best activation".
#
# **You need** chapters 01 and 02, and about an hour.

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
import dataclasses

import keras
import numpy as np
import tensorflow as tf

from utils.activations import ACTIVATIONS
from utils.controls import interactive_figure
from utils.datasets import load
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_05 as figures
from utils.models import BPNetwork, build_mlp
from utils.plotting import show
from utils.statistics import paired_difference

evidence = EvidenceTable("05")

# %% [markdown] id="collapse-text" lang="en"
# ## Without a bend
#
# **purelin** passes its input on: $f(z) = z$. Stack three layers of it.
#
# **Predict:** how many layers would do the same?

# %% id="collapse"
random = np.random.default_rng(0)
network = BPNetwork((4, 16, 16, 3), "purelin", seed=0)
network.biases = [random.normal(size=bias.shape) for bias in network.biases]
W = network.weights[0] @ network.weights[1] @ network.weights[2]
b = (network.biases[0] @ network.weights[1] + network.biases[1]) @ network.weights[2] + network.biases[2]
x = random.normal(size=(1000, 4))
difference = np.abs(network.forward(x) - (x @ W + b)).max()
assert difference < 1e-12
print(f"three layers against one matrix: they differ by less than 1e-12: {difference < 1e-12}")

# %% [markdown] id="sign-text" lang="en"
# One: the product of the three matrices is one matrix. The opposite fault has **sign**: it bends, hard, but is flat on both sides. Its slope is 0 wherever it has one, and a δ times 0 is 0.
#
# Two data sets of this chapter: two half moons, and a ring inside a ring. A straight line can separate neither.

# %% id="two-tasks"
moons = load("moons", n_samples=200, noise=0.1)
circles = load("circles", n_samples=200, noise=0.1)
show(*figures.tasks([moons, circles]))

# %% [markdown] id="sign-predict" lang="en"
# **Predict:** we train a network with a sign hidden layer on the moons for 500 steps. Which weights move?

# %% id="sign"
network = BPNetwork((2, 8, 1), ("sign", "sigmoid"), seed=0)
first, last = network.weights[0].copy(), network.weights[1].copy()
for _ in range(500):
    network.forward(moons.x)
    network.backward(moons.y[:, None])
    network.update(0.5)
print("hidden weights moved by", np.abs(network.weights[0] - first).max())
print("output weights moved:", bool(np.abs(network.weights[1] - last).max() > 0.1))

# %% [markdown] id="accuracy-text" lang="en"
# How well do they do? The same training for purelin, sign and tanh, on 20 samples of the two circles.

# %% id="accuracy"
def accuracy_on_circles(activation, seed):
    circles = load("circles", n_samples=200, noise=0.1, seed=seed)
    network = BPNetwork((2, 8, 1), (activation, "sigmoid"), seed=seed)
    for _ in range(2000):
        network.forward(circles.x)
        network.backward(circles.y[:, None])
        network.update(5.0)
    return 100 * np.mean((network.forward(circles.x)[:, 0] > 0.5) == circles.y)


right = {name: [accuracy_on_circles(name, seed) for seed in range(20)] for name in ("purelin", "sign", "tanh")}
behind = {name: paired_difference(right["tanh"], right[name]) for name in ("purelin", "sign")}
for name, gap in behind.items():
    print(f"{name:8} more than 5 points behind tanh: {gap.low > 5}")

# %% id="record-linear"
evidence.record(
    "C13", "sign and purelin cannot solve non-linear problems well", seeds=20,
    experiment="two circles, 8 hidden neurons, 2,000 steps: training accuracy against tanh",
    measured="purelin collapses into one linear map, sign's hidden weights do not move; both more than 5 points behind: "
    f"{all(gap.low > 5 for gap in behind.values())}; interval of tanh − sign, in points",
    interval=behind["sign"].outward(), holds=bool(difference < 1e-12 and all(gap.low > 5 for gap in behind.values())),
)

# %% [markdown] id="seven-text" lang="en"
# ## Seven functions and their slopes
#
# The seven of the article are sign, purelin, sigmoid, tanh, softsign, relu and softmax. Backpropagation needs two things of an activation: its value on the way forward and its slope on the way back. Here are four of the seven. With $a = f(z)$ at hand some slopes cost next to nothing: $a(1-a)$ for sigmoid, $1-a^2$ for tanh.

# %% id="four"
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softsign(z):
    return z / (1 + np.abs(z))


def relu(z):
    return np.maximum(z, 0)


SLOPES = {
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "softsign": lambda z: 1 / (1 + np.abs(z)) ** 2,
    "relu": lambda z: (z > 0).astype(float),
}

# %% id="four-check"
z = np.linspace(-5, 5, 101)
for name, slope in SLOPES.items():
    watched = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        a = keras.activations.get(name)(watched)
    assert np.allclose(slope(z), tape.gradient(a, watched), rtol=1e-6)
    assert np.allclose(slope(z), ACTIVATIONS[name].derivative(z), rtol=1e-12)

# %% [markdown] id="multiples-text" lang="en"
# The course keeps all of them, with exact slopes, in `utils.activations.ACTIVATIONS`. Solid blue is the function, dashed red its slope. **softmax** is missing: it works on several numbers at once, and comes below.

# %% id="multiples"
show(*figures.small_multiples(["sign", "purelin", "sigmoid", "tanh", "softsign", "relu"]))

# %% [markdown] id="limits-text" lang="en"
# Where do they end? Infinity is a number that floating point knows, so we can ask for the limits themselves.

# %% id="limits"
LIMITS = {"sign": (-1, 1), "sigmoid": (0, 1), "tanh": (-1, 1), "softsign": (-1, 1), "relu": (0, np.inf)}
z = np.linspace(-50, 50, 10001)
for name, (left, right) in LIMITS.items():
    function = ACTIVATIONS[name].function
    assert np.array_equal(function([-np.inf, np.inf]), [left, right])
    assert left <= function(z).min() and function(z).max() <= right
    print(f"{name:9} tends to {left} and {right}")

# %% id="record-limits"
for claim, name in (("C15", "sigmoid"), ("C16", "tanh"), ("C17", "softsign")):
    left, right = LIMITS[name]
    reached = ACTIVATIONS[name].function([-np.inf, np.inf])
    evidence.record(
        claim, f"{name} takes values between {left} and {right} and tends to them",
        experiment="limits at ±∞, and 10,001 points between",
        measured=f"{reached[0]:.0f} and {reached[1]:.0f}", holds=bool((reached == LIMITS[name]).all()),
    )

# %% [markdown] id="tails-predict" lang="en"
# ## Three that look alike
#
# sigmoid, tanh and softsign are all shaped like an S. Two numbers tell them apart. The first is the slope at 0: it multiplies δ when signals are small. The second is how fast the slope dies when signals are large.
#
# **Predict:** which slope at 0 is the smallest? Whose slope at $z = 10$ is the largest?

# %% id="tails"
for name in ("sigmoid", "tanh", "softsign"):
    slope = ACTIVATIONS[name].derivative
    print(f"{name:9} slope at 0: {slope(0.0):.2f}   at 10: {slope(10.0):.1e}")

# %% [markdown] id="fit-text" lang="en"
# If the height is on a logarithmic scale, an exponential is a straight line; if both axes are, a power is. So each figure has a kind of tail that it shows best. We fit both: for sigmoid and tanh the rate of $e^{-rz}$ between 8 and 16, for softsign the exponent of $z^{-p}$ between 100 and 1000.

# %% id="fit"
near, far = np.linspace(8, 16, 50), np.geomspace(100, 1000, 50)
rate = {
    name: -np.polyfit(near, np.log(ACTIVATIONS[name].derivative(near)), 1)[0] for name in ("sigmoid", "tanh")
}
power = -np.polyfit(np.log(far), np.log(ACTIVATIONS["softsign"].derivative(far)), 1)[0]
print(f"sigmoid e^(-{rate['sigmoid']:.2f} z), tanh e^(-{rate['tanh']:.2f} z), softsign z^(-{power:.2f})")

# %% id="tails-figure"
show(*figures.tails(rate, power))

# %% id="record-tails"
evidence.record(
    "05.1", "Saturated neurons of sigmoid, tanh and softsign are equally slow",
    experiment="slopes fitted between z = 8 and 1000",
    measured=f"sigmoid e^(−{rate['sigmoid']:.2f} z), tanh e^(−{rate['tanh']:.2f} z), softsign z^(−{power:.2f})",
    holds=bool(abs(rate["sigmoid"] - rate["tanh"]) < 0.1),
)

# %% [markdown] id="traps-text" lang="en"
# The formulas hide two traps. $e^{-z}$ overflows for very negative $z$. And $1-\tanh^2 z$ subtracts two numbers that are equal to 16 digits.
#
# **Predict:** what is the slope of tanh at 20 by that formula? By $4\,\sigma(2z)\,\sigma(-2z)$ with the sigmoid $\sigma$, which is the same?

# %% id="traps"
with np.errstate(over="ignore"):
    overflows = np.exp(1000.0)
print("e^1000 in float64:", overflows)
print(f"slope of tanh at 20: by 1 − tanh² {1 - np.tanh(20.0) ** 2:.1e}, exactly {ACTIVATIONS['tanh'].derivative(20.0):.1e}")

# %% [markdown] id="softmax-text" lang="en"
# ## softmax
#
# $$p_k = \frac{e^{z_k/\tau}}{\sum_j e^{z_j/\tau}}$$
#
# It turns several numbers $z_k$ into positive ones that add up to 1, so they can be read as probabilities. Here $j$ runs over all of them. Adding the same number to each $z$ changes nothing. The temperature $\tau$, usually 1, decides how much the largest takes.

# %% id="softmax"
softmax = ACTIVATIONS["softmax"].function
scores = np.array([2.0, 1.0, -1.0])
p = softmax(scores)
assert np.isclose(p.sum(), 1) and np.allclose(softmax(scores + 100), p)
print("p =", p.round(3).tolist(), "  hot (τ = 10):", softmax(scores / 10).round(3).tolist())

# %% id="temperature"
def redraw(temperature):
    return figures.temperature(scores, 10**temperature)


show(*redraw(temperature=0.0))

# %% [markdown] id="temperature-text" lang="en"
# On the right every temperature at once; the dotted line marks the bars on the left. The slider moves $\log_{10}\tau$. What remains of softmax when it is very cold, and when it is very hot?

# %% id="temperature-slider"
interactive_figure(redraw, temperature=(-1.0, 1.5, 0.1, 0.0))

# %% [markdown] id="jacobian-text" lang="en"
# Each output depends on each input, so the slope is a matrix, the **Jacobian**: $\partial p_j/\partial z_k = p_j\,([j=k] - p_k)$, where $[j=k]$ is 1 if $j=k$ and 0 otherwise. Its rows add up to 0, because the outputs' sum cannot change. One neuron alone says nothing here: softmax of a single number is always 1. So it stands where several numbers share one whole, above all at the output.

# %% id="jacobian"
watched = tf.constant(scores)
with tf.GradientTape() as tape:
    tape.watch(watched)
    outputs = tf.nn.softmax(watched)
jacobian = ACTIVATIONS["softmax"].derivative(scores)
assert np.allclose(jacobian, tape.jacobian(outputs, watched), rtol=1e-9)
print(jacobian.round(3).tolist(), " row sums below 1e-15:", bool(np.abs(jacobian.sum(axis=1)).max() < 1e-15))

# %% id="record-softmax"
samples = softmax(random.normal(size=(1000, 5)) * 5)
evidence.record(
    "C14", "softmax maps the outputs of several neurons into (0, 1); they can be read as probabilities",
    experiment="1,000 random vectors of 5", measured="all in (0, 1), all sums 1 to 1e-12",
    holds=bool((samples > 0).all() and (samples < 1).all() and np.allclose(samples.sum(axis=1), 1, rtol=1e-12)),
    only_if="several neurons form one output: of a single number it is always 1",
)

# %% [markdown] id="hinge-text" lang="en"
# ## relu: straight pieces make curves
#
# relu is 0 on the left and $z$ on the right. A neuron with it is a **hinge**: flat up to a point, then a straight slope. Add hinges at several points, each with the *change* of slope wanted there, and the sum is any chain of straight pieces. We build it here, we do not learn it.
#
# **Predict:** twice as many hinges along a smooth curve. By which factor does the largest error shrink?

# %% id="hinges"
def hinges(curve, n, low=0.0, high=2 * np.pi):
    places = np.linspace(low, high, n + 1)
    slopes = np.diff(curve(places)) / np.diff(places)
    changes = np.diff(slopes, prepend=0)
    return lambda x: curve(low) + relu(np.subtract.outer(x, places[:-1])) @ changes


x = np.linspace(0, 2 * np.pi, 2001)
assert np.allclose(hinges(np.sin, 6)(x), np.interp(x, np.linspace(0, 2 * np.pi, 7), np.sin(np.linspace(0, 2 * np.pi, 7))))

# %% id="hinge-errors"
counts = np.array([4, 8, 16, 32, 64, 128])
errors = np.array([np.abs(hinges(np.sin, n)(x) - np.sin(x)).max() for n in counts])
exponent = -np.polyfit(np.log(counts[1:]), np.log(errors[1:]), 1)[0]  # theory speaks of small pieces
print(f"error falls like n^(-{exponent:.1f}); twice as many hinges, {2**exponent:.1f} times smaller")

# %% id="hinge-figure"
show(*figures.hinge_sum(np.sin, hinges, 6, counts, errors))

# %% id="hinge-slider"
interactive_figure(lambda n: figures.hinge_sum(np.sin, hinges, n, counts, errors), n=(1, 40, 1, 6))

# %% id="record-hinges"
evidence.record(
    "C18", "relu is 0 for x < 0 and x for x > 0; linear on either side, non-linear in combination",
    experiment="a sine built from 4 to 128 hinges",
    measured=f"the largest error falls like n^(−{exponent:.1f})",
    holds=bool(np.array_equal(relu(np.array([-2.0, 3.0])), [0, 3]) and exponent > 1.9),
)

# %% [markdown] id="modern-text" lang="en"
# ## Five newer ones
#
# leaky relu keeps a small slope on the left, 0.2 in Keras (Maas et al. 2013). elu and selu end softly at a negative value (Clevert et al. 2016, Klambauer et al. 2017). gelu and silu are smooth, and dip below 0 before they rise (Hendrycks & Gimpel 2016, Elfwing et al. 2018).

# %% id="modern-figure"
show(*figures.small_multiples(["leaky_relu", "elu", "selu", "gelu", "silu", "relu"]))

# %% [markdown] id="tenth-text" lang="en"
# ## What ten layers make of a slope
#
# On the way back each layer multiplies δ by the slope of its activation. The largest slope bounds what can come through. Ten layers raise it to the tenth power. (They also multiply by weights; chapter 07 puts the two together.)

# %% id="tenth"
z = np.linspace(-6, 6, 120001)
for name in ("sigmoid", "tanh", "softsign", "relu", "leaky_relu", "elu", "selu", "gelu", "silu"):
    largest = ACTIVATIONS[name].derivative(z).max()
    print(f"{name:10} largest slope {largest:.2f}   to the tenth power {largest**10:.1e}")

# %% [markdown] id="race-text" lang="en"
# ## Is relu the best?
#
# The article calls relu the best of these functions. We test it: four tasks, two hidden layers, the same budget for all. Three tasks are points in the plane; the fourth is to tell odd from even handwritten digits. Each activation has the learning rate that is best for it on 8 seeds which are not used afterwards; then 32 other seeds count, each with data of its own.

# %% id="race-tasks"
TASKS = {"circles": 0.1, "moons": 0.15, "spirals": 0.02, "digits": None}  # and their noise
N = 200  # samples to learn from, and as many to be tested on
pictures = load("digits")


def draw(task, seed):
    if task != "digits":
        return load(task, n_samples=2 * N, noise=TASKS[task], seed=seed)
    order = np.random.default_rng(seed).permutation(len(pictures.x))[:2 * N]
    return dataclasses.replace(pictures, x=pictures.x[order] / 16, y=pictures.y[order] % 2)


show(*figures.tasks([draw(task, seed=0) for task in TASKS]))

# %% [markdown] id="race-predict" lang="en"
# **Predict:** on how many of the four tasks will relu win?

# %% id="race-setup"
CHOICES = ["sigmoid", "tanh", "softsign", "relu", "silu"]
RATES = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
SEEDS, EPOCHS = 40, 40  # 8 seeds to choose the learning rate, 32 to measure

# %% [markdown] id="padding-text" lang="en"
# A picture has 64 numbers, a point has two. With 62 zeros behind it a point fits the same network: the weights from an input that is always 0 never matter and never move. So one program can train all four tasks. Of each sample of 400 one half is to learn from, the other half to be tested on.

# %% id="race-data"
members = [(task, seed, rate) for task in TASKS for seed in range(SEEDS) for rate in RATES]
samples = {(task, seed): draw(task, seed) for task in TASKS for seed in range(SEEDS)}
x = np.array([np.pad(d.x, ((0, 0), (0, 64 - d.x.shape[1]))) for d in samples.values()])
y = np.array([d.y[:, np.newaxis] for d in samples.values()])
x, y = np.repeat(x, len(RATES), axis=0), np.repeat(y, len(RATES), axis=0)
x.shape, y.shape

# %% [markdown] id="starts-text" lang="en"
# A seed starts from the same weights with every activation: small ones, drawn for the inputs that are in use.

# %% id="starts"
def starting_weights(inputs, seed):
    parameters = BPNetwork((inputs, 12, 12, 1), seed=seed).parameters
    parameters[0] = np.pad(parameters[0], ((0, 64 - inputs), (0, 0)))
    return parameters


starts = [starting_weights(64 if task == "digits" else 2, seed) for task, seed, rate in members]
starts = [np.stack(arrays) for arrays in zip(*starts)]

# %% [markdown] id="train-many-text" lang="en"
# `train_many` builds one Keras model, stacks the weights of all 1,120 networks along a new first axis, and trains the stack as if it were one network, in one compiled program. Each gets what `model.fit` would give it, and the helper's tests confirm this to five digits.

# %% id="race-function"
from utils.ensembles import train_many


def race(activation):
    trained = train_many(
        lambda: build_mlp((12, 12), activation, inputs=64, outputs=1, output_activation="sigmoid"),
        x[:, :N], y[:, :N], validation_data=(x[:, N:], y[:, N:]), data_per_seed=True,
        seeds=[seed for _, seed, _ in members], learning_rates=[rate for _, _, rate in members],
        initial_weights=starts, epochs=EPOCHS, batch_size=25,
        optimizer=keras.optimizers.SGD(), loss="binary_crossentropy", metrics=["accuracy"],
    )
    return trained.validation_metrics["accuracy"].reshape(len(TASKS), SEEDS, len(RATES), EPOCHS)

# %% id="race"
accuracy = np.array([race(activation) for activation in CHOICES])
accuracy.shape  # activations, tasks, seeds, learning rates, epochs

# %% [markdown] id="choose-text" lang="en"
# One epoch more or less can move a network's accuracy by a point. So we take the mean over the last ten epochs. Each activation gets, on each task, the learning rate with the highest such mean over the first 8 seeds; only the other 32 count. Test samples come in halves of a percent, which rounding restores.

# %% id="choose"
percent = np.round(100 * accuracy.astype(float), 1)


def tuned(values, best):
    """Return the values (activations, tasks, 32 seeds) at the learning rate best on 8 others."""
    rate = best(values[:, :, :8].mean(axis=2), axis=-1)
    chosen = np.take_along_axis(values[:, :, 8:], rate[:, :, None, None], axis=3)
    return chosen[..., 0], rate


final, rate = tuned(percent[..., -10:].mean(axis=-1), np.argmax)
at_the_end = int(np.isin(rate, [0, len(RATES) - 1]).sum())
print(f"of {rate.size} choices {at_the_end} fall on the first or last rate of the list")

# %% id="race-figure"
tasks = list(TASKS)
show(*figures.race(CHOICES, tasks, final))

# %% [markdown] id="differences-text" lang="en"
# The intervals above are for each activation alone. The fair comparison is paired: the same seed, the same data, the same starting weights. We count a task for relu, or against it, when the 95 % interval of the mean difference lies wholly beyond one point.

# %% id="differences"
ours = CHOICES.index("relu")
gaps = {
    name: [paired_difference(final[ours, task], final[rival, task]) for task in range(4)]
    for rival, name in enumerate(CHOICES) if name != "relu"
}
better = {name: sum(gap.low > 1 for gap in row) for name, row in gaps.items()}
worse = {name: sum(gap.high < -1 for gap in row) for name, row in gaps.items()}
for name in gaps:
    print(f"relu against {name:8} better on {better[name]} of 4 tasks, worse on {worse[name]}")

# %% [markdown] id="speed-text" lang="en"
# Accuracy after a fixed number of epochs is one question. How soon a network gets somewhere is another. We count the epochs until the test accuracy first reaches a target; a network that never does counts as one epoch more than there were. For this question each activation gets the learning rate with the fewest epochs over the 8 seeds.

# %% id="speed"
TARGETS = np.array([95, 95, 75, 85])
reached = percent >= TARGETS[:, None, None, None]
count = np.where(reached.any(axis=-1), reached.argmax(axis=-1) + 1, EPOCHS + 1)
epochs, _ = tuned(count, np.argmin)
show(*figures.epochs_to_target(CHOICES, tasks, TARGETS, epochs, EPOCHS))

# %% id="record-race"
lead = gaps["tanh"][tasks.index("spirals")]
evidence.record(
    "C20", "relu is the best of these activation functions",
    experiment="4 tasks, two hidden layers, the best of 7 learning rates for each", seeds=32,
    measured="better by over a point on / worse on, of 4 tasks: " + ", ".join(
        f"{n} {better[n]}/{worse[n]}" for n in gaps) + "; interval of relu − tanh on the spirals, in points",
    interval=np.round(lead[1:]), holds=bool(min(better.values()) == 4),
)

# %% [markdown] id="race-reading" lang="en"
# relu is a safe choice here, not the best at everything. It is far ahead where the boundary is intricate, on the spirals, and no rival is better anywhere by more than a point with certainty. But tanh, softsign and silu are not clearly behind it on the other three tasks; only sigmoid is, on all four. relu is also clearly the soonest at the target on the three tasks in the plane, though not on the digits. All networks here have two hidden layers; deeper ones may order the five otherwise.

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence
#
# "C" numbers are claims of the article that inspired this course; the others are this chapter's own.

# %% id="evidence"
evidence

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell.
#
# **1.** The slope of sigmoid at $z$.

# %% id="exercise-sigmoid" tags=["exercise"]
def sigmoid_slope(z):
    ...


check("05-sigmoid", sigmoid_slope)

# %% [markdown] id="hint-sigmoid" lang="en"
# *Hint.* With $a = 1/(1+e^{-z})$ it needs only $a$.

# %% id="solution-sigmoid" tags=["solution"]
def sigmoid_slope(z):
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a)


check("05-sigmoid", sigmoid_slope)

# %% [markdown] id="exercise-stable-text" lang="en"
# **2.** softmax of a row of numbers, which must also work for 1000.

# %% id="exercise-stable" tags=["exercise"]
def stable_softmax(z):
    ...


check("05-softmax", stable_softmax)

# %% [markdown] id="hint-stable" lang="en"
# *Hint.* Adding the same number to every $z$ changes nothing. Which number makes the largest exponent harmless?

# %% id="solution-stable" tags=["solution"]
def stable_softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


check("05-softmax", stable_softmax)

# %% [markdown] id="exercise-leaky-text" lang="en"
# **3.** Leaky relu with slope 0.2 on the left, as above, for an array.

# %% id="exercise-leaky" tags=["exercise"]
def leaky(z):
    ...


check("05-leaky", leaky)

# %% [markdown] id="hint-leaky" lang="en"
# *Hint.* Which is larger, $z$ or $0.2\,z$, on either side?

# %% id="solution-leaky" tags=["solution"]
def leaky(z):
    return np.maximum(z, 0.2 * z)


check("05-leaky", leaky)

# %% [markdown] id="exercise-hinge-text" lang="en"
# **4.** The absolute value $|x|$ as a sum of two relu: return the output for an array $x$, using only the given `relu`.

# %% id="exercise-hinge" tags=["exercise"]
def absolute(x, relu):
    ...


check("05-hinge", absolute)

# %% [markdown] id="hint-hinge" lang="en"
# *Hint.* One hinge that opens to the right, one that opens to the left.

# %% id="solution-hinge" tags=["solution"]
def absolute(x, relu):
    return relu(x) + relu(-x)


check("05-hinge", absolute)

# %% [markdown] id="exercise-layers-text" lang="en"
# **5.** How many sigmoid layers does it take at least until the slopes alone have shrunk δ to less than a millionth?

# %% id="exercise-layers" tags=["exercise"]
layers = ...

check("05-layers", layers)

# %% [markdown] id="hint-layers" lang="en"
# *Hint.* The largest slope of sigmoid is ¼.

# %% id="solution-layers" tags=["solution"]
layers = int(np.ceil(np.log(1e-6) / np.log(1 / 4)))

check("05-layers", layers)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Say why a network needs a bend that is not flat: purelin collapses, sign sends no δ back.
# - Tell the S-shaped three apart: slopes ¼, 1 and 1 at 0; tails $e^{-z}$, $e^{-2z}$ and $z^{-2}$.
# - Use softmax at the output: positive numbers that add up to 1, with a Jacobian for a slope.
# - Explain relu as hinges, whose sum follows a smooth curve with an error that falls like $n^{-2}$.
# - Judge "the best activation": ask for the task, the budget, the learning rate and the interval.

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - X. Glorot, A. Bordes, Y. Bengio (2011), "Deep Sparse Rectifier Neural Networks", *AISTATS*, PMLR 15, 315–323.
# - A. L. Maas, A. Y. Hannun, A. Y. Ng (2013), "Rectifier Nonlinearities Improve Neural Network Acoustic Models", *ICML Workshop on Deep Learning for Audio, Speech and Language Processing*.
# - D.-A. Clevert, T. Unterthiner, S. Hochreiter (2016), "Fast and Accurate Deep Network Learning by Exponential Linear Units", *ICLR*.
# - G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter (2017), "Self-Normalizing Neural Networks", *NeurIPS* 30.
# - D. Hendrycks, K. Gimpel (2016), "Gaussian Error Linear Units", arXiv:1606.08415. S. Elfwing, E. Uchibe, K. Doya (2018), "Sigmoid-weighted linear units", *Neural Networks* 107, 3–11.
#
# **Next:** [06 · Look at the boundary](06_decision_boundaries.ipynb).
