# ---
# jupyter:
#   course: {chapter: "03", needs: ["01"], minutes: 45, question: "Which way, and how far, should one weight move?", question_zh: "一个权值该往哪边移，移多远？"}
# ---

# %% [markdown] id="title" lang="en"
# # 03 · Descend a curve: gradient descent with one weight
#
# Training a network means finding the weights with the smallest loss. With a single weight the whole problem fits in one picture: a curve, a point on it, and a rule for moving the point. Everything later in the course is this rule with more weights.

# %% [markdown] id="title" lang="zh"
# # 03 · 沿曲线下降：一个权值的梯度下降
#
# 训练网络，就是寻找使损失最小的权值。只有一个权值时，一幅图就画得下整个问题：一条曲线，曲线上的一个点，以及移动这个点的一条规则。本课程后面的一切，都是这条规则，只是权值更多。

# %% [markdown] id="aims" lang="en"
# **You will** walk down loss curves by hand, with NumPy and with Keras, and measure when the walk arrives.
#
# **You will learn to**
# - read the direction of a step from the sign of the slope, and its length from slope and learning rate;
# - predict, for a bowl of known curvature, whether a learning rate creeps, arrives, zig-zags or diverges;
# - say when "a step against the gradient lowers the loss" is true, and when it is not;
# - recognise a valley that is not the deepest one, and a plateau.
#
# **You need** chapter 01, derivatives of one variable, a little NumPy, and about 45 minutes.

# %% [markdown] id="aims" lang="zh"
# **你将**用笔算、用 NumPy、用 Keras 沿损失曲线往下走，并测量何时到达。
#
# **你将学会**
# - 由斜率的符号看出一步的方向，由斜率和学习率看出步长；
# - 对曲率已知的碗形曲线，预测一个学习率会让权值慢慢爬、顺利到达、来回跳，还是发散；
# - 说出“逆着梯度走一步，损失就下降”什么时候对，什么时候不对；
# - 认出并非最深的山谷，也认出平台。
#
# **你需要**先学完第 01 章，会求一元函数的导数，懂一点 NumPy，并留出大约 45 分钟。

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
import keras
import numpy as np
import tensorflow as tf

from utils.controls import interactive_figure
from utils.datasets import load
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_03 as figures
from utils.plotting import show
from utils.statistics import wilson_interval

evidence = EvidenceTable("03")

# %% [markdown] id="network" lang="en"
# ## The smallest network
#
# One neuron, one weight, no bias: the output is $Y = w\,x$. Four samples give inputs $x$ and targets $T$, the outputs we want. There is no weight that hits all four targets.

# %% [markdown] id="network" lang="zh"
# ## 最小的网络
#
# 一个神经元，一个权值，没有偏置：输出是 $Y = w\,x$。四个样本给出输入 $x$ 和目标 $T$，也就是我们想要的输出。没有哪个权值能同时命中四个目标。

# %% id="data"
x = np.array([-1.0, 0.0, 1.0, 2.0])
T = np.array([-0.8, -0.1, 0.2, 1.0])

# %% [markdown] id="loss-text" lang="en"
# One number says how wrong a weight is: the quadratic cost, the average of the squared errors, halved.
#
# $$E(w) = \frac{1}{2N}\sum_{i=1}^{N}\,(T_i - w\,x_i)^2$$
#
# Chapter 02 explains each of its parts; here it is enough to use it. The code adds an axis to $w$, so that one call gives the loss of many weights.

# %% [markdown] id="loss-text" lang="zh"
# 用一个数来说明权值错得有多厉害，这就是二次代价，即误差平方的平均值的一半。
#
# $$E(w) = \frac{1}{2N}\sum_{i=1}^{N}\,(T_i - w\,x_i)^2$$
#
# 它的各个部分在第 02 章有解释，这里会用就行。代码给 $w$ 添了一个轴，这样调用一次就能得到许多权值的损失。

# %% id="loss"
def E(w):
    Y = np.multiply.outer(w, x)
    return ((T - Y) ** 2).mean(axis=-1) / 2


E(np.array([-3.0, 0.5, 2.0])).round(3).tolist()

# %% id="loss-figure"
show(*figures.lines_and_heights(x, T, E, weights=[-3, 0.5, 2]))

# %% [markdown] id="slope-predict" lang="en"
# ## Which way is down?
#
# Put the weight at $w = -3$, then at $w = 2$. In both places you may move a little to the left or to the right.
#
# **Predict:** in each place, is the slope of the curve positive or negative, and which way lowers the loss?

# %% [markdown] id="slope-predict" lang="zh"
# ## 哪边是下坡？
#
# 把权值放在 $w = -3$，再放在 $w = 2$。在这两个地方，都可以向左或向右移动一点。
#
# **预测：** 在每个地方，曲线的斜率是正还是负？往哪边走，损失会下降？

