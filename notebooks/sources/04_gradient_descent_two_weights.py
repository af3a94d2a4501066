# ---
# jupyter:
#   course: {chapter: "04", needs: ["03"], minutes: 60, question: "What changes with two weights?", question_zh: "有了两个权值，会有什么不同？"}
# ---

# %% [markdown] id="title" lang="en"
# # 04 · Descend a surface: gradient descent with two weights
#
# With one weight there were two ways to go. With two there is a whole circle of them, and the loss becomes a landscape: bowls, ravines, several valleys, passes between them. The rule is the same. What it meets is new.

# %% [markdown] id="title" lang="zh"
# # 04 · 沿曲面下降：两个权值的梯度下降
#
# 只有一个权值时，路只有两条；有了两个权值，就有一整圈方向可走，损失也成了一片地形：碗、峡谷、几条山谷，以及山谷之间的隘口。规则没有变，遇到的东西却是新的。

# %% [markdown] id="aims" lang="en"
# **You will** walk a loss surface from many starts, map which start ends where, and measure how the shape of a bowl sets the pace.
#
# **You will learn to**
# - read the gradient as the direction of steepest ascent, and say what the slope is in any other direction;
# - say why two random starts may end in different minima, and how often;
# - predict the pace of descent from the condition number, and improve it by scaling the inputs;
# - recognise a saddle, and what momentum, Adam and small batches change.
#
# **You need** chapter 03, partial derivatives, and about an hour.

# %% [markdown] id="aims" lang="zh"
# **你将**从许多起点走下损失曲面，画出哪个起点走到哪里，并测量碗的形状怎样决定快慢。
#
# **你将学会**
# - 把梯度看作最陡的上升方向，并说出其他任一方向上的斜率；
# - 说明两个随机起点为什么可能走到不同的极小点，以及这有多常见；
# - 由条件数预测下降的快慢，并通过缩放输入来加快下降；
# - 认出鞍点，并知道动量、Adam 和小批量会带来什么变化。
#
# **你需要**先学完第 03 章，会求偏导数，并留出大约一小时。

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
import keras
import numpy as np

from utils.controls import interactive_figure
from utils.datasets import load, standardize
from utils.diagnostics import numerical_gradient
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_04 as figures
from utils.optimizers import gradient_descent
from utils.plotting import show, show_animation
from utils.statistics import paired_difference, wilson_interval

evidence = EvidenceTable("04")

# %% [markdown] id="surface-text" lang="en"
# ## The surface
#
# The four samples of chapter 03, and two neurons in a row, each with a weight of its own. The first has the activation tanh and a bias of 0.2:
#
# $$Y = w_2\,\tanh(w_1 x + 0.2), \qquad E(w_1, w_2) = \frac{1}{2N}\sum_i (T_i - Y_i)^2$$
#
# An array `w` holds $w_1$ and $w_2$ on its last axis, so one call gives the loss at as many places as we like. Dark is low, light is high; the 3-D picture is cut off at a height of 1.5. On the map each line joins places of equal loss, and the scale says how high each colour lies.

# %% [markdown] id="surface-text" lang="zh"
# ## 曲面
#
# 样本仍是第 03 章的那四个；这次有两个神经元前后相连，各有一个权值。前一个用 tanh 激活，偏置为 0.2：
#
# $$Y = w_2\,\tanh(w_1 x + 0.2), \qquad E(w_1, w_2) = \frac{1}{2N}\sum_i (T_i - Y_i)^2$$
#
# 数组 `w` 的最后一个轴存放 $w_1$ 和 $w_2$，所以调用一次就能得到任意多个位置的损失。颜色越暗越低，越亮越高；3D 图在高度 1.5 处截断。在平面图上，每条线连接损失相同的位置，色标说明每种颜色代表的高度。

# %% id="surface"
x = np.array([-1.0, 0.0, 1.0, 2.0])
T = np.array([-0.8, -0.1, 0.2, 1.0])


def E(w):
    w1, w2 = w[..., 0, None], w[..., 1, None]
    return ((T - w2 * np.tanh(w1 * x + 0.2)) ** 2).mean(axis=-1) / 2


show(*figures.surface(E))

# %% [markdown] id="gradient-text" lang="en"
# ## The gradient
#
# The slope along each axis is a partial derivative; together they are the gradient. By the chain rule, with $a = \tanh(w_1x+0.2)$ and the error $e = Y - T$:
#
# $$\frac{\partial E}{\partial w_1} = \frac1N\sum e\,w_2\,(1-a^2)\,x, \qquad \frac{\partial E}{\partial w_2} = \frac1N\sum e\,a$$

# %% [markdown] id="gradient-text" lang="zh"
# ## 梯度
#
# 沿每个坐标轴的斜率是一个偏导数，合在一起就是梯度。记 $a = \tanh(w_1x+0.2)$，误差 $e = Y - T$，由链式法则得：
#
# $$\frac{\partial E}{\partial w_1} = \frac1N\sum e\,w_2\,(1-a^2)\,x, \qquad \frac{\partial E}{\partial w_2} = \frac1N\sum e\,a$$

