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
from utils.signals import ablation_accuracy, update_ratios
from utils.statistics import mean_interval, median_interval, paired_difference, wilson_interval

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
# `random_signals` makes 32 random networks with 64 neurons in each layer and follows the signals through them. The weights have variance $1/n$, as Keras's default, Glorot's, has it for equal layers.
#
# **Predict:** which of the four activations keep the gradient alive over 50 layers?

# %% [markdown] id="profiles-text" lang="zh"
# ¼ 是 sigmoid 的最大斜率（第 05 章）。真实的层有许多神经元，所以 δ 是向量，权值是矩阵：$\delta_l = (\delta_{l+1} W_{l+1}^\mathsf{T}) \odot f'(z_l)$，⊙ 表示逐个神经元相乘。
#
# `random_signals` 生成 32 个随机网络，每层 64 个神经元，并跟踪信号在其中的传播。权值的方差是 $1/n$；各层宽度相同时，Keras 默认的 Glorot 权值正是这个方差。
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
# Each line is the median of 32 networks of one depth, the band holds 95 % of them. Sigmoid loses everything: over 20 layers its gradient falls by twelve powers of ten, which the next cell records. tanh and softsign come through with weights of this size. And relu? Its lines are level, yet they sink from depth to depth: all layers lose their gradient together. We shall see why.

# %% [markdown] id="profiles-reading" lang="zh"
# 每条线是同一深度的 32 个网络的中位数，色带包含其中的 95 %。sigmoid 丢光了一切：穿过 20 层，梯度缩小了十二个数量级，下一个单元格会把这一点记录下来。权值取这样的大小，tanh 和 softsign 都能挺过来。relu 呢？它的每条线都是平的，但深度越大，线的位置越低：所有的层一起失去梯度。原因后面会看到。

# %% id="record-vanish"
falls = {
    name: np.log10(signals[name, 20].gradient[:, 0] / signals[name, 20].gradient[:, -1])
    for name in ("sigmoid", "tanh", "softsign", "relu")
}
for name, fall in falls.items():
    print(f"{name:9} 20 layers, first over last gradient: 10^{round(np.median(fall))}")
estimate = median_interval(falls["sigmoid"])
evidence.record(
    "C24", "The learning signal shrinks at each layer; after many, it and Δw are near 0", seeds=32,
    experiment="gradient of the first over the last of 20 random layers, weights of variance 1/n",
    measured=f"sigmoid 10^{estimate.value:.0f}; the first over the last layer within a factor of ten for tanh, softsign, relu: "
    + str(all(abs(np.median(falls[name])) < 1 for name in ("tanh", "softsign", "relu"))),
    interval=np.round(estimate[1:], 1), holds=bool(estimate.high < -6), only_if="the factor per layer is below 1",
)

# %% [markdown] id="theory-text" lang="en"
# ## The factor, from theory
#
# Each entry of δ in layer $l$ is a sum over the $n$ neurons of the next layer. If weights have mean 0 and are independent of the rest, the mean of squares obeys (Glorot & Bengio 2010)
#
# $$\overline{\delta_l^2} = n\,\mathrm{Var}(w)\;\overline{f'(z_l)^2}\;\cdot\;\overline{\delta_{l+1}^2}.$$
#
# For purelin $f' = 1$. tanh has slope near 1 while signals are small. relu's slope is 1 for one half of its inputs and 0 for the other, so $\overline{f'^2} = ½$: He et al. (2015) therefore give the weights variance $2/n$.

# %% [markdown] id="theory-text" lang="zh"
# ## 从理论上算出因子
#
# 第 $l$ 层 δ 的每个分量，都是对下一层 $n$ 个神经元求和得到的。如果权值的均值为 0，又与其余的量独立，那么均方满足（Glorot & Bengio 2010）
#
# $$\overline{\delta_l^2} = n\,\mathrm{Var}(w)\;\overline{f'(z_l)^2}\;\cdot\;\overline{\delta_{l+1}^2}.$$
#
# 对 purelin，$f' = 1$。信号小的时候，tanh 的斜率接近 1。relu 的斜率对一半输入是 1，对另一半是 0，所以 $\overline{f'^2} = ½$；He et al. (2015) 因此把权值的方差取为 $2/n$。

