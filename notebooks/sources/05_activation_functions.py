# ---
# jupyter:
#   course: {chapter: "05", needs: ["01", "02"], minutes: 60, question: "Why bend the signal, and with which curve?", question_zh: "信号为什么要弯曲？该用哪种曲线？"}
# ---

# %% [markdown] id="title" lang="en"
# # 05 · Bend the signal: activation functions
#
# Between two layers of weights stands a function of one number, the activation. Take it away and a deep network is no more than a shallow one. Take one that is flat and the hidden layers learn nothing. This chapter looks at seven old ones and five newer ones, and then asks which is best.

# %% [markdown] id="title" lang="zh"
# # 05 · 弯曲信号：激活函数
#
# 两层权值之间有一个函数，它只作用于一个数，叫作激活函数。去掉它，深层网络就与浅层网络没有两样；换上一个平坦的，隐藏层就什么也学不到。本章先看七个老函数和五个较新的，再问哪个最好。

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

# %% [markdown] id="aims" lang="zh"
# **你将**计算各个函数及其斜率，把尾部拉开来看，用直线段拼出一条曲线，再让其中五个函数在四个任务上比赛。
#
# **你将学会**
# - 说明网络的激活函数为什么既不能是直的，也不能是平的；
# - 根据 0 处的斜率和尾部，区分 sigmoid、tanh 和 softsign；
# - 把 softmax 用在该用的地方：多类别的输出；
# - 解释只有两段直线的 relu 怎样逼近一条曲线；
# - 评判“relu 是最好的激活函数”这类说法。
#
# **你需要**先学完第 01 章和第 02 章，并留出大约一小时。

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
from utils.ensembles import EnsembleTrainer
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

# %% [markdown] id="collapse-text" lang="zh"
# ## 如果不弯曲
#
# **purelin** 把输入原样输出：$f(z) = z$。把三个这样的层叠在一起。
#
# **预测：** 用几层就能做到同样的事？

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
# One: the product of the three matrices is one matrix. The opposite fault has **sign**: it bends, hard, but is flat on both sides. Its slope is 0 wherever it has one, and δ, the learning signal of chapter 01, times 0 is 0.
#
# Two data sets of this chapter: the moons, two half circles that reach into each other, and the circles, a ring inside a ring. A straight line can separate neither.

# %% [markdown] id="sign-text" lang="zh"
# 一层：三个矩阵的乘积还是一个矩阵。**sign** 的毛病正相反：它弯得很急，两边却是平的。凡是有斜率的地方，斜率都是 0，而 δ（第 01 章的学习信号）乘以 0 还是 0。
#
# 下面是本章的两组数据：双月（moons）是两个互相嵌入的半圆，圆环（circles）是环中套环。哪一组都无法用一条直线分开。

# %% id="two-tasks"
moons = load("moons", n_samples=200, noise=0.1)
circles = load("circles", n_samples=200, noise=0.1)
show(*figures.tasks([moons, circles]))

# %% [markdown] id="sign-predict" lang="en"
# **Predict:** we train a network with a sign hidden layer on the moons for 500 steps. Which weights move?

# %% [markdown] id="sign-predict" lang="zh"
# **预测：** 我们用双月数据训练一个网络，隐藏层用 sign，共训练 500 步。哪些权值会动？

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
# What can be done without hidden weights that learn? A sign neuron cuts the plane along a line, and the output layer can learn to combine the cuts. With biases of 0, as above, all lines run through the origin: no hope for rings. So here the hidden weights and biases start as random numbers, the same for all networks; each has the best of four learning rates, chosen on 8 other seeds.

# %% [markdown] id="accuracy-text" lang="zh"
# 隐藏层的权值学不动，还能做成什么？一个 sign 神经元用一条直线把平面切开，输出层可以学会把这些切口组合起来。偏置若像上面那样都是 0，所有直线都过原点，就不可能分出圆环。所以这里隐藏层的权值和偏置都取随机数，各个网络一视同仁；每个网络再从四个学习率里取最好的一个，由另外 8 个种子选出。

# %% [markdown] id="accuracy-predict" lang="en"
# **Predict:** what share of 200 fresh points do 8 neurons of purelin, sign and tanh get right? And 64 of sign?

# %% [markdown] id="accuracy-predict" lang="zh"
# **预测：** 圆环的 200 个新点，8 个 purelin、sign 或 tanh 神经元各能答对多少？64 个 sign 神经元呢？