# %% id="gradient"
def gradient(w):
    w1, w2 = w[..., 0, None], w[..., 1, None]
    a = np.tanh(w1 * x + 0.2)
    error = w2 * a - T
    return np.stack([(error * w2 * (1 - a**2) * x).mean(-1), (error * a).mean(-1)], axis=-1)


place = np.array([-1.5, 1.0])
assert np.allclose(gradient(place), numerical_gradient(E, place), rtol=1e-8)
print("gradient at (−1.5, 1):", gradient(place).round(3).tolist())

# %% [markdown] id="cosine-predict" lang="en"
# **Predict:** we stand at (−1.5, 1) and measure the slope in 72 directions around us. In how many is it positive? How does it change with the angle θ from the gradient?

# %% [markdown] id="cosine-predict" lang="zh"
# **预测：** 我们站在点（−1.5, 1）处，测量周围 72 个方向上的斜率。其中有多少个为正？斜率怎样随方向与梯度的夹角 θ 变化？

# %% id="cosine"
angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
uphill = np.arctan2(*gradient(place)[::-1])
directions = np.column_stack([np.cos(uphill + angles), np.sin(uphill + angles)])
slopes = (E(place + 1e-5 * directions) - E(place - 1e-5 * directions)) / 2e-5
steepness = np.linalg.norm(gradient(place))
worst = np.abs(slopes - steepness * np.cos(angles)).max()
assert worst < 1e-8
print(f"72 slopes follow |gradient| · cos θ, worst deviation below 1e-8: {worst < 1e-8}")

# %% id="cosine-figure"
show(*figures.cosine(E, place, gradient(place), angles, slopes))

# %% [markdown] id="cosine-reading" lang="en"
# Directions less than 90° from the gradient lead up, the others down, and at 90° the slope is 0: half of the circle is uphill. The gradient itself is the steepest way up, its opposite the steepest way down.

# %% [markdown] id="cosine-reading" lang="zh"
# 与梯度的夹角小于 90° 的方向向上，其余的向下，恰好 90° 时斜率为 0：一圈方向里有一半是上坡。梯度本身是最陡的上坡方向，它的反方向是最陡的下坡方向。

# %% id="record-cosine"
evidence.record(
    "C8", "A function changes fastest along its gradient, so one descends along the negative gradient",
    experiment="slopes in 72 directions by central differences",
    measured="the cosine law, worst deviation below 1e-8; steepest at θ = 0 and 180°",
    holds=bool(worst < 1e-8 and slopes.argmax() == 0 and slopes.argmin() == 36),
    only_if="the step is small and distance is measured alike in both weights",
)

# %% [markdown] id="starts-predict" lang="en"
# ## Two random starts
#
# Two starts, $p_1$ and $p_2$, drawn at random. The rule of chapter 03, now for both weights at once: $w \leftarrow w - \eta\,\nabla E$, where $\nabla E$ ("nabla") is the gradient, the pair of the two partial derivatives.
#
# **Predict:** do both walks end at the same place? At the same loss?

# %% [markdown] id="starts-predict" lang="zh"
# ## 两个随机起点
#
# 随机抽取两个起点 $p_1$ 和 $p_2$。规则还是第 03 章的那条，只是两个权值同时更新：$w \leftarrow w - \eta\,\nabla E$，其中 $\nabla E$（读作“nabla E”）就是梯度，即两个偏导数合成的一对数。
#
# **预测：** 两条路会在同一个地方结束吗？最后的损失相同吗？

# %% id="starts"
p1, p2 = np.random.default_rng(18).uniform(-3, 3, size=(2, 2))
walks = gradient_descent(E, np.stack([p1, p2]), learning_rate=1.0, steps=400, gradient=gradient)
ends, losses = walks.points[-1], walks.losses[-1]
for name, first, last, loss in zip(("p1", "p2"), (p1, p2), ends, losses):
    print(f"{name} {first.round(2).tolist()} ends at {last.round(2).tolist()} with loss {loss:.3f}")

# %% [markdown] id="starts-reading" lang="en"
# Both weights moved, both losses fell, and the two ended in different minima. We picked a seed for which they do; how often that happens, a map will tell below.

# %% [markdown] id="starts-reading" lang="zh"
# 两个权值都动了，两条路上的损失都下降了，终点却是不同的极小点。这样的种子是我们特意挑的；这种情况有多常见，后面的地图会告诉你。

# %% id="starts-figure"
show(*figures.two_walks(E, walks))

# %% [markdown] id="animation-text" lang="en"
# The same starts at a tenth of the learning rate, as it happens. The paths are smoother, and after 120 short steps $p_1$ is still on its way. Where the picture does not move, the four frames below it tell the story.