# %% [markdown] id="slope-text" lang="en"
# The slope is the derivative. Each squared error contributes $2\,(T_i - w x_i)\cdot(-x_i)$, and the 2 cancels the ½:
#
# $$\frac{dE}{dw} = \frac1N\sum_{i=1}^{N}\,(w\,x_i - T_i)\,x_i$$

# %% [markdown] id="slope-text" lang="zh"
# 斜率就是导数。每个误差平方贡献 $2\,(T_i - w x_i)\cdot(-x_i)$，其中的 2 与 ½ 相消：
#
# $$\frac{dE}{dw} = \frac1N\sum_{i=1}^{N}\,(w\,x_i - T_i)\,x_i$$

# %% id="gradient"
def gradient(w):
    Y = np.multiply.outer(w, x)
    return ((Y - T) * x).mean(axis=-1)


{w: round(float(gradient(w)), 2) for w in (-3, 2)}

# %% [markdown] id="gradient-check-text" lang="en"
# Never trust a derivative that nobody checked. Two independent ways to get it: TensorFlow's `GradientTape`, and the loss itself a little to the right and a little to the left.

# %% [markdown] id="gradient-check-text" lang="zh"
# 没有检验过的导数，一概不要相信。另有两种独立的办法可以求它：一是 TensorFlow 的 `GradientTape`，二是损失本身在稍右和稍左处的值。

# %% id="gradient-check"
w = tf.constant([-3.0, 2.0], dtype=tf.float64)
with tf.GradientTape() as tape:
    tape.watch(w)
    loss = tf.reduce_mean((T - w[:, None] * x) ** 2, axis=-1) / 2
by_tape = tape.gradient(loss, w).numpy()
by_difference = (E(w.numpy() + 1e-4) - E(w.numpy() - 1e-4)) / 2e-4
assert np.allclose(gradient(w.numpy()), by_tape, rtol=1e-12)
assert np.allclose(gradient(w.numpy()), by_difference, rtol=1e-9)

# %% [markdown] id="rule" lang="en"
# ## The rule
#
# Move against the slope, by the slope times a small number $\eta$, the **learning rate**:
#
# $$w \;\leftarrow\; w - \eta\,\frac{dE}{dw}$$
#
# At $w=-3$ the slope is negative, so the step is positive and $w$ grows. At $w=2$ the slope is positive and $w$ shrinks. (The article that inspired this course prints $w=3$ once where its curve shows $-3$.)

# %% [markdown] id="rule" lang="zh"
# ## 规则
#
# 逆着斜率移动，移动的量是斜率乘以一个较小的数 $\eta$，即**学习率**：
#
# $$w \;\leftarrow\; w - \eta\,\frac{dE}{dw}$$
#
# 在 $w=-3$ 处斜率为负，所以这一步为正，$w$ 增大。在 $w=2$ 处斜率为正，$w$ 减小。（启发本课程的那篇文章有一处印成了 $w=3$，而它的曲线上画的是 $-3$。）

# %% id="slopes-figure"
show(*figures.slopes(E, gradient, weights=[-3.0, 2.0], learning_rate=0.2))

# %% [markdown] id="by-hand-text" lang="en"
# Now by hand, from $w=-3$ with $\eta = 0.2$. Take a pencil and do the first line yourself: the slope was printed above.

# %% [markdown] id="by-hand-text" lang="zh"
# 现在来笔算，从 $w=-3$ 出发，$\eta = 0.2$。拿起铅笔，第一行自己算：斜率上面已经打印出来了。

# %% id="by-hand"
w = -3.0
print("step      w      slope    -η·slope")
for step in range(5):
    print(f"{step:4d} {w:8.3f} {gradient(w):9.3f} {-0.2 * gradient(w):9.3f}")
    w = w - 0.2 * gradient(w)

# %% [markdown] id="shrinking-predict" lang="en"
# **Predict:** nobody changed the learning rate. Why does each step come out shorter than the one before? By which factor?

# %% [markdown] id="shrinking-predict" lang="zh"
# **预测：** 没有人改动学习率，为什么每一步都比前一步短？每次缩短到前一步的几分之几？

# %% [markdown] id="loop-text" lang="en"
# The same loop, with its path kept. This is gradient descent, whole; `utils.optimizers.gradient_descent` is this loop plus checks, and the course imports it from now on.

# %% [markdown] id="loop-text" lang="zh"
# 还是这个循环，只是把走过的路径留下来。这就是完整的梯度下降；`utils.optimizers.gradient_descent` 就是这个循环加上一些检查，从现在起，本课程都导入它来用。

# %% id="loop"
def descend(w, learning_rate, steps):
    points = [w]
    for _ in range(steps):
        w = w - learning_rate * gradient(w)
        points.append(w)
    return np.array(points)


