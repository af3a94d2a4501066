# ---
# jupyter:
#   course: {chapter: "06", needs: ["02", "05"], minutes: 60, question: "What do their decision boundaries look like?", question_zh: "它们的决策边界是什么样子？"}
# ---

# %% [markdown] id="title" lang="en"
# # 06 · Look at the boundary: tanh against relu
#
# A network with two inputs can be seen whole: each point of the plane belongs to one class or the other, and between them runs the **decision boundary**. This chapter draws it for three networks, watches it form, takes it to pieces, and asks what more neurons, more layers and more epochs are good for.

# %% [markdown] id="title" lang="zh"
# # 06 · 看看边界：tanh 与 relu
#
# 只有两个输入的网络，可以一眼看全：平面上的每个点，不属于这一类，就属于那一类，两类之间的分界就是**决策边界**。本章画出三个网络的决策边界，看它们怎样形成，把它们拆开细看，再问：更多的神经元、更多的层、更多的训练轮数，究竟有什么用。

# %% [markdown] id="aims" lang="en"
# **You will** train nearly 1,900 small networks, cut one of them into its exact linear pieces, and look for the place where a better fit becomes a worse network.
#
# **You will learn to**
# - read a decision map, and say how its boundary came about;
# - show that a relu boundary is made of straight pieces, and a tanh boundary is not;
# - tell the fit to the training data from the fit to fresh data;
# - judge whether four layers are better than two.
#
# **You need** chapters 02 and 05, and about an hour.

# %% [markdown] id="aims" lang="zh"
# **你将**训练近 1,900 个小网络，把其中一个精确地拆成一块块线性区域，并找出一个转折点：过了这一点，拟合越好，网络反而越差。
#
# **你将学会**
# - 读懂一幅决策图，并说出图上的边界是怎样来的；
# - 验证 relu 的边界由直线段组成，而 tanh 的边界不是；
# - 分清对训练数据的拟合与对新数据的拟合；
# - 判断四层是否比两层好。
#
# **你需要**先学完第 02 章和第 05 章，并留出大约一小时。

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
import keras
import numpy as np

from utils.controls import interactive_figure
from utils.curves import grid_boundary, largest_deviation, turning_angles
from utils.datasets import load, standardize
from utils.diagnostics import hidden_signals
from utils.ensembles import EnsembleTrainer
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_06 as figures
from utils.models import BPNetwork, build_mlp
from utils.plotting import show, show_animation
from utils.regions import decision_boundary, linear_regions
from utils.statistics import median_interval, paired_difference, wilson_interval

evidence = EvidenceTable("06")

# %% [markdown] id="tasks-text" lang="en"
# ## Five tasks, three networks and a control
#
# Four tasks are drawn in the plane: circles, xor, moons and spirals. The fifth is real: did a patient's diabetes progress more than the median in the year after body mass index and one blood value were measured? Of each sample of 400, the first 200 are for training, the others are **fresh**: never trained on.

# %% [markdown] id="tasks-text" lang="zh"
# ## 五项任务，三个网络，一个对照
#
# 前四项任务画在平面上：circles（圆环）、xor（异或）、moons（双月）和 spirals（螺旋）。第五项 patients（患者）来自真实数据：测得体重指数和一项血液指标之后的一年里，患者糖尿病的进展是否超过中位数？每份样本含 400 个数据，前 200 个用于训练，其余的是**新数据**，从不参与训练。

# %% id="tasks"
NOISE = {"circles": 0.1, "xor": 0.1, "moons": 0.15, "spirals": 0.02}
TASKS = [*NOISE, "patients"]
N = 200
diabetes = load("diabetes")


def sample(task, seed):
    if task != "patients":
        data = load(task, n_samples=2 * N, noise=NOISE[task], seed=seed)
        return data.x, data.y
    some = np.random.default_rng(seed).permutation(len(diabetes.x))[: 2 * N]
    x = standardize(diabetes.columns("bmi", "s5"))[some]
    return x, (diabetes.y > np.median(diabetes.y))[some].astype(int)

# %% [markdown] id="networks-text" lang="en"
# The networks are those of the article that inspired this course: four hidden layers of tanh, four of relu, two of relu, all with eight neurons in a layer. The fourth is ours: two relu layers of 13 neurons have about as many parameters as four of eight. As in chapter 05, 8 seeds choose the learning rate and 32 others count; here the optimizer is Adam, the list has five rates, and what counts is the accuracy after the last epoch.

# %% [markdown] id="networks-text" lang="zh"
# 三个网络取自启发本课程的那篇文章：四个 tanh 隐藏层，四个 relu 隐藏层，两个 relu 隐藏层，每层都是八个神经元。第四个是我们加的：两个 relu 层，每层 13 个神经元，参数个数与四层、每层八个的网络大致相同。与第 05 章一样，学习率由 8 个种子选出，计入结果的是另外 32 个；不同的是，这里用 Adam，可选的学习率是五个，看的是最后一轮之后的准确率。

# %% id="networks"
NETWORKS = {
    "4 tanh": ("tanh", (8, 8, 8, 8)), "4 relu": ("relu", (8, 8, 8, 8)),
    "2 relu": ("relu", (8, 8)), "2 relu wide": ("relu", (13, 13)),
}
RATES, TUNING, COUNTED, EPOCHS = [0.001, 0.003, 0.01, 0.03, 0.1], range(8), range(8, 40), 120
PAIR = ["4 tanh", "4 relu"]
STOPS = [0, 2, 4, 8, 12, 16, 22, 30, 45, 60, 90, 120]  # epochs at which the weights are kept
for name, (activation, hidden_units) in NETWORKS.items():
    print(f"{name:12} {build_mlp(hidden_units, activation, inputs=2).count_params()} parameters")

# %% id="trainer"
def trainer(activation, hidden_units):
    return EnsembleTrainer(
        lambda: build_mlp(hidden_units, activation, inputs=2, outputs=1, output_activation="sigmoid"),
        optimizer=keras.optimizers.Adam(), loss="binary_crossentropy", metrics=["accuracy"],
    )


