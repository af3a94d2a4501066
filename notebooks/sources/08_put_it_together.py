# ---
# jupyter:
#   course: {chapter: "08", needs: ["02", "04", "05", "07"], minutes: 60, question: "Which choices matter on handwritten digits?", question_zh: "在手写数字上，哪些选择真正重要？"}
# ---

# %% [markdown] id="title" lang="en"
# # 08 · Put it together: handwritten digits, one decision at a time
#
# Loss, activation, starting weights, depth, optimizer: each had its chapter. Now they meet in one network that reads handwritten digits. We begin with the choices of a first textbook page and change one at a time.

# %% [markdown] id="title" lang="zh"
# # 08 · 合在一起：手写数字，一次只改一个决定
#
# 损失、激活函数、初始权值、深度、优化器，前面各有一章。现在，它们在一个识别手写数字的网络里相遇。我们从教科书第一页上的那些选择出发，一次只改一个。

# %% [markdown] id="aims" lang="en"
# **You will** train nine kinds of network, see which decision makes the difference and how that hangs on their order, look at the digits that the best one misreads, and save it.
#
# **You will learn to**
# - split data into training, validation and test data, and say what each is for;
# - compare choices step by step, with intervals, and against methods that need no network;
# - read learning curves and a confusion matrix;
# - save, load and stop a Keras model.
#
# **You need** chapters 02, 04, 05 and 07, and about an hour.

# %% [markdown] id="aims" lang="zh"
# **你将**训练九种网络，看清差别来自哪个决定，又怎样取决于各个决定的先后顺序，再看看最好的网络认错了哪些数字，并把它保存下来。
#
# **你将学会**
# - 把数据分成训练数据、验证数据和测试数据，并说出各自的用途；
# - 一步一步地比较各种选择，给出区间，并与不需要网络的方法比较；
# - 读懂学习曲线和混淆矩阵；
# - 保存、载入一个 Keras 模型，并让训练及时停下。
#
# **你需要**先学完第 02、04、05、07 章，并留出大约一小时。

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
from utils.statistics import mean_interval, median_interval, paired_difference, wilson_interval

evidence = EvidenceTable("08")

# %% [markdown] id="data-text" lang="en"
# ## Three kinds of data
#
# 1,797 digits were written by 13 people and scanned; a digit is 64 numbers, each a count, from 0 to 16, of the black points in a block of 4×4. We use 1,000 to train; 297 to choose learning rates, the **validation data**; and 500 to test. The **test data** tell how good a result is, and have no say in any choice: a result that they helped to choose would look better than it is.
#
# The same 13 hands stand in all three. What we find is about more digits by them.

# %% [markdown] id="data-text" lang="zh"
# ## 三种数据
#
# 1,797 个手写数字，由 13 个人写成，再经扫描；每幅图有 64 个数，每个数是一个 4×4 小块里黑点的个数，从 0 到 16。其中 1,000 个用来训练；297 个用来选择学习率，称为**验证数据**；500 个用来测试。**测试数据**只说明结果有多好，不参与任何选择：如果让它参与，结果就会显得比实际更好。
#
# 三份数据都出自这 13 个人之手。所以这里的结论，只适用于这些人另外写的数字。

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
# What is cheap? **Nearest neighbour** compares a digit with all 1,000 and takes the label of the closest. **Softmax regression** is a network without a hidden layer, here trained on cross-entropy with all data at each step, from weights of 0.
#
# Its learning rate is chosen as all of this chapter are: the smallest that comes within one point of the best on the validation data. Luck should not decide between nearly equal rates, and small steps are safer.
#
# **Predict:** how many of 100 digits does the nearest neighbour get right?

# %% [markdown] id="baselines-text" lang="zh"
# ## 不用隐藏层的方法
#
# 有哪些省事的办法？**最近邻**方法把一个数字与全部 1,000 个比较，取其中最接近者的标签。**softmax 回归**是没有隐藏层的网络，这里用交叉熵训练，每一步用上全部数据，权值从 0 开始。
#
# 它的学习率与本章所有的学习率一样，都这样选定：在验证数据上与最好成绩相差不到一个百分点的学习率中，取最小的一个。几个学习率几乎一样好时，不该由运气来决定，而小步子更稳妥。
#
# **预测：** 100 个数字中，最近邻方法能认对多少个？

# %% id="baselines"
def nearest_neighbour(x_train, t_train, x_new):
    distances = ((x_new[:, np.newaxis] - x_train) ** 2).sum(axis=2)
    return t_train[distances.argmin(axis=1)]