# %% [markdown] id="animation-text" lang="zh"
# 还是这两个起点，学习率取十分之一，看看整个过程。路径更平滑了；走了 120 小步之后，$p_1$ 仍在途中。如果你看到的动画不动，下面的四帧讲的是同一件事。

# %% id="animation"
slow = gradient_descent(E, np.stack([p1, p2]), learning_rate=0.1, steps=120, gradient=gradient)
show_animation(*figures.walk_frames(E, slow, steps=range(0, 121, 6)))

# %% id="film"
show(*figures.film_strip(E, slow, steps=[0, 10, 30, 120]))

# %% [markdown] id="basins-predict" lang="en"
# ## Which start ends where?
#
# Two starts are an anecdote. Take 40,000, a grid of 200 by 200, and let all walk at once. After 100 steps each start gets the colour of the minimum that it is nearer to; many are still on their way along the valley floor.
#
# **Predict:** will the border between the colours be a straight line?

# %% [markdown] id="basins-predict" lang="zh"
# ## 哪个起点走到哪里？
#
# 两个起点只是个别例子。取 40,000 个起点，排成 200 乘 200 的网格，让它们同时出发。走 100 步之后，离哪个极小点更近，起点就涂上哪个极小点的颜色；其中许多还走在谷底的路上。
#
# **预测：** 两种颜色的分界会是一条直线吗？

# %% id="basins"
axis = np.linspace(-3, 3, 200)
starts = np.stack(np.meshgrid(axis, axis), axis=-1)
w = starts.copy()
for _ in range(100):
    w = w - 1.0 * gradient(w)
to_first, to_second = (np.linalg.norm(w - end, axis=-1) for end in ends)
nearer = to_second < to_first
print(f"{nearer.size:,} starts: {(~nearer).mean():.0%} on the way to the end of p1, {nearer.mean():.0%} to that of p2")

# %% id="basins-figure"
show(*figures.basins(E, axis, nearer, ends, losses))

# %% [markdown] id="basins-reading" lang="en"
# The border is curved, and both sides meet near the origin, at a place that we shall visit next. To be sure of the shares, let 400 random starts walk for 400 steps, and count where they have arrived: within 0.001 of the loss of a minimum. The others are still on their way along a valley floor.

# %% [markdown] id="basins-reading" lang="zh"
# 分界是弯的，两边在原点附近相接，那正是我们接下来要去的地方。为了弄清各占多少，让 400 个随机起点各走 400 步，再数一数它们到了哪里：损失与某个极小值相差不到 0.001 就算到达。其余的还走在谷底的路上。

# %% id="basins-random"
random_starts = np.random.default_rng(0).uniform(-3, 3, size=(400, 2))
arrived = gradient_descent(E, random_starts, 1.0, 400, gradient)
lower, higher = (int((np.abs(arrived.losses[-1] - loss) < 1e-3).sum()) for loss in sorted(losses))
share = wilson_interval(lower, 400)
improved = (arrived.losses[-1] < arrived.losses[0]).all()
print(f"of 400 random starts {lower} reach the lower minimum, {higher} the higher; all improve: {improved}")
print(f"share of the lower one: {share:.0%}")

# %% id="record-starts"
evidence.record(
    "C12", "With two weights, from two random starts, descent optimizes both",
    experiment="400 random starts, 400 steps on a loss with two minima", seeds=400,
    measured=f"all improve, {share.value:.0%} reach the lower minimum", interval=share[1:],
    holds=bool(improved), only_if="any minimum will do: the start decides which one",
)

# %% [markdown] id="saddle-text" lang="en"
# ## The pass between the valleys
#
# Between two valleys lies a pass, a **saddle**: the gradient is zero there, but it is no minimum. Along one direction the surface curves up, along another down. We look for a zero of the gradient with Newton's method, which follows the gradient's own slope to where it would be zero, again and again. The curvatures there are the eigenvalues of the matrix of second derivatives, the **Hessian**: the second derivatives along the two directions in which the surface bends most and least.

# %% [markdown] id="saddle-text" lang="zh"
# ## 山谷之间的隘口
#
# 两条山谷之间有一个隘口，叫作**鞍点**：那里梯度为零，却不是极小点。曲面沿一个方向向上弯，沿另一个方向向下弯。我们用牛顿法寻找梯度的零点：顺着梯度自身的斜率走到它应当为零的地方，如此反复。鞍点处的曲率是二阶导数矩阵（**黑塞矩阵**）的特征值，也就是曲面弯得最多和最少的两个方向上的二阶导数。

# %% id="saddle"
def hessian(w):
    rows = [lambda v: gradient(v)[0], lambda v: gradient(v)[1]]
    return np.array([numerical_gradient(row, w) for row in rows])


saddle = np.zeros(2)
for _ in range(20):
    saddle = saddle - np.linalg.solve(hessian(saddle), gradient(saddle))
curvatures, axes = np.linalg.eigh(hessian(saddle))
print("saddle at", saddle.round(3).tolist(), "curvatures", curvatures.round(3).tolist())