def fit(trainer, members, data, start, n, **settings):  # a member: (task or width, seed, rate)
    x, y = (np.array(values) for values in zip(*(data[group, seed] for group, seed, _ in members)))
    starts = [start(group, seed) for group, seed, _ in members]
    return trainer.fit(
        x[:, :n], y[:, :n], validation_data=(x[:, n:], y[:, n:]), data_per_seed=True,
        seeds=[seed for _, seed, _ in members], learning_rates=[rate for _, _, rate in members],
        initial_weights=[np.stack(arrays) for arrays in zip(*starts)], **settings,
    )

# %% id="tune"
def tune_and_fit(trainer, groups, data, start, n, score, snapshot_epochs=(), **settings):
    members = [(group, seed, rate) for group in groups for seed in TUNING for rate in RATES]
    scores = score(fit(trainer, members, data, start, n, **settings))[:, -1]
    mean = scores.reshape(len(groups), len(TUNING), len(RATES)).mean(axis=1)
    best = dict(zip(groups, np.array(RATES)[mean.argmax(axis=1)]))
    members = [(group, seed, best[group]) for group in groups for seed in COUNTED]
    return best, fit(trainer, members, data, start, n, snapshot_epochs=snapshot_epochs, **settings)


def fresh_accuracy(trained):
    return 100 * trained.validation_metrics["accuracy"]

# %% id="train"
def start_of(name):
    activation, hidden_units = NETWORKS[name]
    return lambda task, seed: BPNetwork((2, *hidden_units, 1), activation, seed=seed).parameters


samples = {(task, seed): sample(task, seed) for task in TASKS for seed in (*TUNING, *COUNTED)}
tuned = {
    name: tune_and_fit(
        trainer(*network), TASKS, samples, start_of(name), N, fresh_accuracy,
        STOPS if name in PAIR else (), epochs=EPOCHS, batch_size=25,
    ) for name, network in NETWORKS.items()
}
trained = {name: ensemble for name, (_, ensemble) in tuned.items()}
at_an_end = {task: sum(best[task] in (RATES[0], RATES[-1]) for best, _ in tuned.values()) for task in TASKS}
print("spirals: chosen rates at an end of the list:", at_an_end["spirals"], "of 4; elsewhere some:", sum(at_an_end.values()) > 0)

# %% [markdown] id="choose-text" lang="en"
# On the spirals, where the networks will differ, every chosen rate lies inside the list. Elsewhere some lie at an end: another rate might do better there, for any of the four.
#
# `accuracy` holds each network's accuracy on its task's fresh data after each epoch, for the 32 seeds that count; `final` is its last epoch.

# %% [markdown] id="choose-text" lang="zh"
# 在 spirals 上，四个网络后面会显出差别，而那里选中的学习率都不在清单的两端。在别的任务上，有的落在端点：换一个学习率，也许会更好，四个网络都是如此。
#
# `accuracy` 是每个网络在每一轮之后对所属任务新数据的准确率，只含计入结果的 32 个种子；`final` 是最后一轮的准确率。

# %% id="choose"
accuracy = np.array([
    fresh_accuracy(trained[name]).reshape(len(TASKS), len(COUNTED), EPOCHS) for name in NETWORKS
])
final = accuracy[..., -1]
final.shape  # networks, tasks, seeds

# %% [markdown] id="grid-predict" lang="en"
# **Predict:** which of the five tasks will be the hardest? Will you be able to tell tanh from relu by the shape of the boundary alone?

# %% [markdown] id="grid-predict" lang="zh"
# **预测：** 五项任务中哪一项最难？单凭边界的形状，你能分出 tanh 和 relu 吗？

# %% id="member"
def member(name, task, seed, epoch=EPOCHS):
    place = TASKS.index(task) * len(COUNTED) + COUNTED.index(seed)
    return trained[name].member(place, epoch)


def median_seed(name, task):
    values = final[list(NETWORKS).index(name), TASKS.index(task)]
    return COUNTED[int(np.abs(values - np.median(values)).argmin())]

# %% [markdown] id="grid-text" lang="en"
# Each panel draws the network whose accuracy is the median of its 32, with the fresh points of its own sample. Above it stand the median accuracy of all 32 and its 95 % interval. (The samples of the patients overlap, so their interval speaks of splits and starts, not of new patients.)

# %% [markdown] id="grid-text" lang="zh"
# 每幅小图从 32 个网络中挑出准确率居中的那一个来画，图中的点是它那份样本里的新数据。小图上方标着全部 32 个网络准确率的中位数及其 95 % 区间。（patients 的各份样本互有重叠，所以这一项的区间只反映数据划分和初始权值的差异，不能推及新的患者。）

# %% id="grid"
ARTICLE = ["4 tanh", "4 relu", "2 relu"]
drawn = {(name, task): member(name, task, median_seed(name, task)) for name in ARTICLE for task in TASKS}
fresh = {key: tuple(part[N:] for part in samples[key[1], median_seed(*key)]) for key in drawn}
show(*figures.grid(ARTICLE, TASKS, drawn, fresh, final))

# %% [markdown] id="grid-reading" lang="en"
# Smooth curves above, corners below: the eye can tell. The accuracies are close, except on the spirals. And where the accuracy is lowest, on the patients, the bends may be worth nothing: let a straight line, fitted by least squares, try them.

# %% [markdown] id="grid-reading" lang="zh"
# 上面一行是光滑的曲线，下面两行都带折角：肉眼就能分辨。除了 spirals，各网络的准确率都很接近。至于准确率最低的 patients 一列，那些弯折也许毫无价值：用最小二乘法拟合一条直线，也来试试这项任务。

# %% id="straight-line"
def line_accuracy(seed):
    x, y = samples["patients", seed]
    inputs = np.column_stack([x, np.ones(len(x))])
    weights = np.linalg.lstsq(inputs[:N], 2 * y[:N] - 1, rcond=None)[0]
    return 100 * np.mean((inputs[N:] @ weights > 0) == y[N:])


line = np.array([line_accuracy(seed) for seed in COUNTED])
for row, name in enumerate(ARTICLE):
    worse = paired_difference(line, final[row, TASKS.index("patients")]).low > -0.5
    print(f"patients: the straight line is at most half a point worse than {name}: {worse}")