def softmax_regression(x_train, y_train, x_new, learning_rate, steps=1000):
    x_train, x_new = (np.column_stack([x, np.ones(len(x))]) for x in (x_train, x_new))
    W = np.zeros((x_train.shape[1], 10))
    for _ in range(steps):
        z = x_train @ W
        scores = np.exp(z - z.max(axis=1, keepdims=True))
        W -= learning_rate * x_train.T @ (scores / scores.sum(axis=1, keepdims=True) - y_train) / len(x_train)
    return (x_new @ W).argmax(axis=1)


def mildest(tried):
    """Return the smallest rate within a point of the best; tried: rate to validation accuracy in %."""
    return min(rate for rate, accuracy in tried.items() if accuracy > max(tried.values()) - 1)

# %% id="baseline-results"
tried = {}
for rate in (0.1, 0.3, 1.0, 3.0, 10.0):
    guess = softmax_regression(x[training], y[training], x[validation], rate)
    tried[rate] = 100 * np.mean(guess == t[validation])
guesses = {
    "nearest neighbour": nearest_neighbour(x[training], t[training], x[test]),
    "softmax regression": softmax_regression(x[training], y[training], x[test], mildest(tried)),
}
baselines = {name: 100 * np.mean(guess == t[test]) for name, guess in guesses.items()}
print("softmax regression's learning rate:", mildest(tried))
for name, right in baselines.items():
    print(f"{name:19} {right:.1f} %")

# %% [markdown] id="wilson-text" lang="en"
# These methods contain no chance. But 500 digits are a sample: another 500 would give another number. For a share near 98 % of 500, Wilson's 95 % interval is

# %% [markdown] id="wilson-text" lang="zh"
# 这两种方法都不含随机性。但 500 个数字只是一份样本，换 500 个，就会得到另一个数。若 500 个中认对的比例接近 98 %，则 Wilson 的 95 % 区间是

# %% id="wilson"
share = wilson_interval(490, 500)
print(f"98 % of 500: between {100 * share.low:.1f} and {100 * share.high:.1f} %, {100 * (share.high - share.low):.1f} points")

# %% [markdown] id="stages-text" lang="en"
# ## Six networks
#
# Each line changes one decision of the line above (cross-entropy comes with softmax at the output). The first has four hidden layers of 32 sigmoid neurons, weights drawn with deviation 0.1, the quadratic cost as Keras's `mse`, gradient descent in batches without momentum. He's weights (chapter 07) have variance 2/n, n a layer's inputs: `n_var` is that variance times n.
#
# All train for 20 epochs, batches of 25. Each gets its own learning rate of six, chosen as above, with 4 seeds; 20 others count.
#
# **Predict:** which single change brings the most? Does any bring nothing?

# %% [markdown] id="stages-text" lang="zh"
# ## 六个网络
#
# 下面每一行与上一行相比，只改一个决定（交叉熵与输出层的 softmax 一起换上）。第一个网络有四个隐藏层，每层 32 个 sigmoid 神经元，权值按标准差 0.1 抽取，二次代价用 Keras 的 `mse`，分批做梯度下降，不带动量。He 权值（第 07 章）的方差为 2/n，n 是一层的输入个数：`n_var` 就是这个方差乘以 n。
#
# 所有网络都训练 20 轮，每批 25 个样本。每个网络按上面的办法，用 4 个种子从六个学习率中选定自己的一个；计入结果的是另外 20 个种子。
#
# **预测：** 哪一处改动带来的进步最大？有没有哪一处毫无作用？

