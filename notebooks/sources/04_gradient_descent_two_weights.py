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
up, down = (slopes > 1e-8).sum(), (slopes < -1e-8).sum()
print(f"positive {up}, negative {down}, zero {72 - up - down}")

# %% id="cosine-figure"
show(*figures.cosine(E, place, gradient(place), angles, slopes))

# %% [markdown] id="cosine-reading" lang="en"
# In 35 directions the slope is positive, those less than 90° from the gradient. Another 35 lead down, and at 90° to either side the slope is 0: half of the circle is uphill. The gradient itself is the steepest way up, its opposite the steepest way down.

# %% [markdown] id="cosine-reading" lang="zh"
# 斜率为正的方向有 35 个，它们与梯度的夹角都小于 90°。另有 35 个方向向下；在两侧恰好 90° 的方向上，斜率为 0：一圈方向里有一半是上坡。梯度本身是最陡的上坡方向，它的反方向是最陡的下坡方向。

# %% [markdown] id="conditions-predict" lang="en"
# Two things are silently assumed here. The slope speaks of tiny steps. And "steepest" compares steps of equal length, so both weights must be measured alike.
#
# **Predict:** how does the loss change after a step of 0.1 times the negative gradient? After 1 times, after 5 times? And if somebody counts $w_2$ in a unit a fifth as large, is the steepest direction still the same one?

# %% [markdown] id="conditions-predict" lang="zh"
# 这里默认了两件事。第一，斜率只说明极小的一步会怎样。第二，“最陡”比较的是同样长的步子，所以两个权值要用同样的尺度来量。
#
# **预测：** 沿负梯度走，步子取梯度的 0.1 倍、1 倍、5 倍，损失各会怎样变化？如果有人给 $w_2$ 换一个单位，新单位只有原来的五分之一，最陡的方向还是同一个吗？

# %% id="conditions"
g = gradient(place)
after = {step: E(place - step * g) for step in (0.1, 1, 5)}
print(f"loss {E(place):.2f}; after", ", ".join(f"{step:g} · (−∇E): {loss:.2f}" for step, loss in after.items()))
units = np.array([1, 5])  # u = units · w, and the gradient with respect to u is g / units
other = g / units / units  # a step along it, counted in w again
turned = np.rad2deg(np.arccos(g @ other / np.linalg.norm(g) / np.linalg.norm(other)))
print(f"with w₂ in the other unit the steepest direction is turned by {turned:.0f}°")

# %% [markdown] id="conditions-reading" lang="en"
# The short steps lower the loss, the long one jumps across the valley and ends higher than it began. And in the other unit another direction is the steepest.

# %% [markdown] id="conditions-reading" lang="zh"
# 短的步子使损失下降；长的一步跨过山谷，落到了比出发时更高的地方。换了单位，最陡的就是另一个方向。