# %% id="accuracy"
def fresh_accuracy(activation, neurons, rate, seed):
    circles = load("circles", n_samples=400, noise=0.1, seed=seed)
    network = BPNetwork((2, neurons, 1), (activation, "sigmoid"), seed=seed, loss="binary_crossentropy")
    random = np.random.default_rng(seed)
    network.weights[0], network.biases[0] = random.normal(size=(2, neurons)), random.normal(size=neurons)
    for _ in range(500):
        network.forward(circles.x[:200])
        network.backward(circles.y[:200, None])
        network.update(rate)
    return 100 * np.mean((network.forward(circles.x[200:])[:, 0] > 0.5) == circles.y[200:])


def by_seed(activation, neurons, rates=(0.1, 0.3, 1.0, 3.0)):
    tried = [[fresh_accuracy(activation, neurons, rate, seed) for seed in range(20, 28)] for rate in rates]
    best = rates[np.argmax(np.mean(tried, axis=1))]
    return np.array([fresh_accuracy(activation, neurons, best, seed) for seed in range(20)])


right = {key: by_seed(*key) for key in (("purelin", 8), ("sign", 8), ("sign", 64), ("tanh", 8))}
for (name, neurons), percent in right.items():
    print(f"{neurons:2} {name:8} median of 20 seeds: {np.median(percent):.0f} % right")

# %% id="record-linear"
behind = {key: paired_difference(right["tanh", 8], percent) for key, percent in right.items()}
few = behind["purelin", 8].low > 5 and behind["sign", 8].low > 5
many = behind["sign", 64].high < 5
print(f"more than 5 points behind tanh: 8 purelin and 8 sign: {few}; fewer than 5 behind: 64 sign: {many}")
evidence.record(
    "C13", "sign and purelin cannot solve non-linear problems well", seeds=20,
    experiment="two circles, random weights and biases, 500 steps: accuracy on fresh data against 8 tanh",
    measured=f"purelin collapses into one linear map, sign's hidden weights do not move; 8 of each more than 5 points "
    f"behind: {few}; 64 sign fewer than 5: {many}; interval of 8 tanh − 8 sign, in points",
    interval=behind["sign", 8].outward(), holds=bool(difference < 1e-12 and few),
    only_if="sign's hidden weights are left to gradients and there are few of them: 64 random sign neurons solve the circles",
)

# %% [markdown] id="linear-reading" lang="en"
# So the two fail for different reasons. purelin is at chance, with any number of neurons: they collapse into one. A few sign neurons are better than chance, but nobody puts their lines where they are needed; many random ones cover the plane by luck. Eight tanh neurons, whose hidden weights learn, do about as well as 64 of these.

# %% [markdown] id="linear-reading" lang="zh"
# 可见两者失败的原因不同。purelin 与瞎猜无异，神经元再多也一样，因为它们会合并成一个。少数几个 sign 神经元比瞎猜强一些，但没有谁把直线移到需要的地方去；随机的直线多了，凭运气也能布满平面。八个 tanh 神经元的隐藏层权值会学习，效果不比这 64 个差。

# %% [markdown] id="seven-text" lang="en"
# ## Seven functions and their slopes
#
# The seven of the article are sign, purelin, sigmoid, tanh, softsign, relu and softmax. Backpropagation needs two things of an activation: its value on the way forward and its slope on the way back. Here are four of the seven. With $a = f(z)$ at hand some slopes cost next to nothing: $a(1-a)$ for sigmoid, $1-a^2$ for tanh.

# %% [markdown] id="seven-text" lang="zh"
# ## 七个函数和它们的斜率
#
# 那篇文章里的七个函数是 sign、purelin、sigmoid、tanh、softsign、relu 和 softmax。反向传播要用到激活函数的两样东西：向前时的值，向后时的斜率。这里先看七个中的四个。有了 $a = f(z)$，有些斜率几乎不用另算：sigmoid 的是 $a(1-a)$，tanh 的是 $1-a^2$。

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
# The course keeps all of them, with exact slopes, in `utils.activations.ACTIVATIONS`. Solid blue is the function, dashed orange its slope. **softmax** is missing: it works on several numbers at once, and comes below.

# %% [markdown] id="multiples-text" lang="zh"
# 本课程把这些函数连同精确的斜率都放在 `utils.activations.ACTIVATIONS` 里。蓝色实线是函数，橙色虚线是斜率。图中没有 **softmax**：它同时作用于几个数，后面再讲。

# %% id="multiples"
show(*figures.small_multiples(["sign", "purelin", "sigmoid", "tanh", "softsign", "relu"]))

# %% [markdown] id="limits-text" lang="en"
# Where do they end? Infinity is a number that floating point knows, so we can ask for the limits themselves.

# %% [markdown] id="limits-text" lang="zh"
# 这些函数在两端趋向哪里？浮点数里有无穷大，所以可以直接算出极限。

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