# %% [markdown] id="tanh-relu-text" lang="en"
# `paired_difference` has compared seed by seed, and gave the mean difference with its 95 % interval. On the patients the bends bring nothing that matters. From here on, as in chapter 05, we call a network better if the whole interval lies above one point: less would matter to few.

# %% [markdown] id="tanh-relu-text" lang="zh"
# `paired_difference` 按种子逐一比较，给出平均差及其 95 % 区间。在 patients 上，边界的弯曲没有带来什么要紧的好处。从这里起，与第 05 章一样，只有整个区间都高于一个百分点，我们才说一个网络更好：比这更小的差别，谁也不会在意。

# %% id="tanh-relu"
gaps = [paired_difference(final[1, column], final[0, column]) for column in range(len(TASKS))]
for task, gap in zip(TASKS, gaps):
    print(f"{task:9} relu better: {gap.low > 1!s:6} tanh better: {gap.high < -1}")
spirals = TASKS.index("spirals")
median = paired_difference(final[1, spirals], final[0, spirals], "median")
failed = (final[:2, spirals] < 90).sum(axis=1)
print(f"spirals, relu − tanh: {gaps[spirals].value:.0f} points in the mean, {median.value:.0f} in the median")
print(f"below 90 %: at least 7 of 32 tanh networks: {failed[0] >= 7}, at most 3 of 32 relu networks: {failed[1] <= 3}")
evidence.record(
    "C20", "relu is the best of these activation functions (here: better than tanh)", seeds=32,
    experiment="4 hidden layers of 8, five tasks, the best of 5 learning rates for each",
    measured=f"relu better by more than a point on {sum(g.low > 1 for g in gaps)} of 5 tasks, "
    f"tanh on {sum(g.high < -1 for g in gaps)}; the interval is that of the spirals, in points",
    interval=gaps[spirals].outward(), holds=gaps[spirals].low > 1 and all(g.high >= -1 for g in gaps),
    only_if="the boundary is intricate and training is short: elsewhere no lead of more than a point over tanh is shown",
)

# %% [markdown] id="tanh-relu-reading" lang="en"
# On the spirals the mean difference is larger than the median one: the typical tanh network is a little behind, about a quarter of them stay below 90 %, and these pull the mean down.

# %% [markdown] id="tanh-relu-reading" lang="zh"
# 在 spirals 上，平均差比中位数差大：典型的 tanh 网络略微落后，另有约四分之一停在 90 % 以下，把平均值拉了下来。

# %% [markdown] id="film-predict" lang="en"
# ## How a boundary forms
#
# The weights were kept at twelve epochs, so we can go back in time.
#
# **Predict:** what does the boundary look like after two epochs, when little is learned? Will it turn into a spiral all at once, or piece by piece?

# %% [markdown] id="film-predict" lang="zh"
# ## 边界怎样形成
#
# 训练途中，有十二个轮次的权值保存了下来，所以现在可以回头去看。
#
# **预测：** 两轮之后，网络还没学到多少，这时的边界是什么样子？它会一下子变成螺旋，还是一段一段地长出来？

# %% id="film"
shown = [2, 8, 22, 45, 120]
by_epoch = [accuracy[row, spirals, :, [e - 1 for e in shown]] for row in (0, 1)]
models = [[member(name, "spirals", median_seed(name, "spirals"), e) for e in shown] for name in PAIR]
held = [fresh[name, "spirals"] for name in PAIR]
show(*figures.film(PAIR, shown, models, held, by_epoch))

# %% id="animation"
frames = [[member(name, "spirals", median_seed(name, "spirals"), e) for e in STOPS] for name in PAIR]
show_animation(*figures.boundary_frames(PAIR, STOPS, frames, held), fps=2)

# %% [markdown] id="film-reading" lang="en"
# A tanh network begins with a nearly straight cut, because with small weights it works in its straight part. A relu network begins with a few rays from the origin, because all biases begin at 0 (epoch 0 in the animation). Then bend is added to bend, sometimes as an island that joins the rest later. Each row shows one network; the percentages are medians over 32.

# %% [markdown] id="film-reading" lang="zh"
# tanh 网络起初几乎是一刀直切，因为权值很小时，tanh 只用到近乎直线的那一段。relu 网络起初是从原点发出的几条射线，因为所有偏置都从 0 开始（见动画的第 0 轮）。此后弯折一个接一个地添上去，有时先出现一座孤岛，后来才与其余部分相连。每一行画的只是一个网络；百分数则是 32 个网络的中位数。

# %% [markdown] id="regions-text" lang="en"
# ## Straight pieces
#
# A relu neuron is linear on either side of the line where its $z$ is 0. All neurons of the first layer cut the plane into convex polygons; inside each, the first layer is one linear map. The next layer cuts these polygons further. In the end the plane is a mosaic of **linear regions**, and on each the output neuron's $z$ is $g\cdot x + d$ with its own $g$ and $d$. The boundary is where $z = 0$. So inside a region it can only be straight.

# %% [markdown] id="regions-text" lang="zh"
# ## 直线段
#
# 以 $z$ 等于 0 的那条直线为界，relu 神经元在两侧都是线性的。第一层的所有神经元一起把平面切成若干凸多边形；在每个多边形内，第一层就是一个线性映射。下一层再把这些多边形切得更细。最后，整个平面就像一幅由**线性区域**拼成的马赛克；在每个区域上，输出神经元的 $z$ 都是 $g\cdot x + d$，各区域有自己的 $g$ 和 $d$。边界就是 $z = 0$ 的地方，所以在一个区域之内，它只能是直的。

# %% id="regions"
model = member("4 relu", "circles", median_seed("4 relu", "circles"))
bounds = (-1.6, 1.6, -1.6, 1.6)
regions = linear_regions(model, bounds)
last_hidden = keras.Model(model.inputs[0], model.layers[-2].output)
W, b = model.layers[-1].get_weights()
region = max(regions, key=lambda region: region.area)
middle = region.polygon.mean(axis=0, keepdims=True)
assert np.allclose(region.output(middle), (last_hidden(middle).numpy() @ W + b)[:, 0], atol=1e-4)
assert np.isclose(sum(region.area for region in regions), 3.2**2)

