"""What the page says beyond the catalogue of findings, in Chinese, with the words of PaddleOCR's documentation."""

from __future__ import annotations

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    # The page.
    "Undo": "撤销",
    "Redo": "重做",
    "Open a file": "打开文件",
    "Dark or light": "深色/浅色",
    "Close": "关闭",
    "a file is larger than {} MiB": "文件超过 {} MiB",
    "at most {} curves are pinned": "最多固定 {} 条曲线",
    # What is edited.
    "Schedule": "学习率策略",
    "The lr section": "lr 部分",
    "Run": "训练",
    "Keys": "键",
    "the whole file": "显示整个文件",
    "line {}, column {}": "第 {} 行，第 {} 列",
    "{} more keys": "另外 {} 个键",
    "{} is not a whole number": "{} 不是整数",
    "epochs": "epoch 数",
    "samples": "样本数",
    "batch size per card": "单卡批大小",
    "cards": "卡数",
    "iterations per epoch": "每个 epoch 的迭代数",
    "iterations": "迭代数",
    "% of run": "占训练 %",
    "ours": "本项目",
    " (default {})": "（默认 {}）",
    "in the YAML": "请在 YAML 中编辑",
    "unit": "单位",
    "slider": "滑块",
    "nothing": "未设置",
    "take out": "移除",
    "add to": "增加一项：",
    "shorten": "减少一项：",
    # What comes of it.
    "Learning rate": "学习率",
    "horizontal axis": "横轴",
    "epoch": "epoch",
    "iteration": "迭代数",
    "fraction of the run": "训练进度",
    "logarithmic": "对数坐标",
    "Pin this one": "固定这条曲线",
    "name of curve {}": "第 {} 条曲线的名称",
    "Edit": "编辑",
    "Remove": "移除",
    "Forget these files": "移除这些文件",
    "Numbers": "数值",
    "run": "总长度",
    "peak": "峰值",
    "final": "最终",
    "trainer": "训练程序",
    "area": "面积",
    "phase": "阶段",
    "updates": "更新",
    "length": "长度",
    "rate": "学习率",
    "plateau": "保持",
    "rise": "上升",
    "restart": "重启",
    "Findings": "检查结果",
    "Nothing to say about it.": "没有发现问题。",
    "Apply": "采用",
    "Take home": "导出",
    "the section": "lr 部分的 YAML",
    "behind the command": "命令行参数",
    "in Python": "Python 代码",
    "a link to this page": "本页链接",
    "too much for a link": "内容太多，无法放进链接",
    "Copy": "复制",
    "copied": "已复制",
    "Download": "下载",
    "PNG": "PNG",
    "SVG": "SVG",
    "CSV": "CSV",
    "HTML": "HTML",
    "the whole config": "完整配置",
    # The schedules.
    "The same rate throughout, after an optional warmup.": "固定学习率，可带预热。",
    "A straight (or polynomial) decay to end_lr over the run.": "在整个训练中线性（或多项式）衰减到 end_lr。",
    "Half a cosine from the peak to 0 over the run.": "余弦退火：在整个训练中从峰值降到 0。",
    "Warmup from start_lr, counted in iterations, then a cosine to min_lr over the run.": (
        "从 start_lr 开始按迭代数预热，然后余弦退火到 min_lr。"
    ),
    "The rate times gamma every step_size epochs.": "每 step_size 个 epoch，学习率乘以 gamma。",
    "values[i] between the epochs decay_epochs[i - 1] and decay_epochs[i].": (
        "分段常数：在 decay_epochs[i - 1] 与 decay_epochs[i] 之间为 values[i]。"
    ),
    "The rate times gamma at each milestone.": "在每个里程碑处，学习率乘以 gamma。",
    "A cosine from the peak to 0, again and again, each cycle epochs long.": (
        "周期性余弦退火：每 cycle 个 epoch 从峰值降到 0，如此反复。"
    ),
    "Up to max_lr in the first 30 % of the run, then down to max_lr/250000.": (
        "在前 30 % 的训练中升到 max_lr，然后降到 max_lr/250000。"
    ),
    "A polynomial decay to 0 over the run; without warmup in PaddleOCR.": (
        "在整个训练中多项式衰减到 0；在 PaddleOCR 中没有预热。"
    ),
    "A cosine over 200 epochs, then the cosine over the run.": (
        "先做 200 个 epoch 的余弦退火，再做整个训练长度的余弦退火。"
    ),
    "A polynomial decay over any length, once or, with cycle, again and again from ever lower rates.": (
        "任意长度的多项式衰减：只做一次，或设置 cycle 后反复进行，起点逐次降低。"
    ),
    "From one share of learning_rate to another in a straight line, as Paddle's and PyTorch's LinearLR.": (
        "从 learning_rate 的一个比例线性变到另一个比例，与 Paddle 和 PyTorch 的 LinearLR 相同。"
    ),
    "Reflected exponential: stays high for long, falls fast at the end.": "反射指数：长时间保持较高，末尾迅速下降。",
    "A cosine of a power of time: with k above 1 it stays high for longer.": (
        "对时间取 k 次方的余弦退火：k 大于 1 时高学习率保持得更久。"
    ),
    "A hyperbolic tangent: a slow start, a fall, a slow end.": "双曲正切：两端缓慢，中间下降快。",
    "SGDR: a cosine from the peak to eta_min, restarted with ever longer cycles.": (
        "SGDR：从峰值余弦退火到 eta_min，然后热重启，周期逐次变长。"
    ),
    "Warmup, stable, decay: constant at the peak, then down to end_lr in the last part of the run.": (
        "预热、保持、衰减：一直保持峰值，在训练的最后一段降到 end_lr。"
    ),
    "Another name of WSD, with a linear decay.": "WSD 的另一个名称，按直线衰减。",
    "The peak over the square root of time, as in training Transformers.": (
        "峰值除以时间的平方根，训练 Transformer 时常用。"
    ),
    "peak/(1 + gamma·time).": "峰值/(1 + gamma·时间)。",
    'The schedule of "Attention is all you need": linear up for warmup_iters, then with 1/√time.': (
        "《Attention is all you need》的策略：在 warmup_iters 次迭代内线性上升，然后按 1/√时间 下降。"
    ),
    "The rate times gamma in each step_size, continuously or in steps.": (
        "指数衰减：每经过一个 step_size，学习率乘以 gamma，连续变化或呈阶梯状。"
    ),
    "The rate times exp(−gamma) in each step_size.": ("自然指数衰减：每经过一个 step_size，学习率乘以 exp(−gamma)。"),
    "Straight lines through knots.": "经过 knots 中各点的折线。",
    "Triangles between base_lr and max_lr, as tall or ever lower.": (
        "在 base_lr 与 max_lr 之间来回的三角波，高度不变或逐渐降低。"
    ),
    "Schedules one after the other, each planned for its own stage of the run.": "多个策略依次进行，每个占一个阶段。",
    "Any schedule times a factor, a number or another schedule.": "任意策略乘以倍数，或乘以另一个策略。",
    "The rate times factor whenever a metric stops improving; has no fixed curve behind its warmup.": (
        "评估指标不再改善时，学习率乘以 factor；预热之后没有固定的曲线。"
    ),
    "The rate rises from start_lr to end_lr, one update after the other: at which does the loss fall, or rise?": (
        "学习率范围测试：从 start_lr 逐次迭代升到 end_lr，看 loss 在何处下降，又在何处上升。"
    ),
    # The keys: rates.
    "factor of the whole curve; not the peak": "整条曲线的倍数，不是峰值",
    "the rate at the end of the decay": "衰减结束时的学习率",
    "the rate at the end of the cosine": "余弦退火结束时的学习率",
    "the rate at the end of both cosines": "两段余弦退火结束时的学习率",
    "the rate at the end of each cycle": "每个周期结束时的学习率",
    "the rate that the decay goes down to": "衰减趋向的学习率",
    "the rate of the first update": "第一次更新的学习率",
    "the rate of the last update of the test, which then stays": "测试最后一次更新的学习率，之后保持不变",
    "the rate never falls below": "学习率的下限",
    "the rate never falls below it, behind the warmup": "预热之后学习率的下限",
    "the rate never rises above it, behind the warmup": "预热之后学习率的上限",
    "the first rate as a share of learning_rate": "初始学习率占 learning_rate 的比例",
    "the last rate as a share of learning_rate": "最终学习率占 learning_rate 的比例",
    "the first rate is max_lr / div_factor": "初始学习率为 max_lr / div_factor",
    "the last rate is the first rate / final_div_factor": "最终学习率为初始学习率 / final_div_factor",
    # The keys: warmup.
    "length of the warmup, from 0 unless it says otherwise (epochs, may be a fraction)": (
        "预热的长度，默认从 0 开始（epoch，可以是小数）"
    ),
    "length of the warmup (iterations)": "预热的长度（迭代数）",
    "length of the warmup (iterations), instead of warmup_epoch": "预热的长度（迭代数），代替 warmup_epoch",
    "length of the warmup as a share of the run's iterations (0 to 1)": "预热的长度占总迭代数的比例（0 到 1）",
    "where the peak is (iterations)": "峰值的位置（迭代数）",
    "shape of the warmup": "预热的形状",
    "exponent of a linear warmup; 1 is a straight line": "线性预热的指数，1 为直线",
    "the rate of the first update of the warmup; 0 where nothing is said": "预热第一次更新的学习率，默认为 0",
    "the first rate of the warmup as a share of the peak (0 to 1)": "预热的初始学习率占峰值的比例（0 到 1）",
    "where the warmup rises to while the decay has begun with it: the peak, or where the decay is then, "
    "or as a factor of the decay; with none the decay starts behind it": (
        "衰减与预热同时开始时，预热升到哪里：峰值、衰减曲线在该处的值，或作为衰减的倍数；none 表示衰减在预热之后开始"
    ),
    # The keys: lengths.
    "how long the rate stays at the peak after the warmup (epochs)": "预热之后保持峰值的长度（epoch）",
    "how long the rate stays at its last value; the decay ends so long before the run (epochs)": (
        "保持最终学习率的长度，衰减提前这么久结束（epoch）"
    ),
    "the decay ends with the run: what is before it counts against it": "衰减恰好在训练结束时完成：扣除衰减之前的长度",
    "length of the decay; without it, the run (epochs)": "衰减的长度，默认为整个训练（epoch）",
    "length of the decay at the end of the run (epochs)": "训练末尾衰减的长度（epoch）",
    "how long it takes (epochs)": "变化过程的长度（epoch）",
    "the unit of time (epochs)": "时间的单位（epoch）",
    "length of the first cycle (epochs)": "第一个周期的长度（epoch）",
    "lengths of the first cycles, instead of T_0; the last one goes on as T_0 does (epochs)": (
        "前几个周期的长度，代替 T_0；从最后一个开始，按 T_0 的规则延续（epoch）"
    ),
    "length of a linear warmup inside each cycle, from eta_min (epochs)": (
        "每个周期内从 eta_min 开始的线性预热的长度（epoch）"
    ),
    "length of the first cosine (epochs); without it 200, as in PaddleOCR": (
        "第一段余弦退火的长度（epoch），默认为 200，与 PaddleOCR 相同"
    ),
    "after so long the rate is peak/√2; without it, the length of the warmup (epochs)": (
        "经过这么久学习率为峰值/√2，默认为预热的长度（epoch）"
    ),
    "length of the fall; without it, as long as the rise (epochs)": "下降的长度，默认与上升相同（epoch）",
    "length of the test (iterations), both ends counted in": "测试的长度（迭代数），包括首尾",
    "share of the run in which the rate rises (0 to 1)": "学习率上升阶段占整个训练的比例（0 到 1）",
    "number of the last optimizer update done before (iterations); training goes on with the next one": (
        "此前已完成的最后一次更新的编号（迭代数），训练从下一次继续"
    ),
    # The keys: shapes, factors, switches.
    "shape of the decay": "衰减的形状",
    "shape of each cycle": "每个周期的形状",
    "shape of the rise and the fall": "上升和下降的形状",
    "exponent of the decay": "衰减的指数",
    "exponent of the decay; 1 is a straight line": "衰减的指数，1 为直线",
    "exponent of time; 1 is a cosine": "时间的指数，1 为普通的余弦退火",
    "exponent of the time that is done; above 1 the rate stays high for longer": (
        "已经过时间的指数，大于 1 时高学习率保持得更久"
    ),
    "exponent of the share of the way that is left; above 1 the rate falls faster": (
        "剩余路程比例的指数，大于 1 时学习率下降得更快"
    ),
    "waves of the cosine in the length of the decay; 0.5 is one way down": (
        "衰减长度内余弦波的个数，0.5 表示只从峰值降到最低"
    ),
    "the rate falls at the end of each step_size only": "学习率只在每个 step_size 结束时下降",
    "the rate changes at the end of an epoch only": "学习率只在 epoch 结束时变化",
    "start again instead of staying at the end": "结束后重新开始，而不是保持不变",
    "come down to the first rate symmetrically, then to the end": "先对称地降回初始学习率，再降到最终学习率",
    "factor of the length from one cycle to the next": "下一个周期与前一个周期长度之比",
    "factor of the peak from one cycle to the next": "下一个周期与前一个周期峰值之比",
    "factor of eta_min from one cycle to the next": "下一个周期与前一个周期 eta_min 之比",
    "factor of the height of the peak above eta_min": "下一个周期与前一个周期峰值高出 eta_min 部分之比",
    "all cycles as tall, each half as tall, or lower by gamma every iteration": (
        "各周期高度相同、逐次减半，或每次迭代乘以 gamma"
    ),
    "factor of each iteration, for exp_range; above 1 the triangles grow": (
        "exp_range 中每次迭代的倍数，大于 1 时三角波逐渐增高"
    ),
    "where on the tangent a decay begins": "衰减从双曲正切的哪一点开始",
    "where on the tangent it ends; above lower": "训练结束时在双曲正切曲线上的位置，须大于 lower",
    # The keys: schedules inside, metrics.
    "what every rate is multiplied by, a factor": "每个学习率都乘以这个倍数",
    "another lr section, whose rates are factors of those of schedule": (
        "另一个 lr 部分，用它的学习率作为 schedule 中学习率的倍数"
    ),
    "whether the metric improves by falling or by rising": "指标降低还是升高表示改善",
    "calls of step(metric) without improvement before a drop": "指标没有改善时，调用多少次 step(metric) 之后下降",
    "the least improvement that counts, a share or a difference": "算作改善的最小幅度，为比例或差值",
    "whether threshold is a share of the best value or a difference": "threshold 是最佳值的比例，还是差值",
    "calls of step(metric) after a drop that do not count": "下降之后，不计入的 step(metric) 调用次数",
    "a drop of the rate smaller than this is left out": "学习率的降幅小于这个值时不下降",
    "how many cycles there are; behind the last one the rate stays where it came down to": (
        "周期的个数；最后一个周期之后学习率保持在它降到的值"
    ),
    "how many equal cycles fill the iterations behind warmup and hold, instead of T_0; 1.5 stops within one": (
        "预热和保持之后的迭代分为多少个等长周期，代替 T_0；1.5 表示在一个周期中途结束"
    ),
    "the rate where times is 0: what is above it is multiplied": "times 为 0 时的学习率：只有高于它的部分参与相乘",
    "and {} more": "另有 {} 条",
}
"""By the English text."""