from utils.optimizers import gradient_descent

from_left = gradient_descent(E, -3.0, learning_rate=0.2, steps=20, gradient=gradient)
from_right = gradient_descent(E, 2.0, learning_rate=0.2, steps=20, gradient=gradient)
assert np.array_equal(from_left.points, descend(-3.0, 0.2, 20))

# %% [markdown] id="ratio-text" lang="en"
# The slope of a parabola falls in proportion to the distance from its lowest point, $w^*$. So the step does too, and the distance shrinks by the same factor every time. Which factor, we can read off the path.

# %% [markdown] id="ratio-text" lang="zh"
# 抛物线的斜率与到最低点 $w^*$ 的距离成正比。因此步长也与这个距离成正比，而距离每次都按同一比例缩小。比例是多少，可以从路径上读出来。

# %% id="ratio"
lengths = np.abs(np.diff(from_left.points))
ratios = lengths[1:] / lengths[:-1]
print(f"each step is {ratios.min():.6f} to {ratios.max():.6f} of the one before")

# %% id="two-descents-figure"
show(*figures.two_descents(E, [from_left, from_right], ratio=ratios.mean()))

# %% id="record-directions"
grows = np.diff(from_left.points)[0] > 0 > gradient(-3.0)
shrinks = np.diff(from_right.points)[0] < 0 < gradient(2.0)
evidence.record(
    "C9", "At w = −3 the gradient is negative and w grows; at w = 2 it is positive and w shrinks",
    experiment="one step of 0.2 on the loss of one neuron",
    measured=f"slopes {gradient(-3.0):+.2f} and {gradient(2.0):+.2f}", holds=grows and shrinks,
)
steps_taken = np.diff(from_left.points)
evidence.record(
    "C11", "A step's size depends on the learning rate and on the gradient there",
    experiment="20 steps, each against η times the gradient",
    measured="step = −η · gradient",
    holds=np.allclose(steps_taken, -0.2 * from_left.gradients[:-1], rtol=1e-9),
)

# %% [markdown] id="keras-text" lang="en"
# ## Keras takes the same steps
#
# `keras.optimizers.SGD` is this rule. Its name says *stochastic* because it usually sees a random part of the data; here it sees all of it. We compile the same neuron with the same loss, and train it for 20 epochs of one full batch each.

# %% [markdown] id="keras-text" lang="zh"
# ## Keras 走的是同样的步子
#
# `keras.optimizers.SGD` 就是这条规则。名字里有“随机”（*stochastic*），是因为它通常只看随机取出的一部分数据；这里它看到全部。我们用同样的损失编译同一个神经元，训练 20 轮，每轮用一个包含全部样本的批。

# %% id="keras-model"
neuron = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
neuron.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.2),
    loss=lambda T, Y: keras.ops.mean((T - Y) ** 2) / 2,
)

# %% id="keras-steps"
neuron.set_weights([np.array([[-3.0]])])
path = [-3.0]
keep = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: path.append(neuron.get_weights()[0].item())
)
neuron.fit(x[:, None], T[:, None], batch_size=4, epochs=20, verbose=0, callbacks=[keep])
difference = np.abs(np.array(path) - from_left.points).max()
assert difference < 1e-5
print(f"Keras and the loop differ by less than 1e-5 in each of {len(path) - 1} steps")

# %% [markdown] id="rates-predict" lang="en"
# ## How large a step?
#
# The slope says which way to go. How far is set by slope and learning rate, and the learning rate is our choice.
#
# **Predict:** from $w=-3$, what happens over 12 steps with $\eta$ = 0.02, 0.2, 0.67, 1.25 and 1.4? One of these arrives in a single step; one moves away.

# %% [markdown] id="rates-predict" lang="zh"
# ## 一步该走多远？
#
# 斜率说明往哪边走。走多远则由斜率和学习率共同决定，而学习率由我们来选。
#
# **预测：** 从 $w=-3$ 出发走 12 步，$\eta$ = 0.02、0.2、0.67、1.25 和 1.4 时分别会怎样？其中有一个一步就到，有一个越走越远。

# %% [markdown] id="curvature-text" lang="en"
# Write the parabola as $E(w) = \tfrac12 c\,(w-w^*)^2 + E_{\min}$. Its curvature is $c = \frac1N\sum x_i^2$, and its slope $c\,(w-w^*)$. Put that into the rule and one line remains:
#
# $$w_{k+1}-w^* = (1-\eta c)\,(w_k-w^*)$$
#
# Every step multiplies the distance by $1-\eta c$. For our data:

# %% [markdown] id="curvature-text" lang="zh"
# 把抛物线写成 $E(w) = \tfrac12 c\,(w-w^*)^2 + E_{\min}$。它的曲率是 $c = \frac1N\sum x_i^2$，斜率是 $c\,(w-w^*)$。代入上面的规则，就只剩下一行：
#
# $$w_{k+1}-w^* = (1-\eta c)\,(w_k-w^*)$$
#
# 每一步都把距离乘以 $1-\eta c$。对我们的数据来说：