# %% [markdown] id="theory-predict" lang="en"
# From here on "the factor" is that of the mean *square*; δ itself changes by its root.
# 
# **Predict:** weights drawn from $U(-1/\sqrt n,\, 1/\sqrt n)$ were common once; $U(-c, c)$ has the variance $c^2/3$. Which factor for purelin?

# %% [markdown] id="theory-predict" lang="zh"
# 从这里起，“因子”指的是*均方*的因子；δ 本身则按因子的平方根变化。
#
# **预测：** 过去，权值常从 $U(-1/\sqrt n,\, 1/\sqrt n)$ 中抽取；$U(-c, c)$ 的方差是 $c^2/3$。对 purelin，因子是多少？

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
    print(f"{name:29} factor {factor:.2f}, theory {predicted:.2f}, within 5 %: {within[-1]}")

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
print("width 16: half of the networks keep less than a tenth of the mean:", bool(widths[16][1][0] < 0.1))
show(*figures.theory(cases, widths))

# %% [markdown] id="median-reading" lang="en"
# The means obey theory (left). The median follows its own law (right): at width 16 half of the networks keep less than a tenth of the mean, which a few large ones make. At width 8 the layers are too narrow for the approximation.

# %% [markdown] id="median-reading" lang="zh"
# 均值服从理论（左图）。中位数另有自己的规律（右图）：宽度为 16 时，半数网络剩下的不到均值的十分之一，而这个均值是由少数几个大的撑起来的。宽度为 8 时，层太窄，近似不再适用。

# %% id="record-theory"
spread = np.array(mean_interval(each[:, 0] / each[:, -1].mean())) ** (1 / (LAYERS - 1))  # relu, He
evidence.record(
    "07.1", "The factor per layer is n·Var(w)·mean of f'²", seeds=32,
    experiment="20 layers of 128: purelin, tanh with small inputs, relu with two kinds of weights",
    measured=f"within 5 % of theory in {sum(within)} of 4 cases; the interval is that of relu with He's weights, theory 1",
    interval=np.round(spread[1:], 2), holds=all(within), only_if="means are meant, or layers are wide",
)

# %% [markdown] id="map-text" lang="en"
# ## The map
#
# So the weights have as much to say as the activation. Vary both depth and weight scale $\sqrt{n\,\mathrm{Var}(w)}$, and look at δ in the first layer over δ in the last. Theory puts the line between vanishing and exploding where the factor is 1: at scale 1 for tanh, at $\sqrt2$ for relu.
#
# **Predict:** at scale 1.2, which of the two vanishes with depth?

# %% [markdown] id="map-text" lang="zh"
# ## 一张地图
#
# 可见，权值的作用不亚于激活函数。我们同时改变深度和权值的尺度 $\sqrt{n\,\mathrm{Var}(w)}$，看第一层的 δ 与最后一层的 δ 之比。按照理论，消失与爆炸的分界线就在因子等于 1 的地方：对 tanh，尺度为 1；对 relu，尺度为 $\sqrt2$。
#
# **预测：** 尺度为 1.2 时，随着深度增加，两者之中哪一个的 δ 会消失？

