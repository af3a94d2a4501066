# ---
# jupyter:
#   course: {chapter: "08", needs: ["02", "05", "07"], minutes: 60, question: "Which choices matter on handwritten digits?"}
# ---

# %% [markdown] id="title" lang="en"
# # 08 · Put it together: handwritten digits, one decision at a time
#
# Loss, activation, starting weights, depth, optimizer: each had its chapter. Now they meet in one network that reads handwritten digits. We begin with the choices of a first textbook page and change one at a time.

# %% [markdown] id="aims" lang="en"
# **You will** train six kinds of network, find out which decision made the difference, look at every digit that the best one misreads, and save it.
#
# **You will learn to**
# - split data into training, validation and test data, and say what each is for;
# - compare choices step by step, with intervals, and against methods that need no network;
# - read learning curves and a confusion matrix;
# - save, load and stop a Keras model.
#
# **You need** chapters 02, 05 and 07, and about an hour.

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
import pathlib
import tempfile

import keras
import numpy as np

from utils.datasets import load, load_fashion
from utils.ensembles import EnsembleTrainer
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_08 as figures
from utils.models import build_mlp
from utils.plotting import show
from utils.statistics import mean_interval, paired_difference, wilson_interval

evidence = EvidenceTable("08")

# %% [markdown] id="data-text" lang="en"
# ## Three kinds of data
#
# 1,797 digits were written by hand and scanned to 8×8 pixels. We use 1,000 to train; 297 to choose learning rates, the **validation data**; and 500 to test. The **test data** are used once, at the end, to tell how good the result is. If they had a say in any choice, they would flatter it.

# %% id="data"
digits = load("digits")
order = np.random.default_rng(0).permutation(len(digits.x))
x, t = digits.x[order] / 16, digits.y[order]
y = np.eye(10)[t]
training, validation, test = slice(0, 1000), slice(1000, 1297), slice(1297, 1797)
show(*figures.examples(x[training], t[training]))

# %% [markdown] id="baselines-text" lang="en"
# ## What needs no hidden layer
#
# Before we praise a network we should know what is cheap. **Nearest neighbour** compares a digit with all 1,000 and takes the label of the closest. **Softmax regression** is a network without a hidden layer.
#
# **Predict:** how many of 100 digits does the nearest neighbour get right?

# %% id="baselines"
def nearest_neighbour(x_train, t_train, x_new):
    distances = ((x_new[:, np.newaxis] - x_train) ** 2).sum(axis=2)
    return t_train[distances.argmin(axis=1)]


def softmax_regression(x_train, y_train, x_new, learning_rate=1.0, steps=1000):
    x_train, x_new = (np.column_stack([x, np.ones(len(x))]) for x in (x_train, x_new))
    W = np.zeros((x_train.shape[1], 10))
    for _ in range(steps):
        scores = np.exp(x_train @ W)
        W -= learning_rate * x_train.T @ (scores / scores.sum(axis=1, keepdims=True) - y_train) / len(x_train)
    return (x_new @ W).argmax(axis=1)


guesses = {
    "nearest neighbour": nearest_neighbour(x[training], t[training], x[test]),
    "softmax regression": softmax_regression(x[training], y[training], x[test]),
}
baselines = {name: 100 * np.mean(guess == t[test]) for name, guess in guesses.items()}
for name, right in baselines.items():
    print(f"{name:19} {right:.1f} %")

# %% [markdown] id="wilson-text" lang="en"
# These methods contain no chance. But 500 digits are a sample: another 500 would give another number. For a share near 98 % of 500, Wilson's 95 % interval is

# %% id="wilson"
share = wilson_interval(490, 500)
print(f"98 % of 500: between {100 * share.low:.1f} and {100 * share.high:.1f} %")

# %% [markdown] id="stages-text" lang="en"
# ## Six networks
#
# Each line changes one thing in the line above. The first has four hidden layers of 32 sigmoid neurons, weights drawn with deviation 0.1, the quadratic cost, plain gradient descent. All train for 20 epochs in batches of 25. Each gets the best of six learning rates, chosen by 4 seeds on the validation data; 20 other seeds count.
#
# **Predict:** which single change brings the most? Does any bring nothing?