# %% [markdown] id="linger-predict" lang="en"
# A start exactly at the saddle would stay for ever. One a distance $d$ beside it moves away by a factor $1+\eta|\lambda|$ a step, $\lambda$ the negative curvature and $\eta = 0.5$ here.
#
# **Predict:** $d$ becomes ten times smaller. Does leaving take ten times as long?

# %% [markdown] id="linger-predict" lang="zh"
# 恰好从鞍点出发，就永远停在那里。从离它 $d$ 远的地方出发，每走一步，到它的距离都乘以 $1+\eta|\lambda|$，其中 $\lambda$ 是那个负的曲率，这里 $\eta = 0.5$。
#
# **预测：** 如果 $d$ 缩小到十分之一，离开所需的时间会变成十倍吗？

# %% id="linger"
offsets = np.array([1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6])
beside = saddle + offsets[:, None] * axes[:, 0]
leaving = gradient_descent(E, beside, 0.5, 600, gradient)
steps_to_leave = (np.linalg.norm(leaving.points - saddle, axis=-1) < 0.3).sum(axis=0)
per_decade = np.diff(steps_to_leave[1:]).mean()
theory = np.log(10) / np.log(1 + 0.5 * abs(curvatures[0]))
print(f"steps to leave: {steps_to_leave.tolist()}")
print(f"ten times closer costs {per_decade:.0f} more steps, theory {theory:.0f}")

# %% [markdown] id="linger-reading" lang="en"
# No. A distance ten times smaller costs the same number of further steps each time, $\ln 10 / \ln(1+\eta|\lambda|)$. So descent lingers at a saddle, but does not stay.

# %% [markdown] id="linger-reading" lang="zh"
# 不会。距离每缩小到十分之一，只是多花同样多的步数，即 $\ln 10 / \ln(1+\eta|\lambda|)$ 步。所以下降会在鞍点附近徘徊，但不会停住。

# %% id="record-saddle"
evidence.record(
    "04.1", "Where the gradient is zero there is a minimum",
    experiment="Newton's method on the gradient, curvatures, six starts beside the saddle",
    measured=f"a saddle; each tenfold approach costs {per_decade:.0f} more steps, theory {theory:.0f}",
    holds=bool((curvatures > 0).all()),
)

# %% [markdown] id="bowl-text" lang="en"
# ## How the shape of a bowl sets the pace
#
# Near a minimum a smooth surface usually looks like a bowl. Take one with curvatures $c_1 \le c_2$ along its axes. The steep direction allows at most $\eta < 2/c_2$; the flat one then creeps. The best compromise makes both factors of chapter 03 equal in size, $1-\eta c_1 = \eta c_2 - 1$, so $\eta = 2/(c_1+c_2)$. With the **condition number** $\kappa = c_2/c_1$ each step then multiplies the distance by
#
# $$\frac{\kappa-1}{\kappa+1}$$

# %% [markdown] id="bowl-text" lang="zh"
# ## 碗的形状怎样决定快慢
#
# 在极小点附近，光滑的曲面通常像一只碗。取一只碗，沿两个坐标轴的曲率为 $c_1 \le c_2$。陡的方向最多允许 $\eta < 2/c_2$，平的方向就只能慢慢爬。最好的折中是让第 03 章的因子在两个方向上绝对值相等，$1-\eta c_1 = \eta c_2 - 1$，于是 $\eta = 2/(c_1+c_2)$。记**条件数** $\kappa = c_2/c_1$，则每一步都把距离乘以
#
# $$\frac{\kappa-1}{\kappa+1}$$

# %% id="contraction"
def shrink_factor(kappa, steps=30):
    c = np.array([1.0, kappa])
    walk = gradient_descent(
        lambda w: (c * w**2).sum(-1) / 2, [1.0, 1.0], 2 / c.sum(), steps, lambda w: c * w
    )
    distance = np.linalg.norm(walk.points, axis=-1)
    return (distance[-1] / distance[0]) ** (1 / steps)


kappas = np.array([1.5, 3.0, 10.0, 30.0, 100.0, 300.0])
measured = np.array([shrink_factor(kappa) for kappa in kappas])
theory = (kappas - 1) / (kappas + 1)
assert np.abs(measured / theory - 1).max() < 0.01
print("measured / theory within 1 % for", len(kappas), "condition numbers:", bool(np.abs(measured / theory - 1).max() < 0.01))

# %% id="contraction-figure"
show(*figures.contraction(kappas, measured))

# %% id="record-contraction"
evidence.record(
    "04.2", "On a bowl each best-rate step shrinks the distance by (κ − 1)/(κ + 1)",
    experiment="six condition numbers from 1.5 to 300, 30 steps each",
    measured=f"largest deviation below 1 %: {bool(np.abs(measured / theory - 1).max() < 0.01)}",
    holds=bool(np.abs(measured / theory - 1).max() < 0.01),
)