# %% [markdown] id="regions-check" lang="en"
# `linear_regions` computes this mosaic exactly. The assertions hold it against the network: the polygons fill the square, and the linear map of the largest gives the network's own $z$ at the output.
#
# **Predict:** we trace the boundary of each network on a fine grid, without knowing its regions. How far is the trace from the exact segments? And tanh: replace its (longest) curve by as many straight pieces, evenly spaced, as the relu boundary has, then by four times as many. How far is it? And relu's boundary from such a chain?

# %% [markdown] id="regions-check" lang="zh"
# `linear_regions` 精确地算出这幅马赛克。代码中的断言拿它与网络对照：所有多边形恰好铺满正方形；最大那个多边形的线性映射算出的，正是网络自己在输出处的 $z$。
#
# **预测：** 我们在细密的网格上描出每个网络的边界，并不借助它的区域。描出的线与精确的线段相差多远？再看 tanh：把它的曲线（最长的那条）换成等距的直线段，段数先与 relu 的边界相同，再增加到四倍。曲线与这些直线段又相差多远？换成 relu 的边界呢？

# %% [markdown] id="trace-text" lang="en"
# How can a trace on a grid of 100 by 100 points be exact? Its points stand on the lines of the grid, and along each line we close in on the place where the output changes sign, as far as float32 can tell. Only these points are compared; between them the trace may cut a corner.

# %% [markdown] id="trace-text" lang="zh"
# 在 100 × 100 个点的网格上描线，怎么会精确？描出的点都落在网格线上，而沿着每条网格线，我们步步逼近输出变号的地方，直到 float32 分辨不出为止。参加比较的只有这些点；在它们之间，描出的线可能会抄近路，切掉拐角。

# %% id="trace"
def longest(lines):
    return max(lines, key=lambda line: np.hypot(*np.diff(line, axis=0).T).sum())


def evenly_spaced(line, pieces):
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.linspace(0, length[-1], pieces + 1)
    return np.column_stack([np.interp(places, length, coordinate) for coordinate in line.T])


def turning_share(lines):
    turns = np.sort(np.abs(np.concatenate([turning_angles(line) for line in lines])))[::-1]
    shares = np.concatenate([[0], np.cumsum(turns)]) / turns.sum()
    return np.interp(np.linspace(0, 1, 101), np.linspace(0, 1, len(shares)), shares)

# %% id="straightness"
deviations = {name: [] for name in ("relu", "tanh", "tanh × 4", "relu, even", "relu, even × 4")}
shares = {"4 relu": [], "4 tanh": []}
pieces, relu_regions = [], []
for seed in range(8, 28):
    relu, tanh = (member(name, "circles", seed) for name in ("4 relu", "4 tanh"))
    exact, traced = decision_boundary(relu, bounds), grid_boundary(relu, bounds, points=100)
    deviations["relu"].append(largest_deviation(traced, exact))
    pieces.append(sum(len(line) - 1 for line in exact))
    curve = longest(grid_boundary(tanh, bounds, points=100))
    for name, line, times in (
        ("tanh", curve, 1), ("tanh × 4", curve, 4), ("relu, even", longest(exact), 1), ("relu, even × 4", longest(exact), 4),
    ):
        deviations[name].append(largest_deviation([line], [evenly_spaced(line, times * pieces[-1])]))
    shares["4 relu"].append(turning_share(traced))
    shares["4 tanh"].append(turning_share([curve]))
    relu_regions.append(len(linear_regions(relu, bounds)))
WITHIN = 1e-5
straight = sum(deviation < WITHIN for deviation in deviations["relu"])
print(f"{straight} of 20 relu boundaries lie within 1e-5 of their segments")
print("in each network more than 10 pieces:", min(pieces) > 10, "  and 100 linear regions:", min(relu_regions) > 100)
left = {name: np.median(np.divide(deviations[f"{name} × 4"], deviations[name])) for name in ("tanh", "relu, even")}
print(f"evenly spaced corners, four times as many: tanh's distance falls below a tenth: {left['tanh'] < 0.1}; relu's does not: {left['relu, even'] > 0.1}")
print(f"tanh is still missed by more than 1e-4 in all: {min(deviations['tanh × 4']) > 1e-4}")

# %% id="straightness-figure"
curves = grid_boundary(drawn["4 tanh", "circles"], bounds, points=150)
exact = decision_boundary(model, bounds)
chain = [evenly_spaced(longest(curves), sum(len(line) - 1 for line in exact))]
show(*figures.straightness(regions, exact, curves, chain, bounds, deviations, WITHIN))

# %% [markdown] id="turning-text" lang="en"
# A second way to see it: walk along the traced boundary and add up how much it turns. Sort the points by their turn, the sharpest first.

# %% [markdown] id="turning-text" lang="zh"
# 还可以换一种方式来看：沿着描出的边界走一遍，把一路上的转角加起来。各点按转角大小排列，转得最急的排在最前。

# %% id="turning"
show(*figures.turning({name: np.array(values) for name, values in shares.items()}))

# %% [markdown] id="turning-reading" lang="en"
# relu turns at its few corners and nowhere else: segments between these are exact, while evenly spaced ones miss them. tanh turns everywhere, if not everywhere alike: four times as many pieces miss it by about a sixteenth, as for every smooth curve, and by how many ever, not by 0. Both bend around the same ring: many short straight pieces serve as well as a curve.

# %% [markdown] id="turning-reading" lang="zh"
# relu 的边界只在为数不多的几个角上转弯，别处一概不转：以这些角为端点的线段与它完全重合，等距的线段则会错过它们。tanh 的边界处处都在转，只是各处转得有多有少：直线段增加到四倍，误差降到约十六分之一，与任何光滑曲线一样；无论增加多少，都不会是 0。两种边界绕的是同一个环：许多短短的直线段，与一条曲线同样管用。

