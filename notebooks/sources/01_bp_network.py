# ---
# jupyter:
#   course: {chapter: "01", needs: ["00"], minutes: 60, question: "How does an error find the weight that caused it?", question_zh: "误差怎样找到造成它的那个权值？"}
# ---

# %% [markdown] id="title" lang="en"
# # 01 · Send the error back: the BP network
#
# A network gives a wrong answer. It has many weights, and each had some part in it. Which of them should change, by how much, and in which direction? Back-propagation answers all of this at once, with one pass forward and one pass back.

# %% [markdown] id="title" lang="zh"
# # 01 · 把误差传回去：BP 网络
#
# 网络给出了一个错误的答案。它有许多权值，每一个都有一份责任。该改哪些？改多少？往哪个方向改？反向传播能一次回答所有这些问题：只需向前算一遍，再向后算一遍。

# %% [markdown] id="aims" lang="en"
# **You will** follow one sample through a network of nine weights, forward and back, with every number in sight; then let a network of the same kind read handwritten digits.
#
# **You will learn to**
# - compute the signals of a network forward, layer by layer, and its error signals δ back;
# - write a BP network in about 20 lines of NumPy, and check its gradients against two other methods;
# - catch the usual mistakes: a bias forgotten, a derivative taken at the wrong place;
# - say what a network without a hidden layer cannot do, and from how many starts one with a hidden layer learns it.
#
# **You need** the chain rule, matrix products in NumPy, and about an hour.

# %% [markdown] id="aims" lang="zh"
# **你将**跟着一个样本穿过一个只有九个权值的网络，先向前，再向后，每个数都看得见；然后让一个同类的网络识别手写数字。
#
# **你将学会**
# - 逐层向前计算网络的信号，再逐层向后计算误差信号 δ；
# - 用大约 20 行 NumPy 代码写出一个 BP 网络，并用另外两种方法检验它的梯度；
# - 发现常见的错误：忘了偏置，或者求导数的位置不对；
# - 说出没有隐藏层的网络做不到什么，以及加上一个隐藏层之后，从多少组初始权值出发能够学会。
#
# **你需要**掌握链式法则和 NumPy 的矩阵乘法，并留出大约一小时。

# %% id="start"
from utils.reproducibility import start

start(seed=0)

# %% id="imports"
import keras
import numpy as np
import tensorflow as tf

from utils.controls import interactive_figure
from utils.datasets import load
from utils.diagnostics import numerical_gradient, relative_error
from utils.evidence import EvidenceTable
from utils.exercises import check
from utils.figures import chapter_01 as figures
from utils.plotting import show
from utils.statistics import mean_interval, paired_difference, wilson_interval

evidence = EvidenceTable("01")

# %% [markdown] id="network-text" lang="en"
# ## A network with nine weights
#
# Two inputs, three hidden neurons, one output: a 2-3-1 network. A neuron adds up what arrives, each signal times a **weight** $w$, plus a **bias** $b$ of its own. The sum is $z$. It then bends $z$ with an **activation function** $f$ and sends on $a = f(z)$. We bend with tanh, which maps any number to one between −1 and 1. Neurons stand in **layers**: each layer listens to the one before. Those between input and output are called **hidden**.

# %% [markdown] id="network-text" lang="zh"
# ## 有九个权值的网络
#
# 两个输入，三个隐藏神经元，一个输出：这是一个 2-3-1 网络。神经元把到达的信号各乘以一个**权值** $w$，加在一起，再加上自己的**偏置** $b$，得到的和就是 $z$。然后它用**激活函数** $f$ 把 $z$ 弯曲，送出 $a = f(z)$。这里用的是 tanh，它把任意的数映射到 −1 与 1 之间。神经元一**层**一层地排列，每一层只接收前一层的信号。输入和输出之间的各层称为**隐藏层**。

# %% id="network"
W1 = np.array([[0.5, -0.3, 0.8], [0.2, 0.9, -0.6]])  # from 2 inputs to 3 hidden neurons
b1 = np.array([0.1, 0.0, -0.1])
W2 = np.array([[0.7], [-0.5], [0.4]])  # from 3 hidden neurons to 1 output
b2 = np.array([0.2])

# %% [markdown] id="forward-text" lang="en"
# ## Forward
#
# A sample enters as a row $x$. Each layer works on what the one before sent, and the last one's $a$ is the network's answer $Y$:
#
# $$z = a_{\text{before}}\,W + b, \qquad a = f(z)$$
#
# Row $j$, column $k$ of $W$ is the weight from input or neuron $j$ to neuron $k$.

# %% [markdown] id="forward-text" lang="zh"
# ## 前向计算
#
# 一个样本作为一行 $x$ 进入网络。每一层处理前一层送来的信号，最后一层的 $a$ 就是网络的回答 $Y$：
#
# $$z = a_{\text{before}}\,W + b, \qquad a = f(z)$$
#
# 下标 before 指前一层。$W$ 的第 $j$ 行第 $k$ 列，是从输入或神经元 $j$ 到神经元 $k$ 的权值。

# %% id="forward"
x = np.array([[1.0, 0.5]])
z1 = x @ W1 + b1
a1 = np.tanh(z1)
z2 = a1 @ W2 + b2
Y = np.tanh(z2)
print("hidden signals:", a1.round(3).tolist(), "  output:", Y.round(3).tolist())

# %% [markdown] id="error-predict" lang="en"
# ## The error
#
# We wanted the answer $T = -0.5$. The loss of one sample is $E = \tfrac12 (T-Y)^2$, and $\partial E/\partial Y = Y - T$.
#
# **Predict:** should the output's $z$ grow or shrink? And the first weight into the output, 0.7, which carries a positive signal?

