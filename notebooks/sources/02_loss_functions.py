# ---
# jupyter:
#   course: {chapter: "02", needs: ["01"], minutes: 50, question: "What should “wrong” mean, in one number?", question_zh: "“错”应当怎样用一个数来表示？"}
# ---

# %% [markdown] id="title" lang="en"
# # 02 · Measure how wrong: loss functions
#
# A network learns by making one number smaller. That number, the loss, is all it knows about our wishes: whatever the loss ignores, the network ignores too. This chapter takes the usual loss apart, piece by piece, and asks of each piece what would happen without it.

# %% [markdown] id="title" lang="zh"
# # 02 · 量出错了多少：损失函数
#
# 网络的学习，就是让一个数变小。这个数叫作损失，网络只能通过它知道我们想要什么：损失不管的，网络也不管。本章把常用的损失一块一块拆开，每一块都要问一问：没有它会怎样。

# %% [markdown] id="aims" lang="en"
# **You will** compute losses and their gradients by hand, compare them with Keras, and break each of them on purpose.
#
# **You will learn to**
# - say why errors are squared, and what the ½ and the $1/N$ do to the steps of descent;
# - convert between this loss and Keras's, and set the learning rate accordingly;
# - choose between squares, absolute values and Huber's mixture when some data are wrong;
# - say why a classifier is trained with cross-entropy, and how to compute it without overflow.
#
# **You need** chapter 01, derivatives, gradient descent in one sentence (move downhill by learning rate times slope; a step is too long when learning rate times curvature, the second derivative, exceeds 2: chapter 03 shows why), and about 50 minutes.

# %% [markdown] id="aims" lang="zh"
# **你将**亲手计算几种损失及其梯度，与 Keras 的结果比较，并故意把每一种都弄坏。
#
# **你将学会**
# - 说出误差为什么要平方，½ 和 $1/N$ 对下降的步子有什么作用；
# - 在这种损失与 Keras 的损失之间换算，并相应地设定学习率；
# - 有些数据出错时，在平方、绝对值和 Huber 的混合损失之间作选择；
# - 说出分类器为什么用交叉熵训练，以及怎样计算它才不会溢出。
#
# **你需要**先学完第 01 章，会求导数，知道梯度下降的大意：往下坡走，步长是学习率乘以斜率；学习率乘以曲率（即二阶导数）如果超过 2，步子就太长，原因见第 03 章。请留出大约 50 分钟。

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
from utils.figures import chapter_02 as figures
from utils.optimizers import gradient_descent
from utils.plotting import show
from utils.statistics import median_interval, wilson_interval

evidence = EvidenceTable("02")

# %% [markdown] id="signs-text" lang="en"
# ## Errors have signs
#
# Six samples, with targets $T$, the values we want, and two models with outputs $Y$. The error of sample $i$ is $T_i - Y_i$. To compare the models we need one number for each.
#
# **Predict:** the first idea is the sum of the errors: the closer to 0, the better. Which of the two models in the picture will it prefer?

# %% [markdown] id="signs-text" lang="zh"
# ## 误差有正负
#
# 六个样本，目标是 $T$，即我们想要的值；两个模型，输出是 $Y$。样本 $i$ 的误差是 $T_i - Y_i$。要比较两个模型，就得给每个模型一个数。
#
# **预测：** 最先想到的是误差之和：越接近 0 越好。图中的两个模型，按它来看哪一个更好？

# %% id="signs-data"
T = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
Y_close = T + np.array([0.4, -0.2, 0.3, 0.5, -0.1, 0.3])
Y_backwards = T[::-1]
show(*figures.two_models(T, Y_close, Y_backwards))

# %% id="signs-sums"
for name, Y in {"close": Y_close, "backwards": Y_backwards}.items():
    print(f"{name:10} sum of errors {(T - Y).sum():+.1f}   sum of squares {((T - Y) ** 2).sum():.2f}")

# %% [markdown] id="signs-reading" lang="en"
# The sum of errors calls the backwards model perfect: its errors cancel. Squares cannot cancel. Drawn, they are what their name says: each error is the side of a square, and the loss adds up the areas.

# %% [markdown] id="signs-reading" lang="zh"
# 照误差之和来看，反着走的那个模型完美无缺：它的误差互相抵消了。平方则不会抵消。画出来，平方正如其名：每个误差是一个正方形的边长，损失就是把这些面积加起来。

# %% id="squares-figure"
show(*figures.squares(T, Y_close, Y_backwards))

# %% [markdown] id="cost-text" lang="en"
# ## The quadratic cost
#
# $$E = \frac{1}{2N}\sum_{i=1}^{N}\,(T_i - Y_i)^2$$
#
# $T$ are the targets, $Y$ the outputs, $i$ counts the samples, and $N$ is how many there are. With several outputs per sample the sum runs over them too, and $N$ still counts samples only.

# %% [markdown] id="cost-text" lang="zh"
# ## 二次代价
#
# $$E = \frac{1}{2N}\sum_{i=1}^{N}\,(T_i - Y_i)^2$$
#
# $T$ 是目标，$Y$ 是输出，$i$ 是样本的序号，$N$ 是样本的个数。如果每个样本有多个输出，求和时也要把它们算进去，而 $N$ 仍然只数样本。

# %% id="cost"
def quadratic_cost(T, Y):
    N = len(T)
    return ((T - Y) ** 2).sum() / (2 * N)


print(f"close {quadratic_cost(T, Y_close):.4f}   backwards {quadratic_cost(T, Y_backwards):.4f}")

# %% [markdown] id="slope-text" lang="en"
# Its derivative with respect to the output of one sample: the 2 of the square comes down, meets the ½, and both are gone.
#
# $$\frac{\partial E}{\partial Y_i} = \frac{1}{N}\,(Y_i - T_i)$$

# %% [markdown] id="slope-text" lang="zh"
# 再求它对某个样本输出的导数：平方求导带出的 2 与 ½ 正好相消。
#
# $$\frac{\partial E}{\partial Y_i} = \frac{1}{N}\,(Y_i - T_i)$$

# %% id="slope"
def quadratic_cost_gradient(T, Y):
    N = len(T)
    return (Y - T) / N


with tf.GradientTape() as tape:
    Y = tf.Variable(Y_close)
    loss = tf.reduce_sum((T - Y) ** 2) / (2 * len(T))
by_tape = tape.gradient(loss, Y).numpy()
assert np.allclose(quadratic_cost_gradient(T, Y_close), by_tape, rtol=1e-12)

# %% [markdown] id="utils-text" lang="en"
# From here on we use the same two functions from the course's helpers. They check their arguments, and are otherwise what stands above.