# %% id="record-cosine"
evidence.record(
    "C8", "A function changes fastest along its gradient, so one descends along the negative gradient",
    experiment="at one place, slopes in 72 directions by central differences; three steps; another unit for w₂",
    measured="the cosine law, worst deviation below 1e-8; steepest at θ = 0 and 180°; "
    f"a step of 5 · (−∇E) raises the loss, the other unit turns the direction by {turned:.0f}°",
    holds=bool(worst < 1e-8 and slopes.argmax() == 0 and slopes.argmin() == 36 and after[0.1] < E(place) < after[5]),
    only_if="the step is small and both weights are measured alike",
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
# The same starts at a tenth of the learning rate, as a film. The paths are smoother, and after 120 short steps $p_1$ is still on its way. Where the picture does not move, the four frames below it tell the story; the two numbers above each are the losses of $p_1$ and $p_2$.

# %% [markdown] id="animation-text" lang="zh"
# 还是这两个起点，学习率取十分之一，看看整个过程。路径更平滑了；走了 120 小步之后，$p_1$ 仍在途中。如果你看到的动画不动，下面的四帧讲的是同一件事；每帧上方的两个数是 $p_1$ 和 $p_2$ 的损失。

# %% id="animation"
slow = gradient_descent(E, np.stack([p1, p2]), learning_rate=0.1, steps=120, gradient=gradient)
show_animation(*figures.walk_frames(E, slow, steps=range(0, 121, 6)))

# %% id="film"
show(*figures.film_strip(E, slow, steps=[0, 10, 30, 120]))

# %% [markdown] id="basins-predict" lang="en"
# ## Which start ends where?
#
# Two starts are an anecdote. Take 40,000, a grid of 200 by 200. Each walks until it is within 0.05 of one of the two minima, and gets that minimum's colour. Some take their time, for the floor of a valley can be nearly level.
#
# **Predict:** will the border between the colours be a straight line? How large is each share?

# %% [markdown] id="basins-predict" lang="zh"
# ## 哪个起点走到哪里？
#
# 两个起点只是个别例子。取 40,000 个起点，排成 200 乘 200 的网格。每一个都一直走到离某个极小点不足 0.05 为止，起点就涂上那个极小点的颜色。有些要走很久，因为谷底可能几乎是平的。
#
# **预测：** 两种颜色的分界会是一条直线吗？各占多大的比例？

# %% id="basins"
def arrive(starts, limit=100_000):
    """Walk with learning rate 1 until each is within 0.05 of an end, seen every 10 steps: places, steps."""
    w, steps, walking = starts.copy(), np.zeros(len(starts), dtype=int), np.arange(len(starts))
    while len(walking) and steps.max() < limit:
        for _ in range(10):
            w[walking] -= 1.0 * gradient(w[walking])
        steps[walking] += 10
        away = np.linalg.norm(w[walking, None] - ends, axis=-1).min(axis=-1)
        walking = walking[away > 0.05]
    assert len(walking) == 0, "some have not arrived"
    return w, steps


def nearer_second(w):
    to_first, to_second = (np.linalg.norm(w - end, axis=-1) for end in ends)
    return to_second < to_first

# %% id="basins-run"
axis = np.linspace(-3, 3, 200)
places, steps = arrive(np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2))
second = nearer_second(places).reshape(200, 200)
print(f"{second.size:,} starts: {(~second).mean():.0%} walk to the end of p1, {second.mean():.0%} to that of p2")
print(f"half of them in {np.median(steps):.0f} steps or fewer, the slowest in more than 40,000: {steps.max() > 40_000}")

# %% id="basins-figure"
show(*figures.basins(E, axis, second, ends, losses))

# %% [markdown] id="basins-reading" lang="en"
# The border is curved and passes near the origin, through a place that we shall visit next. The map takes its starts from a grid. Do random starts find the minima in the same shares? We draw 2,000 and let them walk in the same way, until all have arrived.

# %% [markdown] id="basins-reading" lang="zh"
# 分界是弯的，从原点附近穿过，那里正是我们接下来要去的地方。这幅地图的起点排在网格上。随机起点走到两个极小点的比例也一样吗？我们抽取 2,000 个，让它们照样走，直到全部到达。

# %% id="basins-random"
random_starts = np.random.default_rng(0).uniform(-3, 3, size=(2000, 2))
places, _ = arrive(random_starts)
share = wilson_interval(int(nearer_second(places).sum()), 2000)
improved = bool((E(places) <= E(random_starts)).all())
print(f"none of 2,000 random starts ends higher than it began: {improved}")
print(f"share that reaches the lower minimum, that of p2: {share:.0%}")
print(f"the map's share lies in this interval: {not share.excludes(second.mean())}")

# %% [markdown] id="basins-compare" lang="en"
# Map and sample agree: on this surface it is nearly a coin toss which minimum a random start finds.

# %% [markdown] id="basins-compare" lang="zh"
# 地图与随机样本一致：在这个曲面上，随机起点走到哪个极小点，几乎与抛硬币一样。

# %% [markdown] id="fast-text" lang="en"
# All of this was at learning rate 1. **Predict:** and at 3?

# %% [markdown] id="fast-text" lang="zh"
# 以上的学习率都是 1。**预测：** 如果是 3 呢？

