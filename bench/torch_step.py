"""One update in PyTorch on one thread, on the same shape as ours: decoder with RMSNorm, RoPE, SwiGLU, grouped keys (llama) or LayerNorm, learned positions, GELU (gpt2).
Work: train (cross-entropy), flat (FLAT, total variation, template and forget answers in two padded batches, logits at every position as the released code has them),
flat-lora (the same, rank-8 LoRA on every matrix, the rest frozen). Prints median CPU and wall milliseconds and peak memory as JSON.
Usage: torch_step.py '{"family": "llama", "d": 96, ..., "task": "train", "pair": {...}, "rank": 8}' UPDATES"""
import json, resource, statistics, sys, time
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
c = json.loads(sys.argv[1])
d, L, H, K, ff, V, B, T = (c[k] for k in ("d", "layers", "heads", "kvHeads", "ff", "vocab", "rows", "columns"))
D = d // H
llama, task, pair = c["family"] == "llama", c["task"], c["pair"]
lora = task == "flat-lora"
torch.manual_seed(1)
trained = []


def parameter(value, train=True):
    p = torch.nn.Parameter(value, requires_grad=train)
    if train:
        trained.append(p)
    return p


def matrix(*shape):
    return parameter(torch.empty(*shape).normal_(std=0.02), not lora)


class Linear:
    def __init__(self, inner, outer):
        self.w = matrix(inner, outer)
        self.b = None if llama else parameter(torch.zeros(outer), not lora)
        if lora:
            self.down, self.up = parameter(torch.randn(inner, c["rank"]) / inner**0.5), parameter(torch.zeros(c["rank"], outer))

    def __call__(self, x):
        y = x @ self.w if self.b is None else F.linear(x, self.w.t(), self.b)
        return y + (x @ self.down) @ self.up * 2 if lora else y


class Norm:
    def __init__(self):
        self.w = parameter(torch.ones(d), not lora)
        self.b = None if llama else parameter(torch.zeros(d), not lora)

    def __call__(self, x):
        return F.rms_norm(x, (d,), self.w, 1e-5) if llama else F.layer_norm(x, (d,), self.w, self.b, 1e-5)


embed, position = matrix(V, d), None if llama else matrix(128, d)
outward = embed if c["tied"] else matrix(V, d)
blocks = []
for _ in range(L):
    block = {"ln1": Norm(), "ln2": Norm(), "q": Linear(d, d), "k": Linear(d, K * D), "v": Linear(d, K * D), "o": Linear(d, d), "up": Linear(d, ff), "down": Linear(ff, d)}
    if llama:
        block["gate"] = Linear(d, ff)
    blocks.append(block)
final = Norm()
angles = torch.outer(torch.arange(128).float(), 10000 ** (-torch.arange(0, D, 2).float() / D)).repeat(1, 2)
cos, sin = angles.cos(), angles.sin()


def turn(x):
    if not llama:
        return x
    a, b = x.chunk(2, -1)
    t = x.shape[2]
    return x * cos[:t] + torch.cat((-b, a), -1) * sin[:t]


def through(x, p):
    b, t, _ = x.shape
    h = p["ln1"](x)
    q, k, v = (p[n](h).view(b, t, -1, D).transpose(1, 2) for n in "qkv")
    y = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True, enable_gqa=K != H)
    x = x + p["o"](y.transpose(1, 2).reshape(b, t, d))
    h = p["ln2"](x)
    return x + p["down"](F.silu(p["gate"](h)) * p["up"](h) if llama else F.gelu(p["up"](h), approximate="tanh"))


def logits(ids):
    x = embed[ids] if llama else embed[ids] + position[: ids.shape[1]]
    for p in blocks:
        x = through(x, p)
    return final(x) @ outward.t()


def value(ids, answer):
    """Mean probability of the answer's tokens, per row."""
    log_p = F.log_softmax(logits(ids)[:, :-1], -1).gather(2, ids[:, 1:, None])[..., 0]
    return log_p[:, -answer:].exp().mean(1)


ids = torch.randint(0, V, (B, T))
template, forget = (torch.randint(0, V, (B, pair["prompt"] + pair[k])) for k in ("template", "answer"))
optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.01)


def loss():
    if task == "train":
        return F.cross_entropy(logits(ids)[:, :-1].reshape(-1, V), ids[:, 1:].reshape(-1))
    return (value(forget, pair["answer"]).tanh() - value(template, pair["template"]).tanh()).mean() / 2


def update():
    optimizer.zero_grad()
    loss().backward()
    optimizer.step()


cpu, wall = [], []
for i in range(int(sys.argv[2]) + 1):
    start = time.process_time(), time.perf_counter()
    update()
    cpu.append(1000 * (time.process_time() - start[0]))
    wall.append(1000 * (time.perf_counter() - start[1]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"cpu": statistics.median(cpu[1:]), "wall": statistics.median(wall[1:]), "peak": peak, "torch": torch.__version__}))