# %% [markdown] id="utils-text" lang="zh"
# 从这里起，我们改用辅助程序里的这两个函数。它们会检查参数，除此之外与上面的一样。

# %% id="utils-import"
from utils import losses

assert losses.quadratic_cost(T, Y_close) == quadratic_cost(T, Y_close)
assert np.array_equal(
    losses.quadratic_cost_gradient(T, Y_close), quadratic_cost_gradient(T, Y_close)
)

# %% id="record-cost"
half_of_keras = bool(np.isclose(2 * quadratic_cost(T, Y_close), keras.losses.MeanSquaredError()(T, Y_close)))
same_slope = bool(np.abs(quadratic_cost_gradient(T, Y_close) - by_tape).max() < 1e-12)
evidence.record(
    "C5", "The quadratic cost is E = 1/(2N) Σ (T − Y)², N the number of samples",
    experiment="the formula by hand: its value against Keras's mean squared error, its slope against GradientTape",
    measured=f"E is half of Keras's number: {half_of_keras}; the slopes agree to 1e-12: {same_slope}",
    holds=half_of_keras and same_slope,
)

# %% [markdown] id="closer-text" lang="en"
# ## Is a smaller loss always closer?
#
# On the data it is computed on, yes, by definition: $\sqrt{2E}$ is the root mean square of the errors. But we want predictions for data that we do not have yet.
#
# **Predict:** twelve noisy points of a smooth curve. We fit polynomials of degree 1 to 9, each with the smallest possible $E$. Which degree has the smallest loss on the twelve points? Which on fresh points of the same curve, between the outermost of the twelve?

# %% [markdown] id="closer-text" lang="zh"
# ## 损失越小，就越接近真实值吗？
#
# 在计算损失所用的数据上，按定义就是如此：$\sqrt{2E}$ 就是误差的均方根。但我们要预测的，是手头还没有的数据。
#
# **预测：** 一条光滑曲线上有十二个带噪声的点。我们用 1 到 9 次的多项式去拟合，每次都使 $E$ 尽可能小。在这十二个点上，几次多项式的损失最小？在同一条曲线上、最外侧两点之间的新点上呢？

# %% id="closer"
def fit_and_test(degree, seed):
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, 12)
    fresh = np.linspace(x.min(), x.max(), 200)  # between the outermost of the twelve
    noise, fresh_noise = 0.3 * random.normal(size=12), 0.3 * random.normal(size=200)
    T, T_fresh = np.sin(3 * x) + noise, np.sin(3 * fresh) + fresh_noise
    fit = np.polynomial.Legendre.fit(x, T, degree, domain=[-1, 1])
    return losses.quadratic_cost(T, fit(x)), losses.quadratic_cost(T_fresh, fit(fresh))


degrees = np.arange(1, 10)
tested = np.array([[fit_and_test(degree, seed) for degree in degrees] for seed in range(100)])
on_training, on_fresh = tested[..., 0], tested[..., 1]

# %% id="closer-figure"
show(*figures.training_and_fresh(degrees, on_training, on_fresh))

# %% id="closer-count"
fooled = (on_training[:, 8] < on_training[:, 2]) & (on_fresh[:, 8] > on_fresh[:, 2])
share = wilson_interval(fooled.sum(), 100)
root_mean_square = np.sqrt(((T - Y_close) ** 2).mean())
print(f"degree 9 has the smaller loss on its own points in {(on_training[:, 8] < on_training[:, 2]).sum()} of 100 samples")
print(f"and yet the larger loss on fresh points in {fooled.sum()} of 100")

# %% [markdown] id="closer-reading" lang="en"
# So no: a smaller loss is closer on the points that it was computed on, and may be farther on all others. A polynomial of degree 9 has enough freedom to follow the noise of twelve points, and pays for it between them.

# %% [markdown] id="closer-reading" lang="zh"
# 所以并非如此：损失更小，只说明在计算它所用的那些点上更接近，在别的点上却可能更远。9 次多项式的自由度足以追随十二个点的噪声，到了这些点之间就要付出代价。

# %% id="record-closer"
evidence.record(
    "C4", "The smaller the loss, the closer the predictions are to the true values",
    experiment="polynomials of degree 3 and 9 on 12 points, 100 random samples", seeds=100,
    measured=f"√(2E) is the root mean square error on its own points; in {share.value:.0%} of samples the smaller loss "
    "predicts fresh points worse",
    interval=(share.low, share.high),
    holds=bool(np.isclose(np.sqrt(2 * quadratic_cost(T, Y_close)), root_mean_square) and share.low > 0.5),
    only_if="it is computed on the data that one asks about",
)

# %% [markdown] id="half-text" lang="en"
# ## What the ½ does
#
# The ½ makes a 2 disappear from a formula. Does it change what the network learns? We take a neuron with one weight, $Y = w\,x$, and leave it out.
#
# **Predict:** without the ½ the loss is twice as large everywhere. Where does descent end? What must happen to the learning rate for the path to stay the same?

# %% [markdown] id="half-text" lang="zh"
# ## ½ 有什么用
#
# ½ 让公式里的一个 2 消失。它会改变网络学到的东西吗？我们取一个只有一个权值的神经元 $Y = w\,x$，把 ½ 去掉。
#
# **预测：** 没有 ½，损失处处变成两倍。下降会停在哪里？要使路径保持不变，学习率必须怎样改？

# %% id="half"
x4, T4 = np.array([-1.0, 0.0, 1.0, 2.0]), np.array([-0.8, -0.1, 0.2, 1.0])


def half_mean(w):  # outer: every weight of w times every input
    return ((T4 - np.multiply.outer(w, x4)) ** 2).mean(axis=-1) / 2


def half_mean_slope(w):
    return ((np.multiply.outer(w, x4) - T4) * x4).mean(axis=-1)


# arguments: loss, start, learning rate, steps, slope; .points are the weights along the way
with_half = gradient_descent(half_mean, -3.0, 0.2, 30, half_mean_slope)
without_half = gradient_descent(
    lambda w: 2 * half_mean(w), -3.0, 0.1, 30, lambda w: 2 * half_mean_slope(w)
)
difference = np.abs(with_half.points - without_half.points).max()
print(f"without ½, half the learning rate: largest difference of the two paths {difference}")

# %% [markdown] id="half-reading" lang="en"
# Not almost the same path: exactly the same, bit for bit (doubling is exact in binary). The ½ is a convention about the learning rate and nothing else. Whoever compares learning rates of two programs must know which convention each one has.

# %% [markdown] id="half-reading" lang="zh"
# 两条路径不是几乎相同，而是完全相同，一位不差（在二进制里，加倍是精确的）。½ 只是关于学习率的一个约定，仅此而已。要比较两个程序的学习率，就得知道它们各自采用哪种约定。