# %% id="curvature"
c = (x**2).mean()
w_best = (x * T).mean() / c
print(f"c = {c:.3f}   w* = {w_best:.3f}   1/c = {1 / c:.3f}   2/c = {2 / c:.3f}")

# %% id="rates-figure"
rates = [0.02, 0.2, 1 / c, 1.25, 1.4]
names = ["creeps", "arrives", "one step", "zig-zags in", "diverges"]
descents = {rate: gradient_descent(E, -3.0, rate, 12, gradient) for rate in rates}
show(*figures.learning_rates(E, descents, names))

# %% [markdown] id="theory-text" lang="en"
# The factor $1-\eta c$ predicts all five. Positive below $1/c$: the weight walks in from one side. Zero at $1/c$: one step. Negative between $1/c$ and $2/c$: it jumps across and comes closer. Beyond $2/c$ its size exceeds 1 and the weight flies out. We measure the factor for 40 learning rates, 5 steps each.

# %% [markdown] id="theory-text" lang="zh"
# 因子 $1-\eta c$ 预言了全部五种情形。在 $1/c$ 以下为正：权值从一侧走近。在 $1/c$ 处为零：一步到达。在 $1/c$ 与 $2/c$ 之间为负：每步跳到另一侧，但越来越近。超过 $2/c$，它的绝对值大于 1，权值就飞了出去。我们取 40 个学习率，各走 5 步，测量这个因子。

# %% id="shrink"
rates = np.linspace(0.05, 1.8, 40)
descents = [gradient_descent(E, -3.0, rate, 5, gradient) for rate in rates]
distances = np.abs(np.array([descent.points for descent in descents]) - w_best)
measured = (distances[:, -1] / distances[:, 0]) ** (1 / 5)
show(*figures.shrink_factors(rates, measured, c))

# %% id="thresholds"
signed = np.array([descent.points for descent in descents]) - w_best
monotone = (signed < 0).all(axis=1)
converges = measured < 1
assert np.array_equal(monotone, rates < 1 / c) and np.array_equal(converges, rates < 2 / c)
print(f"monotone: {monotone.sum()} of 40, theory {(rates < 1 / c).sum()}")
print(f"convergent: {converges.sum()} of 40, theory {(rates < 2 / c).sum()}")

# %% id="record-thresholds"
evidence.record(
    "03.1", "On a bowl of curvature c, descent is monotone below η = 1/c and converges below 2/c",
    experiment="40 learning rates, 5 steps each",
    measured=f"monotone {monotone.sum()}, convergent {converges.sum()} of 40, as in theory",
    holds=bool((monotone == (rates < 1 / c)).all() and (converges == (rates < 2 / c)).all()),
)

# %% [markdown] id="slider-text" lang="en"
# Try it. Find the learning rate that arrives in one step, and the smallest one that diverges. Does the start matter for either?

# %% [markdown] id="slider-text" lang="zh"
# 试一试。找出一步就到的学习率，再找出会发散的最小学习率。它们与起点有关吗？

# %% id="slider"
def redraw(start, learning_rate):
    descent = gradient_descent(E, start, learning_rate, steps=12, gradient=gradient)
    return figures.one_descent(E, descent, learning_rate)


interactive_figure(redraw, start=(-3.5, 3.5, 0.25, -3.0), learning_rate=(0.02, 1.6, 0.02, 0.2))

# %% [markdown] id="valleys-text" lang="en"
# ## A loss that is no bowl
#
# A bowl has one lowest point, and with $\eta < 2/c$ every start finds it. The loss of a network with a hidden layer is rarely a bowl. Take two neurons in a row that share one weight, the first with activation tanh and bias ½:
#
# $$Y = w\,\tanh(w\,x + \tfrac12)$$
#
# Now no formula for the slope is needed: `gradient_descent` asks TensorFlow for it.

# %% [markdown] id="valleys-text" lang="zh"
# ## 不是碗形的损失
#
# 碗只有一个最低点，只要 $\eta < 2/c$，从哪里出发都能找到。而带隐藏层的网络，损失很少是碗形的。取前后相接的两个神经元，让它们共用一个权值，前一个用 tanh 激活，偏置为 ½：
#
# $$Y = w\,\tanh(w\,x + \tfrac12)$$
#
# 现在不需要斜率的公式了：`gradient_descent` 会让 TensorFlow 去求。

# %% id="tied-loss"
def tied_loss(w):
    w = tf.convert_to_tensor(w, dtype=tf.float64)
    Y = w[..., None] * tf.tanh(w[..., None] * x + 0.5)
    return tf.reduce_mean((T - Y) ** 2, axis=-1) / 2