# %% id="fast"
w = random_starts.copy()
with np.errstate(over="ignore", invalid="ignore"):  # some run away
    for _ in range(500):
        w -= 3.0 * gradient(w)
    lower = E(w) < E(random_starts)  # False where a walk has run away
fail = wilson_interval(int((~lower).sum()), 2000)
print(f"learning rate 3: more than half of the 2,000 starts end no lower than they began: {fail.low > 0.5}")

# %% id="record-starts"
evidence.record(
    "C12", "With two weights, from two random starts, descent optimizes both",
    experiment="2,000 random starts on a loss with two minima, each until it arrives", seeds=2000,
    measured=f"learning rate 1: none ends higher than it began, {share.value:.0%} reach the lower minimum, with the interval; "
    f"learning rate 3: more than half end no lower: {fail.low > 0.5}", interval=share[1:],
    holds=improved and bool(fail.low > 0.5),
    only_if="the learning rate is small enough, and any minimum will do: the start decides which one",
)

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

# %% [markdown] id="saddle-text" lang="en"
# ## The pass between the valleys
#
# Between two valleys lies a pass, a **saddle**: the gradient is zero there, but it is no minimum. Along one direction the surface curves up, along another down. We look for a zero of the gradient with Newton's method, which follows the gradient's own slope to where it would be zero, again and again. The matrix of second derivatives is the **Hessian**. Its eigenvalues are the curvatures: the second derivatives along the two directions in which the surface bends most and least.

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
# Dividing by the deviations makes both features scatter alike. The bowl would be round, κ = 1, if the two features were not correlated; patients with a larger body mass index tend to have more cholesterol, and 1.7 is what this leaves.
#
# **Predict:** total cholesterol and its part LDL scatter nearly alike, but they are strongly correlated. What does scaling do to their κ?

# %% [markdown] id="real-reading" lang="zh"
# 除以标准差之后，两个特征的散布就一样大了。如果两个特征互不相关，碗就是圆的，κ = 1；但体重指数较大的患者胆固醇往往也较高，所以 κ 还有 1.7。
#
# **预测：** 总胆固醇与其中的低密度脂蛋白（LDL）散布差不多大，但相关性很强。缩放会使它们的 κ 怎样变化？

# %% id="alike"
alike = diabetes.columns("s1", "s2")  # total cholesterol and LDL
alike = alike - alike.mean(axis=0)
no_gain = {"raw": bowl(alike), "standardized": bowl(standardize(alike))}
print("deviations", alike.std(axis=0).round().astype(int).tolist(), f"correlation {np.corrcoef(alike.T)[0, 1]:.1f}")
for name, (kappa, steps, _) in no_gain.items():
    print(f"{name:13} κ = {kappa:5.1f}   steps to 1 % of the distance: {steps}")

# %% [markdown] id="alike-reading" lang="en"
# Almost nothing. Scaling mends what comes from different units, not what comes from correlation.

# %% [markdown] id="alike-reading" lang="zh"
# 几乎没有变化。缩放能消除单位不同造成的影响，却消除不了相关性造成的影响。

# %% id="record-real"
evidence.record(
    "04.3", "Scaling the inputs speeds up descent",
    experiment="442 patients, two pairs of features, best learning rate for each bowl",
    measured=f"κ from {bowls['raw'][0]:.0f} to {bowls['standardized'][0]:.1f}, steps from {bowls['raw'][1]} to {bowls['standardized'][1]}; "
    f"for the correlated pair κ from {no_gain['raw'][0]:.0f} to {no_gain['standardized'][0]:.0f}",
    holds=bool(bowls["standardized"][1] < bowls["raw"][1] / 5 and no_gain["standardized"][0] > 0.9 * no_gain["raw"][0]),
    only_if="the inputs scatter differently: it does not undo their correlation",
)

# %% [markdown] id="batch-text" lang="en"
# ## All the data, or a few at a time
#
# A **mini-batch** is a random part of the data; its gradient is the true one plus noise. It costs less, so one pass over the data has room for more steps. Batches of 442 (all), 32 and 1 descend both bowls, from weights of 0. We count the passes until the distance to the minimum is below 5 % of the first, and is so in the next two passes too; a run that never gets there counts as the 120, 60 or 30 passes that we make.

