# Golden values of unlearning losses: each as its paper (or the released code, where the test says so) prints it, on a
# decoder without blocks, in float64 by PyTorch's automatic differentiation. Run: python make.py > values.json
import json
import math
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
V, D, EPS = 24, 8, 1e-5
gen = torch.Generator().manual_seed(11)
draw = lambda *shape: (torch.randn(*shape, generator=gen) * 0.8).float().double()
fresh = lambda: {"embed.w": draw(V, D), "norm.w": 1 + 0.1 * draw(D), "head.w": draw(V, D)}
MODEL, REFERENCE = fresh(), fresh()
for weights in (MODEL, REFERENCE):
    weights["norm.w"] = weights["norm.w"].float().double()
FORGET = {"prompt": [5, 9, 3], "answer": [7, 2, 11, 0]}
TEMPLATE = {"prompt": [5, 9, 3], "answer": [14, 4, 0]}
RETAIN = {"prompt": [8, 6], "answer": [19, 10, 23, 12, 0]}
MISMATCH = {"prompt": [5, 9, 3], "answer": RETAIN["answer"]}
OTHER = {"prompt": [5, 9, 3], "answer": [17, 21, 0]}
# the direction that follows from seed 3, as unlearning/rmu.ts draws it
STEERING = [1.1058181524276733, 1.0004137754440308, 0.16452044248580933, 0.9793657660484314,
            0.20699302852153778, 0.5881335735321045, 0.6315885782241821, 0.04962863773107529]


def before(row):
    return torch.tensor([row["prompt"][-1], *row["answer"][:-1]])


def hidden(w, row):
    return w["embed.w"][before(row)]


def logits(w, row):
    x = hidden(w, row)
    x = x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPS) * w["norm.w"]
    return x @ w["head.w"].T


def log_probs(w, row):
    return torch.log_softmax(logits(w, row), -1)[torch.arange(len(row["answer"])), torch.tensor(row["answer"])]


def ce(w, row):
    return F.cross_entropy(logits(w, row), torch.tensor(row["answer"]))


def gain(w, row):
    return log_probs(w, row).sum() - log_probs(REFERENCE, row).sum()


def to_reference(w, row):
    return -(torch.softmax(logits(REFERENCE, row), -1) * torch.log_softmax(logits(w, row), -1)).sum(-1).mean()


def npo(w, beta=0.1):
    return -2 / beta * F.logsigmoid(-beta * gain(w, FORGET))


def dpo(w, preferred, beta=0.1):
    return -2 / beta * F.logsigmoid(beta * (gain(w, preferred) - gain(w, FORGET)))


def kto(w, form, beta=0.1):
    rise = gain(w, TEMPLATE).detach()
    margin = rise - beta * gain(w, FORGET)
    return 1 - 2 / beta * torch.sigmoid(margin) if form == "sigmoid" else -2 / beta * F.logsigmoid(margin)


def weighted(w, weight):
    lp = log_probs(w, FORGET)
    return (weight(lp.detach().exp()) * lp).mean()


def undial(w, beta=10.0):
    aim = logits(REFERENCE, FORGET).clone()
    aim[torch.arange(4), torch.tensor(FORGET["answer"])] -= beta
    return F.cross_entropy(logits(w, FORGET), torch.softmax(aim, -1))


def ce_u(w, skipped=1):
    z = logits(w, FORGET)
    aim = z.detach().clone()
    aim[torch.arange(4), torch.tensor(FORGET["answer"])] = -math.inf
    return F.cross_entropy(z[skipped:], torch.softmax(aim, -1)[skipped:])


def pdu(w, dual):
    z = logits(w, FORGET)
    return ((z.max(-1).values - z.mean(-1)) ** 2).mean() + dual * ce(w, RETAIN)


def rmu(w):
    aim = torch.tensor(STEERING)
    apart = lambda difference: (difference**2).mean(-1).mean()
    return apart(hidden(w, FORGET) - aim) + apart(hidden(w, RETAIN) - hidden(REFERENCE, RETAIN))


def instead(before, reinforced, alpha):
    return (before - alpha * torch.relu(reinforced - before)).argmax(-1)


def whp(w, alpha=5.0):
    # the decoder has no blocks, and the reinforcement trains those alone: the reinforced model is the model itself
    before = logits(REFERENCE, FORGET)
    return F.cross_entropy(logits(w, FORGET), instead(before, logits(MODEL, FORGET), alpha))


LOSSES = {
    "grad-ascent": lambda w: -ce(w, FORGET),
    "grad-diff": lambda w: -ce(w, FORGET) + ce(w, RETAIN),
    "kl-min": lambda w: -ce(w, FORGET) + to_reference(w, RETAIN),
    "idk": lambda w: ce(w, TEMPLATE),
    "po": lambda w: ce(w, TEMPLATE) + ce(w, RETAIN),
    "dpo": lambda w: dpo(w, TEMPLATE),
    "npo": npo,
    "npo-rt": lambda w: npo(w) + ce(w, RETAIN),
    "npo-kl": lambda w: npo(w) + to_reference(w, RETAIN),
    "simnpo": lambda w: -2 / 0.5 * F.logsigmoid(0.5 * ce(w, FORGET)),
    "mismatch": lambda w: ce(w, MISMATCH) + ce(w, RETAIN),
    "llmu": lambda w: -0.5 * ce(w, FORGET) + ce(w, MISMATCH) + to_reference(w, RETAIN),
    "kto": lambda w: kto(w, "sigmoid"),
    "altpo": lambda w: dpo(w, OTHER) + ce(w, RETAIN),
    "wga": lambda w: weighted(w, lambda p: p) + ce(w, RETAIN),
    "satimp": lambda w: 0.1 * weighted(w, lambda p: p**5 * (1 - p)) + ce(w, RETAIN),
    "ce-u": ce_u,
    "undial": undial,
    "rmu": rmu,
    "pdu": lambda w: pdu(w, 100.0),
    "whp": whp,
}


def measured(loss):
    leaves = {name: value.clone().requires_grad_() for name, value in MODEL.items()}
    value = loss(leaves)
    value.backward()
    slope = {name: leaf.grad if leaf.grad is not None else torch.zeros_like(leaf) for name, leaf in leaves.items()}
    return {"loss": value.item(), "slope": {name: [float(f"{x:.7g}") for x in grad.flatten()] for name, grad in slope.items()}}


flat = lambda weights: {name: value.flatten().tolist() for name, value in weights.items()}
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "model": flat(MODEL),
            "reference": flat(REFERENCE),
            "rows": {"forget": FORGET, "template": TEMPLATE, "retain": RETAIN, "other": OTHER},
            "steering": STEERING,
            "losses": {name: measured(loss) for name, loss in LOSSES.items()},
        }
    )
)