# %% [markdown] id="valleys-predict" lang="en"
# **Predict:** 60 random starts between −3 and 3, learning rate 0.2, 200 steps. At how many different weights do they end? Is each of them the best?

# %% [markdown] id="valleys-predict" lang="zh"
# **预测：** −3 到 3 之间的 60 个随机起点，学习率 0.2，走 200 步。它们会停在几个不同的权值上？每一个都是最好的吗？

# %% id="valleys"
starts = np.random.default_rng(0).uniform(-3, 3, 60)
many = gradient_descent(tied_loss, starts, learning_rate=0.2, steps=200)
ends = many.points[-1]
minima = [(side.mean(), float(tied_loss(side.mean()))) for side in (ends[ends < 0], ends[ends > 0])]
print(f"{(ends < 0).sum()} starts end at w = {minima[0][0]:.2f}, loss {minima[0][1]:.3f}")
print(f"{(ends > 0).sum()} starts end at w = {minima[1][0]:.2f}, loss {minima[1][1]:.3f}")

# %% id="valleys-figure"
show(*figures.valleys(lambda w: tied_loss(w).numpy(), many, minima))

# %% [markdown] id="valleys-reading" lang="en"
# Many starts end in the worse valley and stay there: at its bottom the slope is 0, and the rule has nothing to go by. Descent finds *a* minimum, the one below its start. It does not know whether a deeper one exists.

# %% [markdown] id="valleys-reading" lang="zh"
# 许多起点落进较差的山谷，停在那里：谷底的斜率为 0，规则就没有了依据。下降找到的只是*某个*极小值，也就是起点下方的那个。它并不知道别处有没有更深的。

# %% id="record-valleys"
ratio = minima[1][1] / minima[0][1]
evidence.record(
    "03.2", "Descent ends in the lowest valley",
    experiment="60 random starts on a loss with two valleys, 200 steps", seeds=60,
    measured=f"{(ends > 0).sum()} of 60 end where the loss is {ratio:.1f} times the lowest",
    holds=bool((ends < 0).all()), interval=wilson_interval((ends > 0).sum(), 60)[1:],
)

# %% [markdown] id="downhill-predict" lang="en"
# ## Does a step always go downhill?
#
# The article says: wherever $w$ is, a move along the negative gradient reduces the loss.
#
# **Predict:** on the curve with two valleys, from 1,000 random starts, for how many does the *first* step lower the loss? With η = 0.25? With η = 4?

# %% [markdown] id="downhill-predict" lang="zh"
# ## 每一步都是下坡吗？
#
# 那篇文章说：无论 $w$ 在哪里，沿负梯度走一步都会减小损失。
#
# **预测：** 在有两个山谷的曲线上取 1,000 个随机起点，其中有多少个*第一步*会使损失下降？η = 0.25 时呢？η = 4 时呢？

# %% id="downhill"
starts = np.random.default_rng(0).uniform(-3, 3, 1000)
rates = np.linspace(0.25, 4, 16)
first_steps = [gradient_descent(tied_loss, starts, rate, steps=1) for rate in rates]
downhill = np.array([(step.losses[1] < step.losses[0]).sum() for step in first_steps])
shares = [wilson_interval(count, 1000) for count in downhill]

# %% [markdown] id="lipschitz-text" lang="en"
# The theory has a condition. If the curvature never exceeds $L$ in size, each step changes the loss by at most $-\eta\,(1-\tfrac12\eta L)\,(dE/dw)^2$ (Nesterov 2004, section 1.2.3). This is negative for every $\eta < 2/L$. We take $L$ from the curve itself, by second differences.

# %% [markdown] id="lipschitz-text" lang="zh"
# 理论是有条件的。如果曲率的绝对值处处不超过 $L$，那么每一步引起的损失变化至多为 $-\eta\,(1-\tfrac12\eta L)\,(dE/dw)^2$（Nesterov 2004，第 1.2.3 节）。只要 $\eta < 2/L$，它就是负的。$L$ 由曲线本身的二阶差分求出。

# %% id="lipschitz"
grid, spacing = np.linspace(-8, 8, 4001), 16 / 4000
second_difference = np.diff(tied_loss(grid).numpy(), 2) / spacing**2
L = np.abs(second_difference).max()
print(f"largest curvature L = {L:.2f}, so every step below η = 2/L = {2 / L:.2f} goes downhill")

# %% id="downhill-figure"
show(*figures.downhill_share(rates, shares, limit=2 / L))

# %% id="downhill-counts"
safe = downhill[rates < 2 / L]
assert (safe == 1000).all()
print(f"η below {2 / L:.2f}: every first step of 1,000 goes downhill: {bool((safe == 1000).all())}")
print(f"η = 4: {downhill[-1] / 10:.0f} % go downhill, the others climb")