# %% id="record-straight"
estimate = median_interval(np.array(relu_regions, float))
evidence.record(
    "C21", "The relu network's boundary consists of straight lines, without any curve", seeds=20,
    experiment="circles: boundary traced on a grid against the exact segments",
    measured=f"{straight} of 20 within 1e-5 of straight segments; more than 10 of these in each: {min(pieces) > 10}; the interval is that of the share",
    interval=wilson_interval(straight, 20)[1:], holds=straight == 20,
)
evidence.record(
    "C18", "relu is linear on either side, non-linear in combination", seeds=20,
    experiment="circles, 4 layers of 8: the exact linear regions of the trained network",
    measured=f"linear regions, median rounded to hundreds: {round(estimate.value, -2):.0f}", interval=estimate.outward(-2),
    holds=bool(estimate.low > 1),
)

# %% [markdown] id="wide-text" lang="en"
# ## Wider and longer
#
# "The more neurons, the stronger the fit; the more epochs, the stronger the fit." To what? We take few and noisy data, 80 points of two moons that overlap, and look at both: the accuracy on the 80, and on 400 fresh points.

# %% [markdown] id="wide-text" lang="zh"
# ## 更宽，更久
#
# “神经元越多，拟合越强；训练轮数越多，拟合越强。”可是，拟合的是什么？我们取一份又少又带噪声的数据：两弯相互重叠的月牙，共 80 个点。然后两种准确率都看：这 80 个点上的，以及 400 个新数据点上的。

# %% [markdown] id="asleep-text" lang="en"
# A trick saves us a program for each width. Take the widest network and set all weights into and out of a neuron to 0. Its $a$ is 0, so the weights out of it get no gradient; these are 0, so its δ is 0, and the weights into it get none either. It stays as if it were not there. A network of 4 neurons in a layer is one of 32 with 28 of them asleep.

# %% [markdown] id="asleep-text" lang="zh"
# 有一个窍门，可以省去为每种宽度各编译一个程序。取最宽的网络，把某个神经元的输入权值和输出权值全部设为 0。它的 $a$ 是 0，所以输出权值得不到梯度；输出权值是 0，所以它的 δ 是 0，输入权值也得不到梯度。于是它始终如此，就像不存在一样。每层 4 个神经元的网络，就相当于每层 32 个、其中 28 个在休眠的网络。

# %% id="wide-start"
WIDTHS, N_FEW, LONG = [1, 2, 4, 8, 16, 32], 80, 400


def half_asleep(width, seed):
    full = [np.zeros(shape) for shape in ((2, 32), (32,), (32, 32), (32,), (32, 1), (1,))]
    for array, own in zip(full, BPNetwork((2, width, width, 1), "relu", seed=seed).parameters):
        array[tuple(slice(size) for size in own.shape)] = own
    return full

# %% id="wide"
noisy = {seed: load("moons", n_samples=N_FEW + 400, noise=0.3, seed=seed) for seed in (*TUNING, *COUNTED)}
_, wide = tune_and_fit(
    trainer("relu", (32, 32)), WIDTHS,
    {(width, seed): (data.x, data.y) for width in WIDTHS for seed, data in noisy.items()},
    half_asleep, N_FEW, lambda trained: -trained.losses, epochs=LONG, batch_size=20,
)
narrow = slice(0, -len(COUNTED))  # all but those of 32 neurons
print("neurons asleep stayed asleep:", not wide.weights[0][narrow, :, 31].any())

# %% [markdown] id="wide-choose-text" lang="en"
# The claim speaks of the fit, so each width got the learning rate with the lowest training loss on the 8 tuning seeds. As a yardstick we need the best that is possible. The two classes overlap, and we know how they were made: the best classifier of all asks at each place which class has more of its points there.

# %% [markdown] id="wide-choose-text" lang="zh"
# 论断说的是拟合，所以每种宽度都选用在 8 个调参种子上训练损失最低的学习率。我们还需要一把标尺：最好能做到什么程度。两个类别互有重叠，而我们知道数据是怎样生成的：最好的分类器只需问一句：在这个地方，哪一类的点更多？

# %% id="wide-choose"
learned, fresh_fit = (
    100 * values["accuracy"].reshape(len(WIDTHS), len(COUNTED), LONG)
    for values in (wide.metrics, wide.validation_metrics)
)
angle = np.linspace(0, np.pi, 200)
arc = np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])  # the centre line of class 0
many = load("moons", n_samples=20_000, noise=0.3, seed=1)
density = [  # how many points each class has at a place: Gaussian noise of deviation 0.3 around each arc; class 1's is class 0's, turned over
    np.exp(-((many.x[:, None] - sign * arc) ** 2).sum(axis=2) / (2 * 0.3**2)).sum(axis=1) for sign in (1, -1)
]
ceiling = 100 * np.mean((density[1] > density[0]) == many.y)
print(f"best possible on fresh data: {ceiling:.0f} %")

# %% [markdown] id="maps-predict" lang="en"
# **Predict:** in which corner of the map (few or many neurons, few or many epochs) is the training accuracy highest? In which the accuracy on fresh data?

# %% [markdown] id="maps-predict" lang="zh"
# **预测：** 在图的哪个角上（神经元少或多，轮数少或多），训练准确率最高？新数据上的准确率又在哪个角上最高？

# %% id="maps"
EPOCHS_SHOWN = [5, 10, 20, 50, 100, 200, 400]
medians = np.median(learned, axis=1), np.median(fresh_fit, axis=1)
show(*figures.fit_maps(WIDTHS, EPOCHS_SHOWN, *medians, ceiling))

# %% [markdown] id="maps-reading" lang="en"
# On the training data more epochs are always at least as good once there are two neurons; more neurons help up to 16, and 32 bring nothing more. On fresh data the two directions differ. For the epochs the best place lies in the middle, for 8 neurons or more near 50: after that a network learns the noise of its 80 points. For the neurons there is no such place: beyond 8 they bring nothing more, and little harm.

# %% [markdown] id="maps-reading" lang="zh"
# 在训练数据上，只要神经元不少于两个，轮数更多，总是至少一样好；神经元增加到 16 个为止都有好处，32 个就不再有了。在新数据上，两个方向就不一样了。就轮数而言，最好的位置在中间：8 个或更多神经元时，大约是 50 轮；再往后，网络学的就是这 80 个点的噪声了。就神经元而言，没有这样的位置：超过 8 个，不再有什么好处，也没有多少坏处。