# %% [markdown] id="error-predict" lang="zh"
# ## 误差
#
# 我们想要的回答是 $T = -0.5$。单个样本的损失是 $E = \tfrac12 (T-Y)^2$，因此 $\partial E/\partial Y = Y - T$。
#
# **预测：** 输出神经元的 $z$ 该变大还是变小？通向输出的第一个权值是 0.7，经过它的信号为正，它又该变大还是变小？

# %% [markdown] id="backward-text" lang="en"
# ## Back
#
# Call $\delta = \partial E/\partial z$ the **learning signal** of a neuron: how the loss changes if its sum $z$ changes. At the output it is the error times the slope of the activation.

# %% [markdown] id="backward-text" lang="zh"
# ## 反向计算
#
# $\delta = \partial E/\partial z$ 称为神经元的**学习信号**，它说明当神经元的和 $z$ 变化时，损失怎样变化。在输出处，它等于误差乘以激活函数的斜率。

# %% [markdown] id="chain-text" lang="en"
# The signal $a_j$ of a hidden neuron reaches the loss only through the sums $z_k$ that it enters, in each times a weight $w_{jk}$; and $a_j = f(z_j)$. So by the chain rule it collects the $\delta$ of all neurons it feeds, through the same weights, times its own slope:
#
# $$\delta_j = \frac{\partial E}{\partial z_j} = \Big(\sum_k \frac{\partial E}{\partial z_k}\,w_{jk}\Big) f'(z_j) = \Big(\sum_k \delta_k\,w_{jk}\Big) f'(z_j)$$
#
# For our two layers, whole arrays at once (those of equal shape are multiplied element by element):
#
# $$\delta_2 = (Y - T)\,f'(z_2), \qquad \delta_1 = (\delta_2\,W_2^{\top})\,f'(z_1)$$

# %% [markdown] id="chain-text" lang="zh"
# 隐藏神经元的信号 $a_j$ 只能通过它进入的那些和 $z_k$ 影响损失，每次都乘以一个权值 $w_{jk}$；而 $a_j = f(z_j)$。所以由链式法则，它沿着同样的权值，从自己送去信号的所有神经元那里收集 $\delta$，再乘以自己的斜率：
#
# $$\delta_j = \frac{\partial E}{\partial z_j} = \Big(\sum_k \frac{\partial E}{\partial z_k}\,w_{jk}\Big) f'(z_j) = \Big(\sum_k \delta_k\,w_{jk}\Big) f'(z_j)$$
#
# 对我们的两层，整个数组一起算（形状相同的数组按元素相乘）：
#
# $$\delta_2 = (Y - T)\,f'(z_2), \qquad \delta_1 = (\delta_2\,W_2^{\top})\,f'(z_1)$$

# %% id="backward"
def tanh_slope(z):
    return 1 - np.tanh(z) ** 2


T = np.array([[-0.5]])
delta2 = (Y - T) * tanh_slope(z2)
delta1 = (delta2 @ W2.T) * tanh_slope(z1)
print("slopes of the hidden neurons:", tanh_slope(z1).round(3).tolist(), "  of the output:", tanh_slope(z2).round(3).tolist())
print("δ of the output:", delta2.round(3).tolist(), "  δ of the hidden neurons:", delta1.round(3).tolist())

# %% [markdown] id="gradient-text" lang="en"
# A weight multiplies the signal that enters it, so the loss changes with the weight by *signal in* times *δ out*. The bias multiplies a 1. Every weight and every bias then moves against its gradient, by a step whose size the **learning rate** $\eta$ sets:
#
# $$\frac{\partial E}{\partial W} = a_{\text{before}}^{\top}\,\delta, \qquad \frac{\partial E}{\partial b} = \delta, \qquad \Delta W = -\eta\,\frac{\partial E}{\partial W}$$
#
# Here the output's δ is positive, so $z$ should shrink; so should the weight 0.7, since a positive signal enters through it. All this is for one sample. For several, their gradients are averaged.

# %% [markdown] id="gradient-text" lang="zh"
# 权值与进入它的信号相乘，所以损失对权值的变化率等于*进入的信号*乘以*出口处的 δ*。偏置乘的则是 1。然后，每个权值和偏置都逆着自己的梯度移动，步子的大小由**学习率** $\eta$ 决定：
#
# $$\frac{\partial E}{\partial W} = a_{\text{before}}^{\top}\,\delta, \qquad \frac{\partial E}{\partial b} = \delta, \qquad \Delta W = -\eta\,\frac{\partial E}{\partial W}$$
#
# 在这里，输出的 δ 为正，所以 $z$ 应当变小；权值 0.7 也应当变小，因为经过它的信号为正。以上都是对单个样本而言；有多个样本时，取各样本梯度的平均。

# %% id="update"
learning_rate = 0.5
dW1, dW2 = -learning_rate * x.T @ delta1, -learning_rate * a1.T @ delta2
db1, db2 = -learning_rate * delta1[0], -learning_rate * delta2[0]
after = np.tanh(np.tanh(x @ (W1 + dW1) + b1 + db1) @ (W2 + dW2) + b2 + db2)
print(f"wanted {T.item()}, before {Y.item():.3f}, after one update {after.item():.3f}")

# %% [markdown] id="picture-text" lang="en"
# The whole of it in one picture. Nothing in it is drawn by hand: circles and lines carry the numbers of this very pass. A dashed line stands for a negative number, a thick one for a number of large size. Blue signals travel forward, orange δ travel back along the same weights, and green is what changes. The inputs have neither δ nor bias: nothing about them is to be learned.

# %% [markdown] id="picture-text" lang="zh"
# 全过程都在下面这幅图里。图中没有一处是手工画的：圆圈和连线上的数，都来自刚才这一遍计算。虚线表示负数，粗线表示绝对值大的数。蓝色的信号向前走，橙色的 δ 沿着同样的权值往回走，绿色的是变化量。输入既没有 δ 也没有偏置，因为输入本身没有什么要学的。