# %% id="record-downhill"
evidence.record(
    "C10", "Wherever w is, a move along the negative gradient reduces the loss",
    experiment="first steps from 1,000 random starts, 16 learning rates", seeds=1000,
    measured=f"100 % for η < 2/L = {2 / L:.2f}, {downhill[-1] / 10:.0f} % at η = 4",
    interval=shares[-1][1:],
    holds=bool((safe == 1000).all()), only_if="η < 2/L, L the largest curvature",
)

# %% [markdown] id="plateau-text" lang="en"
# ## A plateau
#
# A step is the learning rate times the slope. Where the curve is flat, steps are tiny, however wrong the weight. A single sigmoid neuron, $Y = 1/(1+e^{-w})$, with target 1 has such a place: for very negative $w$ its output stays near 0, and so does the slope.

# %% [markdown] id="plateau-text" lang="zh"
# ## 平台
#
# 一步等于学习率乘以斜率。曲线平坦的地方，不论权值错得多厉害，步子都很小。单个 sigmoid 神经元 $Y = 1/(1+e^{-w})$，目标为 1，就有这样的地方：$w$ 为负且绝对值很大时，输出一直接近 0，斜率也是。

# %% id="plateau-loss"
def sigmoid_loss(w):
    return (1 - 1 / (1 + np.exp(-w))) ** 2 / 2


def sigmoid_slope(w):
    Y = 1 / (1 + np.exp(-w))
    return (Y - 1) * Y * (1 - Y)

# %% [markdown] id="plateau-predict" lang="en"
# On the plateau the slope is close to $-e^{w}$, so leaving it takes about $e^{-w}/\eta$ steps.
#
# **Predict:** a start 2 further to the left costs how many times as many steps? We count the steps until $E$ falls below 0.125, the loss at $w=0$.

# %% [markdown] id="plateau-predict" lang="zh"
# 在平台上，斜率接近 $-e^{w}$，所以离开它大约需要 $e^{-w}/\eta$ 步。
#
# **预测：** 起点再往左移 2，步数是原来的多少倍？我们数一数，$E$ 降到 0.125（即 $w=0$ 处的损失）以下需要多少步。

# %% id="plateau"
starts = np.array([-8.0, -7.0, -6.0, -5.0, -4.0, -3.0])
slow = gradient_descent(sigmoid_loss, starts, learning_rate=1.0, steps=4000, gradient=sigmoid_slope)
steps = (slow.losses >= 0.125).sum(axis=0)
factor = (steps[0] / steps[-2]) ** (1 / 2)
print(f"steps from {starts.tolist()}: {steps.tolist()}")
print(f"each 2 further left: {factor:.1f} times as many, theory far to the left e² = {np.e**2:.1f}")

# %% id="plateau-figure"
show(*figures.plateau(sigmoid_loss, starts, steps, theory=np.exp(-starts)))

# %% id="record-plateau"
evidence.record(
    "03.3", "A large loss makes large steps",
    experiment="sigmoid neuron, E near its largest value, six starts on the plateau",
    measured=f"from w = −8 it takes {steps[0]:,} steps to leave it",
    holds=bool(steps[0] < steps[-1]),
)

# %% [markdown] id="patients-text" lang="en"
# ## A real loss
#
# 442 people with diabetes: their body mass index, and how far the disease had progressed a year later (Efron et al. 2004). Both are centred, so the line $Y = w\,x$ through the origin needs no bias. What learning rate would you take? The curvature tells: $c$ is the mean of $x^2$.

# %% [markdown] id="patients-text" lang="zh"
# ## 真实的损失
#
# 442 名糖尿病患者：他们的体重指数，以及一年之后病情发展的程度（Efron 等，2004）。两者都减去了平均值，所以过原点的直线 $Y = w\,x$ 不需要偏置。你会取多大的学习率？曲率会告诉你：$c$ 是 $x^2$ 的平均值。

# %% id="patients"
diabetes = load("diabetes")
bmi = diabetes.columns("bmi")[:, 0]
bmi, progression = bmi - bmi.mean(), diabetes.y - diabetes.y.mean()
c_bmi = (bmi**2).mean()
print(f"c = {c_bmi:.1f}, so the learning rate must stay below 2/c = {2 / c_bmi:.3f}")

# %% id="patients-descent"
def bmi_loss(w):
    return ((progression - np.multiply.outer(w, bmi)) ** 2).mean(axis=-1) / 2


def bmi_slope(w):
    return ((w * bmi - progression) * bmi).mean()


fit = gradient_descent(bmi_loss, 0.0, learning_rate=0.02, steps=12, gradient=bmi_slope)
above = gradient_descent(bmi_loss, 0.0, learning_rate=0.11, steps=12, gradient=bmi_slope)
by_formula = (bmi * progression).mean() / c_bmi
print(f"descent: {fit.points[-1]:.2f}   least squares: {by_formula:.2f} per kg/m²")
farther = abs(above.points[-1] - by_formula) / by_formula  # the start is 0
print(f"with a learning rate of 0.11 the distance grows, to {farther:.1f} times that of the start")

