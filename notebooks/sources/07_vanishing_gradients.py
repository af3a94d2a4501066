# ---
# jupyter:
#   course: {chapter: "07", needs: ["03", "05"], minutes: 75, question: "Why do deep networks stop learning?", question_zh: "深层网络为什么会停止学习？"}
# ---

# %% [markdown] id="title" lang="en"
# # 07 · Keep the gradient alive
#
# On its way back the error signal δ is multiplied once per layer. Multiply by a number below 1 often enough, and nothing is left; by a number above 1, and it grows without end. This chapter measures that number, computes it from theory, and tries the cures on a network of 20 layers.

# %% [markdown] id="title" lang="zh"
# # 07 · 让梯度活下去
#
# 误差信号 δ 在返回途中，每过一层就要乘以一个数。这个数若小于 1，乘的次数多了，就什么也不剩；若大于 1，δ 就无止境地增长。本章测量这个数，从理论上计算它，并在一个 20 层的网络上试验各种药方。

# %% [markdown] id="aims" lang="en"
# **You will** follow δ through up to 50 layers, map where it dies and where it explodes, train a network that cannot learn, and cure it in several ways.
#
# **You will learn to**
# - compute the factor by which δ changes at each layer, and choose weights that make it 1;
# - tell what an activation contributes to it from what the weights do;
# - recognise vanishing, explosion and dead units by their numbers;
# - judge cures by their effect, over many seeds.
#
# **You need** chapters 03 and 05, and about an hour and a quarter.

# %% [markdown] id="aims" lang="zh"
# **你将**跟着 δ 穿过多达 50 层，画出 δ 在哪里消失、在哪里爆炸，训练一个学不会的网络，再用几种办法把它治好。
#
# **你将学会**
# - 计算 δ 每过一层所乘的因子，并选取使它等于 1 的权值；
# - 分清这个因子中哪些来自激活函数，哪些来自权值；
# - 凭数值认出梯度消失、梯度爆炸和死亡单元；
# - 在许多个种子上看疗效，以此评判药方。
#
# **你需要**先学完第 03 章和第 05 章，并留出大约一小时一刻钟。

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
from functools import partial

import keras
import numpy as np

from utils.activations import ACTIVATIONS
from utils.controls import interactive_figure
from utils.datasets import load
from utils.diagnostics import hidden_signals, layer_gradient_norms
from utils.ensembles import EnsembleTrainer
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_07 as figures
from utils.models import build_mlp
from utils.plotting import show
from utils.random_networks import delta_ratios, random_signals
from utils.signals import ablation_accuracy, function_statistics, layer_delta_norms, update_ratios
from utils.statistics import Interval, mean_interval, median_interval, paired_difference, wilson_interval

evidence = EvidenceTable("07")

# %% [markdown] id="chain-text" lang="en"
# ## A number, multiplied again and again
#
# Take the thinnest deep network: one neuron in each layer. By the chain rule δ passes from layer to layer as
#
# $$\delta_{l} = \delta_{l+1}\; w_{l+1}\; f'(z_l).$$
#
# **Predict:** let each product $w f'$ be 0.25, 0.9, 1 or 1.1. What is left of δ = 1 after 50 layers?

# %% [markdown] id="chain-text" lang="zh"
# ## 同一个数，乘了又乘
#
# 取一个最窄的深层网络：每层只有一个神经元。按链式法则，δ 这样一层层往回传：
#
# $$\delta_{l} = \delta_{l+1}\; w_{l+1}\; f'(z_l).$$
#
# **预测：** 设每个乘积 $w f'$ 都是 0.25、0.9、1 或 1.1。从 δ = 1 出发，50 层之后还剩多少？

# %% id="chain"
for factor in (0.25, 0.9, 1.0, 1.1):
    print(f"factor {factor:4}: after 10 layers {factor**10:.1e}, after 50 layers {factor**50:.1e}")

# %% [markdown] id="profiles-text" lang="en"
# ¼ is the largest slope of sigmoid (chapter 05). A real layer has many neurons, so δ is a vector and the weights a matrix: $\delta_l = (\delta_{l+1} W_{l+1}^\mathsf{T}) \odot f'(z_l)$, neuron by neuron.
#
# `random_signals` makes 32 random networks with 64 neurons in each layer and follows the signals through them. The weights have mean 0 and variance $1/n$, as Keras's default, Glorot's, has it for equal layers. **Variance** is the square of the standard deviation; we write $\mathrm{Var}(w)$.
#
# **Predict:** which of the four activations keep the gradient alive over 50 layers?

# %% [markdown] id="profiles-text" lang="zh"
# ¼ 是 sigmoid 的最大斜率（第 05 章）。真实的层有许多神经元，所以 δ 是向量，权值是矩阵：$\delta_l = (\delta_{l+1} W_{l+1}^\mathsf{T}) \odot f'(z_l)$，⊙ 表示逐个神经元相乘。
#
# `random_signals` 生成 32 个随机网络，每层 64 个神经元，并跟踪信号在其中的传播。权值的均值是 0，方差是 $1/n$；各层宽度相同时，Keras 默认的 Glorot 权值就是这个方差。**方差**是标准差的平方，记作 $\mathrm{Var}(w)$。
#
# **预测：** 四种激活函数中，哪些能让梯度穿过 50 层还活着？

# %% id="profiles"
DEPTHS = [2, 5, 10, 20, 50]
signals = {
    (name, depth): random_signals(name, depth, width=64)
    for name in ("sigmoid", "tanh", "softsign", "relu") for depth in DEPTHS
}
show(*figures.profiles(signals, DEPTHS))

# %% [markdown] id="profiles-reading" lang="en"
# Each line is the median of 32 networks of one depth, the band holds 95 % of them. Sigmoid loses everything, layer by layer. tanh and softsign come through with weights of this size. And relu? Its lines are level, yet they sink from depth to depth: all layers lose their gradient together. The gradient of a weight is $a\,\delta$, so look at δ alone:

# %% [markdown] id="profiles-reading" lang="zh"
# 每条线是同一深度的 32 个网络的中位数，色带包含其中的 95 %。sigmoid 的梯度一层层地丢失，直到一点不剩。权值取这样的大小，tanh 和 softsign 都能挺过来。relu 呢？它的每条线都是平的，但深度越大，线的位置越低：所有的层一起失去梯度。一个权值的梯度是 $a\,\delta$，所以再单独看一看 δ：

# %% id="record-vanish"
names = ("sigmoid", "tanh", "softsign", "relu")
falls = {  # powers of ten; `delta` holds mean squares
    name: np.log10(signals[name, 20].delta[:, 0] / signals[name, 20].delta[:, -1]) / 2 for name in names
}
for name, fall in falls.items():
    print(f"{name:9} 20 layers, δ of the first over δ of the last: 10^{np.median(fall):.0f}")
estimate = median_interval(falls["sigmoid"])
evidence.record(
    "C24", "The learning signal shrinks at each layer; after many, it and Δw are near 0", seeds=32,
    experiment="δ of the first over the last of 20 random layers, weights of variance 1/n",
    measured="; ".join(f"{name} 10^{np.median(falls[name]):.0f}" for name in names) + "; the interval is that of sigmoid, in powers of ten",
    interval=estimate.outward(1), holds=bool(estimate.high < -6 and np.median(falls["tanh"]) > -3),
    only_if="slopes and weights together make it so: sigmoid's do, tanh's with the same weights hardly",
)

# %% [markdown] id="theory-text" lang="en"
# ## The factor, from theory
#
# Each entry of δ in layer $l$ is a sum over the $n$ neurons of the next layer. If weights have mean 0 and are independent of the rest, the mean of squares obeys (Glorot & Bengio 2010, with slopes of 1; He et al. 2015)
#
# $$\overline{\delta_l^2} = n\,\mathrm{Var}(w)\;\overline{f'(z_l)^2}\;\cdot\;\overline{\delta_{l+1}^2}.$$
#
# For purelin $f' = 1$. tanh has slope near 1 while signals are small. relu's slope is 1 for one half of its inputs and 0 for the other, so $\overline{f'^2} = ½$: He et al. therefore give the weights variance $2/n$.