# %% [markdown] id="batch-text" lang="zh"
# ## 用全部数据，还是一次用几个？
#
# **小批量**（mini-batch）是随机取出的一部分数据，它的梯度等于真正的梯度加上噪声。算一次更省，所以把数据过一遍，可以多走几步。让大小为 442（全部）、32 和 1 的批，从权值 0 出发，在两只碗上下降。我们数一数要过多少遍，到极小点的距离才降到最初的 5 % 以下，并且接下来的两遍也不再超过；始终达不到的，按我们总共走的 120、60 或 30 遍计。

# %% [markdown] id="batch-predict" lang="en"
# Each size gets the best of 40 learning rates on each bowl, chosen in 20 runs that do not count. Then 30 runs count.
#
# **Predict:** which size needs the fewest passes on the raw bowl? On the standardized one?

# %% [markdown] id="batch-predict" lang="zh"
# 在每只碗上，每种大小都从 40 个学习率中取最好的一个，挑选时用的 20 次运行不计入结果；然后另做 30 次，才计入结果。
#
# **预测：** 在原始特征的碗上，哪种大小需要的遍数最少？在标准化后的碗上呢？

# %% id="batch"
def passes(X, batch_size, rates, runs, seed):
    """Distance to the minimum after each pass, relative to the first: (passes, rates, runs)."""
    best = np.linalg.lstsq(X, target, rcond=None)[0]
    random, w, distances = np.random.default_rng(seed), np.zeros((len(rates), runs, 2)), []
    for _ in range({442: 120, 32: 60, 1: 30}[batch_size]):
        order = random.permuted(np.tile(np.arange(442), (runs, 1)), axis=1)
        for batch in np.split(order, range(batch_size, 442, batch_size), axis=1):
            error = np.einsum("rsk,sbk->rsb", w, X[batch]) - target[batch]
            gradients = np.einsum("rsb,sbk->rsk", error, X[batch]) / batch.shape[1]
            w = w - rates[:, None, None] * gradients
        distances.append(np.linalg.norm(w - best, axis=-1) / np.linalg.norm(best))
    return np.array(distances)


def passes_needed(distances):
    """The first of three passes in a row within 5 %; all passes if there are none."""
    near = distances < 0.05
    three = near[:-2] & near[1:-1] & near[2:]
    return np.where(three.any(axis=0), three.argmax(axis=0) + 1, len(near))

# %% id="batch-run"
by_batch, needed = {}, {}
for bowl_name, X in {"raw": raw, "standardized": standardize(raw)}.items():
    full_best = 2 / np.linalg.eigvalsh(X.T @ X / 442).sum()  # in theory the best rate of the full batch
    rates = full_best * np.geomspace(0.001, 1, 40)
    by_batch[bowl_name], needed[bowl_name] = {}, {}
    for size in (442, 32, 1):
        with np.errstate(over="ignore", invalid="ignore"):  # too large a rate diverges
            means = passes_needed(passes(X, size, rates, runs=20, seed=1)).mean(axis=-1)
        rate = rates[means.argmin()]
        by_batch[bowl_name][size] = distances = passes(X, size, np.array([rate]), runs=30, seed=0)[:, 0]
        needed[bowl_name][size] = count = passes_needed(distances)
        print(f"{bowl_name:13} batch {size:3}: rate {rate / full_best:.3f} of the full batch's, median passes {np.median(count):.1f}")

# %% id="batch-figure"
show(*figures.batches(by_batch, needed))

# %% [markdown] id="ball-text" lang="en"
# On the raw bowl, a ravine, the full batch takes one step a pass, at the largest rate of the list, just below what its steep direction allows: 99 passes. A batch of 32 takes 14 steps a pass at 0.7 of its rate, single samples take 442 short ones; they need 14 and 7 passes. On the standardized bowl the full batch is there in three steps, and nothing is left to gain. So small batches pay where many steps are needed, and these cannot be made longer.