# %% id="patients-figure"
names = ["body mass index, centred (kg/m²)", "progression, centred"]
show(*figures.patients(bmi, progression, bmi_loss, fit, names))

# %% [markdown] id="units-predict" lang="en"
# The limit $2/c$ depends on the unit of $x$. **Predict:** someone records the body mass index of the same patients in g/m² instead of kg/m². What becomes of a learning rate of 0.02?

# %% [markdown] id="units-predict" lang="zh"
# 上限 $2/c$ 取决于 $x$ 的单位。**预测：** 同样这些患者，有人不用 kg/m²，而用 g/m² 来记体重指数。0.02 这个学习率会怎样？

# %% id="units"
in_grams = 1000 * bmi
standardized = bmi / bmi.std()
for unit, feature in {"kg/m²": bmi, "g/m²": in_grams, "standard deviations": standardized}.items():
    print(f"{unit:20} learning rate below {2 / (feature**2).mean():.1e}")

# %% [markdown] id="units-reading" lang="en"
# The limit moves by a factor of a million, so 0.02, which was safe, now multiplies the distance from the minimum by some 400,000 at every step. This is why one standardizes inputs: in standard deviations $c$ is 1, and the same learning rate serves every feature. With two weights the difference in scale becomes the difference between a round bowl and a ravine, in chapter 04.

# %% [markdown] id="units-reading" lang="zh"
# 上限缩小到百万分之一，所以原本稳妥的 0.02，现在每一步都把到极小点的距离放大约 400,000 倍。正因为如此，才要把输入标准化：以标准差为单位，$c$ 就是 1，同一个学习率适用于所有特征。有了两个权值，尺度的差别就成了圆碗与峡谷的差别，见第 04 章。

# %% id="record-patients"
evidence.record(
    "03.4", "Descent finds the least-squares slope of real data",
    experiment="442 patients, progression against body mass index, 12 steps each with η = 0.02 and 0.11",
    measured=f"{fit.points[-1]:.2f} against {by_formula:.2f} per kg/m² at 0.02; {farther:.1f} times the first distance at 0.11",
    holds=bool(abs(fit.points[-1] / by_formula - 1) < 0.01 and farther > 1),
    only_if=f"η < 2/c, here {2 / c_bmi:.2f}",
)

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence
#
# Each row was measured above. "C" numbers are claims of the article; the others are this chapter's own.

# %% [markdown] id="evidence-text" lang="zh"
# ## 证据
#
# 每一行的结果，上面都测量过。编号以“C”开头的，是那篇文章中的论断；其余的是本章自己的论断。

# %% id="evidence"
evidence

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell. `check` says whether the answer is right, or which usual mistake it recognises.
#
# **1.** Write one step of gradient descent.

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。`check` 会说明答案对不对，或者认出了哪一种常见的错误。
#
# **1.** 写出梯度下降的一步。

# %% id="exercise-step" tags=["exercise"]
def step(w, slope, learning_rate):
    ...


check("03-step", step)

# %% [markdown] id="hint-step" lang="en"
# *Hint.* At $w=-3$ the slope is negative and $w$ must grow.

# %% [markdown] id="hint-step" lang="zh"
# *提示：* 在 $w=-3$ 处斜率为负，而 $w$ 必须增大。

# %% id="solution-step" tags=["solution"]
def step(w, slope, learning_rate):
    return w - learning_rate * slope


check("03-step", step)

# %% [markdown] id="exercise-slope-text" lang="en"
# **2.** The slope of $E(w) = \frac{1}{2N}\sum (T_i - w x_i)^2$, for any data.

# %% [markdown] id="exercise-slope-text" lang="zh"
# **2.** 对任意数据，求 $E(w) = \frac{1}{2N}\sum (T_i - w x_i)^2$ 的斜率。

# %% id="exercise-slope" tags=["exercise"]
def slope(w, x, T):
    ...


check("03-slope", slope)

# %% [markdown] id="hint-slope" lang="en"
# *Hint.* The chain rule brings down a 2 and an inner derivative $-x_i$.

# %% [markdown] id="hint-slope" lang="zh"
# *提示：* 链式法则带出一个 2，以及内层的导数 $-x_i$。

# %% id="solution-slope" tags=["solution"]
def slope(w, x, T):
    return ((w * x - T) * x).mean()


check("03-slope", slope)

# %% [markdown] id="exercise-rates-text" lang="en"
# **3.** For data $x = (1, 2, 3)$: the learning rate that arrives in one step, and the one at which convergence ends. Answer as a list of two numbers.