# %% [markdown] id="count-text" lang="en"
# ## What the 1/N does
#
# Now leave out the $1/N$ and keep the ½: the loss becomes a sum. Then copy the four samples $k$ times. The copies contain no news, so nothing should change.
#
# **Predict:** with learning rate 0.1, for which $k$ does the summed loss get into trouble? (Descent diverges when learning rate times curvature exceeds 2; chapter 03 shows why.)

# %% [markdown] id="count-text" lang="zh"
# ## 1/N 有什么用
#
# 现在去掉 $1/N$，保留 ½：损失就成了总和。然后把四个样本复制 $k$ 份。复制品不带来任何新信息，所以什么都不该改变。
#
# **预测：** 学习率为 0.1 时，$k$ 大到多少，求和的损失就会出问题？（学习率乘以曲率超过 2，下降就发散；原因见第 03 章。）

# %% id="count"
def final_distance(k, reduce):
    x, T = np.tile(x4, k), np.tile(T4, k)

    def loss(w):
        return reduce((T - np.multiply.outer(w, x)) ** 2, axis=-1) / 2

    def slope(w):
        return reduce((np.multiply.outer(w, x) - T) * x, axis=-1)

    best = 0.5  # w*, the weight with the smallest loss
    return abs(gradient_descent(loss, -3.0, 0.1, STEPS, slope).points[-1] - best)


STEPS, copies = 50, np.arange(1, 7)
summed = np.array([final_distance(k, np.sum) for k in copies])
averaged = np.array([final_distance(k, np.mean) for k in copies])

# %% id="count-figure"
curvature = (x4**2).sum()
show(*figures.copies(copies, summed, averaged, limit=2 / (0.1 * curvature), steps=STEPS))

# %% id="count-print"
assert np.array_equal(summed > 3.5, copies > 2 / (0.1 * curvature))
print(f"summed: diverges from k = {copies[summed > 3.5][0]} on; theory k > {2 / (0.1 * curvature):.2f}")
print(f"averaged: moves by less than 1e-12 with k: {bool(np.ptp(averaged) < 1e-12)}")

# %% [markdown] id="count-reading" lang="en"
# The sum of $k$ copies is $4k$ times the mean, which acts like a learning rate $4k$ times as large. For up to 3 copies that even helps: descent ends closer than with the mean. The trouble is that the right learning rate then depends on how much data there is. The mean has no such memory of $N$.

# %% [markdown] id="count-reading" lang="zh"
# $k$ 份样本的总和是平均值的 $4k$ 倍，作用相当于学习率变成 $4k$ 倍。在 3 份以内，这反而有好处：下降停得比用平均值时更近。麻烦在于，合适的学习率因此取决于数据有多少。平均值则与 $N$ 无关。

# %% id="record-half"
evidence.record(
    "C7", "The 2 cancels when the cost is differentiated; dividing by N averages over the samples",
    experiment="descent without ½ at half the rate; descent on k copies of the data",
    measured=f"without ½ difference {difference:.0f}; without 1/N diverges from {copies[summed > 3.5][0]} copies on",
    holds=bool(difference == 0 and np.ptp(averaged) < 1e-12 and summed[-1] > 3.5),
)

# %% [markdown] id="keras-text" lang="en"
# ## Keras counts differently
#
# Keras's `MeanSquaredError` has no ½, and divides by the number of outputs as well. For $m$ outputs it is $\frac{2}{m}E$. We check this for one output and for three.

# %% [markdown] id="keras-text" lang="zh"
# ## Keras 的定义不同
#
# Keras 的 `MeanSquaredError` 没有 ½，而且还除以输出的个数。有 $m$ 个输出时，它等于 $\frac{2}{m}E$。下面分别用一个输出和三个输出来检验。

# %% id="keras-factor"
random = np.random.default_rng(0)
for m in (1, 3):
    targets, outputs = random.normal(size=(2, 8, m))
    ratio = float(keras.losses.MeanSquaredError()(targets, outputs)) / losses.quadratic_cost(targets, outputs)
    assert np.isclose(ratio, 2 / m, rtol=1e-6)
    print(f"{m} outputs: Keras's MSE is {ratio:.4f} times E, theory {2 / m:.4f}")

# %% [markdown] id="own-loss-text" lang="en"
# To train with $E$ itself, tell Keras the loss of one sample; it averages over the samples by itself. This is the whole class. The course's `QuadraticCost` is this one, registered so that it survives saving a model.

# %% [markdown] id="own-loss-text" lang="zh"
# 要用 $E$ 本身来训练，只需告诉 Keras 一个样本的损失；对样本求平均由它自己来做。下面就是整个类。本课程的 `QuadraticCost` 就是它，只是经过注册，所以模型保存之后再载入，它仍然可用。