# %% [markdown] id="real-text" lang="en"
# ## A real bowl
#
# 442 patients, two features: body mass index (kg/m²) and total serum cholesterol (mg/dl), both centred, so that no bias is needed. The loss of a linear neuron with two weights is a bowl. Its second derivatives form the matrix $\frac1N X^{\top}X$ ($X$: one row per patient, one column per feature), whose eigenvalues are the curvatures. The maps below show how far the loss lies above its minimum.
#
# **Predict:** one feature scatters by about 4 units, the other by about 35. How large is $\kappa$? And after each is divided by its standard deviation?

# %% [markdown] id="real-text" lang="zh"
# ## 一只真实的碗
#
# 442 名患者，两个特征：体重指数（kg/m²）和血清总胆固醇（mg/dl），都减去了平均值，因此不需要偏置。有两个权值的线性神经元，损失就是一只碗。它的二阶导数组成矩阵 $\frac1N X^{\top}X$（$X$ 每行一名患者，每列一个特征），其特征值就是曲率。下面的平面图画的是损失比最小值高出多少。
#
# **预测：** 一个特征的散布约为 4 个单位，另一个约为 35。$\kappa$ 有多大？各自除以标准差之后呢？

# %% id="real"
diabetes = load("diabetes")
raw = diabetes.columns("bmi", "s1")
raw = raw - raw.mean(axis=0)
target = diabetes.y - diabetes.y.mean()


def bowl(X):
    curvatures = np.linalg.eigvalsh(X.T @ X / len(X))
    best = np.linalg.lstsq(X, target, rcond=None)[0]
    walk = gradient_descent(
        lambda w: ((X @ w - target) ** 2).mean() / 2, [0.0, 0.0],
        2 / curvatures.sum(), 400, lambda w: X.T @ (X @ w - target) / len(X),
    )
    distance = np.linalg.norm(walk.points - best, axis=-1)
    return curvatures[1] / curvatures[0], int((distance > 0.01 * distance[0]).sum()), walk

# %% id="real-run"
bowls = {"raw": bowl(raw), "standardized": bowl(standardize(raw))}
for name, (kappa, steps, _) in bowls.items():
    print(f"{name:13} κ = {kappa:5.1f}   steps to 1 % of the distance: {steps}")

# %% id="real-figure"
show(*figures.real_bowls(raw, standardize(raw), target, bowls))

# %% [markdown] id="real-reading" lang="en"
# Dividing by the deviations makes both features scatter alike. The bowl would be round, κ = 1, if the two features were not correlated; heavier patients tend to have more cholesterol, and 1.7 is what this leaves.

# %% [markdown] id="real-reading" lang="zh"
# 除以标准差之后，两个特征的散布就一样大了。如果两个特征互不相关，碗就是圆的，κ = 1；但体重较大的患者胆固醇往往也较高，于是还剩下 1.7。

# %% id="record-real"
evidence.record(
    "04.3", "Scaling the inputs speeds up descent",
    experiment="442 patients, two features, best learning rate for each bowl",
    measured=f"κ from {bowls['raw'][0]:.0f} to {bowls['standardized'][0]:.1f}, steps from {bowls['raw'][1]} to {bowls['standardized'][1]}",
    holds=bool(bowls["standardized"][1] < bowls["raw"][1] / 5),
)

# %% [markdown] id="batch-text" lang="en"
# ## All the data, or a few at a time
#
# A **mini-batch** is a random part of the data; its gradient is the true one plus noise. It costs less, so in one pass over the data there is room for more steps. We let batches of 442 (all), 32 and 1 pass 20 times over the standardized bowl, 30 seeds each.
#
# **Predict:** which is nearest to the minimum after 20 passes, all with the same small learning rate 0.02?

# %% [markdown] id="batch-text" lang="zh"
# ## 用全部数据，还是一次用几个？
#
# **小批量**（mini-batch）是随机取出的一部分数据，它的梯度等于真正的梯度加上噪声。算一次更省，所以把数据过一遍，可以多走几步。我们让大小为 442（全部）、32 和 1 的批在标准化后的碗上各过 20 遍，各用 30 个种子。
#
# **预测：** 学习率都是同样小的 0.02，20 遍之后，哪一种离极小点最近？

# %% id="batch"
X = standardize(raw)
best = np.linalg.lstsq(X, target, rcond=None)[0]


def passes(batch_size, learning_rate, seed, epochs=20):
    random, w, distances = np.random.default_rng(seed), np.zeros(2), []
    for _ in range(epochs):
        for batch in np.split(random.permutation(442), range(batch_size, 442, batch_size)):
            w = w - learning_rate * X[batch].T @ (X[batch] @ w - target[batch]) / len(batch)
        distances.append(np.linalg.norm(w - best))
    return distances


by_batch = {size: np.array([passes(size, 0.02, seed) for seed in range(30)]) for size in (442, 32, 1)}

# %% id="batch-figure"
show(*figures.batches(by_batch, np.linalg.norm(best)))