# %% [markdown] id="exercise-rates-text" lang="zh"
# **3.** 对数据 $x = (1, 2, 3)$，求一步到达的学习率，以及从哪个学习率起不再收敛。用含两个数的列表作答。

# %% id="exercise-rates" tags=["exercise"]
rates = ...

check("03-rates", rates)

# %% [markdown] id="hint-rates" lang="en"
# *Hint.* Both depend on the curvature $c$ alone. The targets do not matter.

# %% [markdown] id="hint-rates" lang="zh"
# *提示：* 两者都只取决于曲率 $c$，与目标无关。

# %% id="solution-rates" tags=["solution"]
c = (1 + 4 + 9) / 3
rates = [1 / c, 2 / c]

check("03-rates", rates)

# %% [markdown] id="exercise-steps-text" lang="en"
# **4.** How many steps does descent need until the distance to $w^*$ is at most 1 % of what it was, if $c=2$ and $\eta = 0.05$?

# %% [markdown] id="exercise-steps-text" lang="zh"
# **4.** 如果 $c=2$，$\eta = 0.05$，要使到 $w^*$ 的距离不超过原来的 1 %，需要走多少步？

# %% id="exercise-steps" tags=["exercise"]
number_of_steps = ...

check("03-steps", number_of_steps)

# %% [markdown] id="hint-steps" lang="en"
# *Hint.* Each step multiplies the distance by $1-\eta c$. A part of a step is not a step.

# %% [markdown] id="hint-steps" lang="zh"
# *提示：* 每一步把距离乘以 $1-\eta c$。步数不能带小数。

# %% id="solution-steps" tags=["solution"]
number_of_steps = int(np.ceil(np.log(0.01) / np.log(1 - 0.05 * 2)))

check("03-steps", number_of_steps)

# %% [markdown] id="exercise-stuck-text" lang="en"
# **5.** Descent has stopped: the slope is 0 and the loss is 3. Which is certain? (a) the loss cannot be lower anywhere; (b) a smaller learning rate would help; (c) no step of this rule will move the weight; (d) the weight is at a minimum.

# %% [markdown] id="exercise-stuck-text" lang="zh"
# **5.** 下降停住了：斜率为 0，损失为 3。下面哪一条是肯定的？（a）任何地方的损失都不会更低；（b）换一个较小的学习率会有帮助；（c）按这条规则，再走一步也不会移动权值；（d）权值位于极小点。

# %% id="exercise-stuck" tags=["exercise"]
answer = ...

check("03-stuck", answer)

# %% [markdown] id="hint-stuck" lang="en"
# *Hint.* Think of the top of the hill between the two valleys.

# %% [markdown] id="hint-stuck" lang="zh"
# *提示：* 想想两个山谷之间的山顶。

# %% id="solution-stuck" tags=["solution"]
answer = "c"

check("03-stuck", answer)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Read a step: against the sign of the slope, as long as learning rate times slope.
# - Predict a learning rate on a bowl of curvature $c$: monotone below $1/c$, convergent below $2/c$.
# - Say when a step lowers the loss: surely when $\eta < 2/L$, and not for every $\eta$.
# - Recognise a valley that is not the deepest, where many of our starts ended, and a plateau, where steps are short although the loss is large.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 读懂一步：方向与斜率的符号相反，长度是学习率乘以斜率。
# - 在曲率为 $c$ 的碗上预测一个学习率的效果：$1/c$ 以下单调走近，$2/c$ 以下收敛。
# - 说出一步何时使损失下降：$\eta < 2/L$ 时一定下降，但并非对每个 $\eta$ 都如此。
# - 认出并非最深的山谷，我们的许多起点就停在那里；也认出平台，那里损失很大，步子却很小。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - A. Cauchy (1847), "Méthode générale pour la résolution des systèmes d'équations simultanées", *Comptes rendus* 25, 536–538: the first description of the rule.
# - Y. Nesterov (2004), *Introductory Lectures on Convex Optimization*, Springer, section 1.2.3: why a step below $2/L$ goes downhill.
# - B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004), "Least Angle Regression", *Annals of Statistics* 32 (2), 407–499: the diabetes data.
#
# **Next:** [04 · Descend a surface](04_gradient_descent_two_weights.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - A. Cauchy (1847), "Méthode générale pour la résolution des systèmes d'équations simultanées", *Comptes rendus* 25, 536–538：最早描述这条规则。
# - Y. Nesterov (2004), *Introductory Lectures on Convex Optimization*, Springer，第 1.2.3 节：为什么小于 $2/L$ 的步子总是下坡。
# - B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004), "Least Angle Regression", *Annals of Statistics* 32 (2), 407–499：糖尿病数据。
#
# **下一章：** [04 · 沿曲面下降](04_gradient_descent_two_weights.ipynb)。