# %% [markdown] id="theory-text" lang="zh"
# ## 从理论上算出因子
#
# 第 $l$ 层 δ 的每个分量，都是对下一层 $n$ 个神经元的求和。如果权值的均值为 0，又与其余的量独立，那么均方满足（Glorot & Bengio 2010，斜率取 1；He et al. 2015）
#
# $$\overline{\delta_l^2} = n\,\mathrm{Var}(w)\;\overline{f'(z_l)^2}\;\cdot\;\overline{\delta_{l+1}^2}.$$
#
# 对 purelin，$f' = 1$。信号小的时候，tanh 的斜率接近 1。relu 的斜率对一半输入是 1，对另一半是 0，所以 $\overline{f'^2} = ½$；He et al. 因此把权值的方差取为 $2/n$。

# %% [markdown] id="theory-predict" lang="en"
# From here on "the factor" is that of the mean *square*; δ itself changes by its root.
#
# **Predict:** $U(-u, u)$ draws every number between $-u$ and $u$ alike; its variance is $u^2/3$. Weights from $U(-1/\sqrt n,\, 1/\sqrt n)$ were common once. Which factor for purelin?

# %% [markdown] id="theory-predict" lang="zh"
# 从这里起，“因子”指的是*均方*的因子；δ 本身按它的平方根变化。
#
# **预测：** $U(-u, u)$ 表示在 $-u$ 与 $u$ 之间均匀地抽取，方差是 $u^2/3$。从 $U(-1/\sqrt n,\, 1/\sqrt n)$ 中抽取权值，曾经很常见。对 purelin，因子是多少？

# %% id="theory"
LAYERS, WIDTH = 20, 128
CASES = {  # activation, n Var(w), distribution, input scale, predicted factor
    "purelin, U(±1/√n)": ("purelin", 1 / 3, "uniform", 1.0, 1 / 3),
    "tanh, small inputs, U(±1/√n)": ("tanh", 1 / 3, "uniform", 0.01, 1 / 3),
    "relu, U(±1/√n)": ("relu", 1 / 3, "uniform", 1.0, 1 / 6),
    "relu, He": ("relu", 2.0, "normal", 1.0, 1.0),
}
cases, within = {}, []
for name, (activation, n_var, distribution, input_scale, predicted) in CASES.items():
    each = random_signals(
        activation, LAYERS, WIDTH, n_var**0.5, distribution=distribution, input_scale=input_scale
    ).delta
    delta = each.mean(axis=0)
    factor = (delta[0] / delta[-1]) ** (1 / (LAYERS - 1))
    within.append(abs(factor / predicted - 1) < 0.05)
    cases[name] = delta / delta[-1], predicted ** np.arange(LAYERS - 1, -1, -1)
    print(f"{name:29} factor per layer {factor:.2f}, theory {predicted:.2f}, within 5 %: {within[-1]}")

# %% [markdown] id="median-text" lang="en"
# Theory speaks of means. A mean over networks can be made by a few large ones. For relu with He's weights the logarithm of the factor has a mean of about $-2.5/n$ in a layer of $n$ neurons (we leave out the derivation; Hanin 2018 shows that $\sum 1/n$ is what counts). So over $k$ layers the *median* network sinks as $e^{-2.5\,k/n}$.
#
# **Predict:** at width 16 and depth 20, where is the median, when the mean stays at 1?

# %% [markdown] id="median-text" lang="zh"
# 理论说的是均值，而许多网络的均值，可能只靠少数几个大的撑着。relu 用 He 权值时，在有 $n$ 个神经元的层里，因子的对数的均值约为 $-2.5/n$（推导从略；Hanin 2018 证明了起作用的是 $\sum 1/n$）。所以经过 $k$ 层，处在*中位数*的网络按 $e^{-2.5\,k/n}$ 下降。
#
# **预测：** 宽度为 16、深度为 20 时，均值保持为 1，中位数在哪里？

# %% id="median"
widths = {}
for width in (8, 16, 64):
    delta = random_signals("relu", LAYERS, width, 2**0.5, networks=200, samples=1).delta
    medians = np.median(delta, axis=0)
    widths[width] = (delta.mean(axis=0), medians / medians[-1], np.exp(-2.5 * np.arange(LAYERS - 1, -1, -1) / width))
print("width 16: the median of δ² falls below a tenth, where theory keeps the mean at 1:", bool(widths[16][1][0] < 0.1))
show(*figures.theory(cases, widths))

# %% [markdown] id="median-reading" lang="en"
# The means obey theory (left). The median sinks by its own law (right), closely at width 64, roughly at 16; at width 8 the layers are too narrow for the approximation. So at width 16 half of the networks keep less than a tenth, while by theory a few large ones keep the mean at 1.

# %% [markdown] id="median-reading" lang="zh"
# 均值服从理论（左图）。中位数按自己的规律下降（右图）：宽度为 64 时吻合得很好，为 16 时只是大致吻合，为 8 时层太窄，近似不再适用。所以宽度为 16 时，半数网络剩下的不到十分之一，而按理论，少数几个大的使均值保持为 1。

# %% id="record-theory"
growth = mean_interval(each[:, 0] / each[:, -1].mean())  # through all layers of relu, He's weights
spread = Interval(*(number ** (1 / (LAYERS - 1)) for number in growth))  # through one
evidence.record(
    "07.1", "The factor per layer is n·Var(w)·mean of f'²", seeds=32,
    experiment="20 layers of 128: purelin, tanh with small inputs, relu with two kinds of weights",
    measured=f"within 5 % of theory in {sum(within)} of 4 cases; the interval is that of relu with He's weights, theory 1",
    interval=spread.outward(2), holds=all(within), only_if="means are meant, or layers are wide",
)

# %% [markdown] id="map-text" lang="en"
# ## The map
#
# So the weights have as much to say as the activation. Vary both depth and weight scale $\sqrt{n\,\mathrm{Var}(w)}$, and look at δ in the first layer over δ in the last. Theory puts the line between vanishing and exploding where the factor is 1: at scale $\sqrt2$ for relu, at scale 1 for tanh while signals are small.
#
# **Predict:** at scale 1.2, what becomes of δ in a deep relu network? In a deep tanh network, whose inputs here are of size 1?

# %% [markdown] id="map-text" lang="zh"
# ## 一张地图
#
# 可见，权值的作用不亚于激活函数。我们让深度和权值的尺度 $\sqrt{n\,\mathrm{Var}(w)}$ 都变化，看第一层的 δ 与最后一层的 δ 之比。按照理论，消失与爆炸的分界线就在因子等于 1 的地方：对 relu 是尺度 $\sqrt2$；对 tanh，在信号小的时候，是尺度 1。
#
# **预测：** 尺度为 1.2 时，深层 relu 网络里的 δ 会怎样？深层 tanh 网络里呢？这里输入的大小是 1。

# %% id="map"
depths = np.arange(2, 41, 2)
scales = {"tanh": np.linspace(0.3, 2.2, 20), "relu": np.linspace(0.5, 2.8, 20)}
maps = {  # delta_ratios has the axes depth, scale, network
    name: np.median(np.log10(delta_ratios(name, depths, scales[name])), axis=2) for name in scales
}
critical = {"tanh": 1.0, "relu": 2**0.5}
show(*figures.ratio_maps(maps, depths, scales, critical))

# %% [markdown] id="crossing-text" lang="en"
# For relu the colours turn where the line stands. For tanh they turn to the right of it, because inputs of size 1 saturate a little, and the exploding side is pale: larger signals saturate more, which lowers the slope and brakes the explosion. For relu nothing brakes.
#
# **Predict:** sigmoid's slope is never above ¼. Is there a weight scale from which its δ grows? selu (chapter 05) has slopes above 1: must it grow at scale 1?

# %% [markdown] id="crossing-text" lang="zh"
# relu 的颜色就在那条线上转变。tanh 的颜色转变得偏右，因为大小为 1 的输入已经使它略微饱和；而且爆炸的一侧颜色很淡：信号越大，饱和越重，斜率随之降低，给爆炸踩了刹车。relu 则没有刹车。
#
# **预测：** sigmoid 的斜率从不超过 ¼。有没有这样一个权值尺度，从它往上，δ 就会增长？selu（第 05 章）有大于 1 的斜率：尺度为 1 时，δ 必定增长吗？