# %% id="picture"
show(*figures.three_passes(x, T, [W1, W2], [b1, b2], learning_rate))

# %% [markdown] id="slider-text" lang="en"
# Move the inputs and the target; the sliders start at the picture above. When is every δ zero? Which weights do not move when $x_1 = 0$?

# %% [markdown] id="slider-text" lang="zh"
# 拖动输入和目标的滑块；滑块的初始位置对应上面那幅图。什么时候所有的 δ 都为零？当 $x_1 = 0$ 时，哪些权值不动？

# %% id="slider"
def redraw(x1, x2, target):
    sample, wanted = np.array([[x1, x2]]), np.array([[target]])
    return figures.three_passes(sample, wanted, [W1, W2], [b1, b2], learning_rate)


interactive_figure(redraw, x1=(-1.0, 1.0, 0.1, 1.0), x2=(-1.0, 1.0, 0.1, 0.5), target=(-1.0, 1.0, 0.1, -0.5))

# %% [markdown] id="class-text" lang="en"
# ## Any depth, any width
#
# Nothing above depends on there being two layers. Here is the network for any number of them, trained on $N$ samples at once: a row of $x$ for each sample. The losses of a sample's outputs are added up, those of the samples averaged: hence the division by `len(T)`. `f` and `slope` are the activation and its derivative.

# %% [markdown] id="class-text" lang="zh"
# ## 任意深度，任意宽度
#
# 上面的一切都不限于两层。下面的网络可以有任意多层，一次用 $N$ 个样本训练：每个样本占 $x$ 的一行。同一样本各个输出的损失相加，各个样本的损失取平均，所以要除以 `len(T)`。`f` 和 `slope` 是激活函数和它的导数。

# %% id="class"
class Network:
    def __init__(self, weights, biases, f, slope):
        self.weights, self.biases, self.f, self.slope = weights, biases, f, slope

    def forward(self, x):
        self.z, self.a = [], [x]
        for W, b in zip(self.weights, self.biases):
            self.z.append(self.a[-1] @ W + b)
            self.a.append(self.f(self.z[-1]))
        return self.a[-1]

    def backward(self, T):
        error = (self.a[-1] - T) / len(T)
        self.delta = []
        for W, z in zip(reversed(self.weights), reversed(self.z)):
            self.delta.insert(0, error * self.slope(z))
            error = self.delta[0] @ W.T

    def update(self, learning_rate):
        for W, b, a, delta in zip(self.weights, self.biases, self.a, self.delta):
            W -= learning_rate * a.T @ delta
            b -= learning_rate * delta.sum(axis=0)

# %% id="class-check"
network = Network([W1.copy(), W2.copy()], [b1.copy(), b2.copy()], np.tanh, tanh_slope)
network.forward(x)
network.backward(T)
network.update(learning_rate)
assert np.array_equal(network.delta[0], delta1) and np.array_equal(network.delta[1], delta2)
assert np.allclose(network.weights[0], W1 + dW1, rtol=1e-15)
assert np.allclose(network.biases[1], b2 + db2, rtol=1e-15)

# %% [markdown] id="import-text" lang="en"
# `utils.models.BPNetwork` is this class with checked arguments, random starting weights, and an activation of your choice for each layer. A **seed**, a whole number, decides which random numbers come, so that yours are the same as ours. The class also keeps the gradients. From here on we use that one.

# %% [markdown] id="import-text" lang="zh"
# `utils.models.BPNetwork` 就是这个类，只是多了参数检查和随机的初始权值，而且每一层可以各选一种激活函数。**种子**是一个整数，由它决定抽到哪些随机数，所以你得到的与我们的相同。这个类还会保存梯度。从现在起，我们就用它。

# %% id="import"
from utils.losses import quadratic_cost
from utils.models import BPNetwork

network = BPNetwork((3, 5, 4, 2), "tanh", seed=1)
inputs, targets = np.random.default_rng(0).normal(size=(2, 10, 3))
targets = targets[:, :2]
network.biases = [bias + 0.1 for bias in network.biases]  # a bias of 0 would hide mistakes
network.forward(inputs)
network.backward(targets)
[gradient.shape for gradient in network.weight_gradients + network.bias_gradients]

# %% [markdown] id="tools-text" lang="en"
# Two tools come in from here on. **TensorFlow** computes with arrays as NumPy does, and its `GradientTape` records a computation and returns the derivatives of the result. **Keras** builds networks on top of it: a model made of layers, `compile` to choose its optimizer and loss, `fit` to train it.

# %% [markdown] id="tools-text" lang="zh"
# 从这里起要用到两个工具。**TensorFlow** 像 NumPy 一样做数组运算，它的 `GradientTape` 会记下一段计算，并给出结果的导数。**Keras** 在 TensorFlow 之上搭建网络：模型由层组成，用 `compile` 选定优化器和损失，用 `fit` 训练。

# %% [markdown] id="proof-text" lang="en"
# ## Check it
#
# A wrong gradient may still lower the loss, as we shall see, so a falling loss proves nothing. We compare every entry with two methods that do without our backward pass: TensorFlow's `GradientTape`, and central differences, $(E(w+h) - E(w-h))/2h$ with a small $h$. **Relative error** here is the largest deviation in an array over its largest entry, and we take the worst array.

# %% [markdown] id="proof-text" lang="zh"
# ## 检验
#
# 错误的梯度也可能让损失下降（下面就会看到），所以损失在下降什么也证明不了。我们把梯度的每一个分量与另外两种方法的结果对照，这两种方法都不用我们的反向计算：一种是 TensorFlow 的 `GradientTape`，另一种是中心差分 $(E(w+h) - E(w-h))/2h$，其中 $h$ 很小。这里的**相对误差**，是一个数组中的最大偏差除以该数组中绝对值最大的数；我们取误差最大的那个数组。