# %% [markdown] id="ball-text" lang="zh"
# 原始特征的碗是一条峡谷。整批每过一遍只走一步，学习率取清单中最大的，已接近陡的方向所允许的上限：要过 99 遍。大小为 32 的批每遍走 14 步，学习率是整批的 0.7 倍；单个样本每遍走 442 小步；它们分别只要 14 遍和 7 遍。在标准化后的碗上，整批三步就到了，再没有什么可省的。所以，小批量在需要走许多步、而步子又无法放大的地方才划算。

# %% [markdown] id="noise-text" lang="en"
# At a fixed learning rate small batches never quite settle, as both pictures show: near the minimum the noise is all that is left. Theory says that, for small $\eta$, the mean squared distance of this ball of noise grows in proportion to $\eta$. We let single samples walk on the standardized bowl, take a quarter of $\eta$, and draw each sample anew from all, as the theory does.

# %% [markdown] id="noise-text" lang="zh"
# 学习率不变时，小批量始终安定不下来，两幅图都显示了这一点：在极小点附近，剩下的只有噪声。理论认为，当 $\eta$ 很小时，在这团噪声里，到极小点的距离平方的平均值与 $\eta$ 成正比。我们让单个样本在标准化后的碗上走，把 $\eta$ 减到四分之一，并且像理论假设的那样，每次都从全部样本中重新抽取。

# %% id="ball"
X = standardize(raw)
best = np.linalg.lstsq(X, target, rcond=None)[0]


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
print(f"a quarter of the learning rate: mean squared distance {shrinks:.1f} times smaller, theory for small rates 4")

# %% id="record-batch"
gain = {name: paired_difference(counts[442], counts[32], "median") for name, counts in needed.items()}
medians = {name: [np.median(count) for count in counts.values()] for name, counts in needed.items()}
evidence.record(
    "04.4", "Mini-batches learn faster than the full batch, per pass over the data",
    experiment="passes to 5 % of the distance with batches of 442, 32 and 1, the best of 40 rates for each", seeds=30,
    measured="; ".join(f"{name} bowl: {all_:.0f}, {some:.1f} and {one:.1f}" for name, (all_, some, one) in medians.items())
    + " (medians); interval of 442 − 32 on the raw bowl",
    interval=gain["raw"].outward(), holds=bool(gain["raw"].low > 0 and gain["standardized"].low <= 0),
    only_if="the bowl is a ravine: on the standardized one they gained nothing",
)

# %% [markdown] id="keras-text" lang="en"
# ## Momentum and Adam
#
# **Momentum** keeps a share $\beta$ of the last step, like a ball that rolls. **Adam** averages the gradients in a similar way, averages their squares too, and divides each weight's step by the root of the second average:
#
# $$\text{momentum:}\quad v \leftarrow \beta v - \eta\,\nabla E, \qquad w \leftarrow w + v$$
#
# $$\text{Adam:}\quad v \leftarrow \beta v + (1-\beta)\nabla E, \quad s \leftarrow 0.999\,s + 0.001\,(\nabla E)^2, \quad w \leftarrow w - \eta\,\frac{v/(1-\beta^t)}{\sqrt{s/(1-0.999^t)}}$$
#
# The step number $t$ makes up for the start of both averages at 0. With $\beta = 0$ momentum is plain descent. Usually one takes $\beta = 0.9$. Both are Keras optimizers; written out, they can try many rates at once. First we see that Keras does the same.

# %% [markdown] id="keras-text" lang="zh"
# ## 动量与 Adam
#
# **动量**保留上一步的一部分，比例为 $\beta$，像一个滚动的球。**Adam** 以类似的方式对梯度求平均，也对梯度的平方求平均，再把每个权值的步子除以平方的平均值的平方根：
#
# $$\text{momentum:}\quad v \leftarrow \beta v - \eta\,\nabla E, \qquad w \leftarrow w + v$$
#
# $$\text{Adam:}\quad v \leftarrow \beta v + (1-\beta)\nabla E, \quad s \leftarrow 0.999\,s + 0.001\,(\nabla E)^2, \quad w \leftarrow w - \eta\,\frac{v/(1-\beta^t)}{\sqrt{s/(1-0.999^t)}}$$
#
# 两个平均值都从 0 开始，步数 $t$ 用来弥补这一点。$\beta = 0$ 时，动量就是普通的梯度下降。通常取 $\beta = 0.9$。两者都是 Keras 的优化器；自己写出来，就可以一次试许多学习率。先来确认 Keras 做的是同样的事。