# %% id="stages"
SGD_RATES, ADAM_RATES = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0], [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
STAGES = {  # name: (hidden layers, activation, output, loss, variance of weights × n, optimizer)
    "naive": ((32,) * 4, "sigmoid", "sigmoid", "mse", None, "sgd"),
    "cross-entropy": ((32,) * 4, "sigmoid", "softmax", "categorical_crossentropy", None, "sgd"),
    "relu": ((32,) * 4, "relu", "softmax", "categorical_crossentropy", None, "sgd"),
    "He's weights": ((32,) * 4, "relu", "softmax", "categorical_crossentropy", 2.0, "sgd"),
    "two layers": ((32,) * 2, "relu", "softmax", "categorical_crossentropy", 2.0, "sgd"),
    "Adam": ((32,) * 2, "relu", "softmax", "categorical_crossentropy", 2.0, "adam"),
}
TUNING, COUNTED, EPOCHS = range(4), range(4, 24), 20

# %% id="network"
def network(hidden_units, activation, output):
    return build_mlp(hidden_units, activation, inputs=64, outputs=10, output_activation=output)


def starting_weights(model, n_var, seed):
    random = np.random.default_rng(seed)
    return [
        random.normal(0, np.sqrt(n_var / len(array)) if n_var else 0.1, array.shape) if array.ndim == 2 else array
        for array in model.get_weights()
    ]

# %% id="train-function"
def train(hidden_units, activation, output, loss, n_var, optimizer):
    model = network(hidden_units, activation, output)
    trainer = EnsembleTrainer(
        lambda: network(hidden_units, activation, output), optimizer=optimizer, loss=loss, metrics=["accuracy"]
    )

    def fit(seeds, rates):
        starts = [starting_weights(model, n_var, seed) for seed in seeds]
        return trainer.fit(
            x[training], y[training], validation_data=(x[validation], y[validation]), epochs=EPOCHS, batch_size=25,
            seeds=seeds, learning_rates=rates, initial_weights=[np.stack(arrays) for arrays in zip(*starts)],
        )

    rates = ADAM_RATES if optimizer == "adam" else SGD_RATES
    tuned = fit([seed for seed in TUNING for _ in rates], rates * len(TUNING))
    right = tuned.validation_metrics["accuracy"][:, -1].reshape(len(TUNING), len(rates))
    best = rates[right.mean(axis=0).argmax()]
    return fit(COUNTED, [best] * len(COUNTED))

# %% id="train"
trained = {name: train(*stage) for name, stage in STAGES.items()}
probabilities = {name: ensemble.predict(x[test]) for name, ensemble in trained.items()}  # seeds, digits, classes
right = {name: 100 * (found.argmax(axis=2) == t[test]).mean(axis=1) for name, found in probabilities.items()}
show(*figures.staircase(right, baselines))

# %% [markdown] id="steps-text" lang="en"
# Compare each line with the one above it, seed by seed.

# %% id="steps"
names, gains = list(STAGES), {}
for before, after in zip(names, names[1:]):
    gain = gains[after] = paired_difference(right[after], right[before])
    word = "better" if gain.low > 0.2 else "worse" if gain.high < -0.2 else "no clear difference"
    print(f"{after:14} {'still at chance' if right[after].mean() < 20 else word}")

# %% [markdown] id="steps-reading" lang="en"
# The new loss brings nothing to see: a deep sigmoid network with small weights gets no gradient to its first layers (chapter 07), and no loss can help it. relu makes nearly all the difference. But a step's gain is its gain *after the steps before it*. In another order the same decisions would share the credit differently. So try it: how much does cross-entropy bring once the others are in place?

# %% id="order"
alone = train((32,) * 4, "relu", "sigmoid", "mse", 2.0, "sgd")
alone = 100 * (alone.predict(x[test]).argmax(axis=2) == t[test]).mean(axis=1)
rest = paired_difference(right["He's weights"], alone)
print("quadratic cost with relu and He's weights, above 90 %:", mean_interval(alone).low > 90)
print(f"cross-entropy adds, once these are in place: less than three points: {rest.high < 3}")

# %% id="record-steps"
CLAIMS = {
    "cross-entropy": "Cross-entropy instead of the quadratic cost improves the naive network",
    "relu": "relu instead of sigmoid improves it further",
    "He's weights": "Weights of variance 2/n instead of deviation 0.1 improve it further",
    "two layers": "Two layers instead of four improve it further",
    "Adam": "Adam instead of plain gradient descent improves it further",
}
for number, (name, claim) in enumerate(CLAIMS.items(), 1):
    level = right[name].mean()
    evidence.record(
        f"08.{number}", claim, seeds=20, experiment="digits, 20 epochs, the best of six learning rates for both",
        measured=f"test accuracy {'at chance' if level < 20 else f'above {10 * int(level // 10)} %'}; "
        "the interval is that of the gain, in points",
        interval=gains[name].outward(), holds=bool(gains[name].low > 0.2 and level > 20),
    )

# %% [markdown] id="end-text" lang="en"
# ## How good is it?
#
# Which of the six do we keep? The validation data decide, not the test data.

# %% id="end"
best = max(names, key=lambda name: trained[name].validation_metrics["accuracy"][:, -1].mean())
final = mean_interval(right[best])
print("we keep:", best)
for name, value in baselines.items():
    gap = paired_difference(right[best], np.full(len(COUNTED), value))
    word = "better" if gap.low > 0.2 else "worse" if gap.high < -0.2 else "no clear difference"
    print(f"the network against {name}: {word}")
evidence.record(
    "08.6", "The network reads digits better than the nearest neighbour does", seeds=20,
    experiment="the best of the six on the validation data, against the nearest of 1,000 digits; the same 500 test digits",
    measured=f"network {final.value:.0f} %, nearest neighbour {baselines['nearest neighbour']:.0f} %; the interval is the network's",
    interval=final.outward(), holds=bool(final.low > baselines["nearest neighbour"] + 0.2),
)

# %% [markdown] id="end-reading" lang="en"
# A method without any training is not beaten on these digits. That is a fact about these data: small, clean pictures, well centred. What the network has for it is speed and size: it needs its weights only, not the 1,000 digits.
#
# The interval over seeds tells how much the *training* scatters. It does not tell how the network would do on 500 other digits; for that Wilson's interval, about three points wide, is the one to look at.

# %% [markdown] id="curves-text" lang="en"
# ## Learning curves
#
# **Predict:** will the training loss and the validation loss part ways? In which of the three?

# %% id="curves"
shown = {name: trained[name] for name in ("naive", "He's weights", best)}
show(*figures.learning_curves(shown))

# %% [markdown] id="confusion-text" lang="en"
# ## What it gets wrong
#
# A **confusion matrix** counts, for each true digit, what it was taken for. The next one adds up all 20 networks, in percent of each true digit; the diagonal is left out.

# %% id="confusion"
guess = probabilities[best].argmax(axis=2)
confusion = np.zeros((10, 10))
np.add.at(confusion, (np.tile(t[test], len(COUNTED)), guess.ravel()), 1)
confusion = 100 * confusion / confusion.sum(axis=1, keepdims=True)
assert np.isclose(np.diag(confusion) @ np.bincount(t[test]) / 500, right[best].mean())
show(*figures.confusion(confusion))

# %% [markdown] id="wrong-text" lang="en"
# And these are the digits themselves: the eight that most of the 20 networks misread, each with the mean probability for its true label and for the label that they prefer.
#
# **Predict:** would you have read them rightly?

# %% id="wrong"
misread = (guess != t[test]).mean(axis=0)
hardest = np.argsort(-misread, kind="stable")[:8]
show(*figures.hard_digits(x[test][hardest], t[test][hardest], probabilities[best].mean(axis=0)[hardest], misread[hardest]))
print("digits that no network misreads, of 500: at least 440:", int((misread == 0).sum()) >= 440)

# %% [markdown] id="save-text" lang="en"
# ## Save it, load it
#
# A Keras model is saved with its weights and its architecture in one file. Loaded again, it predicts the same, to the last bit.

# %% id="save"
model = trained[best].member(0)
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "digits.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
assert np.array_equal(model(x[test]), loaded(x[test]))
print("predictions of the loaded model are identical:", np.array_equal(model(x[test]), loaded(x[test])))

# %% [markdown] id="stop-text" lang="en"
# ## When to stop
#
# 20 epochs were our guess. `EarlyStopping` watches the validation loss, stops when it has not fallen for `patience` epochs, and takes back the best weights.

# %% id="stop"
keras.utils.set_random_seed(1)
stopped = network((32, 32), "relu", "softmax")
stopped.compile(keras.optimizers.Adam(0.003), "categorical_crossentropy", steps_per_execution=20)
history = stopped.fit(
    x[training], y[training], batch_size=25, epochs=200, verbose=0, validation_data=(x[validation], y[validation]),
    callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
)
score = 100 * np.mean(stopped(x[test]).numpy().argmax(axis=1) == t[test])
print("stopped before epoch 200:", len(history.epoch) < 200, "  test accuracy above 94 %:", bool(score > 94))

# %% [markdown] id="tensorboard-text" lang="en"
# **TensorBoard**, if it is installed, draws such curves while a network trains. The course does not need it. Add the callback `keras.callbacks.TensorBoard("logs")` to the list above, then run `%load_ext tensorboard` and `%tensorboard --logdir logs` in a cell of their own.

# %% [markdown] id="fashion-text" lang="en"
# ## Clothes instead of digits
#
# Fashion-MNIST (Xiao et al. 2017) has 28×28 pictures of shirts, shoes and bags. It is fetched from the network, about 30 MB, so the next cell waits to be asked: set `TRY_FASHION = True`. Without a network it says so and goes on.

# %% id="fashion"
TRY_FASHION = False


def read_clothes(samples=2000):
    (x_train, t_train), (x_new, t_new) = clothes
    model = build_mlp((32, 32), "relu", inputs=784, outputs=10, output_activation="softmax")
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    model.fit(x_train[:samples].reshape(-1, 784) / 255, t_train[:samples], batch_size=25, epochs=EPOCHS, verbose=0)
    return 100 * np.mean(model(x_new.reshape(-1, 784) / 255).numpy().argmax(axis=1) == t_new)


clothes = load_fashion() if TRY_FASHION else None
print("clothes left out" if clothes is None else f"clothes, test accuracy: {read_clothes():.0f} %")

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence
#
# This chapter's own rows:

# %% id="evidence"
evidence

# %% [markdown] id="ledger" lang="en"
# ## The ledger
#
# And those of all chapters. "C" numbers are claims of the article that inspired this course; the others are the course's own.
#
# <!-- ledger -->

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell.
#
# **1.** The accuracy in percent, from probabilities `p`, shape (samples, classes), and labels `t`, shape (samples,).

# %% id="exercise-accuracy" tags=["exercise"]
def accuracy(p, t):
    ...


check("08-accuracy", accuracy)

# %% [markdown] id="hint-accuracy" lang="en"
# *Hint.* The prediction is the class of the largest probability.

# %% id="solution-accuracy" tags=["solution"]
def accuracy(p, t):
    return 100 * np.mean(p.argmax(axis=1) == t)


check("08-accuracy", accuracy)

# %% [markdown] id="exercise-confusion-text" lang="en"
# **2.** The confusion matrix as counts: row = true label, column = guess, labels 0, 1, 2.

# %% id="exercise-confusion" tags=["exercise"]
def confusion_matrix(t, guess):
    ...


check("08-confusion", confusion_matrix)

# %% [markdown] id="hint-confusion" lang="en"
# *Hint.* Count each pair (true, guess) in a loop.

# %% id="solution-confusion" tags=["solution"]
def confusion_matrix(t, guess):
    matrix = np.zeros((3, 3))
    for true, guessed in zip(t, guess):
        matrix[true, guessed] += 1
    return matrix


check("08-confusion", confusion_matrix)

# %% [markdown] id="exercise-chance-text" lang="en"
# **3.** Of 1,000 fresh digits 150 are ones, more than any other. What accuracy, in percent, has a program that always answers 1?

# %% id="exercise-chance" tags=["exercise"]
lazy = ...

check("08-chance", lazy)

# %% [markdown] id="hint-chance" lang="en"
# *Hint.* It is right for the ones and wrong for the others.

# %% id="solution-chance" tags=["solution"]
lazy = 100 * 150 / 1000

check("08-chance", lazy)

# %% [markdown] id="exercise-patience-text" lang="en"
# **4.** After which epoch (counted from 1) does early stopping end the training? It stops when the validation loss has not been below its best for `patience` epochs in a row. Return the number of losses if it never does.

# %% id="exercise-patience" tags=["exercise"]
def stopping_epoch(losses, patience):
    ...


check("08-patience", stopping_epoch)

# %% [markdown] id="hint-patience" lang="en"
# *Hint.* Go through the epochs and remember the epoch of the best loss so far.

# %% id="solution-patience" tags=["solution"]
def stopping_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1
    return len(losses)


check("08-patience", stopping_epoch)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Keep test data out of every choice, and choose on validation data.
# - Change one decision at a time, compare seed by seed, and remember that a gain depends on what was there before.
# - Ask what is cheap first: on these digits the nearest neighbour is as hard to beat as any.
# - Look at what a network gets wrong before you trust a percentage.
#
# This was the last chapter. The ledger above is the course in one table.

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - E. Alpaydin, C. Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository: the digits.
# - H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST", arXiv:1708.07747.
# - L. Prechelt (1998), "Early Stopping — But When?", in *Neural Networks: Tricks of the Trade*, Springer.
# - D. P. Kingma, J. Ba (2015), "Adam: A Method for Stochastic Optimization", *ICLR*, arXiv:1412.6980.