# %% [markdown] id="ball-text" lang="en"
# At one and the same small rate the full batch creeps, because it takes one step where the others take 14 or 442. (With a rate 50 times larger it would be there in a few passes, as the bowl above shows: small batches allow small steps, they are not faster by themselves.)

# %% [markdown] id="ball-text" lang="zh"
# 在同样小的学习率下，整批走得很慢，因为它走一步，别的已经走了 14 步或 442 步。（把学习率放大到 50 倍，它只要几遍就能到达，上面的碗已经表明了这一点：小批量可以用小步子，但它本身并不更快。）

# %% [markdown] id="noise-text" lang="en"
# The single samples run there at once and then never settle: near the minimum the noise is all that is left. Theory says that the mean squared distance of this ball of noise grows in proportion to $\eta$. We take a quarter of $\eta$, and draw each sample anew from all, as the theory does.

# %% [markdown] id="noise-text" lang="zh"
# 一次只用单个样本，权值一下子就跑到附近，却再也安定不下来：在极小点附近，剩下的只有噪声。理论认为，在这团噪声里，到极小点的距离平方的平均值与 $\eta$ 成正比。我们把 $\eta$ 减到四分之一，并且像理论假设的那样，每次都从全部样本中重新抽取。

# %% id="ball"
def ball(learning_rate, steps=8840):
    random, w, late = np.random.default_rng(0), np.zeros((30, 2)), []
    for step in range(steps):
        sample = random.integers(442, size=30)  # one for each of 30 runs, any patient again and again
        error = (w * X[sample]).sum(axis=1) - target[sample]
        w = w - learning_rate * error[:, None] * X[sample]
        if step > steps / 2:
            late.append(((w - best) ** 2).sum(axis=1).mean())
    return np.mean(late)


shrinks = ball(0.02) / ball(0.005)
print(f"a quarter of the learning rate: mean squared distance {shrinks:.1f} times smaller, theory 4")

# %% id="record-batch"
gain = paired_difference(by_batch[442][:, -1], by_batch[32][:, -1], "median")
evidence.record(
    "04.4", "Mini-batches learn faster than the full batch, per pass over the data",
    experiment="20 passes, learning rate 0.02, batches of 442 and 32; distance to the minimum", seeds=30,
    measured=f"median {np.median(by_batch[442][:, -1]):.1f} against {np.median(by_batch[32][:, -1]):.1f}; interval of the difference",
    interval=np.round(gain[1:], 1), holds=bool(gain.low > 0),
    only_if="both use the same small learning rate",
)

# %% [markdown] id="keras-text" lang="en"
# ## Momentum and Adam
#
# **Momentum** keeps a share of the last step: a ball that rolls. **Adam** divides each weight's step by the recent size of its gradients. Both are Keras optimizers, and they act on each number by itself, so one variable can hold all starts. Each gets the best of six learning rates, chosen on 20 starts that are not used afterwards.

# %% [markdown] id="keras-text" lang="zh"
# ## 动量与 Adam
#
# **动量**保留上一步的一部分，像一个滚动的球。**Adam** 把每个权值的步子除以它近来梯度的大小。两者都是 Keras 的优化器，对每个数分别起作用，所以一个变量就能装下所有起点。每种方法在六个学习率中取最好的一个，挑选时用的 20 个起点之后不再使用。

# %% id="keras"
OPTIMIZERS = {
    "SGD": keras.optimizers.SGD,
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "Adam": keras.optimizers.Adam,
}
RATES = [0.02, 0.05, 0.1, 0.3, 1.0, 2.0]


def steps_to_learn(make, rate, starts, loss, gradient, target, limit=200):
    w, optimizer, steps = keras.Variable(starts), make(rate), np.zeros(len(starts), dtype=int)
    for _ in range(limit):
        position = w.numpy().astype(float)
        steps += ~(loss(position) < target)  # not below: also counts NaN
        optimizer.apply([gradient(position).astype("float32")], [w])
    return steps


ravine_curvatures = np.array([1 / bowls["raw"][0], 1.0])  # the bowl of the raw features, κ = 66


def ravine(w):
    return (ravine_curvatures * w**2).sum(axis=-1) / 2


SURFACES = {
    "two valleys": (E, gradient, 0.055),
    "ravine": (ravine, lambda w: ravine_curvatures * w, 1e-4),
}

# %% [markdown] id="optimizers-predict" lang="en"
# **Predict:** which of the three needs the fewest steps: on the surface of this chapter, to a loss of 0.055, which both minima allow? And in a ravine as long as the bowl of the raw features, to a loss of 0.0001?

# %% [markdown] id="optimizers-predict" lang="zh"
# **预测：** 三者之中哪个需要的步数最少？先看本章的曲面，目标是损失 0.055，两个极小值都能达到；再看一条与原始特征的碗一样狭长的峡谷，目标是损失 0.0001。