# %% id="crossing"
def crossing(name, low, high, depth=20):
    tried = np.linspace(low, high, 41)
    median = np.median(delta_ratios(name, [depth], tried), axis=2)[0]
    return tried[np.argmax(median > 1)]


found = {"relu": crossing("relu", 1.0, 2.0), "tanh": crossing("tanh", 0.8, 1.8), "selu": crossing("selu", 0.5, 1.5), "sigmoid": crossing("sigmoid", 4, 20)}
for name, scale in found.items():
    slope = ACTIVATIONS[name].derivative(np.linspace(-5, 5, 10001)).max()
    print(f"{name:7} largest slope {slope:.2f}, over 20 layers δ grows from weight scale {scale:.{0 if scale > 5 else 1}f} on")

# %% [markdown] id="crossing-reading" lang="en"
# So a derivative of 1 does not keep the signal stable, and one of ¼ does not save it from growing. The largest slope alone does not tell where the turn is: one over it would be 0.57 for selu, which turns later, and 4 for sigmoid, which turns much later. What counts is the product of weights and slopes, where the signals are.
#
# Back to relu's level curves. With small weights δ shrinks on the way back, and $a$ shrinks on the way forward by the same factor. Their product, the gradient, is equally small everywhere.

# %% [markdown] id="crossing-reading" lang="zh"
# 所以，导数为 1 并不能使信号稳定，导数为 ¼ 也不能防止它增长。只看最大斜率，看不出转变在哪里：若按它的倒数，selu 应在 0.57 处转变，实际更晚；sigmoid 应在 4 处转变，实际晚得多。起作用的是权值与斜率的乘积，而且斜率要在信号所在之处取值。
#
# 再回头看 relu 那些平的曲线。权值小的时候，δ 在返回途中缩小，$a$ 在前进途中也按同样的因子缩小。于是两者的乘积，也就是梯度，处处一样小。

# %% id="both-ways"
small = random_signals("relu", 20, 64, weight_scale=1.0)
forward = np.median(small.activation[:, -1] / small.activation[:, 0]) ** 0.5
backward = np.median(small.delta[:, 0] / small.delta[:, -1]) ** 0.5
level = np.median(np.log10(small.gradient[:, 0] / small.gradient[:, -1]))
print(f"relu, scale 1, 20 layers: a shrinks to {forward:.0e}, δ to {backward:.0e}")
print("weight gradients of first and last layer within a factor of ten:", bool(abs(level) < 1))

# %% id="record-derivative"
explodes = np.log10(delta_ratios("relu", [20], [2.0]))[0, 0]
vanishes = np.log10(delta_ratios("relu", [20], [1.0]))[0, 0]
stable = np.log10(delta_ratios("relu", [20], [2**0.5]))[0, 0]
below_1 = median_interval(np.log10(delta_ratios("sigmoid", [20], [20.0]))[0, 0])  # its derivative is at most ¼
evidence.record(
    "C26", "A derivative below 1 makes gradients vanish, above 1 explode; a derivative of 1 solves both", seeds=32,
    experiment="δ of the first over the last of 20 layers: relu (derivative 1 where active) at weight scales 1 and 2, sigmoid (at most ¼) at scale 20",
    measured=f"relu, scale 1: 10^{np.median(vanishes):.1f}; scale 2: 10^{np.median(explodes):.1f}; "
    f"sigmoid grows: {bool(below_1.low > 0)}; the interval is that of relu at scale 1, in powers of ten",
    interval=median_interval(vanishes).outward(1),
    holds=bool(below_1.high < 0 and np.median(vanishes) > -1 and np.median(explodes) < 1),
)
evidence.record(
    "C19", "relu's derivative stays 1 for z > 0, so it resists vanishing and exploding gradients", seeds=32,
    experiment="relu, 20 layers, weight scale √2", measured=f"δ of the first over the last layer: 10^{np.median(stable).round(1) + 0.0:.1f}; the interval in powers of ten",
    interval=median_interval(stable).outward(1), holds=bool(abs(np.median(stable)) < 1), only_if="the weights have variance 2/n: the slope alone only makes it fall less than with sigmoid",
)

# %% [markdown] id="deep-text" lang="en"
# ## A network that cannot learn
#
# Now train: 20 hidden layers of 24 neurons on handwritten digits, 500 to learn from, 500 to choose learning rates by, 500 to be tested on. Plain gradient descent in batches of 25, 15 epochs. Each setting gets its own learning rate of five: on 3 seeds, the smallest that comes within 3 points of the best. 20 other seeds count. The `skip` in the function below is a cure; we come to it.

# %% [markdown] id="deep-text" lang="zh"
# ## 一个学不会的网络
#
# 现在来训练：20 个隐藏层，每层 24 个神经元，任务是手写数字，500 个用来学习，500 个用来选择学习率，500 个用来测试。用普通的梯度下降，每批 25 个，共 15 轮。每种设置都从五个学习率里选定自己的一个：先在 3 个种子上找出与最好成绩相差不到 3 个百分点的那些，再取其中最小的；计入结果的是另外 20 个种子。下面函数里的 `skip` 是一种药方，后面会讲到。

# %% id="deep"
layers = keras.layers


def deep_network(activation, skip=False, normalization=None, depth=20):
    inputs = keras.Input((64,))
    a = layers.Dense(24, activation)(inputs)
    for _ in range(depth - 1):
        z = layers.Dense(24)(a)
        if normalization:
            z = normalization()(z)
        f = layers.Activation(activation)(z)
        a = layers.Add()([a, f]) if skip else f
    return keras.Model(inputs, layers.Dense(10, "softmax")(a))

# %% id="deep-data"
digits, order = load("digits"), np.random.default_rng(0).permutation(1797)
x, t = digits.x[order] / 16, digits.y[order]
x_train, y_train, x_test, t_test = x[:500], np.eye(10)[t[:500]], x[500:1000], t[500:1000]
TEST, VALIDATION = (x_test, np.eye(10)[t_test]), (x[1000:1500], np.eye(10)[t[1000:1500]])
RATES, TUNING, COUNTED, EPOCHS = [0.01, 0.03, 0.1, 0.3, 1.0], range(3), range(3, 23), 15


def starting_weights(model, n_var, seed):  # in float32, as Keras keeps them
    random = np.random.default_rng(seed)
    return [
        random.normal(0, np.sqrt(n_var / len(array)), array.shape).astype("float32") if array.ndim == 2 else array
        for array in model.get_weights()
    ]

# %% id="deep-train"
def trainer(build, optimizer=None):
    return EnsembleTrainer(
        build, optimizer=optimizer or keras.optimizers.SGD(),
        loss="categorical_crossentropy", metrics=["accuracy"],
    )


def fit(trainer, starts, seeds, rates, held_out=TEST):
    return trainer.fit(
        x_train, y_train, validation_data=held_out, batch_size=25, epochs=EPOCHS, seeds=seeds,
        learning_rates=rates, initial_weights=[np.stack(arrays) for arrays in zip(*starts)],
    )


def accuracy(trained):  # on the data held out, in percent; a network of nan guesses one digit for all
    return 100 * np.nan_to_num(trained.validation_metrics["accuracy"][:, -1], nan=0.1)

# %% id="trial"
def mildest(accuracies):
    """Return the smallest rate within 3 points of the best; accuracies in percent, by rate."""
    return RATES[np.flatnonzero(accuracies > np.max(accuracies) - 3)[0]]


def trial(trainer, model, n_var, seeds=COUNTED):
    tried = [(seed, rate) for seed in TUNING for rate in RATES]
    tuned = fit(trainer, [starting_weights(model, n_var, seed) for seed, _ in tried], *zip(*tried), VALIDATION)
    rate = mildest(accuracy(tuned).reshape(len(TUNING), len(RATES)).mean(axis=0))
    starts = [starting_weights(model, n_var, seed) for seed in seeds]
    return fit(trainer, starts, seeds, [rate] * len(seeds)), starts