# %% id="own-loss"
class QuadraticCost(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.sum((y_true - y_pred) ** 2, axis=-1) / 2


targets, outputs = random.normal(size=(2, 8, 3))
assert np.isclose(QuadraticCost()(targets, outputs), losses.quadratic_cost(targets, outputs))
assert np.isclose(losses.QuadraticCost()(targets, outputs), losses.quadratic_cost(targets, outputs))

# %% [markdown] id="rate-predict" lang="en"
# **Predict:** a layer with three outputs trains on $E$ with learning rate 0.2. Which learning rate gives the same weights with Keras's `mse`?

# %% [markdown] id="rate-predict" lang="zh"
# **预测：** 一个层有三个输出，用 $E$ 训练，学习率为 0.2。改用 Keras 的 `mse`，学习率取多少，才能得到同样的权值？

# %% id="rate"
def train(loss, learning_rate):
    keras.utils.set_random_seed(1)
    layer = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    layer.compile(keras.optimizers.SGD(learning_rate), loss)
    inputs = np.random.default_rng(1).normal(size=(16, 2))
    layer.fit(inputs, np.sin(inputs @ np.ones((2, 3))), epochs=20, batch_size=16, verbose=0)
    return layer


by_cost, by_mse = train(losses.QuadraticCost(), 0.2), train("mse", 0.2 * 3 / 2)
kernel, kernel_mse = by_cost.get_weights()[0], by_mse.get_weights()[0]
assert np.allclose(kernel, kernel_mse, atol=1e-5)
print("same weights after 20 epochs to 1e-5:", bool(np.allclose(kernel, kernel_mse, atol=1e-5)))

# %% [markdown] id="rate-reading" lang="en"
# The learning rate is 0.3: with three outputs Keras's loss is $\tfrac23 E$, so its slopes are too, and a rate $\tfrac32$ times as large makes up for that.

# %% [markdown] id="rate-reading" lang="zh"
# 学习率是 0.3：有三个输出时，Keras 的损失是 $\tfrac23 E$，斜率也是如此，所以学习率要乘以 $\tfrac32$ 来补偿。

# %% id="save"
import tempfile

with tempfile.TemporaryDirectory() as folder:
    by_cost.save(f"{folder}/layer.keras")
    loaded = keras.models.load_model(f"{folder}/layer.keras")
print(type(loaded.loss).__name__, "survives saving; same weights:", np.array_equal(kernel, loaded.get_weights()[0]))

# %% id="record-keras"
evidence.record(
    "02.1", "Training on Keras's mean squared error gives the same weights as on the quadratic cost",
    experiment="the two numbers for one output and for three; 20 epochs with three outputs",
    measured="MSE = 2E/m for m outputs; the same weights at 3/2 of the learning rate, m = 3",
    holds=bool(np.allclose(kernel, kernel_mse, atol=1e-5)), only_if="the learning rate is multiplied by m/2",
)

# %% [markdown] id="absolute-predict" lang="en"
# ## Why not the absolute value?
#
# The article says that squaring makes errors positive. So does $|T - Y|$, with less effort.
#
# **Predict:** one weight, $Y = w$, target 0, learning rate 0.3, start at $w=1$. How do the steps of descent differ between $\tfrac12 w^2$ and $|w|$? Where does each one end?

# %% [markdown] id="absolute-predict" lang="zh"
# ## 为什么不用绝对值？
#
# 那篇文章说，平方使误差成为正数。$|T - Y|$ 也能做到，而且更省事。
#
# **预测：** 一个权值，$Y = w$，目标为 0，学习率 0.3，从 $w=1$ 出发。对 $\tfrac12 w^2$ 和 $|w|$，下降的步子有什么不同？各自停在哪里？

# %% id="absolute"
square = gradient_descent(lambda w: w**2 / 2, 1.0, 0.3, 20, lambda w: w)
absolute = gradient_descent(np.abs, 1.0, 0.3, 20, np.sign)
print("squares: ", [f"{w:.2f}" for w in square.points[:7]], "... last", f"{square.points[-1]:.3f}")
print("absolute:", [f"{w:.2f}" for w in absolute.points[:7]], "... last", f"{absolute.points[-1]:.3f}")

# %% [markdown] id="absolute-reading" lang="en"
# The slope of $|w|$ is 1 right up to the minimum, so the steps never shrink and the weight jumps to and fro. The slope of a square shrinks with the error.
#
# There is a second difference. If one number has to stand for many, the sum of squares is smallest at their **mean**, the sum of absolute values at their **median**.

# %% [markdown] id="absolute-reading" lang="zh"
# 直到极小点跟前，$|w|$ 的斜率一直是 1，所以步子从不变短，权值来回跳。平方的斜率则随误差一起变小。
#
# 还有第二个差别。如果要用一个数代表许多数，使平方和最小的是它们的**平均数**，使绝对值之和最小的是它们的**中位数**。

# %% id="median"
samples = np.random.default_rng(0).normal(size=(4000, 101))
spread = np.median(samples, axis=1).std() / samples.mean(axis=1).std()
print(f"normal noise: the median scatters {spread:.2f} times as much as the mean, theory {np.sqrt(np.pi / 2):.2f}")

# %% [markdown] id="median-reading" lang="en"
# So with normal noise squares make better use of the data. The next section shows what that costs when some data are wrong.

# %% [markdown] id="median-reading" lang="zh"
# 所以，在正态噪声下，平方能更好地利用数据。如果有些数据是错的，为此要付出什么代价，下一节会说明。

# %% id="record-absolute"
settles = abs(square.points[-1]) < 1e-2
jumps = np.allclose(np.abs(np.diff(absolute.points)), 0.3)
evidence.record(
    "C6", "Errors have both signs; squaring makes them positive",
    experiment="errors that cancel; 20 steps of descent on squares and on absolute values, rate 0.3, from 1",
    measured=f"sum of errors 0 for a wrong model; distance to the minimum at the end: squares {abs(square.points[-1]):.3f}, "
    f"absolute values {abs(absolute.points[-1]):.1f}, in steps of 0.3 to and fro",
    holds=bool(settles and jumps and abs((T - Y_backwards).sum()) < 1e-12),
)

# %% [markdown] id="outlier-text" lang="en"
# ## One wrong number
#
# Squares have a price. An error ten times as large counts a hundred times. **Huber's** loss is a mixture: a square for errors up to a limit $h$, straight beyond, so that its slope is the error, clipped to $\pm h$. (Keras and our code call the limit `delta`; in formulas δ is the learning signal.)
#
# $$\ell(e) = \begin{cases} \tfrac12 e^2 & |e|\le h\\ h\,|e| - \tfrac12 h^2 & |e| > h\end{cases}$$

# %% [markdown] id="outlier-text" lang="zh"
# ## 一个错误的数
#
# 平方是有代价的：误差变成十倍，分量就变成一百倍。**Huber** 损失是一种混合：误差在界限 $h$ 以内时是平方，超出之后是直线，所以它的斜率就是误差，只是被截断在 $\pm h$ 之间。（Keras 和我们的代码把这个界限叫作 `delta`；在公式里，δ 是学习信号。）
#
# $$\ell(e) = \begin{cases} \tfrac12 e^2 & |e|\le h\\ h\,|e| - \tfrac12 h^2 & |e| > h\end{cases}$$

# %% id="huber"
def huber(e, delta=0.5):
    return np.where(np.abs(e) <= delta, e**2 / 2, delta * np.abs(e) - delta**2 / 2)


errors = np.linspace(-3, 3, 200)
assert np.allclose([losses.huber([0.0], [e], delta=0.5) for e in errors], huber(errors))

# %% [markdown] id="outlier-predict" lang="en"
# Seven points close to the line $Y = \tfrac12 x$. The last target was 1.0, and somebody mistypes it.
#
# **Predict:** as the wrong target grows to 10, what happens to the best slope $w$ under squares, absolute values and Huber's loss?

# %% [markdown] id="outlier-predict" lang="zh"
# 七个点都在直线 $Y = \tfrac12 x$ 附近。最后一个目标本来是 1.0，有人把它录错了。
#
# **预测：** 错误的目标逐渐增大到 10，在平方、绝对值和 Huber 损失之下，最佳斜率 $w$ 会怎样？

# %% id="outlier"
x7 = np.linspace(-1, 2, 7)
T7 = np.array([-0.6, -0.2, 0.1, 0.2, 0.6, 0.7, 1.0])
slopes = np.linspace(-1, 8, 3601)
LOSSES = {"squares": lambda e: e**2, "absolute": np.abs, "Huber": huber}


def best_slope(loss, wrong):
    targets = np.array([*T7[:-1], wrong])
    return slopes[loss(targets - np.multiply.outer(slopes, x7)).sum(axis=-1).argmin()]


wrong_targets = np.linspace(1, 10, 37)
best = {name: np.array([best_slope(loss, t) for t in wrong_targets]) for name, loss in LOSSES.items()}
show(*figures.outlier(x7, T7, wrong_targets, best))

# %% [markdown] id="slider-text" lang="en"
# Try it. Which loss leaves the six good points first?

# %% [markdown] id="slider-text" lang="zh"
# 试一试。哪种损失最先撇下那六个好点？

# %% id="slider"
def redraw(wrong_target, loss):
    return figures.one_fit(x7, T7, wrong_target, loss, best_slope(LOSSES[loss], wrong_target))


interactive_figure(redraw, wrong_target=(1.0, 10.0, 0.25, 10.0), loss=list(LOSSES))

# %% [markdown] id="patients-text" lang="en"
# ## Wrong numbers in real data
#
# 442 people with diabetes, body mass index against the progression of the disease; chapter 03 takes them up again. In every experiment we move the decimal point of 5 % of the targets by one place, a mistake that people make, and fit slope and bias again. The index is counted in standard deviations (4.4 kg/m²); so is the slope.
#
# **Predict:** by what share of itself does the slope move with squares? With Huber's loss, its limit $h$ at 50 units of progression?

# %% [markdown] id="patients-text" lang="zh"
# ## 真实数据中的错误
#
# 442 名糖尿病患者，看体重指数与病情发展的关系；第 03 章还会用到这组数据。每次实验都把 5 % 的目标的小数点移错一位（这是人会犯的错误），再重新拟合斜率和偏置。体重指数以标准差（4.4 kg/m²）为单位，斜率也以此计。
#
# **预测：** 用平方，斜率会改变自身的百分之几？用 Huber 损失，界限 $h$ 取病情发展的 50 个单位，又会改变百分之几？

# %% id="patients"
diabetes = load("diabetes")
bmi = diabetes.columns("bmi")[:, 0]
inputs = np.column_stack([(bmi - bmi.mean()) / bmi.std(), np.ones(len(bmi))])


def mistyped(seed):
    wrong = np.random.default_rng(seed).choice(len(bmi), size=22, replace=False)
    return np.where(np.isin(np.arange(len(bmi)), wrong), 10 * diabetes.y, diabetes.y)


targets = np.array([diabetes.y] + [mistyped(seed) for seed in range(40)])  # row 0 has no mistake

# %% id="patients-fit"
def fit(slope_of_error, learning_rate=0.5, steps=300):
    def slope(w):
        error = w @ inputs.T - targets
        return slope_of_error(error) @ inputs / len(bmi)

    def loss(w):  # only for the record: descent needs no more than the slope
        return ((w @ inputs.T - targets) ** 2).mean(axis=-1) / 2

    return gradient_descent(loss, np.zeros((41, 2)), learning_rate, steps, slope).points[-1]


by_squares = fit(lambda error: error)
by_huber = fit(lambda error: np.clip(error, -50, 50))
moved_squares, moved_huber = (np.abs(w[1:, 0] - w[0, 0]) for w in (by_squares, by_huber))

# %% id="patients-print"
apart = np.abs(by_squares[:, 0] - by_huber[:, 0])  # row 0 without mistakes
rest = diabetes.y - inputs @ by_squares[0]
chance = 1.96 * rest.std() / np.sqrt(len(rest))  # half the slope's 95 % interval
with_mistakes = median_interval(apart[1:])
assert np.isclose(by_squares[0, 0], np.linalg.lstsq(inputs, diabetes.y, rcond=None)[0][0], rtol=1e-6)
print(f"slope without mistakes: {by_squares[0, 0]:.1f} by squares, {by_huber[0, 0]:.1f} by Huber")
print(f"{apart[0]:.1f} apart; chance moves the slope by squares up to {chance:.1f} either way, with 95 % confidence")
print(f"5 % mistakes move it by {np.median(moved_squares):.0f} and {np.median(moved_huber):.1f} (medians of 40)")
print(f"and then the two are {with_mistakes:.1f} apart")
print(f"by squares, per kg/m²: {by_squares[0, 0] / bmi.std():.2f}, as in chapter 03; {bmi.std():.1f} kg/m² are one deviation")

# %% id="patients-figure"
show(*figures.moved_slopes(moved_squares, moved_huber, by_squares[0, 0]))

# %% [markdown] id="patients-reading" lang="en"
# Are the two slopes without mistakes the same? They differ, but by less than chance, which patients one happens to meet, moves the slope by squares: half its 95 % interval is more. With mistakes they differ by more than that.

# %% [markdown] id="patients-reading" lang="zh"
# 没有错误时，两个斜率算不算相同？它们有差别，但偶然因素（碰巧是哪些患者）使平方所得斜率变动的幅度比这更大：它的 95 % 区间的一半就超过这个差别。有了错误，两者的差别就超过这一半了。

# %% id="record-outliers"
evidence.record(
    "02.2", "Squares and Huber's loss find the same slope (no further apart than half of its 95 % interval)",
    experiment="442 patients, 5 % of the targets ten times too large, 40 random choices", seeds=40,
    measured=f"slopes {apart[0]:.1f} apart without mistakes, where chance allows {chance:.1f}; with mistakes "
    f"{with_mistakes.value:.1f} in the median, with its interval",
    interval=with_mistakes[1:], holds=bool(apart[0] < chance < with_mistakes.low), only_if="no target is badly wrong",
)

# %% [markdown] id="slow-text" lang="en"
# ## A neuron that is sure and wrong
#
# For yes-or-no questions the output neuron has a **sigmoid**, $a = 1/(1+e^{-z})$, between 0 and 1; $z = w\cdot x + b$. By the chain rule its learning signal $\delta = \partial E/\partial z$ for the quadratic cost of one sample is $(a - T)\,a\,(1-a)$.
#
# **Predict:** the target is 0 and the neuron says $a = 0.999$. Is $\delta$ large or small?

# %% [markdown] id="slow-text" lang="zh"
# ## 很有把握却答错的神经元
#
# 回答是非问题时，输出神经元用 **sigmoid**，即 $a = 1/(1+e^{-z})$，值在 0 与 1 之间，其中 $z = w\cdot x + b$。由链式法则，对一个样本的二次代价，它的学习信号 $\delta = \partial E/\partial z$ 为 $(a - T)\,a\,(1-a)$。
#
# **预测：** 目标是 0，神经元却回答 $a = 0.999$。$\delta$ 是大还是小？

# %% id="slow-delta"
def sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2  # the same function, without an overflow for large -z


def delta_quadratic(a, T):
    return (a - T) * a * (1 - a)


print(f"a = 0.6:   δ = {delta_quadratic(0.6, 0):.3f}")
print(f"a = 0.999: δ = {delta_quadratic(0.999, 0):.3f}")

# %% [markdown] id="entropy-text" lang="en"
# Beyond $a = 2/3$ the signal weakens as the answer gets worse: the factor $a(1-a)$ is the slope of the sigmoid, and the sigmoid is flat where the neuron is sure: there the neuron is **saturated**. **Cross-entropy** asks for something else, minus the logarithm of the probability that was given to the right answer. The derivative of the logarithm brings $1/(a(1-a))$, and the factor cancels; for one sample
#
# $$E = -\big(T\ln a + (1-T)\ln(1-a)\big), \qquad \delta = a - T$$
#
# and for $N$ samples both are averaged.

# %% [markdown] id="entropy-text" lang="zh"
# 过了 $a = 2/3$，回答越错，信号反而越弱：因子 $a(1-a)$ 是 sigmoid 的斜率，而神经元有把握的地方，sigmoid 是平的：这时我们说神经元**饱和**了。**交叉熵**看的是另一样东西：正确答案所得概率的对数，再取负号。对数的导数带来 $1/(a(1-a))$，正好与那个因子相消；对一个样本来说
#
# $$E = -\big(T\ln a + (1-T)\ln(1-a)\big), \qquad \delta = a - T$$
#
# 有 $N$ 个样本时，两者都取平均。

# %% id="entropy-delta"
def delta_entropy(a, T):
    return a - T


z = tf.Variable(np.linspace(-8, 8, 9))
T9 = np.array([0.0, 1.0] * 4 + [0.0])
with tf.GradientTape(persistent=True) as tape:
    a = tf.sigmoid(z)
    squares = tf.reduce_sum((T9 - a) ** 2) / 2
    entropy = -tf.reduce_sum(T9 * tf.math.log(a) + (1 - T9) * tf.math.log(1 - a))
assert np.allclose(tape.gradient(squares, z), delta_quadratic(a.numpy(), T9), rtol=1e-9)
assert np.allclose(tape.gradient(entropy, z), delta_entropy(a.numpy(), T9), rtol=1e-9)

# %% id="delta-figure"
show(*figures.signals(sigmoid, delta_quadratic, delta_entropy))

# %% [markdown] id="race-text" lang="en"
# ## A race from a bad start
#
# Two clouds of points, one neuron with two weights and a bias. It starts pointing the wrong way, the more strongly the larger $s$: $w = (-s, -s)$. We count the steps until the quadratic cost is below 0.02 for the first time, for both losses. All seeds run at once: an axis of seeds in front of everything.

# %% [markdown] id="race-text" lang="zh"
# ## 从糟糕的起点起跑
#
# 两团点，一个神经元，两个权值和一个偏置。起初它指错了方向，$s$ 越大，错得越厉害：$w = (-s, -s)$。我们数一数，分别用两种损失训练，各要多少步才能使二次代价第一次降到 0.02 以下。所有种子同时运行：每个数组的最前面都添一个轴，对应各个种子。

# %% id="race"
def race(delta, learning_rate, seeds, limit=4000):
    clouds = [load("gaussians", n_samples=50, seed=seed) for seed in seeds]
    x = np.array([np.column_stack([cloud.x, np.ones(50)]) for cloud in clouds])
    T = np.array([cloud.y for cloud in clouds])
    s = np.array([np.random.default_rng(seed).uniform(2, 5) for seed in seeds])
    w = s[:, None] * [-1.0, -1.0, 0.0]
    steps, running = np.zeros(len(seeds), int), np.ones(len(seeds), bool)
    for _ in range(limit):
        a = sigmoid(np.einsum("snk,sk->sn", x, w))  # seed s, sample n: the sum over the inputs k
        running &= ((a - T) ** 2).mean(axis=1) / 2 > 0.02
        steps += running
        w = w - learning_rate * np.einsum("sn,snk->sk", delta(a, T), x) / 50
    return s, steps

# %% [markdown] id="race-predict" lang="en"
# A race is fair only if both may choose their learning rate. So we run it with nine rates, from 0.3 to 3000.
#
# **Predict:** at learning rate 1, how many times as many steps does the quadratic cost need? Does a larger rate help it?

# %% [markdown] id="race-predict" lang="zh"
# 双方都可以选择自己的学习率，赛跑才公平。所以我们用九个学习率来跑，从 0.3 到 3000。
#
# **预测：** 学习率为 1 时，二次代价需要的步数是对手的多少倍？更大的学习率对它有帮助吗？

# %% id="race-run"
RATES = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0]
by_quadratic = np.array([race(delta_quadratic, rate, range(40))[1] for rate in RATES])
by_entropy = np.array([race(delta_entropy, rate, range(40))[1] for rate in RATES])
same_rate = median_interval(by_quadratic[1] / by_entropy[1])
print("steps with the quadratic cost over steps with cross-entropy, median of 40 and 95 % interval")
print("both with learning rate 1:", f"{same_rate:.0f}")