# %% id="optimizers"
choosing, testing = np.random.default_rng(1).uniform(-3, 3, size=(2, 40, 2))
steps = {}  # counts of 40 starts, by surface and optimizer
for surface, task in SURFACES.items():
    steps[surface] = {}
    for name, make in OPTIMIZERS.items():
        means = [np.mean(steps_to_learn(make, rate, choosing[:20], *task)) for rate in RATES]
        best_rate = RATES[int(np.argmin(means))]
        steps[surface][name] = steps_to_learn(make, best_rate, testing, *task)
        print(f"{surface:11} {name:8} best rate {best_rate}")

# %% id="optimizers-figure"
show(*figures.optimizers(steps))

# %% id="record-optimizers"
gaps = {surface: paired_difference(s["SGD"], s["momentum"], "median") for surface, s in steps.items()}
for surface, s in steps.items():
    print(f"{surface:11} median steps", {name: float(np.median(counts)) for name, counts in s.items()})
medians = {surface: {name: np.median(c) for name, c in s.items()} for surface, s in steps.items()}
evidence.record(
    "04.5", "Momentum needs fewer steps than plain gradient descent", seeds=40,
    experiment="40 random starts on two surfaces, the best of 6 rates for each",
    measured="; ".join(f"{surface}: {m['SGD']:.0f} with SGD, {m['momentum']:.0f} with momentum, {m['Adam']:.0f} with Adam"
                       for surface, m in medians.items()) + " (medians); interval of SGD − momentum in the ravine",
    interval=gaps["ravine"].outward(), holds=bool(gaps["ravine"].low > 0), only_if="the surface is a long ravine",
)

# %% [markdown] id="optimizers-reading" lang="en"
# On the small smooth surface, where the gradient is exact and a learning rate of 1 is allowed, neither of the two beats plain descent. In the ravine both need about half its steps: momentum adds up the small pushes along the floor, Adam makes them larger. So "the best optimizer" is a question about the surface.

# %% [markdown] id="optimizers-reading" lang="zh"
# 在这个不大的光滑曲面上，梯度是精确的，学习率可以取 1，另外两种都胜不过普通的梯度下降。在峡谷里，两者都只要它一半左右的步数：动量把沿谷底的小小推力累加起来，Adam 则把它们放大。所以“最好的优化器”取决于曲面。

# %% [markdown] id="slider-text" lang="en"
# One walk, and below it sliders that begin with the same one. Find a start whose walk crosses from one valley to the other when the learning rate grows.

# %% [markdown] id="slider-text" lang="zh"
# 这里画了一条路，下面的滑块一开始就对应这条路。找一个起点，使得学习率增大时，路会从一条山谷跨到另一条。

# %% id="slider"
def redraw(w1, w2, learning_rate):
    walk = gradient_descent(E, np.array([[w1, w2]]), learning_rate, 100, gradient)
    return figures.one_walk(E, walk, learning_rate)


show(*redraw(w1=-2.0, w2=1.5, learning_rate=0.5))

