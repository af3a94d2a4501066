# ---
# jupyter:
#   course: {chapter: "00", needs: [], minutes: 10, question: "How do I run, predict and check?", question_zh: "怎样运行、预测和检查？"}
# ---

# %% [markdown] id="title" lang="en"
# # 00 · Start here
#
# A back-propagation (BP) network learns by sending signals forward, comparing the output with what was wanted, and sending the error back to correct its weights. Many explanations of it exist. In this course every claim they make is put to a measurement, and some do not survive it.
#
# The claims are those of one article: a popular introduction to BP networks for beginners, written in Chinese. "The article" always means this one; chapter 08 lists its 27 claims, C1 to C27, with what became of them.

# %% [markdown] id="title" lang="zh"
# # 00 · 从这里开始
#
# 反向传播（BP）网络是这样学习的：把信号向前传，将输出与想要的结果比较，再把误差传回去，据此修正权值。讲解它的文章很多。其中的每一个论断，本课程都用测量来检验，有些没能通过。
#
# 这些论断来自同一篇文章：一篇用中文写给初学者的 BP 网络通俗介绍。本课程中的“那篇文章”，指的都是它；第 08 章列出了它的 27 个论断，即 C1 到 C27，以及各自的结论。

# %% [markdown] id="aims" lang="en"
# **You will** run your first cells, read one figure, answer one exercise, and check that your computer is ready.
#
# **You will learn to**
# - run a chapter from top to bottom, and predict before you run;
# - read the course's notation;
# - check an answer, and read an evidence table.
#
# **You need** Python, a little NumPy and school calculus. No neural networks. About 10 minutes.

# %% [markdown] id="aims" lang="zh"
# **你将**运行头几个单元格，读一幅图，做一道练习，并检查你的电脑是否就绪。
#
# **你将学会**
# - 从头到尾运行一章，并且先预测，再运行；
# - 读懂本课程的记号；
# - 检查答案，读懂证据表。
#
# **你需要**会用 Python，懂一点 NumPy 和中学程度的微积分，不需要任何神经网络的知识。大约 10 分钟。

# %% [markdown] id="map" lang="en"
# ## The course
#
# Each chapter asks one question. An arrow leads from a chapter to those that build on it.
#
# <!-- course map -->

# %% [markdown] id="map" lang="zh"
# ## 本课程
#
# 每章提出一个问题。箭头从一章指向以它为基础的各章。
#
# <!-- course map -->

# %% [markdown] id="run-text" lang="en"
# ## Run a cell
#
# The grey boxes are code. Click into one and press Shift+Enter: it runs, and the next one is selected. *Run All* in the Run menu runs the whole chapter. Cells rely on those above them, so run them in order.
#
# The next cell is the same in every chapter. It finds the course's helper package `utils`, and prints nothing when all is well.

# %% [markdown] id="run-text" lang="zh"
# ## 运行一个单元格
#
# 灰色的方框是代码。单击其中一个，再按 Shift+Enter，它就会运行，然后选中下一个。Run 菜单里的 *Run All* 会运行整章。后面的单元格要用到前面的结果，所以要按顺序运行。
#
# 下一个单元格在每一章里都一样。它负责找到本课程的辅助程序包 `utils`；一切正常时，什么也不打印。
#
# 正文是中文，代码、图和程序的输出则一律用英文，与英文版完全相同。

# %% id="imports"
import sys

import numpy as np

from utils.datasets import load
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_00 as figures
from utils.plotting import show
from utils.reproducibility import quiet_tensorflow, use_style, versions
from utils.statistics import median_interval

use_style()

# %% [markdown] id="ready-text" lang="en"
# Is your computer ready? The course needs Python 3.10 to 3.13. The next cell shows what you have, and says what to do where something is missing. The versions are yours, so they may differ from the ones stored here.

# %% [markdown] id="ready-text" lang="zh"
# 你的电脑准备好了吗？本课程需要 Python 3.10 到 3.13。下一个单元格会列出你装了什么；如果缺了什么，也会告诉你该怎么办。显示的是你电脑上的版本，所以可能与这里保存的不同。

# %% id="versions" tags=["nbval-ignore-output"]
for package, version in versions().items():
    print(f"{package:12} {version or 'missing: pip install -r requirements.txt, then restart the kernel'}")
if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    print("TensorFlow may have no package for this Python: make the environment with 3.10 to 3.13")