# %% [markdown] id="tails-predict" lang="zh"
# ## 三个模样相近的函数
#
# sigmoid、tanh 和 softsign 都呈 S 形，靠两个数就能区分。第一个是 0 处的斜率：信号小的时候，δ 乘的就是它。第二个是信号大的时候，斜率衰减得有多快。
#
# **预测：** 哪一个在 0 处的斜率最小？哪一个在 $z = 10$ 处的斜率最大？

# %% id="tails"
for name in ("sigmoid", "tanh", "softsign"):
    slope = ACTIVATIONS[name].derivative
    print(f"{name:9} slope at 0: {slope(0.0):.2f}   at 10: {slope(10.0):.1e}")

# %% [markdown] id="fit-text" lang="en"
# If the height is on a logarithmic scale, an exponential is a straight line; if both axes are, a power is. So each of two panels has a kind of tail that it shows best. We fit both: for sigmoid and tanh the rate of $e^{-rz}$ between 8 and 16, for softsign the exponent of $z^{-p}$ between 100 and 1000.

# %% [markdown] id="fit-text" lang="zh"
# 纵轴取对数刻度，指数函数就成了直线；两轴都取对数刻度，幂函数就成了直线。所以左右两幅小图各有一类看得最清楚的尾部。两类都拟合一下：对 sigmoid 和 tanh，求 8 到 16 之间 $e^{-rz}$ 的衰减速率；对 softsign，求 100 到 1000 之间 $z^{-p}$ 的指数。

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
# The formulas hide two traps. $e^{-z}$ overflows for very negative $z$. And for large $z$ the difference $1-\tanh^2 z$ is that of two numbers which agree in 16 digits.
#
# **Predict:** what is the slope of tanh at 20 by that formula? By $4\,\sigma(2z)\,\sigma(-2z)$ with the sigmoid $\sigma$, which is the same?

# %% [markdown] id="traps-text" lang="zh"
# 公式里藏着两个陷阱。$z$ 是绝对值很大的负数时，$e^{-z}$ 会溢出。$z$ 很大时，$1-\tanh^2 z$ 是两个前 16 位相同的数之差。
#
# **预测：** 按这个公式算，tanh 在 20 处的斜率是多少？换成与它相等的 $4\,\sigma(2z)\,\sigma(-2z)$（$\sigma$ 即 sigmoid）呢？

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
# It turns several numbers $z_k$ into positive ones that add up to 1, so they can be read as probabilities. (The formula does not see to it that 0.9 comes true nine times in ten. That is calibration, and has to be measured.) Here $j$ runs over all of them. Adding the same number to each $z$ changes nothing. The temperature $\tau$, usually 1, decides how much the largest takes.

# %% [markdown] id="softmax-text" lang="zh"
# ## softmax
#
# $$p_k = \frac{e^{z_k/\tau}}{\sum_j e^{z_j/\tau}}$$
#
# 它把几个数 $z_k$ 变成总和为 1 的正数，因此可以看作概率。（说是 0.9 的，十次里是否真有九次应验？公式保证不了：这叫作校准，要靠测量。）式中 $j$ 取遍所有这些数。给每个 $z$ 加上同一个数，结果不变。温度 $\tau$ 通常为 1，决定最大的那个数占去多大的份额。

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
# On the right every temperature at once; the dotted vertical line marks the bars on the left. The slider moves $\log_{10}\tau$. What remains of softmax when it is very cold, and when it is very hot?

# %% [markdown] id="temperature-text" lang="zh"
# 右图一次画出所有温度，竖直的点线标出左图柱形所对应的温度。滑块改变的是 $\log_{10}\tau$。温度很低时，softmax 还剩下什么？温度很高时呢？

# %% id="temperature-slider"
interactive_figure(redraw, temperature=(-1.0, 1.5, 0.1, 0.0))

# %% [markdown] id="jacobian-text" lang="en"
# Each output depends on each input, so the slope is a matrix, the **Jacobian**: $\partial p_j/\partial z_k = p_j\,([j=k] - p_k)$, where $[j=k]$ is 1 if $j=k$ and 0 otherwise. Adding one number to every $z$ changes no output, so each row adds up to 0; the outputs' sum cannot change, so each column does too. One neuron alone says nothing here: softmax of a single number is always 1. So it stands where several numbers share one whole, above all at the output.

# %% [markdown] id="jacobian-text" lang="zh"
# 每个输出都依赖于每个输入，所以斜率是一个矩阵，叫作**雅可比矩阵**：$\partial p_j/\partial z_k = p_j\,([j=k] - p_k)$，其中 $[j=k]$ 在 $j=k$ 时为 1，否则为 0。给每个 $z$ 加上同一个数，输出都不变，所以每一行的和为 0；输出之和不会变，所以每一列的和也为 0。只有一个神经元时，softmax 什么也说明不了：单个数的 softmax 总是 1。所以它用在几个数瓜分一个整体的地方，尤其是输出层。