# %% id="sigmoid"
build = partial(deep_network, "sigmoid")
model, tried = build(), [(seed, rate) for seed in COUNTED for rate in RATES]
starts = [starting_weights(model, 1.0, seed) for seed, _ in tried]
trained = fit(trainer(build), starts, *zip(*tried))
right = accuracy(trained).reshape(len(COUNTED), len(RATES))
final = {"sigmoid": right[:, 0]}
print("above 20 % right, 20 seeds at five rates:", int((right > 20).sum()), "of", right.size)


def changed(layer):
    """Return the share of a layer's weights that are not the very same numbers as at the start, in %."""
    share = 100 * np.mean(trained.weights[2 * layer] != [start[2 * layer] for start in starts], axis=(1, 2))
    return share.reshape(len(COUNTED), len(RATES))


print(f"weights of the first layer that changed at all, at any rate: {changed(0).max():.0f} %")
print("of the last hidden layer, at every rate more than 95 %:", bool(changed(19).min() > 95))

# %% [markdown] id="sigmoid-reading" lang="en"
# No network gets far beyond chance, at any rate. Gradients did reach the first layer, but they are so small that adding a step to a weight, in Keras's float32, leaves the very same number. So of the weights "the parameters do not change" is literally true here. (The biases start at 0, where the smallest step leaves a trace; it is too small to matter.)

# %% [markdown] id="sigmoid-reading" lang="zh"
# 无论学习率取哪个，没有一个网络明显胜过随机猜测。梯度确实传到了第一层，但是太小：在 Keras 的 float32 里，把这样的一步加到权值上，得到的仍是原来那个数。所以对权值来说，“参数不变”这句话在这里是字面上的事实。（偏置从 0 开始，再小的一步也会留下痕迹，只是小得无关紧要。）

# %% id="record-learn"
unmoved = int((changed(0) == 0).all(axis=1).sum())
evidence.record(
    "07.2", "Where the gradient has vanished, the layer's weights do not change and the network does not learn",
    seeds=20, experiment="20 sigmoid layers, digits, 15 epochs at each of five rates: weights of the first layer that change at all",
    measured=f"none, at any rate, for {unmoved} of 20 seeds; {int((right > 20).sum())} of {right.size} networks get above 20 %",
    interval=wilson_interval(unmoved, 20)[1:], holds=bool(unmoved == 20 and (right < 20).all()),
)

# %% [markdown] id="explosion-text" lang="en"
# ## Explosion
#
# Back to the chain of one neuron per layer: 20 layers of purelin, all weights 1.5, input 1, target 0. Each step of plain gradient descent by hand, with learning rate 0.01.
#
# **Predict:** how many steps until nothing but `nan` is left?

# %% [markdown] id="explosion-text" lang="zh"
# ## 爆炸
#
# 回到每层一个神经元的链：20 层 purelin，权值全是 1.5，输入为 1，目标为 0。我们手工做普通的梯度下降，一步一步地走，学习率为 0.01。
#
# **预测：** 走多少步之后，就只剩下 `nan` 了？

# %% id="explosion"
w = np.full(20, 1.5)
with np.errstate(over="ignore", invalid="ignore"):
    for step in range(1, 6):
        output = w.prod()
        gradient = output * np.array([np.delete(w, layer).prod() for layer in range(20)])
        print(f"{step - 1} steps: largest weight {np.abs(w).max():.0e}, loss {output**2 / 2:.0e}")
        w = w - 0.01 * gradient

# %% [markdown] id="keras-text" lang="en"
# First the loss is large, then the weights are, then both are infinite, and infinite minus infinite is `nan`. Keras does the same, in float32 a step sooner. It goes on silently with a loss of `nan`; the callback `TerminateOnNaN` stops it as soon as the loss is infinite or `nan`, and prints a line (batches are counted from 0):

# %% [markdown] id="keras-text" lang="zh"
# 先是损失变大，接着权值变大，然后两者都成了无穷大，而无穷大减无穷大就是 `nan`。Keras 也是这样，它用 float32，还要早一步。损失成了 `nan`，Keras 仍然不声不响地继续；回调 `TerminateOnNaN` 在损失成为无穷大或 `nan` 时立即让它停下，并打印一行消息（批从 0 数起）：

# %% id="terminate"
chain = keras.Sequential([keras.Input((1,)), *(layers.Dense(1, use_bias=False) for _ in range(20))])
chain.set_weights([np.full((1, 1), 1.5)] * 20)
chain.compile(keras.optimizers.SGD(0.01), "mse")
history = chain.fit(
    np.ones((10, 1)), np.zeros((10, 1)), batch_size=1, epochs=3, verbose=0,
    callbacks=[keras.callbacks.TerminateOnNaN()],
)
print("epochs begun:", len(history.epoch), "of 3")

# %% [markdown] id="relu-text" lang="en"
# ## The cures
#
# What can be changed: tanh or relu for sigmoid; relu with He's weights; leaky relu, slope 0.2 for negative $z$, whose mean $f'^2$ is $1.04/2$, with variance $2/(1.04\,n)$. **Skip connections** add each layer's input to its output (He et al. 2016): δ gets a way around $f'$ and $W$. **Batch normalization** (Ioffe & Szegedy 2015) and **layer normalization** (Ba et al. 2016) bring every $z$ but the first layer's to mean 0 and deviation 1, over a batch or within a sample. **Clipping** limits each entry of the gradient.
#
# **Predict:** order them by test accuracy.

# %% [markdown] id="relu-text" lang="zh"
# ## 药方
#
# 可以改动的有：用 tanh 或 relu 代替 sigmoid；relu 用 He 权值；leaky relu 在 $z$ 为负时斜率为 0.2，$f'^2$ 的均值是 $1.04/2$，所以权值的方差取 $2/(1.04\,n)$。**跳跃连接**（skip connection）把每层的输入加到它的输出上（He et al. 2016），δ 就有了一条绕过 $f'$ 和 $W$ 的路。**批归一化**（Ioffe & Szegedy 2015）和**层归一化**（Ba et al. 2016）把除第一层以外的每个 $z$ 变成均值为 0、标准差为 1，前者在一批样本上做，后者在一个样本之内做。**裁剪**（clipping）限制梯度每个分量的大小。
#
# **预测：** 按测试准确率给它们排个名次。

# %% id="tanh-skip"
def movement(before, after):
    """Return how far the first and the last hidden layer's weights moved, for their size: ‖ΔW‖ / ‖W‖."""
    return update_ratios(before, after)[[0, 19]]


def movements(trained, starts):
    return np.array([movement(start, list(end)) for start, end in zip(starts, zip(*trained.weights))])


moved = {}
for name, build in (("tanh", partial(deep_network, "tanh")), ("sigmoid + skip", partial(deep_network, "sigmoid", skip=True))):
    trained, starts = trial(trainer(build), build(), 1.0)
    final[name], moved[name] = accuracy(trained), movements(trained, starts)

# %% [markdown] id="milder-text" lang="en"
# relu gets three kinds of weights: of variance $1/n$ (Glorot's, where both layers are equally wide), He's, and He's times 2, which lets δ and the signals double at each layer. relu and leaky relu, each with the weights made for it, will be compared more closely, so these two count 100 seeds.

# %% [markdown] id="milder-text" lang="zh"
# relu 用三种权值：方差为 $1/n$ 的权值（前后两层一样宽时，就是 Glorot 权值），He 权值，以及 He 权值的 2 倍。最后一种使 δ 和信号每过一层都加倍。relu 和 leaky relu 各用适合自己的权值，后面还要仔细比较，所以这两种用 100 个种子计入结果。

# %% id="relu"
build, MANY = partial(deep_network, "relu"), range(3, 103)
relu_trainer, relu_model = trainer(build), build()
for name, n_var, seeds in (("relu", 1.0, COUNTED), ("relu, He", 2.0, MANY)):
    relu, starts = trial(relu_trainer, relu_model, n_var, seeds)
    final[name], moved[name] = accuracy(relu), movements(relu, starts)
relu_he = relu

exploding, starts = trial(relu_trainer, relu_model, 8.0)
final["relu, 2 × He"] = accuracy(exploding)
print("relu, 2 × He: diverged", int(exploding.diverged.sum()), "of 20, all in epoch 1:", bool((exploding.diverged_epoch == 1).all()))