# %% [markdown] id="tensorflow-text" lang="en"
# Now TensorFlow multiplies two matrices. To import it takes about ten seconds.

# %% [markdown] id="tensorflow-text" lang="zh"
# 现在让 TensorFlow 把两个矩阵相乘。导入 TensorFlow 大约要十秒钟。

# %% id="ready"
quiet_tensorflow()
import tensorflow as tf

product = tf.linalg.matmul(np.eye(2), [[1.0, 2.0], [3.0, 4.0]])
print("TensorFlow computes:", product.numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]])

# %% [markdown] id="predict-text" lang="en"
# ## Predict, then run
#
# Before each experiment stands a line like the next one. Answer it before you run the cell, best on paper: a wrong guess that surprises you teaches more than a right answer that you read.
#
# **Predict:** draw two rings, one inside the other, each made of 100 points. Can a straight line separate the outer points from the inner ones? How many of the 200 will it get right at best?

# %% [markdown] id="predict-text" lang="zh"
# ## 先预测，再运行
#
# 每个实验之前，都有一个像下面这样的问题。请先作答，再运行，最好写在纸上：猜错时吃的那一惊，比读来的正确答案教给你的更多。
#
# **预测：** 画两个圆环，一个套在另一个里面，各由 100 个点组成。一条直线能把外环的点与内环的点分开吗？200 个点中，最好的直线能分对多少个？

# %% id="best-line"
rings = load("circles", n_samples=200, noise=0.1, seed=0)
angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
directions = np.column_stack([np.cos(angles), np.sin(angles)])
projections = rings.x @ directions.T
thresholds = np.linspace(-1.5, 1.5, 301)
right = ((projections[..., None] > thresholds) == rings.y[:, None, None]).mean(axis=0)
best_angle, best_threshold = np.unravel_index(right.argmax(), right.shape)
print(f"the best of {right.size:,} lines gets {right.max():.1%} right")

# %% id="best-line-figure"
show(*figures.best_line(rings, directions[best_angle], thresholds[best_threshold], right.max()))

# %% [markdown] id="best-line-reading" lang="en"
# None of these lines does it, and no other can: the inner ring lies in the middle of the outer one, so a side that holds all inner points also holds some outer ones. A network with a hidden layer can, which is what the course is about.
#
# Figures state their answer in the title. Each also has an alternative text with the numbers, for those who listen to it.

# %% [markdown] id="best-line-reading" lang="zh"
# 没有哪条直线做得到，而且不只是这里试过的这些：内环在外环的中间，所以直线的一侧只要包含内环的全部点，就必定也包含外环的一些点。带隐藏层的网络能做到，这正是本课程要讲的。
#
# 图的标题就是它的答案。每幅图还有一段带数字的替代文本，供用读屏软件听图的读者使用。

# %% [markdown] id="evidence-text" lang="en"
# ## The evidence table
#
# Every chapter ends with one. A row holds a claim, how it was tested, what came out, and the verdict: *holds*, *holds only if …*, or *does not hold*. The verdict is not written by hand: a rule in the cell (`holds`) decides, and where it is met only under a condition, the cell names that (`only_if`).

# %% [markdown] id="evidence-text" lang="zh"
# ## 证据表
#
# 每章末尾都有一张证据表。表中每一行写明一个论断、检验的方法、测得的结果和结论：*holds*（成立）、*holds only if*（有条件地成立）或 *does not hold*（不成立）。结论不是手写上去的：由单元格里的一条规则（`holds`）判定；如果只在某个条件下才满足，单元格就写明这个条件（`only_if`）。

# %% [markdown] id="evidence-example" lang="en"
# Here the claim is that a line can separate two rings, and chance plays a part: another sample of points would give another share. So we draw 20 samples. Each comes from its own **random seed**, the number from which a computer's random numbers start; the same seed gives the same points again.

# %% [markdown] id="evidence-example" lang="zh"
# 这里的论断是：一条直线能分开两个圆环。其中有偶然的成分：换一批点，分对的比例就会不同。所以我们抽取 20 份样本，每份各用一个**随机种子**，也就是计算机生成随机数时用作起点的那个数；种子相同，得到的点也相同。

# %% id="evidence-seeds"
best = []
for seed in range(20):
    sample = load("circles", n_samples=200, noise=0.1, seed=seed)
    hits = ((sample.x @ directions.T)[..., None] > thresholds) == sample.y[:, None, None]
    best.append(hits.mean(axis=0).max())
