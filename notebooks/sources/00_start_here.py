# ---
# jupyter:
#   course: {chapter: "00", needs: [], minutes: 10, question: "How do I run, predict and check?"}
# ---

# %% [markdown] id="title" lang="en"
# # 00 · Start here
#
# A back-propagation (BP) network learns by sending signals forward, comparing the output with what was wanted, and sending the error back to correct its weights. Many explanations of it exist. In this course every claim they make is put to a measurement, and some do not survive it.

# %% [markdown] id="aims" lang="en"
# **You will** run your first cells, read one figure, answer one exercise, and check that your computer is ready.
#
# **You will learn to**
# - run a chapter from top to bottom, and predict before you run;
# - read the course's notation;
# - check an answer, and read an evidence table.
#
# **You need** Python, a little NumPy and school calculus. No neural networks. About 10 minutes.

# %% [markdown] id="map" lang="en"
# ## The course
#
# Each chapter asks one question. They build on each other in this order; chapters marked *in preparation* are not written yet.
#
# | chapter | question | state |
# |---|---|---|
# | 00 Start here | How do I run, predict and check? | ready |
# | 01 The BP network | How does an error find the weight that caused it? | ready |
# | 02 Loss functions | What should "wrong" mean, in one number? | ready |
# | 03 Descend a curve | Which way, and how far, should one weight move? | ready |
# | 04 Descend a surface | What changes with two weights? | ready |
# | 05 Activation functions | Why bend the signal, and with which curve? | ready |
# | 06 tanh against relu | What do their decision boundaries look like? | ready |
# | 07 Vanishing and exploding gradients | Why do deep networks stop learning? | ready |
# | 08 Put it together | Which choices matter on handwritten digits? | ready |

# %% [markdown] id="run-text" lang="en"
# ## Run a cell
#
# The grey boxes are code. Click into one and press Shift+Enter: it runs, and the next one is selected. *Run All* in the Run menu runs the whole chapter. Cells rely on those above them, so run them in order.
#
# The next cell is the same in every chapter. It finds the course's helper package `utils`, and prints nothing when all is well.

# %% id="imports"
import numpy as np

from utils.datasets import load
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_00 as figures
from utils.plotting import show
from utils.reproducibility import quiet_tensorflow, use_style, versions
from utils.statistics import median_interval

use_style()

# %% [markdown] id="ready-text" lang="en"
# Is your computer ready? This cell imports TensorFlow, which takes about ten seconds, and lets it multiply two matrices. The versions are yours, so they may differ from the ones stored here.

# %% id="versions" tags=["nbval-ignore-output"]
for package, version in versions().items():
    print(f"{package:12} {version or 'missing: run pip install -r requirements.txt'}")

# %% id="ready"
quiet_tensorflow()
import tensorflow as tf

product = tf.linalg.matmul(np.eye(2), [[1.0, 2.0], [3.0, 4.0]])
print("TensorFlow computes:", product.numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]])

# %% [markdown] id="predict-text" lang="en"
# ## Predict, then run
#
# Before each experiment stands a line like the next one. Answer it before you run the cell, best on paper: a wrong guess that surprises you teaches more than a right answer that you read.
#
# **Predict:** below are 200 points of two kinds, one kind on an outer ring, the other on an inner one. Can a straight line separate them? How many points will it get right at best?

# %% id="best-line"
rings = load("circles", n_samples=200, noise=0.1, seed=0)
angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
directions = np.column_stack([np.cos(angles), np.sin(angles)])
projections = rings.x @ directions.T
thresholds = np.linspace(-1.5, 1.5, 301)
right = ((projections[..., None] > thresholds) == rings.y[:, None, None]).mean(axis=0)
best_angle, best_threshold = np.unravel_index(right.argmax(), right.shape)
print(f"the best of {right.size:,} lines gets {right.max():.1%} right")

# %% id="best-line-figure"
show(*figures.best_line(rings, directions[best_angle], thresholds[best_threshold], right.max()))

# %% [markdown] id="best-line-reading" lang="en"
# No straight line does it, and not only none of these: the inner ring lies in the middle of the outer one, so a side that holds all inner points also holds some outer ones. A network with a hidden layer can, which is what the course is about.
#
# Figures state their answer in the title. Each also has an alternative text with the numbers, for those who listen to it.

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence table
#
# Every chapter ends with one. A row holds a claim, how it was tested, from how many random seeds, what came out with its 95 % interval (or "exact" where no chance is involved), and the verdict: *holds*, *holds only if …*, or *does not hold*. The verdict comes from the measurement, not from us.

# %% id="evidence-seeds"
best = []
for seed in range(20):
    sample = load("circles", n_samples=200, noise=0.1, seed=seed)
    hits = ((sample.x @ directions.T)[..., None] > thresholds) == sample.y[:, None, None]
    best.append(hits.mean(axis=0).max())
share = median_interval(best)

# %% id="evidence"
evidence = EvidenceTable("00")
evidence.record(
    "00.1", "A straight line can separate two rings",
    experiment="the best of 108,360 lines, 20 random samples of 200 points", seeds=20,
    measured=f"{share.value:.0%} right in the median", interval=share[1:],
    holds=bool(max(best) > 0.99),
)
evidence

# %% [markdown] id="notation" lang="en"
# ## Notation
#
# The same letters mean the same thing in every chapter.
#
# | symbol | meaning |
# |---|---|
# | $x$ | input of the network; a vector, or one number |
# | $T$, $Y$ | target (the wanted output) and output of the network |
# | $N$, $i$ | number of samples, and the number of one sample |
# | $w$, $W$; $b$ | a weight, a layer's weight matrix; bias |
# | $z$, $a$ | input of an activation function, and its output: $a = f(z)$ |
# | $E$ | loss: one number that says how wrong the network is |
# | $\eta$ | learning rate: how far to move for a given slope |
# | $\delta$ | learning signal of a neuron: the derivative of $E$ by its $z$ |
# | $\kappa$ | condition number of a bowl: its largest curvature over its smallest |

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell. `check` tells whether the answer is right; if it recognises a usual mistake, it says which. Try a wrong answer on purpose: nothing breaks.
#
# **1.** Write the mean of the squared errors of targets $T$ and outputs $Y$.

# %% id="exercise-errors" tags=["exercise"]
def mean_squared_error(T, Y):
    ...


check("00-errors", mean_squared_error)

# %% [markdown] id="hint-errors" lang="en"
# *Hint.* Square each difference first, then average.

# %% id="solution-errors" tags=["solution"]
def mean_squared_error(T, Y):
    return ((T - Y) ** 2).mean()


check("00-errors", mean_squared_error)

# %% [markdown] id="exercise-slope-text" lang="en"
# **2.** The course uses derivatives throughout. What is the derivative of $\tfrac12\,(3 - w)^2$ by $w$, at $w = 1$?

# %% id="exercise-slope" tags=["exercise"]
slope = ...

check("00-slope", slope)

# %% [markdown] id="hint-slope" lang="en"
# *Hint.* The chain rule: the 2 comes down, and the inner function $3-w$ has a derivative of its own.

# %% id="solution-slope" tags=["solution"]
slope = -(3 - 1)

check("00-slope", slope)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Run a chapter from top to bottom, and predict before you run.
# - Look up a symbol in the notation table.
# - Check an answer, and read an evidence table.
#
# If a cell failed, read the last line of its message first: the helpers say which argument was wrong and what they want. To start afresh, choose *Restart Kernel and Run All Cells* in the Kernel menu.

# %% [markdown] id="next" lang="en"
# **Next:** [01 · Send the error back](01_bp_network.ipynb).