# %% [markdown] id="slower-text" lang="en"
# With weights this large no rate on the list was good, so the smallest was taken, 0.01. Is there a rate small enough?

# %% [markdown] id="slower-text" lang="zh"
# 权值这么大，清单上没有一个学习率行得通，所以取了其中最小的 0.01。有没有小到行得通的学习率？

# %% id="slower"
slower = {rate: fit(relu_trainer, starts, COUNTED, [rate] * 20) for rate in (1e-3, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)}
for rate, trained in slower.items():
    count = int(trained.diverged.sum())  # between, it is a matter of the seed, and of the processor
    print(f"rate {rate:g}: {count if count in (0, 20) else 'some'} of 20 end in nan")
reached = np.max([accuracy(trained) for trained in slower.values()])
print("the best of these 120 networks stays below 30 % right:", bool(reached < 30))
evidence.record(
    "C25", "Exploding: δ and Δw tend to infinity, the layer becomes unstable, the network cannot work", seeds=20,
    experiment="20 relu layers, weights twice He's, learning rates from 1 down to 1e-9",
    measured=f"from 0.01 to 1e-5 {int(min(exploding.diverged.sum(), slower[1e-5].diverged.sum()))} of 20 networks end in NaN; from 1e-7 to 1e-9 none, "
    f"but none gets above 30 % either: {bool(reached < 30)}; the interval is that of the share of NaN at 0.01",
    interval=wilson_interval(int(exploding.diverged.sum()), 20)[1:], holds=bool(exploding.diverged.all() and reached < 30 and not slower[1e-7].diverged.any()),
    only_if="the learning rate is above about 1e-6: below that nothing runs away, and in 300 steps nothing is learned",
)

# %% id="leaky"
build = partial(deep_network, "leaky_relu")
trained, starts = trial(trainer(build), build(), 2 / 1.04, MANY)
final["leaky relu, He"], moved["leaky relu, He"] = accuracy(trained), movements(trained, starts)

# %% id="clip"
trained, _ = trial(trainer(partial(deep_network, "relu"), keras.optimizers.SGD(clipvalue=0.01)), relu_model, 8.0)
final["relu, 2 × He, clipped"] = accuracy(trained)
print("clipped, diverged:", int(trained.diverged.sum()), "of 20")

# %% [markdown] id="norm-text" lang="en"
# Batch normalization also keeps running averages of mean and deviation, to use them on test data; `momentum` says how slowly they follow. Such a state `EnsembleTrainer` refuses, and layer normalization takes it long to compile. So these two run through `model.fit`: one model, its weights set anew for each seed, all epochs in one long pass. The rule for the learning rate is the same, but with one seed. The 20 that count are the same as before.

# %% [markdown] id="norm-text" lang="zh"
# 批归一化还要保存均值和标准差的滑动平均，留给测试数据使用；`momentum` 决定滑动平均跟随得有多慢。这样的状态 `EnsembleTrainer` 不接受；层归一化则要它编译很久。所以这两种改用 `model.fit`：只建一个模型，对每个种子重新设定权值，所有轮次连成一趟跑完。选学习率的规则不变，只是仅用 1 个种子；计入结果的仍是前面那 20 个。

# %% id="norm"
def fit_normalized(normalization):
    model = deep_network("sigmoid", normalization=normalization)
    starts = {seed: starting_weights(model, 1.0, seed) for seed in (0, *COUNTED)}
    model.compile(keras.optimizers.SGD(), "categorical_crossentropy", steps_per_execution=300)  # faster

    def result(seed, rate, held_out=TEST):
        random = np.random.default_rng(seed)
        order = np.concatenate([random.permutation(len(x_train)) for _ in range(EPOCHS)])
        model.set_weights(starts[seed])
        model.optimizer.learning_rate = rate
        model.fit(x_train[order], y_train[order], batch_size=25, shuffle=False, verbose=0)
        return 100 * np.mean(model(held_out[0]).numpy().argmax(axis=1) == held_out[1].argmax(axis=1))

    rate = mildest([result(0, rate, VALIDATION) for rate in RATES])
    return zip(*((result(seed, rate), movement(starts[seed], model.get_weights())) for seed in COUNTED))


def batch_norm():
    return layers.BatchNormalization(momentum=0.9)  # 300 steps are too few for the default 0.99


for name, kind in (("sigmoid + batch norm", batch_norm), ("sigmoid + layer norm", layers.LayerNormalization)):
    final[name], moved[name] = map(np.array, fit_normalized(kind))

# %% id="cures"
show(*figures.cures(final))

# %% [markdown] id="moved-text" lang="en"
# How far did the first layer's weights move, compared with those of the last hidden layer, each for its size?

# %% [markdown] id="moved-text" lang="zh"
# 与最后一个隐藏层的权值相比，第一层的权值移动了多远？两者都按相对于自身大小的比例来算。

# %% id="moved"
for name, values in moved.items():
    ratio = np.median(values[:, 0] / values[:, 1])
    alike = "within a factor of ten" if 0.1 < ratio < 10 else f"10^{np.log10(ratio):.0f} times as far" if ratio else "not at all"
    print(f"{name:20}", alike)
print("relu with Glorot's weights: both by less than 0.1 % of their size:", bool((np.median(moved["relu"], axis=0) < 1e-3).all()))

# %% [markdown] id="profile-text" lang="en"
# Look at the gradients before the first step: ‖·‖ is the norm, the root of the sum of the squares of all entries. Does an even profile tell which network will learn?

# %% [markdown] id="profile-text" lang="zh"
# 再看第一步之前的梯度：‖·‖ 是范数，即所有分量平方和的平方根。从各层的梯度是否均匀，看得出哪个网络学得会吗？

# %% id="cured"
def profile(build, n_var):
    model, norms = build(), []
    for seed in range(4):
        model.set_weights(starting_weights(model, n_var, seed))
        norms.append(layer_gradient_norms(model, x_train[:100], y_train[:100], "categorical_crossentropy"))
    return np.median(norms, axis=0)


before = profile(lambda: deep_network("sigmoid"), 1.0)
after = {
    "tanh": profile(lambda: deep_network("tanh"), 1.0), "relu": profile(lambda: deep_network("relu"), 1.0),
    "relu, He": profile(lambda: deep_network("relu"), 2.0),
    "sigmoid + skip": profile(lambda: deep_network("sigmoid", skip=True), 1.0),
    "sigmoid + batch norm": profile(lambda: deep_network("sigmoid", normalization=batch_norm), 1.0),
    "sigmoid + layer norm": profile(lambda: deep_network("sigmoid", normalization=layers.LayerNormalization), 1.0),
}
means = {name: mean_interval(values) for name, values in final.items()}
learn = [name for name, mean in means.items() if mean.low > 20]
show(*figures.cured_profiles(before, after, learn))

# %% id="record-cures"
print("clearly above chance:", learn)
evidence.record(
    "07.3", "relu in place of sigmoid lets a deep network learn", seeds=100,
    experiment="20 layers, digits, 300 steps: relu with Glorot's weights, and with He's; to learn is to get above 20 %",
    measured=f"Glorot's (20 seeds): {'relu' in learn}; He's: {'relu, He' in learn}, about {10 * round(means['relu, He'].value / 10)} %; tanh does better (20 seeds): "
    f"{paired_difference(final['tanh'], final['relu, He'][:20]).low > 0}; the interval is that of He's, in percent, outward to twenties",
    interval=means["relu, He"].outward_to([0, 20, 40, 60]), holds="relu, He" in learn, only_if="the weights are made for it",
)
evidence.record(
    "07.4", "Skip connections let a deep sigmoid network learn", seeds=20, experiment="20 layers, digits, 300 steps",
    measured=f"about {5 * round(means['sigmoid + skip'].value / 5)} % right, without {means['sigmoid'].value:.0f} %; the interval outward to tens",
    interval=means["sigmoid + skip"].outward_to([0, 20, 80, 90, 100]), holds="sigmoid + skip" in learn,
)