share = median_interval(best)

# %% [markdown] id="interval-text" lang="en"
# Now we have 20 numbers. Their **median** is the one in the middle: half are smaller, half are larger. And a **95 % interval** says how far the truth may be from it: of 100 intervals that are made in this way, on average at least 95 hold the true median.

# %% [markdown] id="interval-text" lang="zh"
# 现在有了 20 个数。它们的**中位数**就是排在正中的那个：一半比它小，一半比它大。**95 % 区间**则说明真值可能离它多远：按这种方法得出 100 个区间，平均至少有 95 个包含真正的中位数。

# %% [markdown] id="interval-kinds" lang="en"
# Other chapters do the same for shares (Wilson's interval), for means, and for the difference of two methods on the same seeds. The column "seeds" counts repetitions: seeds, or random starts. In place of an interval stands "exact" where no chance is involved, or where nothing was repeated with other random numbers. Where results vary from computer to computer, an interval is rounded outward, so that it claims no more than was measured.

# %% [markdown] id="interval-kinds" lang="zh"
# 其他各章对比例（用 Wilson 区间）、对平均值，以及对两种方法在相同种子上的差，也都这样做。“seeds”一列记的是重复的次数：种子的个数，或随机起点的个数。与偶然无关的，或者没有换随机数重复过的，不写区间，写“exact”（精确）。如果结果因电脑而异，区间的两端就向外舍入，以免论断超出测得的结果。

# %% id="evidence"
evidence = EvidenceTable("00")
evidence.record(
    "00.1", "A straight line can separate two rings",
    experiment="the best of 108,360 lines, 20 random samples of 200 points", seeds=20,
    measured=f"{share.value:.0%} right in the median", interval=share[1:],
    holds=bool(max(best) > 0.99),
)
evidence

# %% [markdown] id="notation" lang="en"
# ## Notation
#
# These letters mean the same thing in every chapter.
#
# | symbol | meaning |
# |---|---|
# | $x$, $X$ | input of the network, a vector or one number; the inputs of many samples, one in each row |
# | $T$, $Y$ | target (the wanted output) and output of the network |
# | $N$, $i$; $m$ | number of samples, and the number of one sample; number of outputs |
# | $w$, $W$; $b$ | a weight, a layer's weight matrix; bias |
# | $f$, $f'$ | an activation function, and its slope |
# | $z$, $a$ | input of an activation function, and its output: $a = f(z)$ |
# | $n$ | number of neurons in a layer, or of inputs of a neuron |
# | $E$ | loss: one number that says how wrong the network is |
# | $\partial E/\partial w$, $\nabla E$ | slope of the loss with respect to one weight; all these slopes together, the gradient |
# | $\eta$ | learning rate: how far to move for a given slope |
# | $\Delta w$ | change of a weight in one step |
# | $\delta$ | learning signal of a neuron: the derivative of $E$ with respect to its $z$ |
# | $p$, $t$ | a classifier's probabilities; its target in the same form, 1 for the right class and 0 for the others |
# | $l$; $j$, $k$ | number of a layer; other running numbers, of neurons or steps |
# | $c$, $\lambda$; $L$ | curvature of a bowl (chapters 03, 04), of a surface in some direction; the largest anywhere |
# | $\kappa$ | condition number of a bowl: its largest curvature over its smallest |
#
# Other letters live in one section only, and are explained there.

# %% [markdown] id="notation" lang="zh"
# ## 记号
#
# 下列字母在各章里含义相同。
#
# | 记号 | 含义 |
# |---|---|
# | $x$、$X$ | 网络的输入，可以是向量，也可以是一个数；许多样本的输入，每行一个 |
# | $T$、$Y$ | 目标（想要的输出）与网络的输出 |
# | $N$、$i$；$m$ | 样本数，以及某个样本的序号；输出的个数 |
# | $w$、$W$；$b$ | 一个权值，一层的权值矩阵；偏置 |
# | $f$、$f'$ | 激活函数，及其斜率 |
# | $z$、$a$ | 激活函数的输入，以及它的输出：$a = f(z)$ |
# | $n$ | 一层的神经元数，或一个神经元的输入数 |
# | $E$ | 损失：用一个数说明网络错得有多厉害 |
# | $\partial E/\partial w$、$\nabla E$ | 损失对某个权值的斜率；所有这些斜率合在一起，即梯度 |
# | $\eta$ | 学习率：给定斜率时走多远 |
# | $\Delta w$ | 一步中权值的改变量 |
# | $\delta$ | 神经元的学习信号：$E$ 对它的 $z$ 的导数 |
# | $p$、$t$ | 分类器给出的概率；以同样形式写出的目标：正确的类别为 1，其余为 0 |
# | $l$；$j$、$k$ | 层的序号；其他序号，如神经元或步的序号 |
# | $c$、$\lambda$；$L$ | 碗的曲率（第 03、04 章），曲面在某个方向上的曲率；各处曲率的最大值 |
# | $\kappa$ | 碗的条件数：最大曲率与最小曲率之比 |
#
# 其他字母只在某一节里使用，并在那里说明。