# %% id="race-figure"
show(*figures.race(RATES, by_quadratic, by_entropy))

# %% [markdown] id="race-rate-text" lang="en"
# Cross-entropy is ahead at every rate that one would try first. But what the quadratic cost's small slope takes away, a larger learning rate gives back. How much larger? We set it against cross-entropy at rate 1. Then each loss takes the best of the nine rates, chosen on 20 seeds that are not used for the comparison; of equally good ones the smallest.

# %% [markdown] id="race-rate-text" lang="zh"
# 凡是人们会先试的学习率，都是交叉熵领先。但二次代价因斜率小所耽误的，更大的学习率又补了回来。要大多少？先拿它与学习率为 1 的交叉熵相比。然后每种损失各用九个学习率中最好的一个，由另外 20 个不参加比较的种子选出；同样好的，取最小的。

# %% id="race-best"
larger = {rate: median_interval(by_quadratic[RATES.index(rate)] / by_entropy[1]) for rate in (10.0, 30.0, 100.0)}
for rate, ratio in larger.items():
    print(f"quadratic cost with rate {rate:3.0f}, cross-entropy with rate 1: {ratio:.1f} times the steps")
best = {}
for name, delta in {"quadratic": delta_quadratic, "cross-entropy": delta_entropy}.items():
    medians = [np.median(race(delta, rate, range(100, 120))[1]) for rate in RATES]
    best[name] = int(np.argmin(medians))
    print(f"{name}: best rate {RATES[best[name]]:.0f}, with {medians[best[name]]:.0f} step in the median")