# %% [markdown] id="one-neuron-text" lang="en"
# The lowest row is a warning of another kind: two layers of one relu neuron each. From half of the starts or more nothing is learned. Why? We look for neurons that are off for every point.

# %% [markdown] id="one-neuron-text" lang="zh"
# 最下面一行是另一种警告：两层，每层只有一个 relu 神经元。从半数甚至更多的初始权值出发，网络什么也学不到。为什么？我们来找一找，有没有对所有的点都关闭的神经元。

# %% id="one-neuron"
stuck = learned[0, :, -1] < 55
silent = [
    min((a > 0).any(axis=0)[0] for a in hidden_signals([array[i] for array in wide.weights], noisy[COUNTED[i]].x)) == 0
    for i in np.flatnonzero(stuck)
]
print("one neuron in a layer: at least half of 32 starts learn nothing:", stuck.sum() >= 16)
print("of these, at least 9 in 10 have a neuron that is off for every point:", np.mean(silent) >= 0.9)

# %% id="record-wide"
by_width = [paired_difference(v[5, :, -1], v[2, :, -1]) for v in (learned, fresh_fit)]
by_epochs = [paired_difference(v[5, :, -1], v[5, :, 49]) for v in (learned, fresh_fit)]
for claim, what, change, gaps in (
    ("C22", "neurons per hidden layer", "from 4 to 32 neurons, 400 epochs", by_width),
    ("C23", "training epochs", "from 50 to 400 epochs, 32 neurons", by_epochs),
):
    low, high = gaps[1].outward()
    word = "better" if gaps[1].low > 0 else "worse" if gaps[1].high < 0 else "no difference shown"
    on_fresh = f"fresh data [{low:.0f}, {high:.0f}], {word}"
    print(f"{change}: training {gaps[0].value:+.0f} points, {on_fresh}")
    evidence.record(
        claim, f"The more {what}, the stronger the fit", seeds=32,
        experiment=f"80 noisy points, two relu layers; {change}",
        measured=f"training accuracy {gaps[0].value:+.0f} points (with its interval); {on_fresh}",
        interval=gaps[0].outward(),
        holds=bool(gaps[0].low > 0), only_if="the fit to the training data is meant",
    )

# %% [markdown] id="four-two-text" lang="en"
# ## Are four layers better than two?
#
# **Predict:** with the same width? With the same number of parameters?

# %% [markdown] id="four-two-text" lang="zh"
# ## 四层比两层好吗？
#
# **预测：** 如果宽度相同呢？如果参数个数相同呢？

# %% id="four-two"
better = {}
for rival in ("2 relu", "2 relu wide"):
    gaps = [paired_difference(final[1, c], final[list(NETWORKS).index(rival), c]) for c in range(len(TASKS))]
    better[rival] = sum(gap.low > 1 for gap in gaps)
    print(f"4 relu against {rival:11}: better by more than a point on {better[rival]} of 5 tasks")
print(f"spirals, 2 wide − 4: {-gaps[spirals].value:.0f} points in the mean; better by more than a point: {gaps[spirals].high < -1}")
spread = paired_difference(final[1].mean(axis=0), final[3].mean(axis=0))
evidence.record(
    "06.1", "Four hidden layers are better than two with as many parameters", seeds=32,
    experiment="relu, five tasks; two layers of 8, and two of 13 with as many parameters as four of 8",
    measured=f"better on {better['2 relu']} of 5 tasks at the same width, on {better['2 relu wide']} with "
    "the same number of parameters; the interval is that of 4 relu − 2 relu wide, mean of the five tasks, in points",
    interval=spread.outward_to([-5, -1, 1, 5]), holds=better["2 relu wide"] > 0,
)

# %% [markdown] id="count-text" lang="en"
# One often reads that depth multiplies the linear regions. Such networks can be built by hand. What do random ones do? For one layer of $n$ neurons the limit is known: $n$ lines cut the plane into at most $1 + n + n(n-1)/2$ pieces.
#
# **Predict:** 32 neurons, in one layer, in two of 16, in four of 8. Which makes the most regions?

# %% [markdown] id="count-text" lang="zh"
# 常见到一种说法：深度会使线性区域成倍增加。这样的网络的确可以手工构造出来。那么随机的网络呢？只有一层、共 $n$ 个神经元时，上限是已知的：$n$ 条直线最多把平面切成 $1 + n + n(n-1)/2$ 块。
#
# **预测：** 32 个神经元，可以排成一层，可以排成两层、每层 16 个，也可以排成四层、每层 8 个。哪一种切出的区域最多？

# %% id="count"
SHAPES = [(width, depth) for depth in (1, 2, 4) for width in (4, 8, 16, 32) if width * depth <= 32]


def region_counts(width, depth, seeds=20):
    sizes, square = (2, *[width] * depth, 1), (-3, 3, -3, 3)
    model, counts = build_mlp(sizes[1:-1], "relu", inputs=2, outputs=1), []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        model.set_weights([array for fan_in, units in zip(sizes, sizes[1:]) for array in (
            random.normal(0, np.sqrt(2 / fan_in), (fan_in, units)), random.normal(0, 0.5, units)
        )])
        counts.append(len(linear_regions(model, square)))
    return counts


counts = np.array([region_counts(*shape) for shape in SHAPES])

# %% id="count-figure"
show(*figures.region_counts(SHAPES, counts))

# %% id="record-count"
deep, flat = counts[SHAPES.index((8, 4))], counts[SHAPES.index((32, 1))]
limit = 1 + 32 + 32 * 31 // 2
difference = paired_difference(deep.astype(float), flat.astype(float))
print(f"32 neurons: four layers {np.median(deep):.0f} regions, one layer {np.median(flat):.0f}, limit {limit}")
evidence.record(
    "06.2", "With as many neurons and random weights, more layers cut the square from −3 to 3 into more linear regions", seeds=20,
    experiment="32 random relu neurons in one layer and in four",
    measured=f"one layer {np.median(flat):.0f}, four layers {np.median(deep):.0f} regions in the median; "
    "the interval is that of the mean of four layers − one layer", interval=difference.outward(),
    holds=bool(difference.low > 0),
)