# %% [markdown] id="cures-reading" lang="en"
# In these trials no network learned whose gradient fell by more than two powers of ten, but not every even profile learned. relu with Glorot's weights has an even and tiny gradient. Skip connections and batch normalization rescue the very activation that is blamed. Clipping, at the one limit tried, kept the exploding network from NaN and little more. Layer normalization did not help in this budget. Before training, all samples look alike to the last hidden layer of a deep sigmoid network. Normalizing within a sample did not change that; normalizing over a batch did:

# %% [markdown] id="cures-reading" lang="zh"
# 在这些试验中，凡是梯度缩小超过两个数量级的网络，一个也没有学会；但梯度均匀的，也不是个个都学会了。relu 用 Glorot 权值，梯度均匀，却微乎其微。跳跃连接和批归一化救活的，正是那个备受指责的激活函数。裁剪只试了一个界限，它让爆炸的网络没有变成 NaN，此外几乎没有用处。在这样的预算内，层归一化没有帮助。训练之前，在深层 sigmoid 网络的最后一个隐藏层看来，所有样本都一个样。在一个样本之内归一化，没有改变这一点；在一批样本上归一化，则改变了：

# %% id="alike"
def sample_spread(normalization):
    model = deep_network("sigmoid", normalization=normalization)
    inner = keras.Model(model.inputs[0], model.layers[-2].output)
    spreads = []
    for seed in range(4):
        model.set_weights(starting_weights(model, 1.0, seed))
        spreads.append(inner(x_train[:100], training=True).numpy().std(axis=0).mean())
    return np.median(spreads)


batch, layer = sample_spread(batch_norm), sample_spread(layers.LayerNormalization)
print("deviation between samples in the last hidden layer, plain sigmoid below 1e-3:", sample_spread(None) < 1e-3)
print(f"batch norm {batch:.1f}, layer norm below 1e-3: {layer < 1e-3}")

# %% [markdown] id="redundant-text" lang="en"
# ## Are the dropped signals redundant?
#
# relu sets every negative $z$ to 0. The article says this is no harm, because signals are redundant: a prediction from part of them is nearly the same. We train two layers of 32 relu neurons on the digits, at six learning rates; and, for later, the same with leaky relu, which drops nothing.
#
# **Predict:** which share of the hidden signals is 0 for a given picture?

# %% [markdown] id="redundant-text" lang="zh"
# ## 丢掉的信号是冗余的吗？
#
# relu 把每个负的 $z$ 都变成 0。那篇文章说这没有害处，因为信号是冗余的：只用一部分信号作出的预测，与用全部信号几乎相同。我们在手写数字上训练两个 relu 层，每层 32 个神经元，学习率取六个；再用什么也不丢的 leaky relu 做一遍同样的训练，留待后用。
#
# **预测：** 给定一幅图，隐藏层的信号中有多大比例是 0？

# %% id="redundant"
WIDE_RATES, MEMBERS = [0.03, 0.1, 0.3, 0.6, 1.0, 2.0], 60
starts = [starting_weights(build_mlp((32, 32), "relu", inputs=64, outputs=10), 2.0, s) for s in range(MEMBERS)]


def train_shallow(activation):
    return fit(
        trainer(lambda: build_mlp((32, 32), activation, inputs=64, outputs=10, output_activation="softmax")),
        [start for start in starts for _ in WIDE_RATES],
        [seed for seed in range(MEMBERS) for _ in WIDE_RATES], WIDE_RATES * MEMBERS,
    )


kinds = ("relu", "leaky_relu")
shallow = {name: train_shallow(name) for name in kinds}
right = {name: accuracy(shallow[name]).reshape(MEMBERS, -1).T for name in kinds}

# %% id="inactive"
def weights_of(seed, rate):
    return [array[seed * len(WIDE_RATES) + WIDE_RATES.index(rate)] for array in shallow["relu"].weights]


active = [np.mean([np.mean(a > 0) for a in hidden_signals(weights_of(seed, 0.1), x_test)]) for seed in range(MEMBERS)]
inactive = mean_interval(100 * (1 - np.array(active)))
print(f"rate 0.1, inactive signals per picture: about {10 * round(inactive.value / 10)} %")

# %% [markdown] id="ablation-text" lang="en"
# Those that relu dropped are gone anyway. Now remove some that it let through, in the networks trained at rate 0.1: for each picture we set a share of the *active* signals of the last hidden layer to 0, the weakest first, at random, or the strongest first. Then the output layer decides with what is left.

# %% [markdown] id="ablation-text" lang="zh"
# relu 丢掉的那些，本来就已经没有了。现在，在学习率为 0.1 的那些网络里，从它放行的信号里再去掉一些：对每幅图，把最后一个隐藏层中一定比例的*活跃*（非零）信号设为 0，或者先去掉最弱的（weakest first），或者随机去掉（at random），或者先去掉最强的（strongest first）。然后由输出层根据剩下的信号作出判断。

# %% id="ablation"
SHARES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]


def accuracy_without(seed, share, order):
    *_, W, b = weights_of(seed, 0.1)
    a = hidden_signals(weights_of(seed, 0.1), x_test)[-1].copy()
    random = np.random.default_rng(seed).random(a.shape)
    key = {"weakest first": a, "strongest first": -a, "at random": random}[order]
    ranks = np.where(a > 0, key, np.inf).argsort(axis=1).argsort(axis=1)  # inactive ones come last
    a[ranks < np.round(share * (a > 0).sum(axis=1, keepdims=True))] = 0
    return 100 * np.mean((a @ W + b).argmax(axis=1) == t_test)


one = shallow["relu"].member(WIDE_RATES.index(0.1))  # the helper says the same
last = [one.layers[-2].name]
helper = ablation_accuracy(one, x_test, t_test, 0.5, "strongest", active_only=True, layers=last)
assert np.isclose(100 * helper, accuracy_without(0, 0.5, "strongest first"))
removed = {
    order: np.array([[accuracy_without(seed, share, order) for seed in range(MEMBERS)] for share in SHARES])
    for order in ("weakest first", "at random", "strongest first")
}
show(*figures.ablation(SHARES, removed))

# %% id="record-redundant"
half = SHARES.index(0.5)
loss = {order: paired_difference(values[0], values[half]) for order, values in removed.items()}
for order, lost in loss.items():
    print(f"half of the signals, {order:15}: more than 5 points lost: {lost.low > 5}")
print("with 7 of 8 removed, strongest first: below chance:", mean_interval(removed["strongest first"][-1]).high < 10)
evidence.record(
    "C27", "Signals are redundant: a prediction from part of them is nearly the same as from all", seeds=60,
    experiment="two layers of 32 relu, digits: half of the active signals of the last layer set to 0",
    measured=f"points lost: weakest first less than 5: {loss['weakest first'].high < 5}, at random about "
    f"{10 * round(loss['at random'].value / 10)}; the interval is that of weakest first, outward to 0 and 5",
    interval=loss["weakest first"].outward_to([-5, 0, 5, 100]), holds=bool(loss["weakest first"].high < 5),
    only_if="the weakest are dropped",
)

# %% [markdown] id="dead-text" lang="en"
# With the strongest gone the network does worse than by guessing: what is left points to other digits. The signals that relu drops itself never took part. But relu can also drop a neuron for good. If its $z$ is negative for all samples, its slope is 0 for all, and no gradient reaches its weights: it is **dead**. Only if the layers before it change their signals can it come back. Large steps throw neurons there.
#
# **Predict:** at the largest learning rate, what share of the neurons is dead? What does that cost?

# %% [markdown] id="dead-text" lang="zh"
# 最强的信号去掉之后，网络还不如瞎猜：剩下的信号指向别的数字。relu 自己丢掉的那些信号，本来就不参与。但 relu 还可能把一个神经元永远丢掉。如果它的 $z$ 对所有样本都为负，那么斜率对所有样本都是 0，没有梯度到达它的权值：这个神经元**死了**。只有前面的层改变了信号，它才可能复活。步子太大，就会把神经元推到这个境地。
#
# **预测：** 在最大的学习率下，有多大比例的神经元死了？这要付出什么代价？

# %% id="dead"
def dead_share(weights):  # in percent, of all hidden neurons; nan for a network of nan
    if not all(np.isfinite(array).all() for array in weights):
        return np.nan
    return 100 * np.mean([(a == 0).all(axis=0).mean() for a in hidden_signals(weights, x_train)])