own_rate = median_interval(by_quadratic[best["quadratic"]] / by_entropy[best["cross-entropy"]])
print("each with its best rate:", f"{own_rate:.1f}")

# %% [markdown] id="race-reading" lang="en"
# So the usual story, that the quadratic cost *cannot* learn from a bad start, says too much. At a learning rate of 1 it needs many times the steps. A rate somewhere between 10 and 100 times as large makes up for that. And with the best rates, for the quadratic cost the largest that was tried, both are done after one step: a tie at the floor, for no race is shorter. Here two clouds with a gap between them forgive overshooting.

# %% [markdown] id="race-reading" lang="zh"
# 所以，通常说二次代价从糟糕的起点出发*学不会*，这话说过头了。学习率为 1 时，它需要的步数多出许多倍；把学习率放大到 10 至 100 倍之间，就能弥补。若各用最好的学习率（二次代价的是试过的最大的一个），两者都是一步完成：这是触底的平局，因为没有比一步更短的赛跑。在这里，两团点之间有空隙，走过头也不要紧。

# %% id="record-race"
evidence.record(
    "02.3", "From a saturated start, cross-entropy learns faster than the quadratic cost",
    experiment="sigmoid neuron, two clouds, steps to the same quadratic cost", seeds=40,
    measured=f"the quadratic cost needs {same_rate.value:.0f} times the steps at learning rate 1 (with its interval), "
    f"{larger[100.0].value:.1f} times with 100 times the rate; with the best rates both need one step",
    interval=same_rate[1:], holds=bool(same_rate.low > 1 and larger[10.0].low > 1 > larger[100.0].high),
    only_if="both have the same moderate learning rate; one between 10 and 100 times as large makes up for it",
)