# %% [markdown] id="trained-text" lang="en"
# A likely reason: in one layer each crossing of two lines adds a piece, and in four layers fewer lines cross. That random networks have few regions, and that their number hangs on the number of neurons more than on the depth, is also proved (Hanin & Rolnick 2019).
#
# And trained weights? We count once more, in the square of the circles, the regions of the same 20 networks before and after training.

# %% [markdown] id="trained-text" lang="zh"
# 原因大概是：在一层网络里，两条直线每相交一次，就多一块；在四层网络里，相交的直线要少一些。随机网络的区域不多，数目主要取决于神经元的个数，而不是深度，这一点也已得到证明（Hanin & Rolnick 2019）。
#
# 训练过的权值呢？我们在圆环所在的正方形里再数一次：还是那 20 个网络，比较训练之前和之后的区域数。

# %% id="count-trained"
before = np.array([len(linear_regions(member("4 relu", "circles", seed, 0), bounds)) for seed in range(8, 28)])
more = np.divide(relu_regions, before)
print(f"before training {np.median(before):.0f} regions in the median; after it more in {(more > 1).sum()} of 20 networks")
print("more than five times as many, in the median:", np.median(more) > 5)

# %% [markdown] id="count-reading" lang="en"
# Training multiplies the regions: all biases begin at 0, so the first cuts all meet at the origin. But random depth does not buy pieces, and on none of our five tasks did depth buy accuracy; on four of them there was little to win, so only the spirals could have shown it. What it costs is measured in chapter 07.

# %% [markdown] id="count-reading" lang="zh"
# 训练使区域成倍增加：所有偏置都从 0 开始，最初的切口全都交于原点。但在随机网络里，深度换不来更多的区域；而在我们的五项任务中，深度也没有在任何一项上换来更高的准确率；其中四项本来就没有多少可赢的，能显出差别的只有螺旋。深度的代价有多大，第 07 章再来测量。

# %% [markdown] id="slider-text" lang="en"
# ## Your turn
#
# Choose a network and a task and walk through its training.

# %% [markdown] id="slider-text" lang="zh"
# ## 轮到你了
#
# 选一个网络和一项任务，从头到尾看一遍训练的过程。

# %% id="slider"
def redraw(network, task, moment):
    seed = median_seed(network, task)
    held = tuple(part[N:] for part in samples[task, seed])
    return figures.one_boundary(member(network, task, seed, STOPS[moment]), held, network, STOPS[moment])


interactive_figure(redraw, network=PAIR, task=TASKS, moment=(0, len(STOPS) - 1, 1, 5))

# %% [markdown] id="playground-text" lang="en"
# ## The playground
#
# A network that learns while you watch, made after the TensorFlow Playground, on real Keras. Choose data, features, layers and activation; press **Play**. The small squares show each neuron's $z$ over the plane. Below stand what you need for chapter 07: how much gradient reaches each layer, and how many of its signals are saturated (where the activation is flat) or dead (0 for every sample).
#
# Try: which is the smallest network that solves the spirals? What does a learning rate of 3 do?

# %% [markdown] id="playground-text" lang="zh"
# ## 游乐场
#
# 在这里，你可以看着一个网络当场学习。它仿照 TensorFlow Playground 制作，用的是真正的 Keras。选好数据、特征、层和激活函数，然后按 **Play**。每个小方块显示一个神经元在平面上各处的 $z$。下方是你在第 07 章要用到的东西：有多少梯度到达每一层，每一层的信号又有多少已经饱和（落在激活函数的平坦处）或死去（对每个样本都是 0）。
#
# 试一试：能解决 spirals 的最小网络是什么样的？学习率取 3 会怎样？

# %% id="playground"
from utils.playground import Session, Settings, pictures, playground

playground(Settings(data="circles", hidden_units=(4, 4), activation="tanh"))

# %% [markdown] id="playground-still-text" lang="en"
# Without a kernel, this is what it looks like after 200 epochs. In a square, orange is where the neuron's $z$ is positive, blue where it is negative; at the output these are the two classes. A line is a weight: orange if positive, blue if negative, the thicker, the larger for its layer.

# %% [markdown] id="playground-still-text" lang="zh"
# 如果没有运行内核，你看到的就是下面这幅图：训练 200 轮之后的样子。方块里，橙色表示神经元的 $z$ 为正，蓝色表示为负；在输出处，这就是两个类别。一条线是一个权值：正的为橙色，负的为蓝色，越粗，在所在的层里绝对值越大。

# %% id="playground-still"
session = Session(Settings(data="circles", hidden_units=(4, 4), activation="tanh"))
record = next(record for record in session.steps(10) if record.epoch >= 200)
solved = pictures.accuracy(session, session.test) > 0.9
figure, _ = pictures.network_map(session)
show(figure, f"A 2-4-4-1 network after {record.epoch} epochs, a small map for each neuron; 90 % right on test data: {solved}")

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
# **1.** A neuron with weights `w` (two numbers) and bias `b` switches on along a line. Return the $x_1$ at which this line crosses the $x_1$ axis (`w[0]` is not 0).

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 一个神经元的权值为 `w`（两个数），偏置为 `b`，它以一条直线为界，从关闭变为开启。返回这条直线与 $x_1$ 轴交点处的 $x_1$（`w[0]` 不为 0）。

# %% id="exercise-line" tags=["exercise"]
def crossing(w, b):
    ...


check("06-line", crossing)

# %% [markdown] id="hint-line" lang="en"
# *Hint.* On the axis $x_2 = 0$.

# %% [markdown] id="hint-line" lang="zh"
# *提示：* 在这条轴上，$x_2 = 0$。

# %% id="solution-line" tags=["solution"]
def crossing(w, b):
    return -b / w[0]


check("06-line", crossing)

# %% [markdown] id="exercise-most-text" lang="en"
# **2.** With `n` lines, how many more pieces does one line more make at most? And so: into how many pieces do `n` lines cut the plane? Return the second.

# %% [markdown] id="exercise-most-text" lang="zh"
# **2.** 已有 `n` 条直线，再加一条，最多会多出几块？由此想一想：`n` 条直线最多把平面切成几块？返回第二问的答案。

# %% id="exercise-most" tags=["exercise"]
def most_regions(n):
    ...


check("06-most", most_regions)