# %% id="sliders"
interactive_figure(
    redraw, w1=(-3.0, 3.0, 0.25, -2.0), w2=(-3.0, 3.0, 0.25, 1.5), learning_rate=(0.05, 3.0, 0.05, 0.5)
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
# **1.** The gradient of $E = \tfrac12(w_1^2 + 10\,w_2^2)$ at an array `w` of two weights.

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 求 $E = \tfrac12(w_1^2 + 10\,w_2^2)$ 的梯度，自变量是含两个权值的数组 `w`。

# %% id="exercise-gradient" tags=["exercise"]
def bowl_gradient(w):
    ...


check("04-gradient", bowl_gradient)

# %% [markdown] id="hint-gradient" lang="en"
# *Hint.* One partial derivative per weight, as an array.

# %% [markdown] id="hint-gradient" lang="zh"
# *提示：* 每个权值一个偏导数，放在一个数组里。

# %% id="solution-gradient" tags=["solution"]
def bowl_gradient(w):
    return np.array([w[0], 10 * w[1]])


check("04-gradient", bowl_gradient)

# %% [markdown] id="exercise-direction-text" lang="en"
# **2.** The slope of a surface with gradient `g` in the direction `d` (an array of any length).

# %% [markdown] id="exercise-direction-text" lang="zh"
# **2.** 曲面的梯度为 `g`，求它沿数组 `d` 所指方向的斜率（向量的长度任意）。

# %% id="exercise-direction" tags=["exercise"]
def slope_along(g, d):
    ...


check("04-direction", slope_along)

# %% [markdown] id="hint-direction" lang="en"
# *Hint.* A direction has no length: bring `d` to length 1 first.

# %% [markdown] id="hint-direction" lang="zh"
# *提示：* 方向没有长短：先把 `d` 的长度化为 1。

# %% id="solution-direction" tags=["solution"]
def slope_along(g, d):
    return g @ d / np.linalg.norm(d)


check("04-direction", slope_along)

# %% [markdown] id="exercise-rate-text" lang="en"
# **3.** For the bowl of exercise 1: the best learning rate, and the factor by which each step then shrinks the distance. Answer as a list of two numbers.

# %% [markdown] id="exercise-rate-text" lang="zh"
# **3.** 对练习 1 的碗，求最好的学习率，以及这时每一步距离所乘的因子。用含两个数的列表作答。

# %% id="exercise-rate" tags=["exercise"]
answer = ...

check("04-rate", answer)

# %% [markdown] id="hint-rate" lang="en"
# *Hint.* The curvatures are 1 and 10.

# %% [markdown] id="hint-rate" lang="zh"
# *提示：* 两个曲率是 1 和 10。

# %% id="solution-rate" tags=["solution"]
answer = [2 / (1 + 10), (10 - 1) / (10 + 1)]

check("04-rate", answer)

# %% [markdown] id="exercise-momentum-text" lang="en"
# **4.** One step of momentum: return the new velocity and the new weight as a tuple. The velocity is 0.9 of the old one minus learning rate times gradient; the weight moves by it.

# %% [markdown] id="exercise-momentum-text" lang="zh"
# **4.** 动量的一步：以元组返回新的速度和新的权值。新速度等于 0.9 倍的旧速度减去学习率乘梯度，权值按新速度移动。

# %% id="exercise-momentum" tags=["exercise"]
def momentum_step(w, velocity, gradient, learning_rate):
    ...


check("04-momentum", momentum_step)

# %% [markdown] id="hint-momentum" lang="en"
# *Hint.* The weight moves by the new velocity.

# %% [markdown] id="hint-momentum" lang="zh"
# *提示：* 权值按新的速度移动。

# %% id="solution-momentum" tags=["solution"]
def momentum_step(w, velocity, gradient, learning_rate):
    velocity = 0.9 * velocity - learning_rate * gradient
    return velocity, w + velocity


check("04-momentum", momentum_step)

# %% [markdown] id="exercise-saddle-text" lang="en"
# **5.** At a place the gradient is 0 and the curvatures are −0.2 and 3. What is it? (a) a minimum; (b) a maximum; (c) a saddle; (d) impossible to tell.

# %% [markdown] id="exercise-saddle-text" lang="zh"
# **5.** 某处梯度为 0，曲率为 −0.2 和 3。这是什么点？（a）极小点；（b）极大点；（c）鞍点；（d）无法判断。

# %% id="exercise-saddle" tags=["exercise"]
kind = ...

check("04-saddle", kind)

# %% [markdown] id="hint-saddle" lang="en"
# *Hint.* Walk a little along each of the two axes.

# %% [markdown] id="hint-saddle" lang="zh"
# *提示：* 沿两个坐标轴各走一小步试试。

# %% id="solution-saddle" tags=["solution"]
kind = "c"

check("04-saddle", kind)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Read the gradient: steepest ascent; in any other direction the slope is its length times the cosine.
# - Say why two starts may end in different minima, and draw the map of which goes where.
# - Predict the pace from the condition number, $(\kappa-1)/(\kappa+1)$ a step, and improve it by standardizing.
# - Recognise a saddle by its curvatures. At the same small rate small batches run ahead, and single samples never quite settle. Momentum and Adam pay in a ravine, not everywhere.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 读懂梯度：它指向最陡的上升方向；其他方向上的斜率等于它的长度乘以夹角的余弦。
# - 说明两个起点为什么可能走到不同的极小点，并画出哪个起点走到哪里的地图。
# - 由条件数预测快慢，每步乘以 $(\kappa-1)/(\kappa+1)$，并用标准化来加快。
# - 由曲率认出鞍点。在同样小的学习率下，小批量领先，单个样本则始终安定不下来。动量和 Adam 在峡谷里有用，并非处处如此。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - B. T. Polyak (1964), "Some methods of speeding up the convergence of iteration methods", *USSR Computational Mathematics and Mathematical Physics* 4 (5), 1–17: momentum.
# - D. P. Kingma, J. Ba (2015), "Adam: A Method for Stochastic Optimization", *ICLR*.
# - L. Bottou, F. E. Curtis, J. Nocedal (2018), "Optimization Methods for Large-Scale Machine Learning", *SIAM Review* 60 (2), 223–311: batches, noise and learning rate.
#
# **Next:** [05 · Bend the signal](05_activation_functions.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - B. T. Polyak (1964), "Some methods of speeding up the convergence of iteration methods", *USSR Computational Mathematics and Mathematical Physics* 4 (5), 1–17：动量。
# - D. P. Kingma, J. Ba (2015), "Adam: A Method for Stochastic Optimization", *ICLR*。
# - L. Bottou, F. E. Curtis, J. Nocedal (2018), "Optimization Methods for Large-Scale Machine Learning", *SIAM Review* 60 (2), 223–311：批、噪声与学习率。
#
# **下一章：** [05 · 弯曲信号](05_activation_functions.ipynb)。