# %% [markdown] id="softmax-text" lang="en"
# ## Several classes
#
# With more than two classes the outputs $z$ (called **logits**) go through **softmax**, which turns them into positive numbers that add up to 1: $p_k = e^{z_k}/\sum_j e^{z_j}$. Cross-entropy is then $-\ln p_{\text{target}}$. Its gradient is as short as it could be: with $t$ the target as 1 for the right class and 0 for the others (one-hot), for one sample
#
# $$\frac{\partial E}{\partial z} = p - t$$

# %% [markdown] id="softmax-text" lang="zh"
# ## 多个类别
#
# 类别多于两个时，输出 $z$（称为 **logit**）要经过 **softmax**，它把这些数变成总和为 1 的正数：$p_k = e^{z_k}/\sum_j e^{z_j}$。这时交叉熵为 $-\ln p_{\text{target}}$。它的梯度简短得不能再简短：用 $t$ 表示目标，正确的类别为 1，其余为 0（独热编码），对一个样本有
#
# $$\frac{\partial E}{\partial z} = p - t$$

# %% id="softmax"
z = tf.Variable(np.random.default_rng(2).normal(size=(4, 5)))
t = np.eye(5)[[0, 3, 3, 1]]
with tf.GradientTape() as tape:
    p = tf.nn.softmax(z)
    loss = -tf.reduce_sum(t * tf.math.log(p))
worst = np.abs(tape.gradient(loss, z).numpy() - (p.numpy() - t)).max()
assert worst < 1e-12
print("p − t is the gradient, to 1e-12:", bool(worst < 1e-12))

# %% [markdown] id="overflow-predict" lang="en"
# **Predict:** the formulas are right. What do they give in float64 for logits of 1000 and −1000?

# %% [markdown] id="overflow-predict" lang="zh"
# **预测：** 公式都是对的。当 logit 为 1000 和 −1000 时，用 float64 计算，会得到什么？

# %% id="overflow"
z = np.array([[1000.0, -1000.0]])
with np.errstate(over="ignore", invalid="ignore"):
    naive = np.exp(z) / np.exp(z).sum()
stable = losses.categorical_crossentropy([[0.0, 1.0]], z, from_logits=True)
print("naive softmax:", naive.tolist())
print("stable cross-entropy, target on the second class:", stable)

# %% [markdown] id="overflow-reading" lang="en"
# $e^{1000}$ is beyond float64. Softmax does not change when every logit is moved by the same amount, so the stable version first subtracts the largest, and never takes the logarithm of a number that was rounded to 0. This is why Keras has `from_logits=True`.

# %% [markdown] id="overflow-reading" lang="zh"
# $e^{1000}$ 超出了 float64 的范围。所有 logit 加上同一个数，softmax 不变，所以稳定的版本先减去最大的一个，也从不对已经舍入为 0 的数取对数。Keras 之所以有 `from_logits=True`，就是这个缘故。

# %% id="overflow-keras"
by_keras = keras.losses.CategoricalCrossentropy(from_logits=True)(np.array([[0.0, 1.0]]), z)
gradient = losses.categorical_crossentropy_gradient([[0.0, 1.0]], z, from_logits=True)
assert float(by_keras) == stable == 2000 and np.array_equal(gradient, [[1.0, -1.0]])
assert losses.binary_crossentropy([1.0], [-1000.0], from_logits=True) == 1000

model = keras.Sequential([keras.Input((2,)), keras.layers.Activation("softmax")])
of_probabilities, p = keras.losses.CategoricalCrossentropy(), model(z)
print("Keras, from a softmax layer's output:", float(of_probabilities(np.array([[0.0, 1.0]]), p)))
print(f"from the same numbers as an array: {float(of_probabilities(np.array([[0.0, 1.0]]), p.numpy())):.1f}")

# %% [markdown] id="logits-text" lang="en"
# Chapters 05 to 08 give Keras probabilities, and are safe: if these come straight from a softmax or sigmoid layer, Keras looks up the logits behind them and takes the loss from these. An array has no such past. There Keras clips each probability to $10^{-7}$ at least, so the loss ends at $-\ln 10^{-7}$, about 16.

# %% [markdown] id="logits-text" lang="zh"
# 第 05 至 08 章交给 Keras 的是概率，这也是安全的：如果概率直接来自 softmax 或 sigmoid 层，Keras 会找到它们背后的 logit，用 logit 来计算损失。一个数组却没有这样的来历。这时 Keras 把每个概率截断到至少 $10^{-7}$，所以损失到 $-\ln 10^{-7}$（约 16）为止。