# %% id="keras"
def momentum(g, v, s, t, rate, beta):  # beta = 0: plain descent
    v = beta * v - rate * g
    return v, v, s


def adam(g, v, s, t, rate, beta):
    v, s = beta * v + (1 - beta) * g, 0.999 * s + 0.001 * g**2
    return -rate * (v / (1 - beta**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-7), v, s


curvatures = np.array([1 / bowls["raw"][0], 1.0])  # the raw bowl, drawn along its axes
for rule, optimizer in ((momentum, keras.optimizers.SGD(0.3, momentum=0.9)), (adam, keras.optimizers.Adam(0.3))):
    w, v, s = np.array([2.0, -1.0]), 0.0, 0.0
    in_keras = keras.Variable(w, dtype="float64")
    for t in range(1, 31):
        step, v, s = rule(curvatures * w, v, s, t, 0.3, 0.9)
        w = w + step
        optimizer.apply([curvatures * in_keras.numpy()], [in_keras])
    assert np.allclose(w, in_keras.numpy(), atol=1e-4)
    print(f"{rule.__name__}: 30 steps by hand and in Keras agree to 1e-4")

# %% [markdown] id="optimizers-predict" lang="en"
# Three bowls: the round one of the standardized features, the ravine of the raw ones, each drawn along its axes and scaled so that its largest curvature is 1, and the same ravine turned by 45° together with its starts. Each method gets the best of 80 learning rates, and where it says "tuned" also of ten $\beta$, chosen on 40 starts. Another 100 count. We count the steps until the loss stays below 0.0001: a swinging path may cross the minimum and leave again.
#
# **Predict:** which method needs the fewest steps on which bowl? For which does turning matter?

# %% [markdown] id="optimizers-predict" lang="zh"
# 有三只碗：标准化特征的圆碗和原始特征的峡谷，都沿坐标轴画出，并缩放到最大曲率为 1；还有同一条峡谷，连同起点一起转 45°。每种方法从 80 个学习率中取最好的一个；注明“tuned”（调过）的，还从十个 $\beta$ 中取最好的一个，用 40 个起点挑选。另外 100 个起点计入结果。我们数一数走多少步，损失才降到 0.0001 以下并且不再超过：来回摆动的路径可能恰好穿过极小点，随即又离开。
#
# **预测：** 在每只碗上，哪种方法需要的步数最少？哪种方法会受转动的影响？

# %% id="optimizers"
turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)  # by 45°
BOWLS = {"round bowl": (1 / bowls["standardized"][0], np.eye(2)),
         "ravine": (1 / bowls["raw"][0], np.eye(2)), "turned ravine": (1 / bowls["raw"][0], turn)}
BETAS = np.arange(10) / 10
METHODS = {"plain descent": (momentum, [0.0]), "momentum, β = 0.9": (momentum, [0.9]),
           "momentum, β tuned": (momentum, BETAS), "Adam, β = 0.9": (adam, [0.9]), "Adam, β tuned": (adam, BETAS)}


def steps_needed(rule, rates, betas, starts, hessian, limit=300):
    """Steps after which the loss stays below 1e-4, for each rate, β and start."""
    rate, beta = rates[:, None, None, None], np.array(betas)[:, None, None]
    w = np.tile(starts, (len(rates), len(betas), 1, 1))
    v, s, needed = np.zeros_like(w), np.zeros_like(w), np.zeros(w.shape[:-1], dtype=int)
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate diverges
        for t in range(1, limit + 1):
            g = w @ hessian
            needed[~((w * g).sum(axis=-1) / 2 < 1e-4)] = t  # not below: also counts NaN
            step, v, s = rule(g, v, s, t, rate, beta)
            w = w + step
    return needed