# %% id="jacobian"
watched = tf.constant(scores)
with tf.GradientTape() as tape:
    tape.watch(watched)
    outputs = tf.nn.softmax(watched)
jacobian = ACTIVATIONS["softmax"].derivative(scores)
assert np.allclose(jacobian, tape.jacobian(outputs, watched), rtol=1e-9)
sums = np.abs([jacobian.sum(axis=1), jacobian.sum(axis=0)])
print(jacobian.round(3).tolist(), " sums of rows and columns below 1e-15:", bool(sums.max() < 1e-15))

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

# %% [markdown] id="hinge-text" lang="zh"
# ## relu：直线段拼成曲线
#
# relu 在左边是 0，在右边是 $z$。用 relu 的神经元就是一个**铰链**：到某一点为止是平的，之后是一段直的斜坡。在若干个点上各放一个铰链，每个铰链恰好给出该点所需的斜率*变化*，相加就能得到任意的折线。这里的折线是我们搭出来的，不是学出来的。
#
# **预测：** 沿一条光滑曲线放铰链，数目加倍之后，最大误差会缩小到几分之一？

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
# leaky relu keeps a small slope on the left, 0.2 in `keras.activations` (Maas et al. 2013). elu and selu end softly at a negative value (Clevert et al. 2016, Klambauer et al. 2017). gelu and silu are smooth, and dip below 0 before they rise (Hendrycks & Gimpel 2016, Elfwing et al. 2018).

# %% [markdown] id="modern-text" lang="zh"
# ## 五个较新的函数
#
# leaky relu 在左边保留一个较小的斜率，在 `keras.activations` 里是 0.2（Maas et al. 2013）。elu 和 selu 在左边平缓地趋于一个负值（Clevert et al. 2016，Klambauer et al. 2017）。gelu 和 silu 都是光滑的，先降到 0 以下，再上升（Hendrycks & Gimpel 2016，Elfwing et al. 2018）。

# %% id="modern-figure"
show(*figures.small_multiples(["leaky_relu", "elu", "selu", "gelu", "silu", "relu"]))

# %% [markdown] id="tenth-text" lang="en"
# ## What ten layers make of a slope
#
# On the way back each layer multiplies δ by the slope of its activation. The largest slope bounds what can come through. Ten layers raise it to the tenth power. (They also multiply by weights; chapter 07 puts the two together.)

# %% [markdown] id="tenth-text" lang="zh"
# ## 经过十层，斜率变成什么
#
# 向后传的时候，每一层都把 δ 乘以本层激活函数的斜率。能传回多少，以最大的斜率为上限；经过十层，上限就是它的十次方。（每一层还要乘以权值；第 07 章把两者合起来看。）

# %% id="tenth"
z = np.append(np.linspace(-6, 6, 120001), -1e-12)  # the last just left of 0, where selu is steepest
for name in ("sigmoid", "tanh", "softsign", "relu", "leaky_relu", "elu", "selu", "gelu", "silu"):
    largest = ACTIVATIONS[name].derivative(z).max()
    print(f"{name:10} largest slope {largest:.3f}   to the tenth power {largest**10:.1e}")

# %% [markdown] id="race-text" lang="en"
# ## Is relu the best?
#
# The article calls relu the best of these functions. We test it: four tasks, two hidden layers, the same budget for all. Three tasks are points in the plane; the fourth is to tell odd from even handwritten digits. Each activation has the learning rate that is best for it on 8 seeds which are not used afterwards; then 32 other seeds count.

# %% [markdown] id="race-text" lang="zh"
# ## relu 最好吗？
#
# 那篇文章说，relu 是这些函数中最好的。我们来检验：四个任务，两个隐藏层，预算全都相同。前三个任务的数据是平面上的点，第四个任务是判断手写数字是奇数还是偶数。每个激活函数都用最适合自己的学习率，由 8 个种子选出，这 8 个种子此后不再使用；计入结果的是另外 32 个种子。

# %% id="race-tasks"
TASKS = {"circles": 0.1, "moons": 0.15, "spirals": 0.02, "digits": None}  # and their noise
N = 200  # samples to learn from, and as many to be tested on
pictures = load("digits")


def draw(task, seed):
    if task != "digits":
        return load(task, n_samples=2 * N, noise=TASKS[task], seed=seed)
    order = np.random.default_rng(seed).permutation(len(pictures.x))[:2 * N]  # 400 of 1,797
    return dataclasses.replace(pictures, x=pictures.x[order] / 16, y=pictures.y[order] % 2)


show(*figures.tasks([draw(task, seed=0) for task in TASKS]))