# %% id="proof-difference"
def by_difference(part):
    def cost(values):
        kept = part.copy()
        part[...] = values
        E = quadratic_cost(targets, network.forward(inputs))
        part[...] = kept
        return E

    return numerical_gradient(cost, part)


by_differences = [by_difference(part) for part in network.weights + network.biases]

# %% id="proof-tape"
model = network.to_keras()  # the same weights in Keras, float64
with tf.GradientTape() as tape:
    E = tf.reduce_sum((targets - model(inputs)) ** 2) / (2 * len(targets))
found = [gradient.numpy() for gradient in tape.gradient(E, model.trainable_variables)]
by_tape = found[::2] + found[1::2]  # Keras lists weights and biases in turn

# %% id="proof"
by_hand = network.weight_gradients + network.bias_gradients
worst = max(relative_error(by_hand, by_differences), relative_error(by_hand, by_tape))
assert worst < 1e-7
print(f"{sum(g.size for g in by_hand)} gradients, worst relative error below 1e-7: {worst < 1e-7}")

# %% id="record-proof"
evidence.record(
    "C3", "The error goes back layer by layer; each layer's weights are corrected by its error signal",
    experiment="a 3-5-4-2 network, every weight and bias against GradientTape and differences",
    measured=f"{sum(g.size for g in by_hand)} gradients, relative error below 1e-7 (biases too)",
    holds=bool(worst < 1e-7),
)

# %% [markdown] id="mistakes-text" lang="en"
# ## Three usual mistakes
#
# Taking the slope at $a$ instead of $z$; leaving out the slope of the output layer; forgetting the biases.
#
# **Predict:** the check has to catch all three. Would you also notice the first one by a loss that does not fall?

# %% [markdown] id="mistakes-text" lang="zh"
# ## 三种常见的错误
#
# 在 $a$ 处而不是在 $z$ 处取斜率；漏掉输出层的斜率；忘了偏置。
#
# **预测：** 检验必须把三种错误全都查出来。只看损失降不降，你能发现第一种错误吗？

# %% id="mistakes"
slope = network.activations[0].derivative
error2 = network.delta[2] @ network.weights[2].T
wrong_place = network.a[1].T @ (error2 * slope(network.a[2]))
no_slope = network.a[2].T @ (network.a[3] - targets) / len(targets)
no_bias = np.zeros_like(network.biases[0])
for name, wrong, right in (
    ("slope at a instead of z", wrong_place, by_differences[1]),
    ("no slope at the output", no_slope, by_differences[2]),
    ("biases forgotten", no_bias, by_differences[3]),
):
    print(f"{name:24} relative error {relative_error(wrong, right):.0%}")
    assert relative_error(wrong, right) > 0.01

# %% id="falls-anyway"
def train(slope, learning_rate=0.1, steps=200):
    weights, biases = ([array.copy() for array in arrays] for arrays in (network.weights, network.biases))
    learner, losses = Network(weights, biases, np.tanh, slope), []
    for _ in range(steps):
        losses.append(quadratic_cost(targets, learner.forward(inputs)))
        learner.backward(targets)
        learner.update(learning_rate)
    return np.array(losses)


for name, losses in {"right": train(tanh_slope), "slope at a": train(lambda z: tanh_slope(np.tanh(z)))}.items():
    print(f"{name:10} loss from {losses[0]:.2f} to {losses[-1]:.2f}, falls in every step: {bool((np.diff(losses) < 0).all())}")

# %% [markdown] id="falls-reading" lang="en"
# With the slope at the wrong place the loss falls in every step as well, only not as far. Without the right curve beside it nobody would notice.

# %% [markdown] id="falls-reading" lang="zh"
# 斜率取错了位置，损失同样每一步都下降，只是降得没有那么多。旁边如果没有正确的结果作对照，谁也不会察觉。

# %% [markdown] id="xor-text" lang="en"
# ## Why a hidden layer: exclusive or (XOR)
#
# Four samples: the answer is 1 if exactly one input is 1. Without a hidden layer, can it be done? First with a **perceptron**, whose activation is sign: it says on which side of a line a point lies. We try a million random lines, weights and bias normally distributed.

# %% [markdown] id="xor-text" lang="zh"
# ## 为什么要有隐藏层：异或（XOR）
#
# 四个样本：恰好有一个输入为 1 时，答案是 1。没有隐藏层，做得到吗？先试试**感知机**，它的激活函数是 sign：它只说出一个点在直线的哪一侧。我们试一百万条随机直线，权值和偏置都服从正态分布。

# %% id="perceptron"
XOR_x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_T = np.array([[0.0], [1.0], [1.0], [0.0]])
lines = np.random.default_rng(0).normal(size=(3, 1_000_000))
right = ((XOR_x @ lines[:2] + lines[2] > 0) == (XOR_T > 0.5)).sum(axis=0)
print(f"of a million perceptrons the best gets {right.max()} of 4 right")

# %% [markdown] id="perceptron-reading" lang="en"
# It is no accident. The two 1s require $w_2 + b > 0$ and $w_1 + b > 0$, the two 0s $b \le 0$ and $w_1+w_2+b \le 0$. Add the first pair: $w_1+w_2+2b > 0$. Add the second: $w_1+w_2+2b \le 0$. No weights can do both (Minsky & Papert 1969).
#
# **Predict:** now **purelin**, $f(z) = z$, with any number of layers. What is the best output for the four samples?

# %% [markdown] id="perceptron-reading" lang="zh"
# 这并非偶然。两个答案为 1 的样本要求 $w_2 + b > 0$ 和 $w_1 + b > 0$，两个答案为 0 的样本要求 $b \le 0$ 和 $w_1+w_2+b \le 0$。前两式相加：$w_1+w_2+2b > 0$。后两式相加：$w_1+w_2+2b \le 0$。没有任何权值能同时满足两者（Minsky & Papert 1969）。
#
# **预测：** 现在换成 **purelin**，即 $f(z) = z$，层数不限。对这四个样本，最好的输出是什么？