# %% id="map"
depths = np.arange(2, 41, 2)
scales = {"tanh": np.linspace(0.3, 2.2, 20), "relu": np.linspace(0.5, 2.8, 20)}
maps = {
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
# **预测：** sigmoid 的斜率从不超过 ¼。有没有一个权值尺度，从它起 δ 就会增长？selu（第 05 章）有大于 1 的斜率：尺度为 1 时，δ 必定增长吗？

# %% id="crossing"
def crossing(name, low, high, depth=20):
    tried = np.linspace(low, high, 41)
    median = np.median(delta_ratios(name, [depth], tried), axis=2)[0]
    return tried[np.argmax(median > 1)]


found = {"relu": crossing("relu", 1.0, 2.0), "tanh": crossing("tanh", 0.8, 1.8), "selu": crossing("selu", 0.5, 1.5), "sigmoid": crossing("sigmoid", 4, 20)}
for name, scale in found.items():
    slope = ACTIVATIONS[name].derivative(np.linspace(-5, 5, 1001)).max()
    print(f"{name:7} largest slope {slope:.2f}, over 20 layers δ grows from weight scale {scale:.{0 if scale > 5 else 1}f} on")

# %% [markdown] id="crossing-reading" lang="en"
# So a derivative of 1 does not keep the signal stable, and one of ¼ does not save it from growing. The largest slope alone does not tell where the turn is: one over it would be 0.57 for selu and 4 for sigmoid. What counts is the product of weights and slopes, where the signals are.
#
# The puzzle of the flat relu curves: the gradient of a weight is $a\,\delta$. With small weights δ shrinks on the way back, and $a$ shrinks on the way forward by the same factor. Their product is equally small everywhere.

# %% [markdown] id="crossing-reading" lang="zh"
# 所以，导数为 1 并不能使信号稳定，导数为 ¼ 也不能防止它增长。只看最大斜率，看不出转变在哪里：它的倒数，对 selu 是 0.57，对 sigmoid 是 4。起作用的是权值与斜率的乘积，而且斜率要在信号所在之处取值。
#
# 还有一个谜：relu 的曲线为什么是平的？权值的梯度是 $a\,\delta$。权值小的时候，δ 在返回途中缩小，$a$ 在前进途中也按同样的因子缩小。于是两者的乘积处处一样小。

# %% id="both-ways"
small = random_signals("relu", 20, 64, weight_scale=1.0)
forward = np.median(small.activation[:, -1] / small.activation[:, 0]) ** 0.5
backward = np.median(small.delta[:, 0] / small.delta[:, -1]) ** 0.5
print(f"relu, scale 1, 20 layers: a shrinks to {forward:.0e}, δ to {backward:.0e}")
print("weight gradients of first and last layer within a factor of ten:", bool(abs(np.median(falls["relu"])) < 1))

# %% id="record-derivative"
explodes = np.log10(delta_ratios("relu", [20], [2.0]))[0, 0]
vanishes = np.log10(delta_ratios("relu", [20], [1.0]))[0, 0]
stable = np.log10(delta_ratios("relu", [20], [2**0.5]))[0, 0]
below_1 = median_interval(np.log10(delta_ratios("sigmoid", [20], [20.0]))[0, 0])  # its derivative is at most ¼
evidence.record(
    "C26", "A derivative below 1 makes gradients vanish, above 1 explode; a derivative of 1 solves both", seeds=32,
    experiment="δ of the first over the last of 20 layers: relu (derivative 1 where active) at weight scales 1 and 2, sigmoid (at most ¼) at scale 20",
    measured=f"relu, scale 1: 10^{np.median(vanishes):.1f}; scale 2: 10^{np.median(explodes):.1f}; "
    f"sigmoid grows: {bool(below_1.low > 0)}; the interval is that of relu at scale 1",
    interval=median_interval(vanishes).outward(1),
    holds=bool(below_1.high < 0 and np.median(vanishes) > -1 and np.median(explodes) < 1),
)
evidence.record(
    "C19", "relu's derivative stays 1 for z > 0, so it resists vanishing and exploding gradients", seeds=32,
    experiment="relu, 20 layers, weight scale √2", measured=f"δ of the first over the last layer: 10^{np.median(stable).round(1) + 0.0:.1f}",
    interval=median_interval(stable).outward(1), holds=bool(abs(np.median(stable)) < 1), only_if="the weights have variance 2/n",
)

# %% [markdown] id="deep-text" lang="en"
# ## A network that cannot learn
#
# Now train: 20 hidden layers of 24 neurons on handwritten digits, 500 to learn from, 500 to be tested on. Plain gradient descent in batches of 25, 15 epochs. Each setting gets its own learning rate of five: the smallest that comes within 3 points of the best on 3 seeds; 20 others count. The `skip` in the function below is a cure; we come to it.

# %% [markdown] id="deep-text" lang="zh"
# ## 一个学不会的网络
#
# 现在来训练：20 个隐藏层，每层 24 个神经元，任务是手写数字，500 个用来学习，500 个用来测试。用普通的梯度下降，每批 25 个，共 15 轮。每种设置都从五个学习率里选定自己的一个：在 3 个种子上与最好成绩相差不到 3 个百分点的学习率中，取最小的一个；计入结果的是另外 20 个种子。下面函数里的 `skip` 是一种药方，后面会讲到。

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
RATES, TUNING, COUNTED, EPOCHS = [0.01, 0.03, 0.1, 0.3, 1.0], range(3), range(3, 23), 15


def starting_weights(model, n_var, seed):
    random = np.random.default_rng(seed)
    return [
        random.normal(0, np.sqrt(n_var / len(array)), array.shape) if array.ndim == 2 else array
        for array in model.get_weights()
    ]

# %% id="deep-train"
def trainer(build, optimizer=None):
    return EnsembleTrainer(
        build, optimizer=optimizer or keras.optimizers.SGD(),
        loss="categorical_crossentropy", metrics=["accuracy"],
    )


def fit(trainer, starts, seeds, rates):
    return trainer.fit(
        x_train, y_train, validation_data=(x_test, np.eye(10)[t_test]), batch_size=25, epochs=EPOCHS,
        seeds=seeds, learning_rates=rates, initial_weights=[np.stack(arrays) for arrays in zip(*starts)],
    )


def accuracy(trained):  # in percent at the end; a network of nan guesses one digit for all
    return 100 * np.nan_to_num(trained.validation_metrics["accuracy"][:, -1], nan=0.1)

# %% id="trial"
def trial(trainer, model, n_var):
    begun = [starting_weights(model, n_var, seed) for seed in range(len(TUNING) + len(COUNTED))]
    tried = [(seed, rate) for seed in TUNING for rate in RATES]
    tuned = fit(trainer, [begun[seed] for seed, _ in tried], *zip(*tried))
    means = accuracy(tuned).reshape(len(TUNING), len(RATES)).mean(axis=0)
    best = RATES[np.flatnonzero(means > means.max() - 3)[0]]
    starts = [begun[seed] for seed in COUNTED]
    return fit(trainer, starts, COUNTED, [best] * len(COUNTED)), starts, best

# %% id="sigmoid"
def movement(before, after):  # of each weight matrix, for its size: ‖ΔW‖ / ‖W‖
    ratios = update_ratios(before, after)
    return np.log10(ratios[0]), np.log10(ratios[0] / ratios[19])  # first layer; over the last hidden one


def movements(trained, starts):
    return np.transpose([movement(start, list(end)) for start, end in zip(starts, zip(*trained.weights))])


build = partial(deep_network, "sigmoid")
trained, starts, _ = trial(trainer(build), build(), 1.0)
final = {"sigmoid": accuracy(trained)}
first, share = movements(trained, starts)
moved = {"sigmoid": share}
own, share = median_interval(first), median_interval(share)
print("above 20 % right:", int((final["sigmoid"] > 20).sum()), "of 20")
print("the first layer's weights moved by less than 0.01 % of their size:", own.high < -4)
print(f"for their size, 10^{share.value:.0f} times as far as those of the last hidden layer")

# %% [markdown] id="sigmoid-reading" lang="en"
# No network gets far beyond chance. The first layer's weights hardly leave the place where they were thrown.

# %% [markdown] id="sigmoid-reading" lang="zh"
# 没有一个网络明显胜过随机猜测。第一层的权值几乎没有离开当初随机落下的地方。

# %% id="record-learn"
evidence.record(
    "07.2", "Where the gradient has vanished, the layer's parameters do not change and the network cannot learn",
    seeds=20, experiment="20 sigmoid layers, digits, 15 epochs: first layer's movement, for its size, over the last hidden layer's",
    measured=f"10^{share.value:.0f}; {int((final['sigmoid'] > 20).sum())} of 20 networks get above 20 %",
    interval=share.outward(), holds=bool(share.high < -3 and (final["sigmoid"] < 20).all()),
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
        print(f"step {step}: largest weight {np.abs(w).max():.0e}, loss {output**2 / 2:.0e}")
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
# From the same start: tanh or relu in place of sigmoid; relu with He's weights; leaky relu with slope 0.2 for negative $z$, He's weights. **Skip connections** add each layer's input to its output (He et al. 2016), so that δ has a way around $f'$ and $W$. **Batch normalization** (Ioffe & Szegedy 2015) and **layer normalization** (Ba et al. 2016) bring every $z$ to mean 0 and deviation 1, over a batch or within a sample. **Clipping** limits each entry of the gradient; we try it on the exploding network.
#
# **Predict:** order them by test accuracy.

# %% [markdown] id="relu-text" lang="zh"
# ## 药方
#
# 从同样的起点出发：用 tanh 或 relu 代替 sigmoid；relu 用 He 权值；leaky relu 在 $z$ 为负时斜率为 0.2，也用 He 权值。**跳跃连接**（skip connection）把每层的输入加到它的输出上（He et al. 2016），δ 就有了一条绕过 $f'$ 和 $W$ 的路。**批归一化**（Ioffe & Szegedy 2015）和**层归一化**（Ba et al. 2016）使每个 $z$ 的均值为 0、标准差为 1，前者针对一批样本，后者在一个样本之内。**裁剪**（clipping）限制梯度每个分量的大小，我们用那个爆炸的网络来试。
#
# **预测：** 按测试准确率给它们排个名次。

# %% id="tanh-skip"
for name, build in (("tanh", partial(deep_network, "tanh")), ("sigmoid + skip", partial(deep_network, "sigmoid", skip=True))):
    trained, starts, _ = trial(trainer(build), build(), 1.0)
    final[name], moved[name] = accuracy(trained), movements(trained, starts)[1]

# %% [markdown] id="milder-text" lang="en"
# relu gets three kinds of weights: Glorot's, He's, and He's times 2, which lets δ and the signals double at each layer.

# %% [markdown] id="milder-text" lang="zh"
# relu 用三种权值：Glorot 权值，He 权值，以及 He 权值的 2 倍。最后一种使 δ 和信号每过一层都加倍。

# %% id="relu"
build = partial(deep_network, "relu")
relu_trainer, relu_model = trainer(build), build()
for name, n_var in (("relu", 1.0), ("relu, He", 2.0), ("relu, 2 × He", 8.0)):
    relu, starts, best = trial(relu_trainer, relu_model, n_var)
    final[name] = accuracy(relu)
    if n_var == 2.0:
        relu_he, relu_rate = relu, best
    if not relu.diverged.any():
        moved[name] = movements(relu, starts)[1]
exploded = np.array(relu.diverged)  # the last of the three
print("relu, 2 × He: diverged", int(exploded.sum()), "of 20, all in epoch 1:", bool((relu.diverged_epoch == 1).all()))

# %% id="leaky"
build = partial(deep_network, "leaky_relu")
leaky_trainer, leaky_model = trainer(build), build()
trained, starts, leaky_rate = trial(leaky_trainer, leaky_model, 2.0)
final["leaky relu, He"], moved["leaky relu, He"] = accuracy(trained), movements(trained, starts)[1]

# %% id="clip"
trained, *_ = trial(trainer(partial(deep_network, "relu"), keras.optimizers.SGD(clipvalue=0.01)), relu_model, 8.0)
final["relu, 2 × He, clipped"] = accuracy(trained)
evidence.record(
    "C25", "Exploding: δ and Δw tend to infinity, the layer becomes unstable, the network cannot work", seeds=20,
    experiment="20 relu layers, weights twice He's, the best of five learning rates",
    measured=f"{int(exploded.sum())} of 20 networks end in NaN, in the first epoch",
    interval=wilson_interval(int(exploded.sum()), 20)[1:], holds=bool(exploded.all()),
)

# %% [markdown] id="norm-text" lang="en"
# `EnsembleTrainer` refuses batch normalization, whose running means are a state, and layer normalization takes it long to compile. So these two run through `model.fit`: one model, its weights set anew for each seed, all epochs in one long pass, one seed for the choice among the three largest learning rates, and the same 20 as before to count.

# %% [markdown] id="norm-text" lang="zh"
# `EnsembleTrainer` 不接受批归一化，因为其中的滑动均值是一种状态；层归一化则编译起来太久。所以这两种改用 `model.fit`：只建一个模型，对每个种子重新设定权值，所有轮次连成一趟跑完；用 1 个种子从最大的三个学习率里选定一个，计入结果的仍是前面那 20 个种子。

# %% id="norm"
def fit_normalized(normalization):
    model = deep_network("sigmoid", normalization=normalization)
    starts = {seed: starting_weights(model, 1.0, seed) for seed in (0, *COUNTED)}
    model.compile(keras.optimizers.SGD(), "categorical_crossentropy", jit_compile=True, steps_per_execution=300)

    def result(seed, rate):
        random = np.random.default_rng(seed)
        order = np.concatenate([random.permutation(len(x_train)) for _ in range(EPOCHS)])
        model.set_weights(starts[seed])
        model.optimizer.learning_rate = rate
        model.fit(x_train[order], y_train[order], batch_size=25, shuffle=False, verbose=0)
        right = 100 * np.mean(model(x_test).numpy().argmax(axis=1) == t_test)
        return right, movement(starts[seed], model.get_weights())[1]

    best = max(RATES[2:], key=lambda rate: result(0, rate))
    return np.transpose([result(seed, best) for seed in COUNTED])


def batch_norm():
    return layers.BatchNormalization(momentum=0.9)  # 300 steps are too few for the default 0.99


for name, kind in (("sigmoid + batch norm", batch_norm), ("sigmoid + layer norm", layers.LayerNormalization)):
    final[name], moved[name] = fit_normalized(kind)

# %% id="cures"
show(*figures.cures(final))

# %% [markdown] id="moved-text" lang="en"
# How far did the first layer's weights move, compared with those of the last hidden layer, each for its size?

# %% [markdown] id="moved-text" lang="zh"
# 与最后一个隐藏层的权值相比，第一层的权值移动了多远？两者都按相对于自身大小的比例来算。

# %% id="moved"
for name, values in moved.items():
    power = np.median(values)
    print(f"{name:20}", "within a factor of ten" if abs(power) < 1 else f"10^{power:.0f} times as far")

# %% [markdown] id="profile-text" lang="en"
# Look at the gradients before the first step. Does an even profile tell which network will learn?

# %% [markdown] id="profile-text" lang="zh"
# 再看第一步之前的梯度。从各层的梯度是否均匀，看得出哪个网络学得会吗？

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
    "skip": profile(lambda: deep_network("sigmoid", skip=True), 1.0),
    "batch norm": profile(lambda: deep_network("sigmoid", normalization=batch_norm), 1.0),
    "layer norm": profile(lambda: deep_network("sigmoid", normalization=layers.LayerNormalization), 1.0),
}
show(*figures.cured_profiles(before, after))

# %% id="record-cures"
means = {name: mean_interval(values) for name, values in final.items()}
learn = [name for name, mean in means.items() if mean.low > 20]
print("clearly above chance:", learn)
evidence.record(
    "07.3", "relu in place of sigmoid lets a deep network learn", seeds=20,
    experiment="20 layers, digits, 300 steps: relu with Glorot's weights, and with He's",
    measured=f"clearly above chance with Glorot's: {'relu' in learn}, with He's: {'relu, He' in learn}; tanh does better: "
    f"{paired_difference(final['tanh'], final['relu, He']).low > 0}; the interval is that of He's, in percent, outward to twenties",
    interval=(20 * np.floor(means["relu, He"].low / 20), 20 * np.ceil(means["relu, He"].high / 20)), holds="relu, He" in learn, only_if="the weights are made for it",
)
evidence.record(
    "07.4", "Skip connections let a deep sigmoid network learn", seeds=20,
    experiment="20 layers, digits, 300 steps", measured=f"{means['sigmoid + skip'].value:.0f} % right, without 10 %",
    interval=means["sigmoid + skip"].outward(), holds="sigmoid + skip" in learn,
)

# %% [markdown] id="cures-reading" lang="en"
# In these trials no network learned whose gradient fell by more than two powers of ten, but not every even profile learned. relu with Glorot's weights has an even and tiny gradient. Skip connections and batch normalization rescue the very activation that is blamed. Clipping, at the one limit tried, kept the exploding network from NaN and little more. Layer normalization did not help in this budget. To the last hidden layer of a deep sigmoid network all samples look alike. Normalizing within a sample cannot change that; normalizing over a batch does:

# %% [markdown] id="cures-reading" lang="zh"
# 在这些试验中，梯度缩小超过两个数量级的网络，一个也没有学会；但梯度均匀的网络，也不是个个都学会了。relu 用 Glorot 权值，梯度均匀，却微乎其微。跳跃连接和批归一化救活的，正是那个备受指责的激活函数。裁剪只试了一个界限：爆炸的网络没有变成 NaN，但也仅此而已。在这样的预算内，层归一化没有帮助。在深层 sigmoid 网络的最后一个隐藏层看来，所有样本都一个样。在一个样本之内归一化，改变不了这一点；对一批样本归一化，则可以：

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
WIDE_RATES, MEMBERS = [0.03, 0.1, 0.3, 0.6, 1.0, 2.0], 20
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
print(f"inactive signals per picture: about {5 * round(inactive.value / 5)} %")

# %% [markdown] id="ablation-text" lang="en"
# Those that relu dropped are gone anyway. Now remove some that it let through: for each picture we set a share of the *active* signals of the last hidden layer to 0, the weakest first, at random, or the strongest first. Then the output layer decides with what is left.

# %% [markdown] id="ablation-text" lang="zh"
# relu 丢掉的那些，本来就已经没有了。现在从它放行的信号里再去掉一些：对每幅图，把最后一个隐藏层中一定比例的*活跃*（非零）信号设为 0，或者先去掉最弱的（weakest first），或者随机去掉（at random），或者先去掉最强的（strongest first）。然后由输出层根据剩下的信号作出判断。

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
evidence.record(
    "C27", "Signals are redundant: a prediction from part of them is nearly the same as from all", seeds=20,
    experiment="two layers of 32 relu, digits: half of the active signals of the last layer set to 0",
    measured=f"points lost: weakest first less than 5: {loss['weakest first'].high < 5}, at random about "
    f"{10 * round(loss['at random'].value / 10)}; the interval is that of weakest first",
    interval=loss["weakest first"].outward(), holds=bool(loss["weakest first"].high < 5),
    only_if="the weakest are dropped",
)

# %% [markdown] id="dead-text" lang="en"
# We removed signals that relu had kept; those that it drops itself never took part. But relu can also drop a neuron for good. If its $z$ is negative for all samples, its slope is 0 for all, and no gradient reaches its weights: it is **dead**. Only if the layers before it change their signals can it come back. Large steps throw neurons there.
#
# **Predict:** at the largest learning rate, what share of the neurons is dead? What does that cost?

# %% [markdown] id="dead-text" lang="zh"
# 我们去掉的是 relu 留下的信号；它自己丢掉的那些，本来就不参与。但 relu 还可能把一个神经元永远丢掉。如果它的 $z$ 对所有样本都为负，那么斜率对所有样本都是 0，没有梯度到达它的权值：这个神经元**死了**。只有前面的层改变了信号，它才可能复活。步子太大，就会把神经元推到这个境地。
#
# **预测：** 在最大的学习率下，有多大比例的神经元死了？这要付出什么代价？

# %% id="dead"
def dead_share(weights):  # in percent, of all hidden neurons; a network of nan is wholly dead
    if not all(np.isfinite(array).all() for array in weights):
        return 100.0
    return 100 * np.mean([(a == 0).all(axis=0).mean() for a in hidden_signals(weights, x_train)])


dead = np.array([[dead_share(weights_of(seed, rate)) for seed in range(MEMBERS)] for rate in WIDE_RATES])
show(*figures.dead_units(WIDE_RATES, dead, right))

# %% id="record-dead"
at_end = median_interval(dead[-1])
gaps = [paired_difference(right["leaky_relu"][row], right["relu"][row]) for row in range(6)]
helped = [rate for rate, gap in zip(WIDE_RATES, gaps) if gap.low > 2]
print("more than half of the neurons dead at rate 2:", at_end.low > 50)
print("learning rates at which leaky relu is better by more than two points:", helped)
evidence.record(
    "07.5", "Two layers: dead units are what large learning rates cost", seeds=20,
    experiment="two layers of 32, six learning rates: relu against leaky relu, which cannot die",
    measured=f"leaky relu better by more than two points at {len(helped)} of 6 rates; the interval is that of the share "
    "of dead neurons at rate 2, in percent", interval=at_end.outward(), holds=len(helped) > 0,
)

# %% id="record-dead-deep"
deep_dead = [dead_share(weights) for weights in zip(*relu_he.weights)]
more = range(23, 43)  # 20 further seeds for the comparison of these two
further = [
    accuracy(fit(program, [starting_weights(model, 2.0, seed) for seed in more], more, [rate] * len(more)))
    for program, model, rate in ((leaky_trainer, leaky_model, leaky_rate), (relu_trainer, relu_model, relu_rate))
]
gap = paired_difference(np.append(final["leaky relu, He"], further[0]), np.append(final["relu, He"], further[1]))
print("20 layers with He's weights: at least 5 % of the neurons dead:", mean_interval(deep_dead).low > 5)
print("leaky relu better by more than a point:", gap.low > 1)
evidence.record(
    "07.6", "20 layers: leaky relu, which cannot die, learns better than relu", seeds=40,
    experiment="digits, 300 steps, He's weights", measured=f"better by more than a point: {gap.low > 1}; "
    "the interval is that of the difference, in points, outward to thirties",
    interval=(30 * np.floor(gap.low / 30), 30 * np.ceil(gap.high / 30)), holds=bool(gap.low > 1),
)

# %% [markdown] id="dead-depth-text" lang="en"
# Now vary the depth: 2, 8 and 20 layers of 24 neurons with He's weights, at three learning rates.
#
# **Predict:** no step has been taken yet. Is any neuron dead? In which network are there most?

# %% [markdown] id="dead-depth-text" lang="zh"
# 现在改变深度：2 层、8 层和 20 层，每层 24 个神经元，用 He 权值，学习率取三个。
#
# **预测：** 训练还一步都没有走。这时有神经元是死的吗？哪个网络里最多？

# %% id="dead-depth"
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
show(*figures.dead_by_depth(dead_by_depth, ["before training", *(f"rate {rate}" for rate in DEAD_RATES)]))

# %% id="record-dead-depth"
extra = paired_difference(dead_by_depth[20][:, 0], dead_by_depth[2][:, 0])
largest = {depth: mean_interval(values[:, -1]) for depth, values in dead_by_depth.items()}
revived = paired_difference(dead_by_depth[8][:, 0], dead_by_depth[8][:, 2])
print("more dead before training with 20 layers than with 2:", extra.low > 0)
print("8 layers: fewer dead after training at rate 0.1 than before:", revived.low > 0)
print(f"after rate {DEAD_RATES[-1]}: below 10 % with 2 layers {largest[2].high < 10}, above 30 % with 20 {largest[20].low > 30}")
evidence.record(
    "07.7", "The deeper the relu network, the more of its units are dead before training", seeds=20,
    experiment="digits, He's weights, 2 and 20 layers of 24, before training",
    measured=f"{extra.value:.0f} points more with 20 layers", interval=extra.outward(), holds=bool(extra.low > 0),
)

# %% [markdown] id="dead-reading" lang="en"
# Large steps kill relu neurons in masses. Yet in two layers, at no rate do we see leaky relu do better by two points: the steps do harm by themselves. In the deep network leaky relu does learn better. Whether that is because it cannot die, or because its mean $f'^2$ is larger, this comparison cannot tell. And in eight layers, training at a mild rate brought some neurons back that were dead at the start.

# %% [markdown] id="dead-reading" lang="zh"
# 步子太大，relu 神经元就成批死去。然而在两层的网络里，无论哪个学习率，我们都没有看到 leaky relu 好出两个百分点：大步子本身就有害。在深层网络里，leaky relu 确实学得更好。这是因为它不会死，还是因为它的 $f'^2$ 均值更大，从这个比较看不出来。而在八层的网络里，以温和的学习率训练，使一些起初已死的神经元又活了过来。

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
# - Compute the factor per layer, $n\,\mathrm{Var}(w)\,\overline{f'^2}$, and choose weights that make it 1: variance $1/n$ for tanh, $2/n$ for relu.
# - Tell activation from weights: slope 1 vanishes with small weights, slope ¼ explodes with large ones.
# - Recognise the three illnesses: gradients that fall by powers of ten, a loss of `nan`, units that are 0 for every sample.
# - Judge a cure over seeds: skip connections and batch normalization rescued sigmoid, relu needed He's weights.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 计算每层的因子 $n\,\mathrm{Var}(w)\,\overline{f'^2}$，并选取使它等于 1 的权值：对 tanh，方差为 $1/n$；对 relu，方差为 $2/n$。
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