# %% id="record-stable"
evidence.record(
    "02.4", "The textbook formula of softmax can be programmed as it stands, for logits of any size",
    experiment="logits of ±1000 in float64, against a stable version and Keras",
    measured=f"textbook {naive[0, 0]:.0f}, stable cross-entropy {stable:.0f}", holds=bool(np.isfinite(naive).all()),
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
# **1.** The quadratic cost $E = \frac{1}{2N}\sum (T_i - Y_i)^2$ for arrays with several outputs per sample, shape (N, outputs).

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 计算二次代价 $E = \frac{1}{2N}\sum (T_i - Y_i)^2$，每个样本有多个输出，数组的形状为（N，输出数）。

# %% id="exercise-cost" tags=["exercise"]
def cost(T, Y):
    ...


check("02-cost", cost)

# %% [markdown] id="hint-cost" lang="en"
# *Hint.* $N$ counts samples only: it is `len(T)`, not the number of entries.

# %% [markdown] id="hint-cost" lang="zh"
# *提示：* $N$ 只数样本：它是 `len(T)`，而不是元素的个数。

# %% id="solution-cost" tags=["solution"]
def cost(T, Y):
    return ((T - Y) ** 2).sum() / (2 * len(T))


check("02-cost", cost)

# %% [markdown] id="exercise-gradient-text" lang="en"
# **2.** Its gradient with respect to $Y$.

# %% [markdown] id="exercise-gradient-text" lang="zh"
# **2.** 求它对 $Y$ 的梯度。

# %% id="exercise-gradient" tags=["exercise"]
def cost_gradient(T, Y):
    ...


check("02-gradient", cost_gradient)

# %% [markdown] id="hint-gradient" lang="en"
# *Hint.* If an output is too large, the gradient is positive.

# %% [markdown] id="hint-gradient" lang="zh"
# *提示：* 如果某个输出太大，梯度就是正的。

# %% id="solution-gradient" tags=["solution"]
def cost_gradient(T, Y):
    return (Y - T) / len(T)


check("02-gradient", cost_gradient)

# %% [markdown] id="exercise-rate-text" lang="en"
# **3.** A network with 10 outputs trains well on $E$ with learning rate 0.02. Which learning rate does the same with Keras's `mse`?

# %% [markdown] id="exercise-rate-text" lang="zh"
# **3.** 一个有 10 个输出的网络，用 $E$ 训练，学习率 0.02 效果很好。改用 Keras 的 `mse`，学习率取多少，效果才一样？

# %% id="exercise-rate" tags=["exercise"]
learning_rate = ...

check("02-rate", learning_rate)

# %% [markdown] id="hint-rate" lang="en"
# *Hint.* Is Keras's number larger or smaller than $E$?

# %% [markdown] id="hint-rate" lang="zh"
# *提示：* Keras 的数比 $E$ 大还是小？

# %% id="solution-rate" tags=["solution"]
learning_rate = 0.02 * 10 / 2

check("02-rate", learning_rate)

# %% [markdown] id="exercise-huber-text" lang="en"
# **4.** The slope of Huber's loss with respect to the error $e$, for an array of errors; `delta` is the limit $h$.

# %% [markdown] id="exercise-huber-text" lang="zh"
# **4.** 给定误差的数组，求 Huber 损失对误差 $e$ 的斜率；`delta` 是界限 $h$。

# %% id="exercise-huber" tags=["exercise"]
def huber_slope(e, delta):
    ...


check("02-huber", huber_slope)

# %% [markdown] id="hint-huber" lang="en"
# *Hint.* It is the error itself, up to a limit on either side.

# %% [markdown] id="hint-huber" lang="zh"
# *提示：* 就是误差本身，但两边各有一个界限。

# %% id="solution-huber" tags=["solution"]
def huber_slope(e, delta):
    return np.clip(e, -delta, delta)


check("02-huber", huber_slope)

# %% [markdown] id="exercise-delta-text" lang="en"
# **5.** A sigmoid neuron says $a = 0.9$ where $T = 0$. How many times as large is $\delta$ with cross-entropy as with the quadratic cost?

# %% [markdown] id="exercise-delta-text" lang="zh"
# **5.** 一个 sigmoid 神经元回答 $a = 0.9$，而 $T = 0$。用交叉熵时的 $\delta$，是用二次代价时的多少倍？

# %% id="exercise-delta" tags=["exercise"]
times = ...

check("02-delta", times)

# %% [markdown] id="hint-delta" lang="en"
# *Hint.* Divide one formula by the other; most of it cancels.

# %% [markdown] id="hint-delta" lang="zh"
# *提示：* 用一个公式除以另一个，大部分都会消掉。

# %% id="solution-delta" tags=["solution"]
times = 1 / (0.9 * (1 - 0.9))

check("02-delta", times)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Say why errors are squared: they cannot cancel, and their slope shrinks on the way to the minimum. The ½ and the $1/N$ set the size of the steps, no more.
# - Convert: Keras's `mse` is $2E/m$ for $m$ outputs, and the learning rate goes the other way.
# - Choose: squares when errors are noise, Huber's loss when some data are wrong.
# - Say why a classifier uses cross-entropy: $\delta = a - T$ does not die where the neuron is sure. Take the loss from logits, or from a softmax layer, whose logits Keras knows.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 说出误差为什么要平方：平方不会互相抵消，而且越走近极小点，斜率越小。½ 和 $1/N$ 只决定步子的大小。
# - 换算：有 $m$ 个输出时，Keras 的 `mse` 是 $2E/m$，学习率则朝相反的方向换算。
# - 选择：误差是噪声时用平方，有些数据出错时用 Huber 损失。
# - 说出分类器为什么用交叉熵：神经元有把握的地方，$\delta = a - T$ 不会消失。损失要由 logit 来计算，或者由 softmax 层的输出来计算，Keras 知道它背后的 logit。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - P. J. Huber (1964), "Robust Estimation of a Location Parameter", *Annals of Mathematical Statistics* 35 (1), 73–101.
# - S. A. Solla, E. Levin, M. Fleisher (1988), "Accelerated Learning in Layered Neural Networks", *Complex Systems* 2, 625–640: cross-entropy against squared error.
# - C. M. Bishop (2006), *Pattern Recognition and Machine Learning*, Springer, sections 4.3 and 5.2: losses and their natural output functions.
#
# **Next:** [03 · Descend a curve](03_gradient_descent_one_weight.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - P. J. Huber (1964), "Robust Estimation of a Location Parameter", *Annals of Mathematical Statistics* 35 (1), 73–101。
# - S. A. Solla, E. Levin, M. Fleisher (1988), "Accelerated Learning in Layered Neural Networks", *Complex Systems* 2, 625–640：交叉熵与平方误差的比较。
# - C. M. Bishop (2006), *Pattern Recognition and Machine Learning*, Springer，第 4.3 节和第 5.2 节：各种损失，以及与之相配的输出函数。
#
# **下一章：** [03 · 沿曲线下降](03_gradient_descent_one_weight.ipynb)。