# %% id="purelin"
with_ones = np.column_stack([XOR_x, np.ones(4)])
best = np.linalg.lstsq(with_ones, XOR_T, rcond=None)[0]
print("best linear outputs:", np.abs(with_ones @ best).round(6).ravel().tolist())
deep = BPNetwork((2, 8, 8, 1), "purelin", seed=0)
for _ in range(2000):
    deep.forward(XOR_x)
    deep.backward(XOR_T)
    deep.update(0.1)
print("a trained 2-8-8-1 purelin network:", deep.forward(XOR_x).round(3).ravel().tolist())

# %% [markdown] id="purelin-reading" lang="en"
# Layers of purelin collapse into one linear map, and the best linear map says ½ to everything. Sign fails differently: with a hidden layer it *can* represent the answer, as the weights below show. (It gives −1 or 1; here −1 stands for the answer 0.) But its slope is 0 almost everywhere, so every δ behind it is 0 and no error comes back to teach it.

# %% [markdown] id="purelin-reading" lang="zh"
# purelin 的各层会合并成一个线性映射，而最好的线性映射对每个样本都回答 ½。sign 失败的原因则不同：有了隐藏层，它*能够*表示答案，下面的权值就是证明。（它只输出 −1 或 1，这里用 −1 代表答案 0。）但它的斜率几乎处处为 0，误差往回传到它这里，δ 就成了 0，它的权值也就无从学习。

# %% id="sign-hidden"
sign = BPNetwork((2, 2, 1), "sign", seed=0)
sign.weights = [np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [-1.0]])]
sign.biases = [np.array([-0.5, -1.5]), np.array([-1.0])]
print("set by hand:", sign.forward(XOR_x).ravel().tolist())
learner = BPNetwork((2, 2, 1), "sign", seed=0)
learner.forward(XOR_x)
learner.backward(XOR_T)
largest = max(np.abs(gradient).max() for gradient in learner.weight_gradients)
print("largest gradient of a sign network:", largest)

# %% id="record-linear"
evidence.record(
    "C13", "sign and purelin cannot solve non-linear problems well",
    experiment="XOR: a million perceptrons, the best linear map, a trained purelin network, sign's gradients",
    measured=f"perceptron {right.max()} of 4 right; purelin says ½ to all; sign's gradients are 0",
    holds=bool(right.max() == 3 and np.allclose(with_ones @ best, 0.5) and largest == 0),
    only_if="sign's weights are learned by gradients: set by hand, with a hidden layer, they solve XOR",
)

# %% [markdown] id="success-text" lang="en"
# ## From how many starts does it learn?
#
# A network with a tanh hidden layer can represent XOR. Its output neuron has the activation **sigmoid**, $1/(1+e^{-z})$, which maps any number to one between 0 and 1. Learning it is another matter: does it succeed from every random start?
#
# Where does it start? Each weight is drawn uniformly between $\pm\sqrt{6/(n_{\text{in}}+n_{\text{out}})}$, all values equally likely; $n_{\text{in}}$ and $n_{\text{out}}$ are the sizes of the two layers it connects (Glorot & Bengio 2010). The biases start at 0.

# %% [markdown] id="success-text" lang="zh"
# ## 从多少组初始权值出发能学会？
#
# 带一个 tanh 隐藏层的网络能够表示 XOR。它的输出神经元使用激活函数 **sigmoid**，即 $1/(1+e^{-z})$，它把任意的数映射到 0 与 1 之间。能不能学会则是另一回事：从每一组随机的初始权值出发，都能成功吗？
#
# 初始权值从哪里来？每个权值都在 $\pm\sqrt{6/(n_{\text{in}}+n_{\text{out}})}$ 之间均匀抽取，区间内各个值的机会均等；$n_{\text{in}}$ 和 $n_{\text{out}}$ 是这个权值所连接的前后两层的神经元个数（Glorot & Bengio 2010）。偏置从 0 开始。

# %% [markdown] id="success-count" lang="en"
# We train 200 starts at once, one from each of 200 seeds, all for 3,000 updates with learning rate 2. A start succeeds if in the end all four outputs lie on the right side of ½. The lines are those of the class; each array has an axis of starts in front, and `@` runs along it.

# %% [markdown] id="success-count" lang="zh"
# 我们同时训练 200 组初始权值，200 个种子各出一组，每组都更新 3,000 次，学习率为 2。训练结束时，如果四个输出都落在 ½ 的正确一侧，这一组就算成功。代码还是那个类里的几行；每个数组前面多了一个轴，对应各组初始权值，`@` 会沿着它逐组相乘。

# %% id="success"
def success(hidden_units, starts=200, learning_rate=2.0, steps=3000):
    # Only the starting weights of these networks are used; the output below is a sigmoid.
    networks = [BPNetwork((2, hidden_units, 1), "tanh", seed=seed) for seed in range(starts)]
    W1, W2 = (np.stack([network.weights[layer] for network in networks]) for layer in (0, 1))
    b1, b2 = np.zeros((starts, 1, hidden_units)), np.zeros((starts, 1, 1))
    for _ in range(steps):
        a = np.tanh(XOR_x @ W1 + b1)
        Y = 1 / (1 + np.exp(-(a @ W2 + b2)))
        delta2 = (Y - XOR_T) / 4 * Y * (1 - Y)  # 4 samples; sigmoid's slope is Y (1 − Y)
        delta1 = (delta2 @ W2.swapaxes(1, 2)) * (1 - a**2)  # the slope of tanh
        W2 -= learning_rate * a.swapaxes(1, 2) @ delta2
        b2 -= learning_rate * delta2.sum(axis=1, keepdims=True)
        W1 -= learning_rate * XOR_x.T @ delta1
        b1 -= learning_rate * delta1.sum(axis=1, keepdims=True)
    return int(((Y > 0.5) == (XOR_T > 0.5)).all(axis=(1, 2)).sum())