# %% id="stages"
RATES = {  # for ten outputs, mse is a fifth of E: larger steps fit it
    "mse": [0.3, 1.0, 3.0, 10.0, 30.0, 100.0], "categorical_crossentropy": [0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
    "adam": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
}
STAGES = {  # name: (hidden layers, activation, output, loss, n_var (None: deviation 0.1), optimizer)
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

    rates = RATES["adam" if optimizer == "adam" else loss]
    tuned = fit([seed for seed in TUNING for _ in rates], rates * len(TUNING))
    right = tuned.validation_metrics["accuracy"][:, -1].reshape(len(TUNING), len(rates))
    tried = dict(zip(rates, 100 * right.mean(axis=0)))
    return fit(COUNTED, [mildest(tried)] * len(COUNTED)), tried

# %% id="train"
def hits(ensemble):
    """Return an array (seeds, digits): 100 where a network reads a test digit rightly, else 0."""
    return 100.0 * (ensemble.predict(x[test]).argmax(axis=2) == t[test])


trained, tuned = {}, {}
for name, stage in STAGES.items():
    trained[name], tuned[name] = train(*stage)
correct = {name: hits(ensemble) for name, ensemble in trained.items()}
right = {name: found.mean(axis=1) for name, found in correct.items()}  # % by seed
show(*figures.staircase(right, baselines))

# %% [markdown] id="rates-text" lang="en"
# Was the choice of rates fair? These are the validation accuracies that decided, means of 4 seeds; the ring marks the rate chosen. Each network has its own range of good rates. With one rate for all we would have compared how well that rate suits each.

# %% [markdown] id="rates-text" lang="zh"
# 学习率选得公平吗？下面就是作出选择时所依据的验证准确率，是 4 个种子的平均；圆圈标出选中的学习率。每个网络都有自己合适的一段学习率。如果大家用同一个学习率，比出来的就是这个学习率对谁更合适。

# %% id="rates"
show(*figures.learning_rates(tuned, {name: mildest(tried) for name, tried in tuned.items()}))

# %% [markdown] id="steps-text" lang="en"
# Compare lines on the same seeds and digits. A gain is a table: a row for each seed, a column for each test digit. The means of the rows are 20 numbers; the interval of their median says whether other *starting weights* would change the verdict. The means of the columns are 500; the interval of their mean says whether other *digits* would.

# %% [markdown] id="steps-text" lang="zh"
# 用同样的种子、同样的数字来比较各行。一步的收益是一张表：每个种子一行，每个测试数字一列。各行的平均是 20 个数，它们的中位数的区间说明：换一批*初始权值*会不会改变结论。各列的平均是 500 个数，其平均值的区间说明：换一批*数字*会不会改变结论。

# %% [markdown] id="better-text" lang="en"
# "Better" means: the interval lies wholly above 0.2 points, one digit of the 500. He's weights and two layers bring a point or two each. Having seen that, we judge these two together: a choice made on the test data, against our own rule.

# %% [markdown] id="better-text" lang="zh"
# 所谓“better”（更好），是指整个区间位于 0.2 个百分点以上，0.2 个百分点就是 500 个数字中的一个。He 权值和两层各带来一两个百分点；我们是看到这一点之后，才决定把这两步合在一起判断的：这个选择用到了测试数据，违反了我们自己的规则。

# %% id="steps"
def verdicts(new, old):
    """Return two words: for other seeds on these digits, and for other digits."""
    gain = new - old  # (seeds, digits)
    intervals = median_interval(gain.mean(axis=1)), mean_interval(gain.mean(axis=0))
    return ["better" if interval.low > 0.2 else "not better" for interval in intervals]


STEPS = {  # what changes: (after, before)
    "cross-entropy": ("cross-entropy", "naive"), "relu": ("relu", "cross-entropy"),
    "He's weights and two layers": ("two layers", "relu"), "Adam": ("Adam", "two layers"),
}
print(f"{'':29}{'other seeds':13}other digits")
for step, (after, before) in STEPS.items():
    words = verdicts(correct[after], correct[before])
    print(f"{step:29}{'still at chance' if np.median(right[after]) < 20 else f'{words[0]:13}{words[1]}'}")

# %% [markdown] id="steps-reading" lang="en"
# The new loss brings nothing that counts: in 20 epochs, at six rates, the network stays near chance, where a few points say nothing. Chapter 07 says why: with small weights and flat slopes the gradient does not reach the first layers, whatever the loss. relu makes nearly all the difference.
#
# Or does it? A step's gain is its gain *after the steps before it*.
#
# **Predict:** leave Adam aside. Four decisions remain: cross-entropy, relu, He's weights, two layers. Take them in another order: two layers first, then cross-entropy, He's weights, and relu last. Which one makes the difference now?

# %% [markdown] id="steps-reading" lang="zh"
# 新的损失没有带来什么实在的好处：训练 20 轮，六个学习率，网络始终停留在随机水平附近，两者之间那几个百分点说明不了什么。第 07 章说明了原因：权值小，斜率也小，无论用什么损失，梯度都到不了前几层。几乎全部的差别都来自 relu。
#
# 真的是这样吗？一步的收益，是它*在前面各步之后*的收益。
#
# **预测：** 先不管 Adam。剩下四个决定：交叉熵、relu、He 权值、两层。换一个顺序：先改成两层，再换交叉熵，再用 He 权值，最后才换 relu。这一回，差别来自哪一个？

# %% id="order"
SECOND = {
    "two layers": ((32,) * 2, "sigmoid", "sigmoid", "mse", None, "sgd"),
    "cross-entropy": ((32,) * 2, "sigmoid", "softmax", "categorical_crossentropy", None, "sgd"),
    "He's weights": ((32,) * 2, "sigmoid", "softmax", "categorical_crossentropy", 2.0, "sgd"),
}
second, tuned_second = {"naive": correct["naive"]}, {}
for name, stage in SECOND.items():
    ensemble, tuned_second[name] = train(*stage)
    second[name] = hits(ensemble)
second["relu"] = correct["two layers"]
first = {name: correct[name] for name in list(STAGES)[:-1]}
gains = [
    {
        after: paired_difference(order[after].mean(axis=1), order[before].mean(axis=1), "median")
        for before, after in zip(order, list(order)[1:])
    }
    for order in (first, second)
]
show(*figures.two_orders(gains))

# %% id="order-rates"
show(*figures.learning_rates(tuned_second, {name: mildest(tried) for name, tried in tuned_second.items()}))
print("relu brings more than 70 points in the first order, fewer than 3 in the second:", gains[0]["relu"].low > 70 and gains[1]["relu"].high < 3)
print("two layers bring more than 70 points in the second, fewer than 5 in the first:", gains[1]["two layers"].low > 70 and gains[0]["two layers"].high < 5)

# %% [markdown] id="order-reading" lang="en"
# Both ways lead from the same first network to the same last one, and they tell two stories. In the first, relu is the hero. In the second it is the smaller depth, and relu comes too late to matter much. Each of the two is a way around the vanishing gradient; whichever comes first takes the credit.
#
# So "relu made the difference" is a statement about a place in an order. What several decisions do together can be divided among them in many ways, and no order is the right one.

# %% [markdown] id="order-reading" lang="zh"
# 两条路从同一个网络出发，到达同一个网络，讲的却是两个故事。在第一个故事里，主角是 relu。在第二个故事里，主角是更小的深度，relu 来得太晚，已经没有多少事可做。这两者各自都能绕开梯度消失，谁先来，功劳就归谁。
#
# 所以“差别来自 relu”这句话，说的是顺序中的一个位置。几个决定合在一起的作用，可以有许多种分摊的办法，没有哪一种顺序是唯一正确的。

# %% id="record-steps"
CLAIMS = {
    "cross-entropy": "Cross-entropy instead of the quadratic cost improves the naive network",
    "relu": "relu instead of sigmoid improves the network of four layers",
    "He's weights and two layers": "Weights of variance 2/n and two layers instead of four improve it further",
    "Adam": "Adam instead of gradient descent in batches improves it further",
}

# %% id="record-gains"
for number, (step, claim) in enumerate(CLAIMS.items(), 1):
    after, before = STEPS[step]
    level, words = median_interval(right[after]), verdicts(correct[after], correct[before])
    gain = mean_interval((correct[after] - correct[before]).mean(axis=0))
    holds = words == ["better", "better"] and bool(level.low > 20)
    only_if = {"relu": "it comes before the smaller depth: after it, it brings about a point"}.get(step, "")
    evidence.record(
        f"08.{number}", claim, seeds=20, experiment="digits, 20 epochs, each with its own learning rate of six",
        measured=f"median test accuracy {'at chance' if level.high < 20 else f'above {10 * int(level.low // 10)} %'}; the interval is that of the "
        "gain, in points, for other digits, outward to 0.2, 2, 20 or 100",
        interval=gain.outward_to([-100, -20, -2, 2, 20, 100] + [0.2] * holds), holds=holds, only_if=only_if,
    )
relu_steps = (correct["relu"], correct["cross-entropy"]), (second["relu"], second["He's weights"])
evidence.record(
    "08.5", "Which decision brings the most depends on their order", seeds=20,
    experiment="the same four decisions in two orders, from the same network to the same network",
    measured=f"most by: {' and '.join(max(order, key=lambda name: order[name].value) for order in gains)}; the interval is that of relu's gain in the "
    "first less its gain in the second, in points, outward to 70 and 100",
    interval=paired_difference(*((new - old).mean(axis=1) for new, old in relu_steps), "median").outward_to([-100, 70, 100]),
    holds=bool(gains[0]["relu"].low > 70 and gains[1]["relu"].high < 3),
)

# %% [markdown] id="end-text" lang="en"
# ## How good is it?
#
# Which of the six do we keep? The validation data decide, not the test data.

# %% [markdown] id="end-text" lang="zh"
# ## 到底有多好？
#
# 六个网络里留下哪一个？由验证数据决定，而不是测试数据。

# %% id="end"
best = max(STAGES, key=lambda name: trained[name].validation_metrics["accuracy"][:, -1].mean())
final = mean_interval(right[best])
print("we keep:", best)
for name, guess in guesses.items():
    difference = correct[best] - 100.0 * (guess == t[test])
    seeds, digits = verdicts(correct[best], 100.0 * (guess == t[test]))
    few = np.median((difference != 0).sum(axis=1)) < 20
    print(f"the network against {name}: other seeds: {seeds}; other digits: {digits}; they differ on fewer than 20 of 500: {few}")
parameters = trained[best].member(0).count_params()
print(f"numbers to keep: {parameters:,} for the network, {x[training].size:,} for the nearest neighbour")

# %% id="record-end"
neighbour = 100.0 * (guesses["nearest neighbour"] == t[test])
gain = mean_interval((correct[best] - neighbour).mean(axis=0))
holds = verdicts(correct[best], neighbour) == ["better", "better"]
evidence.record(
    "08.6", "The network reads digits better than the nearest neighbour does", seeds=20,
    experiment="the best of the six on the validation data, against the nearest of 1,000 digits; the same 500 test digits",
    measured=f"network {final.value:.0f} %, nearest neighbour {baselines['nearest neighbour']:.0f} %; the interval is that of the difference, "
    "in points, for other digits, outward to 2 and 10", interval=gain.outward_to([-10, -2, 2, 10] + [0.2] * holds), holds=holds,
)

# %% [markdown] id="end-reading" lang="en"
# A method without any training is not beaten on these digits. That is a fact about these data, written by hands that it has seen, not about neighbours and networks in general. Against it the network's advantage is that it is small: it keeps its weights, not the 1,000 digits. (Softmax regression, with 650 numbers, is smaller still.)
#
# Against softmax regression the two intervals disagree. With other starting weights the network would, in the median, still read more of *these* 500 digits. But the two differ on so few that 500 others might decide otherwise.

# %% [markdown] id="end-reading" lang="zh"
# 在这些数字上，一种根本不用训练的方法没有被打败。这是关于这批数据的事实，而且测试数字的书写者它都见过；它并不是关于最近邻和网络的一般结论。与它相比，网络的长处是小：只需保存自己的权值，不必保存 1,000 个数字。（softmax 回归只有 650 个数，还要更小。）
#
# 与 softmax 回归相比，两个区间说法不一。换一批初始权值，就中位数而言，网络在*这* 500 个数字上仍会认对得更多。但两者有分歧的数字太少，换 500 个，结论也许就变了。

# %% [markdown] id="curves-text" lang="en"
# ## Learning curves
#
# The loss by epoch, once on the training data and once on the validation data: medians of the 20 seeds, and shaded the middle 95 % of them. Three networks: the naive one, the one with He's weights, and the one we keep.
#
# **Predict:** in which of the three will the training loss and the validation loss part ways?

# %% [markdown] id="curves-text" lang="zh"
# ## 学习曲线
#
# 逐轮画出损失，一条在训练数据上，一条在验证数据上：线是 20 个种子的中位数，阴影是居中的 95 %。画三个网络：最初的那个、用 He 权值的那个，以及我们留下的那个。
#
# **预测：** 在哪几个网络里，训练损失和验证损失会分道扬镳？

# %% id="curves"
shown = {name: trained[name] for name in ("naive", "He's weights", best)}
show(*figures.learning_curves(shown))

# %% [markdown] id="curves-reading" lang="en"
# The naive network learns only to answer 0.1 for each of the ten classes, whose `mse` is (0.9² + 9 · 0.1²) / 10 = 0.09; there both curves stay together: nothing was learnt that could fit one set of data better. In the other two a gap opens: the training loss keeps falling, the validation loss hardly. Where it *rises* again, as in chapter 06, one speaks of **overfitting**; here it does not within 20 epochs.
#
# Why does validation begin *below* training? Keras averages the training loss over an epoch, while the weights improve, and validates at its end.

# %% [markdown] id="curves-reading" lang="zh"
# 最初的网络只学会对十个类别都回答 0.1，这时的 `mse` 是 (0.9² + 9 · 0.1²) / 10 = 0.09；两条曲线始终在一起，因为它学到的东西，不可能使一份数据拟合得比另一份更好。另外两个网络里，差距逐渐拉开：训练损失继续下降，验证损失几乎不再下降。如果验证损失*回升*，就像在第 06 章里那样，就称为**过拟合**；在这里，20 轮之内没有出现。
#
# 为什么验证损失一开始*低于*训练损失？Keras 的训练损失是整整一轮的平均，而这期间权值一直在改善；验证损失则在一轮结束时才计算。

# %% [markdown] id="confusion-text" lang="en"
# ## What it gets wrong
#
# A **confusion matrix** counts, for each true digit, what it was taken for. The next one counts misread pictures, the mean of 20 networks: a picture that all of them misread in the same way counts 1. The diagonal, what is read rightly, is left out.

# %% [markdown] id="confusion-text" lang="zh"
# ## 它认错了什么
#
# **混淆矩阵**统计每个真实的数字被认成了什么。下面这个矩阵统计的是认错的图片，取 20 个网络的平均：一幅图如果被所有网络认成同一个错误的数字，就算 1。对角线上是认对的，略去不画。

# %% id="confusion"
probabilities = trained[best].predict(x[test])  # seeds, digits, classes
guess = probabilities.argmax(axis=2)
confusion = np.zeros((10, 10))
np.add.at(confusion, (np.tile(t[test], len(COUNTED)), guess.ravel()), 1 / len(COUNTED))
assert np.isclose(confusion.sum(), 500)
assert np.isclose(100 * np.trace(confusion) / 500, right[best].mean())  # the diagonal is the accuracy
show(*figures.confusion(confusion))

# %% [markdown] id="wrong-text" lang="en"
# And these are the digits themselves, the eight that the largest number of the 20 networks misread.
#
# **Predict:** write down what you read. Would the nearest neighbour do better?

# %% [markdown] id="wrong-text" lang="zh"
# 这些就是数字本身：认错它们的网络最多的八个（网络共 20 个）。
#
# **预测：** 写下你认出的数字。最近邻方法会认得更好吗？

# %% id="wrong"
misread = (guess != t[test]).sum(axis=0)  # networks, of 20
hardest = np.argsort(-misread, kind="stable")[:8]
show(*figures.riddles(x[test][hardest]))

# %% [markdown] id="answers-text" lang="en"
# Now with the answers: the mean probability for the true label ("is"), and for the wrong label that the networks prefer ("read").

# %% [markdown] id="answers-text" lang="zh"
# 现在看答案：每个都附有两个平均概率，一个属于真实的标签（“is”），一个属于网络更愿意选的那个错误标签（“read”）。

# %% id="answers"
show(*figures.hard_digits(x[test][hardest], t[test][hardest], probabilities.mean(axis=0)[hardest], misread[hardest]))
print("digits that no network misreads, of 500: at least 440:", int((misread == 0).sum()) >= 440)
too = (guesses["nearest neighbour"] != t[test])[hardest].sum()
print("of these eight the nearest neighbour misreads at least two, but not all:", bool(2 <= too < 8))

# %% [markdown] id="save-text" lang="en"
# ## Save it, load it
#
# A Keras model is saved with its weights and its architecture in one file. Loaded again, it predicts the same, to the last bit.

# %% [markdown] id="save-text" lang="zh"
# ## 保存与载入
#
# Keras 模型的权值和结构保存在同一个文件里。重新载入之后，模型给出同样的预测，一位不差。

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
# 20 epochs were our guess. `EarlyStopping` watches the validation loss, stops when `patience` epochs in a row have brought no new lowest loss, and takes back the weights of the best epoch. Here is one network of the kind we keep, with up to 200 epochs; one network is a demonstration, not evidence.

# %% [markdown] id="stop-text" lang="zh"
# ## 什么时候停
#
# 20 轮是我们猜的。`EarlyStopping`（早停）盯着验证损失，如果连续 `patience` 轮都没有出现新的最小值，就停止训练，并恢复最好那一轮的权值。下面的网络与我们留下的那个同一类，最多训练 200 轮；一个网络只是演示，不是证据。

# %% id="stop"
hidden_units, activation, output, loss, n_var, _ = STAGES[best]
stopped = network(hidden_units, activation, output)
stopped.set_weights(starting_weights(stopped, n_var, seed=COUNTED[0]))
stopped.compile(keras.optimizers.SGD(mildest(tuned[best])), loss, steps_per_execution=20)
keras.utils.set_random_seed(1)
history = stopped.fit(
    x[training], y[training], batch_size=25, epochs=200, verbose=0, validation_data=(x[validation], y[validation]),
    callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
)
show(*figures.early_stopping(history.history["loss"], history.history["val_loss"], patience=10))
score = 100 * np.mean(stopped(x[test]).numpy().argmax(axis=1) == t[test])
print("stopped before epoch 200:", len(history.epoch) < 200, "  test accuracy above 95 %:", bool(score > 95))

# %% [markdown] id="tensorboard-text" lang="en"
# **TensorBoard**, if it is installed, draws such curves while a network trains. The course does not need it. Add the callback `keras.callbacks.TensorBoard("logs")` to the list above, then run `%load_ext tensorboard` and `%tensorboard --logdir logs` in a cell of their own.

# %% [markdown] id="tensorboard-text" lang="zh"
# 如果装有 **TensorBoard**，就能在训练网络的同时画出这样的曲线。本课程并不需要它。把回调 `keras.callbacks.TensorBoard("logs")` 加到上面的列表里，然后在单独的单元格里运行 `%load_ext tensorboard` 和 `%tensorboard --logdir logs` 即可。

# %% [markdown] id="fashion-text" lang="en"
# ## Clothes instead of digits
#
# Fashion-MNIST (Xiao et al. 2017) has 28×28 pictures of shirts, shoes and bags. It is fetched from the internet, about 30 MB, so the next cell waits to be asked: set `TRY_FASHION = True`. Without a connection it says so and goes on.

# %% [markdown] id="fashion-text" lang="zh"
# ## 不认数字，认衣服
#
# Fashion-MNIST（Xiao et al. 2017）是 28×28 的图片，有衬衫、鞋和包。数据要从网上下载，约 30 MB，所以下面的单元格默认不下载；想下载，就设 `TRY_FASHION = True`。如果没有联网，它会说明这一点，然后继续往下运行。

# %% id="fashion"
TRY_FASHION = False


def read_clothes(samples=2000):
    (x_train, t_train), (x_new, t_new) = clothes
    model = build_mlp((32, 32), "relu", inputs=784, outputs=10, output_activation="softmax")
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")  # labels are numbers
    model.fit(x_train[:samples].reshape(-1, 784) / 255, t_train[:samples], batch_size=25, epochs=EPOCHS, verbose=0)
    return 100 * np.mean(model(x_new.reshape(-1, 784) / 255).numpy().argmax(axis=1) == t_new)


clothes = load_fashion() if TRY_FASHION else None
print("clothes left out" if clothes is None else f"clothes, test accuracy: {read_clothes():.0f} %")

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence
#
# This chapter's own rows:

# %% [markdown] id="evidence-text" lang="zh"
# ## 证据
#
# 本章自己的论断：

# %% id="evidence"
evidence

# %% [markdown] id="ledger" lang="en"
# ## The ledger
#
# And those of all chapters. "C" numbers are claims of the article that inspired this course; the others are the course's own.
#
# <!-- ledger -->

# %% [markdown] id="ledger" lang="zh"
# ## 总账
#
# 这里列出所有各章的论断。编号以“C”开头的，是启发本课程的那篇文章中的论断；其余的是本课程自己的论断。
#
# <!-- ledger -->

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell.
#
# **1.** The accuracy in percent, from probabilities `p`, shape (samples, classes), and labels `t`, shape (samples,).

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 已知概率 `p`，形状为（样本，类别），以及标签 `t`，形状为（样本，），求以百分数表示的准确率。

# %% id="exercise-accuracy" tags=["exercise"]
def accuracy(p, t):
    ...


check("08-accuracy", accuracy)

# %% [markdown] id="hint-accuracy" lang="en"
# *Hint.* The prediction is the class of the largest probability.

# %% [markdown] id="hint-accuracy" lang="zh"
# *提示：* 预测的就是概率最大的那一类。

# %% id="solution-accuracy" tags=["solution"]
def accuracy(p, t):
    return 100 * np.mean(p.argmax(axis=1) == t)


check("08-accuracy", accuracy)

# %% [markdown] id="exercise-confusion-text" lang="en"
# **2.** The confusion matrix as counts: row = true label, column = guess, labels 0, 1, 2.

# %% [markdown] id="exercise-confusion-text" lang="zh"
# **2.** 以计数表示的混淆矩阵：行是真实标签，列是猜测，标签为 0、1、2。

# %% id="exercise-confusion" tags=["exercise"]
def confusion_matrix(t, guess):
    ...


check("08-confusion", confusion_matrix)

# %% [markdown] id="hint-confusion" lang="en"
# *Hint.* Count each pair (true, guess) in a loop.

# %% [markdown] id="hint-confusion" lang="zh"
# *提示：* 用循环数出每一对（真实，猜测）。

# %% id="solution-confusion" tags=["solution"]
def confusion_matrix(t, guess):
    matrix = np.zeros((3, 3))
    for true, guessed in zip(t, guess):
        matrix[true, guessed] += 1
    return matrix


check("08-confusion", confusion_matrix)

# %% [markdown] id="exercise-samples-text" lang="en"
# **3.** How many test digits make Wilson's 95 % interval for an accuracy of 98 % at most 1 point wide, from end to end? Take the smallest multiple of 50.

# %% [markdown] id="exercise-samples-text" lang="zh"
# **3.** 准确率为 98 % 时，要使 Wilson 的 95 % 区间从一端到另一端的宽度不超过 1 个百分点，需要多少个测试数字？取满足要求的 50 的最小倍数。

# %% id="exercise-samples" tags=["exercise"]
samples = ...

check("08-samples", samples)

# %% [markdown] id="hint-samples" lang="en"
# *Hint.* `wilson_interval(49 * k, 50 * k)`, for k = 1, 2, 3, ... 500 digits gave 2.6 points; the width falls with the root of the number.

# %% [markdown] id="hint-samples" lang="zh"
# *提示：* 对 k = 1、2、3 等计算 `wilson_interval(49 * k, 50 * k)`。500 个数字时宽 2.6 个百分点；宽度随个数的平方根下降。

# %% id="solution-samples" tags=["solution"]
from utils.statistics import wilson_interval


def width(k):
    share = wilson_interval(49 * k, 50 * k)
    return share.high - share.low


samples = 50 * next(k for k in range(1, 1000) if width(k) <= 0.01)

check("08-samples", samples)

# %% [markdown] id="exercise-patience-text" lang="en"
# **4.** After which epoch (counted from 1) does early stopping end the training? It stops as soon as `patience` epochs in a row have brought no new lowest loss. Return the number of losses if it never does.

# %% [markdown] id="exercise-patience-text" lang="zh"
# **4.** 早停会在第几轮之后（从 1 数起）结束训练？一旦连续 `patience` 轮都没有出现新的最小损失，训练就停止。如果始终不停，就返回损失的个数。

# %% id="exercise-patience" tags=["exercise"]
def stopping_epoch(losses, patience):
    ...


check("08-patience", stopping_epoch)

# %% [markdown] id="hint-patience" lang="en"
# *Hint.* Go through the epochs and remember the epoch of the best loss so far.

# %% [markdown] id="hint-patience" lang="zh"
# *提示：* 逐轮往下看，记住到目前为止损失最小的是哪一轮。

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
# - Change one decision at a time, compare seed by seed, and remember that a gain depends on what was there before: in another order it belongs to another decision.
# - Ask what is cheap first: on these digits the nearest neighbour was not beaten.
# - Look at what a network gets wrong before you trust a percentage.
#
# This was the last chapter. The ledger above is the course in one table.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 不让测试数据参与任何选择，选择只靠验证数据。
# - 一次只改一个决定，按种子逐一比较，并记住：一步的收益取决于之前已经有了什么，换一个顺序，它就归到另一个决定名下。
# - 先问省事的办法能做到什么：在这些数字上，网络没有胜过最近邻方法。
# - 相信一个百分数之前，先看看网络认错了什么。
#
# 这是最后一章。上面的总账，用一张表概括了整个课程。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - E. Alpaydin, C. Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository: the digits.
# - H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST", arXiv:1708.07747.
# - L. Prechelt (1998), "Early Stopping — But When?", in *Neural Networks: Tricks of the Trade*, Springer.
# - D. P. Kingma, J. Ba (2015), "Adam: A Method for Stochastic Optimization", *ICLR*, arXiv:1412.6980.

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - E. Alpaydin, C. Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository：手写数字的数据。
# - H. Xiao, K. Rasul, R. Vollgraf (2017), "Fashion-MNIST", arXiv:1708.07747。
# - L. Prechelt (1998), "Early Stopping — But When?", in *Neural Networks: Tricks of the Trade*, Springer：早停，该停在何时。
# - D. P. Kingma, J. Ba (2015), "Adam: A Method for Stochastic Optimization", *ICLR*, arXiv:1412.6980。
