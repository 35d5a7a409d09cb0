"""One training update in PyTorch on one thread, on the same shape as ours: decoder with RMSNorm, RoPE, SwiGLU (llama) or LayerNorm, learned positions, GELU (gpt2).
Prints the median milliseconds as JSON. Usage: torch_step.py '{"family": "llama", "d": 96, ...}' UPDATES"""
import json, statistics, sys, time
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
c = json.loads(sys.argv[1])
d, L, H, ff, V, B, T = (c[k] for k in ("d", "layers", "heads", "ff", "vocab", "rows", "columns"))
D = d // H
llama = c["family"] == "llama"
torch.manual_seed(1)


def parameter(*shape):
    return torch.nn.Parameter(0.02 * torch.randn(*shape))


embed, position = parameter(V, d), parameter(T, d)
blocks = []
for _ in range(L):
    p = {"ln1": torch.nn.Parameter(torch.ones(d)), "ln2": torch.nn.Parameter(torch.ones(d)), "q": parameter(d, d), "k": parameter(d, d), "v": parameter(d, d), "o": parameter(d, d), "up": parameter(d, ff), "down": parameter(ff, d)}
    p.update({"gate": parameter(d, ff)} if llama else {name: torch.nn.Parameter(torch.zeros(size)) for name, size in (("b1", d), ("b2", d), ("bq", d), ("bk", d), ("bv", d), ("bo", d), ("bu", ff), ("bd", d))})
    blocks.append(p)
final = torch.nn.Parameter(torch.ones(d))
angles = torch.outer(torch.arange(T).float(), 10000 ** (-torch.arange(0, D, 2).float() / D)).repeat(1, 2)
cos, sin = angles.cos(), angles.sin()


def norm(x, w, b=None):
    return F.rms_norm(x, (d,), w, 1e-5) if llama else F.layer_norm(x, (d,), w, b, 1e-5)


def turn(x):
    a, b = x.chunk(2, -1)
    return x * cos + torch.cat((-b, a), -1) * sin if llama else x


def block(x, p):
    h = norm(x, p["ln1"], p.get("b1"))
    q, k, v = ((h @ p[n] + p.get("b" + n, 0)).view(B, T, H, D).transpose(1, 2) for n in "qkv")
    y = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True).transpose(1, 2).reshape(B, T, d)
    x = x + y @ p["o"] + p.get("bo", 0)
    h = norm(x, p["ln2"], p.get("b2"))
    inner = F.silu(h @ p["gate"]) * (h @ p["up"]) if llama else F.gelu(h @ p["up"] + p["bu"], approximate="tanh")
    return x + inner @ p["down"] + p.get("bd", 0)


used = [embed, final] + [w for p in blocks for w in p.values()] + ([] if llama else [position])
optimizer = torch.optim.AdamW(used, lr=1e-3, weight_decay=0.01)
ids = torch.randint(0, V, (B, T))


def update():
    x = embed[ids] if llama else embed[ids] + position
    for p in blocks:
        x = block(x, p)
    logits = (F.rms_norm(x, (d,), final, 1e-5) if llama else F.layer_norm(x, (d,), final)) @ embed.t()
    loss = F.cross_entropy(logits[:, :-1].reshape(-1, V), ids[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


times = []
for i in range(int(sys.argv[2]) + 2):
    start = time.process_time()
    update()
    times.append(1000 * (time.process_time() - start))
print(json.dumps({"ms": statistics.median(times[2:]), "torch": torch.__version__}))