# %% id="optimizers-run"
rates, random = np.geomspace(0.03, 4, 80), np.random.default_rng(1)
choosing, testing = random.uniform(-3, 3, size=(40, 2)), random.uniform(-3, 3, size=(100, 2))
steps = {}  # counts of 100 starts, by bowl and method
for bowl_name, (ratio, turned_by) in BOWLS.items():
    steps[bowl_name] = {}
    hessian = turned_by @ np.diag([ratio, 1.0]) @ turned_by.T
    for name, (rule, betas) in METHODS.items():
        means = steps_needed(rule, rates, betas, choosing @ turned_by.T, hessian).mean(axis=-1)
        i, j = np.unravel_index(means.argmin(), means.shape)
        counts = steps_needed(rule, rates[[i]], [betas[j]], testing @ turned_by.T, hessian)[0, 0]
        steps[bowl_name][name] = counts
        print(f"{bowl_name:13} {name:17} η = {rates[i]:.2f}, β = {betas[j]:.1f}: median {np.median(counts):.1f} steps")
in_theory = ((bowls["raw"][0] ** 0.5 - 1) / (bowls["raw"][0] ** 0.5 + 1)) ** 2
print(f"best β of momentum in the ravine, κ = {bowls['raw'][0]:.0f}, in theory: {in_theory:.2f}")
print(f"0.9 would be the best at κ = {((1 + 0.9**0.5) / (1 - 0.9**0.5)) ** 2:.0f}")

# %% id="optimizers-figure"
show(*figures.optimizers(steps))

# %% id="record-optimizers"
saved = {b: {name: paired_difference(s["plain descent"], counts, "median") for name, counts in s.items()} for b, s in steps.items()}
usual, tuned = saved["ravine"]["momentum, β = 0.9"], saved["ravine"]["momentum, β tuned"]
medians = {b: {name: np.median(counts) for name, counts in s.items()} for b, s in steps.items()}
print("medians of the differences, start by start (not the differences of the medians above):")
print(f"steps that momentum saves in the ravine: {usual:.1f} at β = 0.9, {tuned:.1f} with β tuned")
print(f"on the round bowl: {saved['round bowl']['momentum, β tuned']:.1f} with β tuned")
evidence.record(
    "04.5", "Momentum needs fewer steps than plain gradient descent", seeds=100,
    experiment="100 random starts on two bowls, the best of 80 rates for each method, and of ten β",
    measured="; ".join(f"{b}: {medians[b]['plain descent']:.1f} plain, {medians[b]['momentum, β = 0.9']:.1f} at β = 0.9, "
                       f"{medians[b]['momentum, β tuned']:.1f} with β tuned" for b in ("ravine", "round bowl"))
    + " (medians); interval of plain − tuned in the ravine",
    interval=tuned.outward(), holds=bool(tuned.low > 0 and usual.low <= 0),
    only_if="the bowl is a ravine and β is tuned to it: at κ = 66 the usual 0.9 brought no clear gain",
)

# %% id="record-turned"
turning = {name: paired_difference(steps["turned ravine"][name], steps["ravine"][name], "median") for name in METHODS}
for name, longer in turning.items():
    print(f"{name:17} steps that turning costs: {longer:.1f}")
slow = (steps["ravine"]["Adam, β tuned"] > 150).sum()
print(f"Adam, β tuned, along an axis: {slow} of 100 starts take more than 150 steps")
evidence.record(
    "04.6", "A ravine costs the same number of steps along an axis and turned by 45°", seeds=100,
    experiment="the ravine, and the same turned by 45° with its starts",
    measured="plain descent and momentum: the same number from each start; tuned Adam: "
    f"{medians['ravine']['Adam, β tuned']:.1f} along an axis, {medians['turned ravine']['Adam, β tuned']:.1f} turned (medians); "
    "interval of turned − along, tuned Adam",
    interval=turning["Adam, β tuned"].outward(),
    holds=bool(all((steps["turned ravine"][n] == steps["ravine"][n]).all() for n in list(METHODS)[:3]) and turning["Adam, β tuned"].low > 0),
    only_if="the method does not treat each weight by itself, as Adam does",
)