dead = np.array([[dead_share(weights_of(seed, rate)) for seed in range(MEMBERS)] for rate in WIDE_RATES])
dead = dead[:, np.isfinite(dead).all(axis=0)]
print("relu networks without nan at all six rates: at least 55 of 60:", dead.shape[1] >= 55)
show(*figures.dead_units(WIDE_RATES, dead, right))

# %% id="record-dead"
at_end = median_interval(dead[-1])
gaps = {rate: paired_difference(new, old, "median") for rate, new, old in zip(WIDE_RATES, right["leaky_relu"], right["relu"])}
helped = [rate for rate, gap in gaps.items() if gap.low > 1]
ended = shallow["leaky_relu"].diverged.reshape(MEMBERS, -1)[:, -1].sum()
print("relu, more than half of the neurons dead at rate 2:", at_end.low > 50)
print("leaky relu, networks that end in nan at rate 2, of 60: at least 55:", bool(ended >= 55))
print("learning rates at which leaky relu is better by more than a point:", helped)
evidence.record(
    "07.5", "Two layers: at large learning rates leaky relu, which cannot die, does better than relu", seeds=60,
    experiment="two layers of 32, digits, six learning rates, the same for both",
    measured=f"better by more than a point, in the median, at {helped} of {WIDE_RATES}; the interval is that of the difference at 0.6, "
    "in points, outward to 1 and 10; that rate was picked by its result", interval=gaps[0.6].outward_to([-10, 0, 1, 10, 20]), holds=len(helped) > 0,
    only_if="the rate lies just beyond the good ones",
)

# %% id="record-dead-deep"
deep_dead = [dead_share(weights) for weights in zip(*relu_he.weights)]
gap = paired_difference(final["leaky relu, He"], final["relu, He"])
print("20 layers with He's weights: at least 5 % of the neurons dead:", mean_interval(deep_dead).low > 5)
print("leaky relu better by more than a point:", gap.low > 1)
evidence.record(
    "07.6", "20 layers: leaky relu learns better than relu", seeds=100,
    experiment="digits, 300 steps, each with the weights that make its factor 1, and its own learning rate",
    measured=f"better by more than a point: {gap.low > 1}; the interval is that of the difference, in points, outward to 1 and 20",
    interval=gap.outward_to([-20, -1, 1, 20]), holds=bool(gap.low > 1),
)

# %% [markdown] id="dead-depth-text" lang="en"
# Now vary the depth: 2, 8 and 20 layers of 24 neurons with He's weights, at three learning rates. Deep in a random relu network all pictures give nearly the same signals: how nearly is measured here by the cosine of the angle between those of two pictures, 1 for the same direction.
#
# **Predict:** no step has been taken yet. Is any neuron dead? In which network are there most?

# %% [markdown] id="dead-depth-text" lang="zh"
# 现在改变深度：2 层、8 层和 20 层，每层 24 个神经元，用 He 权值，学习率取三个。在随机的 relu 网络的深处，所有图片给出的信号几乎相同。相同到什么程度，这里用两幅图的信号之间夹角的余弦来衡量：方向一致时为 1。
#
# **预测：** 训练一步都还没有走。这时已经有死的神经元吗？哪个网络里最多？

# %% id="dead-depth"
def cosine(layer):  # between two pictures, before training: the median over pairs and seeds
    found = []
    for seed in range(len(COUNTED)):
        a = hidden_signals(starting_weights(relu_model, 2.0, seed), x_train[:100])[layer]
        a = a / np.linalg.norm(a, axis=1, keepdims=True)
        found.append(np.median((a @ a.T)[np.triu_indices(len(a), 1)]))
    return np.median(found)


print(f"cosine between two pictures: after 1 layer {cosine(0):.1f}, after 20 above 0.95: {bool(cosine(19) > 0.95)}")

# %% id="dead-before"


def dead_before_and_after(depth, rates):
    build = partial(deep_network, "relu", depth=depth)
    model = build()
    begun = [starting_weights(model, 2.0, seed) for seed in range(len(COUNTED))]
    trained = fit(
        relu_trainer if depth == 20 else trainer(build), [start for start in begun for _ in rates],
        [seed for seed in COUNTED for _ in rates], rates * len(COUNTED),
    )
    after = np.reshape([dead_share(weights) for weights in zip(*trained.weights)], (-1, len(rates)))
    return np.column_stack([[dead_share(start) for start in begun], after])

# %% id="dead-depth-figure"
DEAD_RATES = [0.03, 0.1, 0.3]
dead_by_depth = {depth: dead_before_and_after(depth, DEAD_RATES) for depth in (2, 8, 20)}
ended = sum(int(np.isnan(values).sum()) for values in dead_by_depth.values())
print("of 180 networks at most 10 end in nan, which are left out:", ended <= 10)
show(*figures.dead_by_depth(dead_by_depth, ["before training", *(f"rate {rate}" for rate in DEAD_RATES)]))

# %% id="record-dead-depth"
extra = paired_difference(dead_by_depth[20][:, 0], dead_by_depth[2][:, 0])
largest = {depth: mean_interval(values[np.isfinite(values[:, -1]), -1]) for depth, values in dead_by_depth.items()}
revived = paired_difference(dead_by_depth[8][:, 0], dead_by_depth[8][:, 2])
print("more dead before training with 20 layers than with 2:", extra.low > 0)
print("8 layers: fewer dead after training at rate 0.1 than before:", revived.low > 0)
print(f"after rate {DEAD_RATES[-1]}: below 10 % with 2 layers {largest[2].high < 10}, above 30 % with 20 {largest[20].low > 30}")
evidence.record(
    "07.7", "With 20 layers more relu units are dead before training than with 2", seeds=20,
    experiment="digits, He's weights, 2 and 20 layers of 24, before training",
    measured=f"{extra.value:.0f} points more with 20 layers", interval=extra.outward(), holds=bool(extra.low > 0),
)

# %% [markdown] id="dead-reading" lang="en"
# Large steps kill relu neurons in masses. In two layers leaky relu did better at one rate, just beyond the good ones. At the largest rate both fail, each in its own way: relu's neurons die, leaky relu's weights run away to nan. In the deep network leaky relu learns better, and not because its mean $f'^2$ is larger: its weights make up for that. Whether dead neurons are the reason was not tested. In eight layers a mild rate even revived neurons that were dead at the start; we noticed this in the figure, among nine comparisons.

# %% [markdown] id="dead-reading" lang="zh"
# 步子太大，relu 神经元就成批死去。在两层的网络里，只有一个学习率，刚刚超出合适的范围，取它时 leaky relu 更好。学习率再大，两者都失败，只是方式不同：relu 的神经元死去，leaky relu 的权值失控，变成 nan。在深层网络里，leaky relu 用自己最好的学习率学得更好；原因不是它的 $f'^2$ 均值更大，因为它的权值已经抵消了这一点。在八层的网络里，用温和的学习率训练，甚至使一些起初是死的神经元又活了过来；这是我们看图时才注意到的，同样的比较共有九个。

# %% [markdown] id="own-text" lang="en"
# ## Look into a model of your own
#
# `layer_delta_norms` and `function_statistics` show the same for any Keras model of Dense layers: δ by layer; and for each activation function the shares of signals that are saturated (slope below 5 % of the largest) or inactive (0), and of units that are dead. Here for a network of two layers trained above:

# %% [markdown] id="own-text" lang="zh"
# ## 看看你自己的模型
#
# 对任何由 Dense 层组成的 Keras 模型，`layer_delta_norms` 和 `function_statistics` 都能给出同样的信息：各层的 δ；以及每个激活函数的信号中，饱和（斜率不到最大斜率的 5 %）和不活跃（为 0）的各占多少，死亡单元又占多少。下面看前面训练过的一个两层网络：

# %% id="own"
delta = layer_delta_norms(one, *TEST, "categorical_crossentropy")
print("δ of the first layer over that of the last between 0.1 and 10:", bool(0.1 < delta[0] / delta[-1] < 10))
for layer, found in enumerate(function_statistics(one, x_test)[:2], 1):
    print(f"hidden layer {layer}: inactive signals between 20 and 50 %: {0.2 < found.inactive < 0.5}, dead units below 20 %: {found.dead < 0.2}")