# %% [markdown] id="success-predict" lang="en"
# **Predict:** of 200 starts, how many learn XOR with 1 hidden neuron? With 2? With 8?

# %% [markdown] id="success-predict" lang="zh"
# **预测：** 200 组初始权值中，只有 1 个隐藏神经元时，有多少组能学会 XOR？有 2 个时呢？有 8 个时呢？

# %% id="success-run"
widths = [1, 2, 3, 4, 8]
learned = [success(width) for width in widths]
rates = [wilson_interval(count, 200) for count in learned]
for width, rate in zip(widths, rates):
    print(f"{width} hidden: {rate:.0%} of 200 starts")

# %% id="success-figure"
show(*figures.success_by_width(widths, rates, starts=200))

# %% [markdown] id="success-reading" lang="en"
# That two hidden neurons *can* represent the answer does not mean that learning finds it: from about a third of the starts it did not, in the time we gave it. With three neurons nearly all starts succeeded; with four or eight, all 200. Each bar is the 95 % interval of the share that we would find among very many starts.

# %% [markdown] id="success-reading" lang="zh"
# 两个隐藏神经元*能够*表示答案，并不等于通过学习就找得到它：在我们给的时间内，约有三分之一的初始权值没有找到。有三个神经元时，几乎所有的初始权值都成功了；有四个或八个时，200 组全部成功。每根竖线是一个 95 % 区间，它估计的是：假如试极多组初始权值，成功的会占多大比例。

# %% id="record-success"
evidence.record(
    "01.1", "A BP network learns XOR",
    experiment="200 random starts for each of 5 widths, 3,000 steps", seeds=200,
    measured=f"2 hidden neurons {rates[1].value:.0%} of starts, 8 hidden neurons {rates[4].value:.0%}",
    interval=rates[1][1:], holds=bool(rates[4].low > 0.95 and rates[0].high < 0.05),
    only_if="it is wide enough: with 2 hidden neurons many had not learned it after 3,000 steps",
)

# %% [markdown] id="keras-text" lang="en"
# ## The same network in Keras
#
# Keras does the same arithmetic. One pass over all the data is an **epoch**, the samples of one step are a **batch**, and plain gradient descent is called SGD there. From the same weights, with the same data in the same order, the losses of 30 epochs must agree: with one batch an epoch, Keras reports the loss before the step, and so do we. `QuadraticCost` is our $E$ as a Keras loss; chapter 02 tells why Keras's own differs by a factor.

# %% [markdown] id="keras-text" lang="zh"
# ## 用 Keras 写同一个网络
#
# Keras 做的是同样的运算。把全部数据过一遍称为一**轮**，一步所用的样本称为一**批**，普通的梯度下降在 Keras 里叫作 SGD。从同样的权值出发，数据相同，顺序也相同，30 轮的损失就必须一致：每轮只有一批时，Keras 报告的是这一步之前的损失，我们算的也是。`QuadraticCost` 就是我们的 $E$，只是写成了 Keras 的损失；它与 Keras 自带的为什么相差一个倍数，见第 02 章。

# %% id="keras"
from utils.losses import QuadraticCost

network = BPNetwork((2, 4, 1), "tanh", seed=3)
model = network.to_keras("float32")
model.compile(keras.optimizers.SGD(learning_rate=0.3), QuadraticCost())
history = model.fit(XOR_x, XOR_T, batch_size=4, epochs=30, shuffle=False, verbose=0)

# %% id="keras-compare"
losses = []
for _ in range(30):
    losses.append(quadratic_cost(XOR_T, network.forward(XOR_x)))  # before the step
    network.backward(XOR_T)
    network.update(0.3)
assert np.allclose(losses, history.history["loss"], rtol=1e-5)
print(f"30 epochs, E from {losses[0]:.3f} to {losses[-1]:.3f}, by hand and in Keras, to 1e-5")

# %% id="record-forward"
fell = np.mean(np.diff(losses) < 0)
evidence.record(
    "C1", "Learning is two passes, signals forward and error back, repeated with the weights adjusted",
    experiment="30 repetitions on XOR, by hand and in Keras",
    measured=f"the loss falls in {fell:.0%} of the steps; both agree to 1e-5",
    holds=bool(fell == 1 and np.allclose(losses, history.history["loss"], rtol=1e-5)),
)
by_class = BPNetwork((2, 3, 1), "tanh", seed=0)
by_class.weights, by_class.biases = [W1, W2], [b1, b2]
by_class = by_class.forward(np.atleast_2d(x))
evidence.record(
    "C2", "Forward: features enter at the input, each hidden layer works on them in turn, the output emits the result",
    experiment="the 2-3-1 network, layer by layer and by BPNetwork",
    measured=f"output {by_class.item():.3f} both ways", holds=bool(np.allclose(by_class, Y)),
)

# %% [markdown] id="digits-text" lang="en"
# ## Read handwritten digits
#
# 1,797 pictures of 8 × 8 grey pixels, each a digit from 0 to 9. The network has 64 inputs, 32 hidden tanh neurons and ten sigmoid outputs, one per digit; the target is 1 for the right one, 0 for the others. Its answer is the digit with the largest output. Pixels run from 0 to 16 and are divided by 16. A quarter of the pictures is kept for the test.

# %% [markdown] id="digits-text" lang="zh"
# ## 识别手写数字
#
# 共有 1,797 幅图片，每幅由 8 × 8 个灰度像素组成，写的是 0 到 9 中的一个数字。网络有 64 个输入、32 个 tanh 隐藏神经元和十个 sigmoid 输出，每个数字对应一个输出；正确的那个数字，目标为 1，其余的为 0。输出最大的那个数字，就是网络的回答。像素值从 0 到 16，使用前除以 16。四分之一的图片留作测试。