# %% [markdown] id="optimizers-reading" lang="en"
# On the round bowl plain descent is there in 4 steps, and the best of the ten $\beta$ is 0: no momentum. With the usual 0.9 the path swings for about 90 steps. In the ravine 0.9 brings no clear gain either, 87 steps against 88. With $\beta$ tuned too, momentum needs 22. The best $\beta$ on the grid, 0.6, lies beside the 0.61 of theory, $\left((\sqrt\kappa-1)/(\sqrt\kappa+1)\right)^2$ (Polyak 1964).

# %% [markdown] id="optimizers-reading" lang="zh"
# 在圆碗上，普通的梯度下降 4 步就到，十个 $\beta$ 中最好的是 0，也就是不要动量；取通常的 0.9，路径要来回摆动约 90 步。在峡谷里，0.9 也没有明显的好处：87 步对 88 步。把 $\beta$ 也调好，动量只要 22 步。网格上最好的 $\beta$ 是 0.6，紧挨着理论给出的 0.61，即 $\left((\sqrt\kappa-1)/(\sqrt\kappa+1)\right)^2$（Polyak 1964）。

# %% [markdown] id="beta-reading" lang="en"
# By the same formula the usual 0.9 is made for a ravine with κ = 1442. The usual explanation of the gain is that the small pushes along the floor add up, while those across cancel.

# %% [markdown] id="beta-reading" lang="zh"
# 按同一公式，通常的 0.9 适合 κ = 1442 的峡谷。对这种好处，通常的解释是：沿谷底的小小推力累加起来，横向的推力则相互抵消。

# %% [markdown] id="turned-reading" lang="en"
# Turning the ravine changes nothing for plain descent and momentum. Adam, which treats each weight by itself, is at home where the ravine runs along an axis: 27 steps with $\beta$ tuned, though 7 of 100 starts take more than 150. Turned, it needs 45, and a learning rate ten times as large. So "the best optimizer" is a question about the surface, and about how well each was tuned.

# %% [markdown] id="turned-reading" lang="zh"
# 峡谷转了方向，对普通的梯度下降和动量毫无影响。Adam 对每个权值分别处理，所以峡谷沿坐标轴时最合它的意：调好 $\beta$ 后只要 27 步，尽管 100 个起点中有 7 个要走 150 步以上。转过之后，它需要 45 步，学习率也要放大到十倍。所以，“最好的优化器”取决于曲面，也取决于各自调得有多好。

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
# **2.** The slope of a surface with gradient `g` in the direction of the vector `d`, whose length may be any but 0.

# %% [markdown] id="exercise-direction-text" lang="zh"
# **2.** 曲面的梯度为 `g`，求它沿向量 `d` 方向的斜率（向量的长度任意，但不为 0）。

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
# *Hint.* Test it: with a velocity of 0 it must be a step of plain descent; with a gradient of 0 the weight still moves on, by 0.9 of the old velocity.

# %% [markdown] id="hint-momentum" lang="zh"
# *提示：* 用特例检验：速度为 0 时，它应当就是普通梯度下降的一步；梯度为 0 时，权值仍会继续移动，移动量是旧速度的 0.9 倍。

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
# - Recognise a saddle by its curvatures. In a ravine small batches save passes, and momentum and Adam save steps if β is tuned too; on a round bowl there was nothing to save. Small batches never quite settle.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 读懂梯度：它指向最陡的上升方向；其他方向上的斜率等于它的长度乘以夹角的余弦。
# - 说明两个起点为什么可能走到不同的极小点，并画出哪个起点走到哪里的地图。
# - 由条件数预测快慢，每步乘以 $(\kappa-1)/(\kappa+1)$，并用标准化来加快。
# - 由曲率认出鞍点。在峡谷里，小批量能少过几遍数据；动量和 Adam 在 β 也调好时能少走许多步；在圆碗上则没有什么可省的。小批量始终安定不下来。

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