# %% [markdown] id="race-samples" lang="en"
# In the plane each seed draws points of its own. Of the pictures there are only 1,797: each seed takes 400 of them at random, so the samples overlap, also with those that choose the learning rate. The digits' intervals speak of splits and starting weights, not of new pictures.

# %% [markdown] id="race-samples" lang="zh"
# 平面上的点由每个种子各自生成。图片却总共只有 1,797 幅：每个种子随机取 400 幅，各份样本互有重叠，也与用来选学习率的样本重叠。所以手写数字的区间只反映数据划分和初始权值的差异，不能推及新的图片。

# %% [markdown] id="race-predict" lang="en"
# **Predict:** on how many of the four tasks will relu win?

# %% [markdown] id="race-predict" lang="zh"
# **预测：** 四个任务里，relu 会赢几个？

# %% id="race-setup"
CHOICES = ["sigmoid", "tanh", "softsign", "relu", "silu"]
RATES = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
TUNING, COUNTED, EPOCHS = range(8), range(8, 40), 40  # seeds to choose the learning rate, seeds to measure

# %% [markdown] id="padding-text" lang="en"
# A picture has 64 numbers, a point has two. With 62 zeros behind it a point fits the same network: the weights from an input that is always 0 never matter and never move. So one program can train all four tasks. Of each sample of 400 one half is to learn from, the other half to be tested on.

# %% [markdown] id="padding-text" lang="zh"
# 一幅图有 64 个数，一个点只有两个。在点的后面补上 62 个零，就能送进同一个网络：如果一个输入恒为 0，从它出发的权值就从不起作用，也从不变动。这样，一个程序就能训练全部四个任务。每份样本含 400 个数据，一半用来学习，另一半用来测试。

# %% id="race-data"
samples = {(task, seed): draw(task, seed) for task in TASKS for seed in (*TUNING, *COUNTED)}
x = {key: np.pad(d.x, ((0, 0), (0, 64 - d.x.shape[1]))) for key, d in samples.items()}
y = {key: d.y[:, np.newaxis] for key, d in samples.items()}
len(x), x["circles", 0].shape, y["circles", 0].shape

# %% [markdown] id="starts-text" lang="en"
# A seed starts from the same weights with every activation: small ones, drawn for the inputs that are in use.

# %% [markdown] id="starts-text" lang="zh"
# 同一个种子，不论用哪个激活函数，都从同样的权值出发；这些权值很小，是按实际用到的输入抽取的。

# %% id="starts"
def starting_weights(task, seed):
    inputs = 64 if task == "digits" else 2
    parameters = BPNetwork((inputs, 12, 12, 1), seed=seed).parameters
    parameters[0] = np.pad(parameters[0], ((0, 64 - inputs), (0, 0)))
    return parameters


starts = {key: starting_weights(*key) for key in samples}

# %% [markdown] id="train-many-text" lang="en"
# `EnsembleTrainer`, which stands behind chapter 01's `train_many`, builds one Keras model, stacks the weights of many networks along a new first axis, and trains the stack as if it were one network, in one compiled program. Each gets what `model.fit` would give it, and the helper's tests confirm this to five digits. First 224 networks for each activation: four tasks, 8 seeds, seven learning rates.

# %% [markdown] id="train-many-text" lang="zh"
# `EnsembleTrainer` 就是第 01 章的 `train_many` 背后的那个程序：它只建一个 Keras 模型，把许多网络的权值沿新增的第一个轴叠起来，编译成一个程序，像训练一个网络那样训练。每个网络的结果都与用 `model.fit` 训练的相同，这个辅助程序的测试已确认到五位数字。先为每个激活函数训练 224 个网络：四个任务、8 个种子、七个学习率。

# %% id="race-function"
def make_trainer(activation):
    return EnsembleTrainer(
        lambda: build_mlp((12, 12), activation, inputs=64, outputs=1, output_activation="sigmoid"),
        optimizer=keras.optimizers.SGD(), loss="binary_crossentropy", metrics=["accuracy"],
    )


def fit(trainer, members, epochs=EPOCHS):  # triples (task, seed, learning rate) -> test accuracy in percent, by epoch
    keys, rates = [(task, seed) for task, seed, _ in members], [rate for *_, rate in members]
    all_x, all_y = (np.array([values[key] for key in keys]) for values in (x, y))
    trained = trainer.fit(
        all_x[:, :N], all_y[:, :N], validation_data=(all_x[:, N:], all_y[:, N:]), data_per_seed=True,
        initial_weights=[np.stack(arrays) for arrays in zip(*(starts[key] for key in keys))],
        seeds=[seed for _, seed in keys], learning_rates=rates, epochs=epochs, batch_size=25,
    )
    return np.round(100 * trained.validation_metrics["accuracy"].astype(float), 1)