# %% id="digits"
digits = load("digits")
splits = [digits.split(seed=seed) for seed in range(20)]
one_hot = np.eye(10)
show(*figures.digits(digits.x, digits.y))

# %% [markdown] id="digits-predict" lang="en"
# We show the network 32 pictures at a time, in random order, 20 times over all of them, with learning rate 1. All of this is done 20 times, each with a seed of its own: other starting weights, another order, another split.
#
# **Predict:** what share of the test pictures does this network read correctly?

# %% [markdown] id="digits-predict" lang="zh"
# 我们每次给网络看 32 幅图片，顺序随机，全部图片看 20 遍，学习率为 1。整个过程做 20 次，每次用不同的种子：初始权值不同，顺序不同，数据的划分也不同。
#
# **预测：** 测试图片中，这个网络能认对的占多大比例？

# %% id="digits-hand"
def train_by_hand(train, test, seed, learning_rate=1.0, epochs=20):
    network = BPNetwork((64, 32, 10), ("tanh", "sigmoid"), seed)
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in np.split(random.permutation(len(train.x)), range(32, len(train.x), 32)):
            network.forward(train.x[batch] / 16)
            network.backward(one_hot[train.y[batch]])
            network.update(learning_rate)
    return (network.forward(test.x / 16).argmax(axis=1) == test.y).mean()


by_hand = np.array([train_by_hand(*splits[seed], seed) for seed in range(20)])

# %% [markdown] id="digits-keras-text" lang="en"
# In Keras, the same network, data, batches of 32 and learning rate. It draws its starting weights from the same distribution, but not the same ones, so the accuracies will not be equal, only alike. `train_many` trains one Keras model from all 20 seeds at once, each as `model.fit` would. Chapter 05 tells how.

# %% [markdown] id="digits-keras-text" lang="zh"
# 在 Keras 中，网络、数据和学习率都相同，每批也是 32 个样本。初始权值抽自同一个分布，但抽到的数不同，所以准确率不会相等，只会相近。`train_many` 用全部 20 个种子同时训练同一个 Keras 模型，每个种子的结果都与用 `model.fit` 训练的相同。做法见第 05 章。

# %% id="digits-keras"
from utils.ensembles import train_many
from utils.models import build_mlp


def build():
    return build_mlp((32,), "tanh", inputs=64, outputs=10, output_activation="sigmoid")


trained = train_many(
    build,
    np.array([train.x / 16 for train, _ in splits]),
    np.array([one_hot[train.y] for train, _ in splits]),
    data_per_seed=True, seeds=20, epochs=20, batch_size=32,
    optimizer=keras.optimizers.SGD(learning_rate=1.0), loss=QuadraticCost(),
)

# %% id="digits-compare"
by_keras = np.array([
    (trained.model(seed)(test.x / 16).numpy().argmax(axis=1) == test.y).mean()
    for seed, (_, test) in enumerate(splits)
])
hand, keras_mean = mean_interval(100 * by_hand), mean_interval(100 * by_keras)
gap = paired_difference(100 * by_hand, 100 * by_keras)
print(f"percent right, mean of 20 and 95 % interval: by hand {hand:.0f}, Keras {keras_mean:.0f}")
print(f"the two differ by less than one percentage point: {max(abs(gap.low), abs(gap.high)) < 1}")

# %% id="digits-figure"
show(*figures.accuracies(by_hand, by_keras))

# %% [markdown] id="digits-reading" lang="en"
# Each dot is one seed. The 20 test sets overlap, as all come from the same 1,797 pictures. So the intervals speak of other starts and other splits, not of other people's handwriting.

# %% [markdown] id="digits-reading" lang="zh"
# 每个点是一个种子。20 份测试数据都出自同样的 1,797 幅图片，互有重叠。所以，区间反映的是初始权值和数据划分的差异，不能推及其他人的笔迹。