# %% [markdown] id="slider-text" lang="en"
# ## Your turn
#
# Choose an activation, a depth and a weight scale. Find, for each activation, the scales at which δ lives through 40 layers: first over last layer between 0.01 and 100.

# %% [markdown] id="slider-text" lang="zh"
# ## 轮到你了
#
# 选一种激活函数、一个深度和一个权值尺度。对每种激活函数，找出使 δ 能活着穿过 40 层的尺度：第一层与最后一层之比在 0.01 与 100 之间。

# %% id="slider"
def redraw(activation, depth, scale):
    found = random_signals(activation, depth, 64, scale, networks=12, samples=4)
    return figures.one_profile(found, activation, depth, scale)


interactive_figure(
    redraw, activation=["tanh", "sigmoid", "softsign", "relu", "selu", "purelin"],
    depth=(2, 50, 1, 20), scale=(0.2, 12.0, 0.1, 1.0),
)

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
# **1.** The factor of the mean square of δ per layer, from the width, the variance of the weights and the mean square of the slope.

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 已知宽度、权值的方差和斜率的均方，求 δ 的均方每过一层所乘的因子。

# %% id="exercise-factor" tags=["exercise"]
def factor(n, variance, slope_square):
    ...


check("07-factor", factor)

# %% [markdown] id="hint-factor" lang="en"
# *Hint.* How many terms has the sum that makes one entry of δ?

# %% [markdown] id="hint-factor" lang="zh"
# *提示：* δ 的一个分量是一个和，这个和有多少项？

# %% id="solution-factor" tags=["solution"]
def factor(n, variance, slope_square):
    return n * variance * slope_square


check("07-factor", factor)

# %% [markdown] id="exercise-layers-text" lang="en"
# **2.** A linear network has weights from $U(-1/\sqrt n, 1/\sqrt n)$. δ is 1 (its root mean square) at the last layer. After how many steps back, at least, is it below a millionth?

# %% [markdown] id="exercise-layers-text" lang="zh"
# **2.** 一个线性网络的权值取自 $U(-1/\sqrt n, 1/\sqrt n)$。在最后一层，δ（按均方根算）为 1。至少往回走多少步，它才小于百万分之一？

# %% id="exercise-layers" tags=["exercise"]
steps = ...

check("07-layers", steps)

# %% [markdown] id="hint-layers" lang="en"
# *Hint.* The factor ⅓ is that of the *square*.

# %% [markdown] id="hint-layers" lang="zh"
# *提示：* 因子 ⅓ 是*平方*的因子。

# %% id="solution-layers" tags=["solution"]
steps = int(np.ceil(np.log(1e-6) / np.log((1 / 3) ** 0.5)))

check("07-layers", steps)

# %% [markdown] id="exercise-he-text" lang="en"
# **3.** The standard deviation of the weights that keeps δ alive in a relu network of width `n`.

# %% [markdown] id="exercise-he-text" lang="zh"
# **3.** 在宽度为 `n` 的 relu 网络里，权值的标准差取多少，δ 才能活下去？

# %% id="exercise-he" tags=["exercise"]
def he_deviation(n):
    ...


check("07-he", he_deviation)

# %% [markdown] id="hint-he" lang="en"
# *Hint.* The factor should be 1, and half of the slopes are 0.

# %% [markdown] id="hint-he" lang="zh"
# *提示：* 因子应当是 1，而斜率有一半是 0。

# %% id="solution-he" tags=["solution"]
def he_deviation(n):
    return np.sqrt(2 / n)


check("07-he", he_deviation)

# %% [markdown] id="exercise-clip-text" lang="en"
# **4.** We clipped each entry. Clip a gradient (an array that is not 0) by its norm instead: if it is longer than `limit`, shorten it to that length, without turning it.

# %% [markdown] id="exercise-clip-text" lang="zh"
# **4.** 上文裁剪的是每个分量。现在改为按范数裁剪一个梯度（一个不为 0 的数组）：如果它比 `limit` 长，就把它缩短到这个长度，方向不变。

# %% id="exercise-clip" tags=["exercise"]
def clip(gradient, limit):
    ...


check("07-clip", clip)

# %% [markdown] id="hint-clip" lang="en"
# *Hint.* Multiply by a number between 0 and 1.

# %% [markdown] id="hint-clip" lang="zh"
# *提示：* 乘以 0 与 1 之间的一个数。

# %% id="solution-clip" tags=["solution"]
def clip(gradient, limit):
    return gradient * min(1, limit / np.linalg.norm(gradient))


check("07-clip", clip)

# %% [markdown] id="exercise-dead-text" lang="en"
# **5.** The share of dead units of a relu layer, from its signals `a`, an array (samples, units).

# %% [markdown] id="exercise-dead-text" lang="zh"
# **5.** 已知一个 relu 层的信号 `a`，这是一个数组，形状为（样本，单元），求死亡单元的比例。

# %% id="exercise-dead" tags=["exercise"]
def share_of_dead_units(a):
    ...


check("07-dead", share_of_dead_units)

# %% [markdown] id="hint-dead" lang="en"
# *Hint.* Inactive for *all* samples: which axis is that?

# %% [markdown] id="hint-dead" lang="zh"
# *提示：* 对*所有*样本都不活跃：这对应哪个轴？

# %% id="solution-dead" tags=["solution"]
def share_of_dead_units(a):
    return (a == 0).all(axis=0).mean()


check("07-dead", share_of_dead_units)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Compute the factor per layer, $n\,\mathrm{Var}(w)\,\overline{f'^2}$, and choose weights that make it 1: variance $1/n$ for tanh with small signals, $2/n$ for relu.
# - Tell activation from weights: slope 1 vanishes with small weights, slope ¼ explodes with large ones.
# - Recognise the three illnesses: gradients that fall by powers of ten, a loss of `nan`, units that are 0 for every sample.
# - Judge a cure over seeds: skip connections and batch normalization rescued sigmoid, relu needed He's weights.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 计算每层的因子 $n\,\mathrm{Var}(w)\,\overline{f'^2}$，并选取使它等于 1 的权值：对信号较小的 tanh，方差为 $1/n$；对 relu，方差为 $2/n$。
# - 分清激活函数与权值的作用：斜率为 1，权值小时梯度照样消失；斜率为 ¼，权值大时梯度照样爆炸。
# - 认出三种病症：梯度缩小若干个数量级，损失变成 `nan`，单元对每个样本都是 0。
# - 用多个种子评判药方：跳跃连接和批归一化救活了 sigmoid，relu 则需要 He 权值。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - X. Glorot, Y. Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", *AISTATS*, PMLR 9, 249–256.
# - K. He, X. Zhang, S. Ren, J. Sun (2015), "Delving Deep into Rectifiers", *ICCV*; (2016), "Deep Residual Learning for Image Recognition", *CVPR*.
# - S. Ioffe, C. Szegedy (2015), "Batch Normalization", *ICML*. J. L. Ba, J. R. Kiros, G. E. Hinton (2016), "Layer Normalization", arXiv:1607.06450.
# - B. Hanin (2018), "Which Neural Network Architectures Give Rise to Exploding and Vanishing Gradients?", *NeurIPS* 31.
#
# **Next:** [08 · Put it together](08_put_it_together.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - X. Glorot, Y. Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", *AISTATS*, PMLR 9, 249–256：深层神经网络为什么难训练，权值应取多大。
# - K. He, X. Zhang, S. Ren, J. Sun (2015), "Delving Deep into Rectifiers", *ICCV*：适合 relu 的权值；(2016), "Deep Residual Learning for Image Recognition", *CVPR*：跳跃连接。
# - S. Ioffe, C. Szegedy (2015), "Batch Normalization", *ICML*：批归一化。J. L. Ba, J. R. Kiros, G. E. Hinton (2016), "Layer Normalization", arXiv:1607.06450：层归一化。
# - B. Hanin (2018), "Which Neural Network Architectures Give Rise to Exploding and Vanishing Gradients?", *NeurIPS* 31：哪些神经网络结构会造成梯度爆炸和梯度消失。
#
# **下一章：** [08 · 合在一起](08_put_it_together.ipynb)。