# %% id="race"
trainers = {activation: make_trainer(activation) for activation in CHOICES}
trials = [(task, seed, rate) for task in TASKS for seed in TUNING for rate in RATES]
tried = np.array([
    fit(trainer, trials).reshape(len(TASKS), len(TUNING), len(RATES), EPOCHS) for trainer in trainers.values()
])
tried.shape  # activations, tasks, seeds, learning rates, epochs

# %% [markdown] id="choose-text" lang="en"
# From one epoch to the next a network's accuracy goes up and down. So we take the mean over the last ten epochs. Each activation gets, on each task, the learning rate with the highest such mean over the first 8 seeds; only the other 32 count. (Each of 200 test samples counts half a percent; rounding restores that from float32.)

# %% [markdown] id="choose-text" lang="zh"
# 网络的准确率一轮高，一轮低，所以我们取最后十轮的均值。在每个任务上，每个激活函数都采用在前 8 个种子上使这个均值最高的学习率；计入结果的只有另外 32 个种子。（200 个测试样本，每个占 0.5 %；float32 略有偏差，舍入之后就能还原。）

# %% id="choose"
def run(rates):
    """Train 32 new seeds with the learning rates (activations, tasks), numbers in RATES."""
    return np.array([
        fit(trainer, [(task, seed, RATES[r]) for task, r in zip(TASKS, row) for seed in COUNTED])
        for trainer, row in zip(trainers.values(), rates)
    ]).reshape(len(CHOICES), len(TASKS), len(COUNTED), EPOCHS)


best = tried[..., -10:].mean(axis=(2, 4)).argmax(axis=-1)
final = run(best)[..., -10:].mean(axis=-1)
at_the_end = int(np.isin(best, [0, len(RATES) - 1]).sum())
print(f"of {best.size} choices {at_the_end} fall on the first or last rate of the list")

# %% id="race-figure"
tasks = list(TASKS)
show(*figures.race(CHOICES, tasks, final))

# %% [markdown] id="differences-text" lang="en"
# The intervals above are for each activation alone. The fair comparison is paired: the same seed, the same data, the same starting weights. We count a task for relu, or against it, when the 95 % interval of the mean difference lies wholly beyond one point.

# %% [markdown] id="differences-text" lang="zh"
# 上图的区间是各个激活函数单独的区间。公平的比较要成对进行：同样的种子、同样的数据、同样的初始权值。只有当平均差的 95 % 区间整个落在一个百分点之外，我们才在这个任务上判 relu 胜或负。

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

# %% [markdown] id="speed-text" lang="zh"
# 训练固定的轮数之后准确率有多高，是一个问题；多快能达到某个水平，是另一个问题。我们数一数，测试准确率首次达到目标用了多少轮；始终达不到的网络，记为总轮数加一。这一回，每个激活函数采用在 8 个种子上所需轮数最少的学习率。

# %% id="speed"
TARGETS = np.array([95, 95, 75, 85])


def epochs_to_target(percent):  # (activations, tasks, …, epochs)
    reached = percent >= TARGETS.reshape(-1, *[1] * (percent.ndim - 2))
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1) + 1, EPOCHS + 1)


soonest = epochs_to_target(tried).mean(axis=2).argmin(axis=-1)
epochs = epochs_to_target(run(soonest))
show(*figures.epochs_to_target(CHOICES, tasks, TARGETS, epochs, EPOCHS))

# %% [markdown] id="longer-text" lang="en"
# On the spirals 40 epochs leave tanh far behind. **Predict:** and ten times as many, relu and tanh each at the best of four rates?

# %% [markdown] id="longer-text" lang="zh"
# 在螺旋上，训练 40 轮之后，tanh 远远落在后面。**预测：** 如果训练十倍那么久，relu 和 tanh 各从四个学习率里取最好的一个呢？

# %% id="longer"
def final_accuracy(activation, seeds, rates, epochs):  # on the spirals: (seeds, rates)
    members = [("spirals", seed, rate) for seed in seeds for rate in rates]
    percent = fit(trainers[activation], members, epochs)[:, -10:].mean(axis=1)
    return percent.reshape(len(seeds), len(rates))


late = {}
for activation in ("relu", "tanh"):
    rates = [0.1, 0.3, 1.0, 3.0]
    rate = rates[final_accuracy(activation, TUNING, rates, 400).mean(axis=0).argmax()]
    late[activation] = final_accuracy(activation, COUNTED, [rate], 400)[:, 0]
late_gap = paired_difference(late["relu"], late["tanh"])
print(f"spirals, relu − tanh: more than 15 points after 40 epochs: {gaps['tanh'][tasks.index('spirals')].low > 15}; "
      f"fewer than 6 after 400: {late_gap.high < 6}")