# %% id="record-digits"
evidence.record(
    "01.2", "`BPNetwork`, the class above with checks, does what Keras does",
    experiment="digits, 64-32-10, 20 epochs, 20 splits, test accuracy in percent", seeds=20,
    measured=f"{hand.value:.0f} % by hand and {keras_mean.value:.0f} % in Keras; interval of the difference in points",
    interval=gap.outward(), holds=bool(max(abs(gap.low), abs(gap.high)) < 1),
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
# **1.** Forward through one layer: return $a$ for a layer with weights $W$, biases $b$ and tanh.

# %% [markdown] id="exercises" lang="zh"
# ## 练习
#
# 把 `...` 换成你的答案，然后运行单元格。
#
# **1.** 向前算一层：这一层的权值为 $W$，偏置为 $b$，激活函数为 tanh，返回它的 $a$。

# %% id="exercise-forward" tags=["exercise"]
def layer(a_before, W, b):
    ...


check("01-forward", layer)

# %% [markdown] id="hint-forward" lang="en"
# *Hint.* Samples are rows: the signals stand to the left of the matrix.

# %% [markdown] id="hint-forward" lang="zh"
# *提示：* 每个样本占一行，所以信号在矩阵的左边。

# %% id="solution-forward" tags=["solution"]
def layer(a_before, W, b):
    return np.tanh(a_before @ W + b)


check("01-forward", layer)

# %% [markdown] id="exercise-delta-text" lang="en"
# **2.** δ of a hidden tanh layer, from the δ of the next layer, the weights between the two, and its own $z$.

# %% [markdown] id="exercise-delta-text" lang="zh"
# **2.** 已知下一层的 δ、两层之间的权值和本层自己的 $z$，求一个 tanh 隐藏层的 δ。

# %% id="exercise-delta" tags=["exercise"]
def hidden_delta(delta_next, W_next, z):
    ...


check("01-delta", hidden_delta)

# %% [markdown] id="hint-delta" lang="en"
# *Hint.* The slope of tanh is $1-\tanh^2 z$. The weights are used in the other direction.

# %% [markdown] id="hint-delta" lang="zh"
# *提示：* tanh 的斜率是 $1-\tanh^2 z$。权值要反方向使用。

# %% id="solution-delta" tags=["solution"]
def hidden_delta(delta_next, W_next, z):
    return (delta_next @ W_next.T) * (1 - np.tanh(z) ** 2)


check("01-delta", hidden_delta)

# %% [markdown] id="exercise-gradients-text" lang="en"
# **3.** The gradients of a layer's weights and biases, from the signals that enter it and its δ, for several samples. Return the two as a tuple. (δ already contains the $1/N$.)

# %% [markdown] id="exercise-gradients-text" lang="zh"
# **3.** 有多个样本，已知进入一层的信号和这一层的 δ，求这一层权值的梯度和偏置的梯度，以元组返回两者。（δ 中已经含有 $1/N$。）

# %% id="exercise-gradients" tags=["exercise"]
def gradients(a_before, delta):
    ...


check("01-gradients", gradients)

# %% [markdown] id="hint-gradients" lang="en"
# *Hint.* Each gradient has the shape of what it belongs to. A bias is fed by a 1 in every sample.

# %% [markdown] id="hint-gradients" lang="zh"
# *提示：* 梯度的形状与它所属的数组相同。在每个样本中，送入偏置的都是 1。

# %% id="solution-gradients" tags=["solution"]
def gradients(a_before, delta):
    return a_before.T @ delta, delta.sum(axis=0)


check("01-gradients", gradients)

# %% [markdown] id="exercise-count-text" lang="en"
# **4.** How many numbers does a 64-32-10 network learn, weights and biases together?

# %% [markdown] id="exercise-count-text" lang="zh"
# **4.** 一个 64-32-10 网络要学习多少个数？权值和偏置都算上。

# %% id="exercise-count" tags=["exercise"]
parameters = ...

check("01-count", parameters)

# %% [markdown] id="hint-count" lang="en"
# *Hint.* The 2-3-1 network has 9 weights and 4 biases.

# %% [markdown] id="hint-count" lang="zh"
# *提示：* 2-3-1 网络有 9 个权值和 4 个偏置。

# %% id="solution-count" tags=["solution"]
parameters = 64 * 32 + 32 + 32 * 10 + 10

check("01-count", parameters)

# %% [markdown] id="exercise-zero-text" lang="en"
# **5.** All weights and biases of a network with one hidden layer, tanh throughout, start at 0. It sees one sample, whose target is not 0. Which gradients are zero in the first step? (a) all; (b) all but the biases of the output; (c) only those of the first layer; (d) none.

# %% [markdown] id="exercise-zero-text" lang="zh"
# **5.** 一个网络有一个隐藏层，各层都用 tanh，所有的权值和偏置都从 0 开始。它看到一个样本，目标不为 0。第一步中，哪些梯度为零？（a）全部；（b）除输出的偏置外全部；（c）只有第一层的；（d）一个也没有。

# %% id="exercise-zero" tags=["exercise"]
answer = ...

check("01-zero", answer)

# %% [markdown] id="hint-zero" lang="en"
# *Hint.* Which signals leave the hidden layer? Which δ comes back through weights of 0?

# %% [markdown] id="hint-zero" lang="zh"
# *提示：* 隐藏层送出的是什么信号？经过为 0 的权值传回来的，又是什么 δ？

# %% id="solution-zero" tags=["solution"]
answer = "b"

check("01-zero", answer)

# %% [markdown] id="recap" lang="en"
# ## What you can do now
#
# - Compute signals forward, $z = aW + b$, $a = f(z)$, and learning signals back, $\delta_{\text{hidden}} = (\delta\,W^{\top})\,f'(z)$.
# - Write the network in 20 lines, and check its gradients with two independent methods.
# - Catch the usual mistakes by comparing gradients, not by looking at the loss.
# - Say what a hidden layer is for, and that a network that *can* solve a problem need not find the solution: with two hidden neurons, XOR was learned from only some of the starts.

# %% [markdown] id="recap" lang="zh"
# ## 你学会了什么
#
# - 向前计算信号，$z = aW + b$，$a = f(z)$；向后计算学习信号，$\delta_{\text{hidden}} = (\delta\,W^{\top})\,f'(z)$。
# - 用 20 行代码写出网络，并用两种独立的方法检验它的梯度。
# - 靠比较梯度来发现常见的错误，而不是靠看损失。
# - 说出隐藏层有什么用，以及一个网络*能够*解决问题，却未必找得到解：只有两个隐藏神经元时，只有一部分初始权值学会了 XOR。

# %% [markdown] id="reading" lang="en"
# ## Further reading
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986), "Learning representations by back-propagating errors", *Nature* 323, 533–536.
# - M. Minsky, S. Papert (1969), *Perceptrons*, MIT Press: what a single layer cannot do.
# - X. Glorot, Y. Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", *AISTATS*, PMLR 9, 249–256: the starting weights.
# - S. Linnainmaa (1976), "Taylor expansion of the accumulated rounding error", *BIT* 16, 146–160: the method before neural networks used it.
#
# **Next:** [02 · Measure how wrong](02_loss_functions.ipynb).

# %% [markdown] id="reading" lang="zh"
# ## 延伸阅读
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986), "Learning representations by back-propagating errors", *Nature* 323, 533–536。
# - M. Minsky, S. Papert (1969), *Perceptrons*, MIT Press：单层网络做不到什么。
# - X. Glorot, Y. Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", *AISTATS*, PMLR 9, 249–256：初始权值的取法。
# - S. Linnainmaa (1976), "Taylor expansion of the accumulated rounding error", *BIT* 16, 146–160：神经网络采用之前，这种方法就已经有了。
#
# **下一章：** [02 · 量出错了多少](02_loss_functions.ipynb)。