# %% [markdown] id="hint-most" lang="en"
# *Hint.* Draw one, two, three lines. Each new line crosses all the old ones.

# %% [markdown] id="hint-most" lang="zh"
# *提示：* 依次画一条、两条、三条直线。每条新直线都与所有旧直线相交。

# %% id="solution-most" tags=["solution"]
def most_regions(n):
    return 1 + n + n * (n - 1) // 2


check("06-most", most_regions)

# %% [markdown] id="exercise-parameters-text" lang="en"
# **3.** How many weights and biases has a network with two inputs, four hidden layers of eight and one output? Count before you look it up above.

# %% [markdown] id="exercise-parameters-text" lang="zh"
# **3.** 一个网络有两个输入、四个隐藏层（每层八个神经元）和一个输出，它一共有多少个权值和偏置？先自己数，再回到上文核对。

# %% id="exercise-parameters" tags=["exercise"]
parameters = ...

check("06-parameters", parameters)

# %% [markdown] id="hint-parameters" lang="en"
# *Hint.* Each neuron has one weight for each input, and a bias.

# %% [markdown] id="hint-parameters" lang="zh"
# *提示：* 每个神经元对每个输入各有一个权值，另外还有一个偏置。

# %% id="solution-parameters" tags=["solution"]
parameters = (2 + 1) * 8 + 3 * (8 + 1) * 8 + (8 + 1)

check("06-parameters", parameters)

# %% [markdown] id="exercise-slope-text" lang="en"
# **4.** Return the gradient, shape (2,), of $v\cdot\mathrm{relu}(xW + b)$ with respect to the point `x`, shape (2,): the slope of the linear region in which it lies. `W` has shape (2, n), `b` and `v` have shape (n,).

# %% [markdown] id="exercise-slope-text" lang="zh"
# **4.** 返回 $v\cdot\mathrm{relu}(xW + b)$ 对点 `x` 的梯度，也就是该点所在线性区域的斜率。各数组的形状：点和梯度，(2,)；`W`，(2, n)；`b` 和 `v`，(n,)。

# %% id="exercise-slope" tags=["exercise"]
def slope(W, b, v, x):
    ...


check("06-slope", slope)

# %% [markdown] id="hint-slope" lang="en"
# *Hint.* Which neurons are active there? The others might as well not exist.

# %% [markdown] id="hint-slope" lang="zh"
# *提示：* 在那一点，哪些神经元是开启的？其余的就当不存在。

# %% id="solution-slope" tags=["solution"]
def slope(W, b, v, x):
    active = x @ W + b > 0
    return W @ (active * v)


check("06-slope", slope)

# %% [markdown] id="exercise-stop-text" lang="en"
# **5.** Given the loss on data kept aside (validation data) after each epoch, at which epoch (counted from 1) should one have stopped? Data that chose the epoch are no longer fresh.

# %% [markdown] id="exercise-stop-text" lang="zh"
# **5.** 已知每一轮之后在留出的数据（验证数据）上的损失，训练本该在第几轮（从 1 数起）停下来？用来选定轮次的数据，就不再是新数据了。

# %% id="exercise-stop" tags=["exercise"]
def best_epoch(validation_losses):
    ...


check("06-stop", best_epoch)

# %% [markdown] id="hint-stop" lang="en"
# *Hint.* `np.argmin` counts from 0.

# %% [markdown] id="hint-stop" lang="zh"
# *提示：* `np.argmin` 从 0 数起。

# %% id="solution-stop" tags=["solution"]
def best_epoch(validation_losses):
    return int(np.argmin(validation_losses)) + 1


check("06-stop", best_epoch)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Read a decision map: it begins as a nearly straight cut (tanh) or as a few rays (relu), and each bend is learned.
# - Show that a relu boundary is straight within each linear region, to rounding error, and that tanh curves everywhere.
# - Tell the two fits apart: more neurons and epochs nearly always helped on the training data; on fresh data more neurons soon brought nothing, and more than about 50 epochs did harm.
# - Judge depth: ask against which width, with which number of parameters, on which task.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 读懂决策图：边界起初是近乎笔直的一刀（tanh）或几条射线（relu），每一个弯都是学出来的。
# - 验证：在每个线性区域之内，relu 的边界都是直的（只差舍入误差），而 tanh 的边界处处弯曲。
# - 分清两种拟合：在训练数据上，增加神经元和轮数几乎总有帮助；在新数据上，增加神经元很快就不再有益，轮数超过 50 左右则有害。
# - 评判深度：先问清楚，是与什么宽度的网络相比，参数个数是多少，做的是哪一项任务。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - G. Montúfar, R. Pascanu, K. Cho, Y. Bengio (2014), "On the Number of Linear Regions of Deep Neural Networks", *NeurIPS* 27.
# - B. Hanin, D. Rolnick (2019), "Deep ReLU Networks Have Surprisingly Few Activation Patterns", *NeurIPS* 32.
# - D. Smilkov, S. Carter, D. Sculley, F. Viégas, M. Wattenberg (2017), "Direct-Manipulation Visualization of Deep Networks", arXiv:1708.03788: the TensorFlow Playground.
# - B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004), "Least Angle Regression", *The Annals of Statistics* 32, 407–499: the source of the patients' data.
#
# **Next:** [07 · Keep the gradient alive](07_vanishing_gradients.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - G. Montúfar, R. Pascanu, K. Cho, Y. Bengio (2014), "On the Number of Linear Regions of Deep Neural Networks", *NeurIPS* 27：深度神经网络的线性区域有多少。
# - B. Hanin, D. Rolnick (2019), "Deep ReLU Networks Have Surprisingly Few Activation Patterns", *NeurIPS* 32：深度 ReLU 网络的激活模式少得出人意料。
# - D. Smilkov, S. Carter, D. Sculley, F. Viégas, M. Wattenberg (2017), "Direct-Manipulation Visualization of Deep Networks", arXiv:1708.03788：介绍 TensorFlow Playground。
# - B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004), "Least Angle Regression", *The Annals of Statistics* 32, 407–499：患者数据的出处。
#
# **下一章：** [07 · 让梯度活下去](07_vanishing_gradients.ipynb)。