print(f"both above 95 % in the median after 400: {min(np.median(percent) for percent in late.values()) > 95}")

# %% id="record-race"
lead = [gaps[name][tasks.index("spirals")] for name in gaps]
evidence.record(
    "C20", "relu is the best of these activation functions",
    experiment="4 tasks, two hidden layers, the best of 7 learning rates for each", seeds=32,
    measured="better by over a point on / worse on, of 4 tasks: " + ", ".join(
        f"{n} {better[n]}/{worse[n]}" for n in gaps) + "; interval of relu − tanh on the spirals, in points",
    interval=gaps["tanh"][tasks.index("spirals")].outward(),
    holds=bool(min(gap.low for gap in lead) > 1 and max(worse.values()) == 0 and late_gap.high < 6),
    only_if="the boundary is intricate and training is short: elsewhere no lead of more than a point over tanh is shown",
)

# %% [markdown] id="race-reading" lang="en"
# relu is a safe choice here: far ahead after 40 epochs where the boundary is intricate, on the spirals, though tanh nearly catches up in ten times as many; nowhere shown to be behind by more than a point; and in the plane the soonest. On the digits tanh and softsign were a little sooner. Away from the spirals only sigmoid is behind it by more than a point.

# %% [markdown] id="race-reading" lang="zh"
# 在这里 relu 是稳妥的选择：在边界曲折的螺旋（spirals）上，40 轮之后它遥遥领先，不过训练十倍那么久，tanh 就差不多赶上来了；在任何任务上，都不能断定它落后一个百分点以上；在平面上的任务中，它最先达到目标。在手写数字上，tanh 和 softsign 略早一点。离开螺旋，落后它一个百分点以上的只有 sigmoid。

# %% [markdown] id="race-limits" lang="en"
# On circles and moons four of the five are above 95 %, which leaves little to win; on the digits tanh stands first in the figure, if by about a point. All networks here have two hidden layers; deeper ones may order the five otherwise.

# %% [markdown] id="race-limits" lang="zh"
# 在圆环和双月上，五个中有四个超过 95 %，没有多少可争的；在手写数字上，图中排第一的是 tanh，虽然只高出约一个百分点。这里的网络都只有两个隐藏层，更深的网络也许会给出不同的名次。

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence
#
# "C" numbers are claims of the article that inspired this course; the others are this chapter's own.

# %% [markdown] id="evidence-text" lang="zh"
# ## 证据
#
# 编号以“C”开头的，是启发本课程的那篇文章中的论断；其余的是本章自己的论断。

# %% id="evidence"
evidence

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell.
#
# **1.** The slope of sigmoid at $z$.

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 求 sigmoid 在 $z$ 处的斜率。

# %% id="exercise-sigmoid" tags=["exercise"]
def sigmoid_slope(z):
    ...


check("05-sigmoid", sigmoid_slope)

# %% [markdown] id="hint-sigmoid" lang="en"
# *Hint.* With $a = 1/(1+e^{-z})$ it needs only $a$.

# %% [markdown] id="hint-sigmoid" lang="zh"
# *提示：* 记 $a = 1/(1+e^{-z})$，只用 $a$ 就够了。

# %% id="solution-sigmoid" tags=["solution"]
def sigmoid_slope(z):
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a)


check("05-sigmoid", sigmoid_slope)

# %% [markdown] id="exercise-stable-text" lang="en"
# **2.** softmax of a row of numbers, which must also work for 1000.

# %% [markdown] id="exercise-stable-text" lang="zh"
# **2.** 求一行数的 softmax，遇到 1000 也要能算。

# %% id="exercise-stable" tags=["exercise"]
def stable_softmax(z):
    ...


check("05-softmax", stable_softmax)

# %% [markdown] id="hint-stable" lang="en"
# *Hint.* Adding the same number to every $z$ changes nothing. Which number makes the largest exponent harmless?

# %% [markdown] id="hint-stable" lang="zh"
# *提示：* 给每个 $z$ 加上同一个数，结果不变。加上哪个数，最大的指数就不会惹麻烦？

# %% id="solution-stable" tags=["solution"]
def stable_softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


check("05-softmax", stable_softmax)

# %% [markdown] id="exercise-leaky-text" lang="en"
# **3.** Leaky relu with slope 0.2 on the left, as above, for an array.

# %% [markdown] id="exercise-leaky-text" lang="zh"
# **3.** 对数组计算 leaky relu，左边的斜率与上文一样是 0.2。

# %% id="exercise-leaky" tags=["exercise"]
def leaky(z):
    ...


check("05-leaky", leaky)

# %% [markdown] id="hint-leaky" lang="en"
# *Hint.* Which is larger, $z$ or $0.2\,z$, on either side?