# %% [markdown] id="words" lang="en"
# Three words come up everywhere. The **training data** are those from which a network learns; the **test data** are kept apart to see what it does with points it never met. Which sample goes where is the **split**. It is drawn at random, from a seed, so that you get the same one.

# %% [markdown] id="words" lang="zh"
# 有三个词到处都会用到。**训练数据**供网络学习；**测试数据**另外留出，用来看网络遇到从未见过的点时表现如何。哪个样本归入哪一份，称为**划分**。划分是随机的，由种子决定，所以你得到的与这里的相同。

# %% [markdown] id="exercises" lang="en"
# ## Exercises
#
# Replace the `...` and run the cell. `check` tells whether the answer is right; if it recognises a usual mistake, it says which. Try a wrong answer on purpose: nothing breaks.
#
# **1.** Write the mean of the squared errors of targets $T$ and outputs $Y$.

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。`check` 会告诉你答案对不对；如果认出是常见的错误，它会指明是哪一种。不妨故意答错一次，不会弄坏任何东西。
#
# **1.** 写出目标 $T$ 与输出 $Y$ 之间误差平方的平均值。

# %% id="exercise-errors" tags=["exercise"]
def mean_squared_error(T, Y):
    ...


check("00-errors", mean_squared_error)

# %% [markdown] id="hint-errors" lang="en"
# *Hint.* Square each difference first, then average.

# %% [markdown] id="hint-errors" lang="zh"
# *提示：* 先把每个差平方，再求平均。

# %% id="solution-errors" tags=["solution"]
def mean_squared_error(T, Y):
    return ((T - Y) ** 2).mean()


check("00-errors", mean_squared_error)

# %% [markdown] id="exercise-slope-text" lang="en"
# **2.** The course uses derivatives throughout. What is the derivative of $\tfrac12\,(3 - w)^2$ with respect to $w$, at $w = 1$?

# %% [markdown] id="exercise-slope-text" lang="zh"
# **2.** 本课程处处要用导数。$\tfrac12\,(3 - w)^2$ 在 $w = 1$ 处对 $w$ 的导数是多少？

# %% id="exercise-slope" tags=["exercise"]
slope = ...

check("00-slope", slope)

# %% [markdown] id="hint-slope" lang="en"
# *Hint.* The chain rule: the 2 comes down, and the inner function $3-w$ has a derivative of its own.

# %% [markdown] id="hint-slope" lang="zh"
# *提示：* 用链式法则：平方的 2 移到前面，内层函数 $3-w$ 也有自己的导数。

# %% id="solution-slope" tags=["solution"]
slope = -(3 - 1)

check("00-slope", slope)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Run a chapter from top to bottom, and predict before you run.
# - Look up a symbol in the notation table.
# - Check an answer, and read an evidence table.
#
# If a cell failed, read the last line of its message first: the helpers say which argument was wrong and what they want. To start afresh, choose *Restart Kernel and Run All Cells* in the Kernel menu.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 从头到尾运行一章，并且先预测，再运行。
# - 在记号表里查一个记号。
# - 检查答案，读懂证据表。
#
# 如果某个单元格出错，先读报错信息的最后一行：辅助程序会说明哪个参数不对、应当是什么。想从头再来，就在 Kernel 菜单里选 *Restart Kernel and Run All Cells*。

# %% [markdown] id="next" lang="en"
# **Next:** [01 · Send the error back: the BP network](01_bp_network.ipynb).

# %% [markdown] id="next" lang="zh"
# **下一章：** [01 · 把误差传回去：BP 网络](01_bp_network.ipynb)。