# %% [markdown] id="hint-leaky" lang="zh"
# *提示：* 在左右两边，$z$ 和 $0.2\,z$ 哪个更大？

# %% id="solution-leaky" tags=["solution"]
def leaky(z):
    return np.maximum(z, 0.2 * z)


check("05-leaky", leaky)

# %% [markdown] id="exercise-hinge-text" lang="en"
# **4.** The absolute value $|x|$ as a sum of two relu: return the output for an array $x$, using only the given `relu`.

# %% [markdown] id="exercise-hinge-text" lang="zh"
# **4.** 把绝对值 $|x|$ 写成两个 relu 之和：输入数组 $x$，返回输出，只许用给定的 `relu`。

# %% id="exercise-hinge" tags=["exercise"]
def absolute(x, relu):
    ...


check("05-hinge", absolute)

# %% [markdown] id="hint-hinge" lang="en"
# *Hint.* One hinge that opens to the right, one that opens to the left.

# %% [markdown] id="hint-hinge" lang="zh"
# *提示：* 一个铰链向右张开，一个向左张开。

# %% id="solution-hinge" tags=["solution"]
def absolute(x, relu):
    return relu(x) + relu(-x)


check("05-hinge", absolute)

# %% [markdown] id="exercise-layers-text" lang="en"
# **5.** How many sigmoid layers does it take at least until the slopes alone have shrunk δ to less than a millionth?

# %% [markdown] id="exercise-layers-text" lang="zh"
# **5.** 至少经过多少个 sigmoid 层，单凭斜率就能把 δ 缩小到百万分之一以下？

# %% id="exercise-layers" tags=["exercise"]
layers = ...

check("05-layers", layers)

# %% [markdown] id="hint-layers" lang="en"
# *Hint.* The largest slope of sigmoid is ¼.

# %% [markdown] id="hint-layers" lang="zh"
# *提示：* sigmoid 的最大斜率是 ¼。

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

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 说明激活函数为什么既要弯曲，又不能平坦：purelin 的各层会合并成一层，sign 传不回 δ。
# - 区分三个 S 形函数：0 处的斜率是 ¼、1 和 1，尾部是 $e^{-z}$、$e^{-2z}$ 和 $z^{-2}$。
# - 在输出层使用 softmax：得到总和为 1 的正数，斜率是一个雅可比矩阵。
# - 把 relu 解释为铰链：铰链之和逼近光滑曲线，误差按 $n^{-2}$ 下降。
# - 评判“最好的激活函数”：先问清任务、预算、学习率和区间。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - relu in deep networks: X. Glorot, A. Bordes, Y. Bengio (2011), "Deep Sparse Rectifier Neural Networks", *AISTATS*, PMLR 15, 315–323.
# - leaky relu: A. L. Maas, A. Y. Hannun, A. Y. Ng (2013), "Rectifier Nonlinearities Improve Neural Network Acoustic Models", *ICML Workshop on Deep Learning for Audio, Speech and Language Processing*.
# - elu: D.-A. Clevert, T. Unterthiner, S. Hochreiter (2016), "Fast and Accurate Deep Network Learning by Exponential Linear Units", *ICLR*.
# - selu: G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter (2017), "Self-Normalizing Neural Networks", *NeurIPS* 30.
# - gelu: D. Hendrycks, K. Gimpel (2016), "Gaussian Error Linear Units", arXiv:1606.08415.
# - silu: S. Elfwing, E. Uchibe, K. Doya (2018), "Sigmoid-weighted linear units", *Neural Networks* 107, 3–11.
#
# **Next:** [06 · Look at the boundary](06_decision_boundaries.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - 深层神经网络中的 relu：X. Glorot, A. Bordes, Y. Bengio (2011), "Deep Sparse Rectifier Neural Networks", *AISTATS*, PMLR 15, 315–323.
# - leaky relu：A. L. Maas, A. Y. Hannun, A. Y. Ng (2013), "Rectifier Nonlinearities Improve Neural Network Acoustic Models", *ICML Workshop on Deep Learning for Audio, Speech and Language Processing*.
# - elu：D.-A. Clevert, T. Unterthiner, S. Hochreiter (2016), "Fast and Accurate Deep Network Learning by Exponential Linear Units", *ICLR*.
# - selu：G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter (2017), "Self-Normalizing Neural Networks", *NeurIPS* 30.
# - gelu：D. Hendrycks, K. Gimpel (2016), "Gaussian Error Linear Units", arXiv:1606.08415.
# - silu：S. Elfwing, E. Uchibe, K. Doya (2018), "Sigmoid-weighted linear units", *Neural Networks* 107, 3–11.
#
# **下一章：** [06 · 看看边界](06_decision_boundaries.ipynb)。
