# Golden values of unlearning/lora-negation.ts: two rounds on a Llama of one block, as transformers computes it, in
# float64. A round trains factors A, B on gate, up and down by torch.optim.AdamW beside the frozen weights, and takes
# their product away. The first A of each round are those that the product draws from seed 3 (drawn.json).
# Run: python make.py > values.json
import json
import pathlib
import torch
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_default_dtype(torch.float64)
RANK, EPOCHS, RATE = 2, 3, 5e-3
MATRICES = ["gate", "up", "down"]
ROWS = [([5, 9, 3], [7, 2, 11, 0]), ([8, 6], [19, 10, 23, 12, 0]), ([4, 15, 3], [16, 2, 0])]
DRAWN = json.loads((pathlib.Path(__file__).parent / "drawn.json").read_text())
CONFIG = LlamaConfig(
    vocab_size=24, hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2,
    num_key_value_heads=2, max_position_embeddings=64, eos_token_id=0, bos_token_id=None, tie_word_embeddings=False,
    rms_norm_eps=1e-5, rope_theta=10000.0, attn_implementation="eager",
)
gen = torch.Generator().manual_seed(11)
draw = lambda *shape: torch.randn(*shape, generator=gen).float().double()
fresh = LlamaForCausalLM(CONFIG)
START = {name: (1 + 0.1 * draw(*value.shape) if "norm" in name else 0.6 * draw(*value.shape)).float().double()
         for name, value in fresh.state_dict().items()}


def moment(size, count=40):
    x = draw(count, size) * torch.tensor([3.0 / 2**i for i in range(size)])
    turned, _ = torch.linalg.qr(draw(size, size))
    x = x @ turned
    return {"size": size, "sum": x.T @ x, "count": count}


MOMENTS = {"gate": moment(8), "down": moment(12)}
moment_of = lambda name: MOMENTS["down" if name == "down" else "gate"]


def projection(name, damping=0.01):
    m = moment_of(name)
    c = m["sum"] / m["count"]
    c = c / c.diagonal().mean()
    return damping * torch.linalg.inv(c + damping * torch.eye(m["size"]))


def most_used(name, k):
    return torch.linalg.eigh(moment_of(name)["sum"])[1][:, -k:]


def loss_of(model, factors):
    mlp = model.model.layers[0].mlp
    hooks = [getattr(mlp, f"{name}_proj").register_forward_hook(
        lambda _m, args, out, name=name: out + args[0] @ factors[name][0] @ factors[name][1]) for name in MATRICES]
    losses = []
    for prompt, answer in ROWS:
        logits = model(torch.tensor([prompt + answer])).logits[0]
        logs = torch.log_softmax(logits[len(prompt) - 1:-1], -1)
        losses.append(-logs[torch.arange(len(answer)), torch.tensor(answer)])
    [hook.remove() for hook in hooks]
    return torch.cat(losses).mean()


def a_round(model, drawn, orthogonal, directions):
    weights = {name: getattr(model.model.layers[0].mlp, f"{name}_proj").weight for name in MATRICES}
    factors = {}
    for name in MATRICES:
        out_size, in_size = weights[name].shape
        a = torch.tensor(drawn[f"layers.0.{name}.w.loraA"]).reshape(in_size, RANK)
        factors[name] = (a.requires_grad_(), torch.zeros(RANK, out_size, requires_grad=True))
    optimizer = torch.optim.AdamW([x for pair in factors.values() for x in pair], lr=RATE, weight_decay=0.0)
    first = None
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        loss = loss_of(model, factors)
        first = loss.item() if first is None else first
        penalty = sum((most_used(name, directions).T @ factors[name][0]).abs().sum() for name in MATRICES)
        (loss + orthogonal * penalty).backward()
        optimizer.step()
    return first, {name: (a @ b).detach() for name, (a, b) in factors.items()}


def run(scale=None, norm=None, owm=False, orthogonal=0.0, directions=2):
    model = LlamaForCausalLM(CONFIG)
    model.load_state_dict(START)
    model.requires_grad_(False)
    losses = []
    for drawn in DRAWN:
        loss, products = a_round(model, drawn, orthogonal, directions)
        losses.append(loss)
        if owm:
            products = {name: projection(name) @ product for name, product in products.items()}
        length = torch.sqrt(sum((product**2).sum() for product in products.values()))
        by = scale if norm is None else norm / length
        for name, product in products.items():
            getattr(model.model.layers[0].mlp, f"{name}_proj").weight.data -= by * product.T
    after = {name: getattr(model.model.layers[0].mlp, f"{name}_proj").weight.T.flatten().tolist() for name in MATRICES}
    return {"losses": losses, "after": after}


print(json.dumps({
    "torch": torch.__version__,
    "rows": [{"prompt": prompt, "answer": answer} for prompt, answer in ROWS],
    "start": {name: value.flatten().tolist() for name, value in START.items()},
    "moments": {name: {**m, "sum": m["sum"].flatten().tolist()} for name, m in MOMENTS.items()},
    "runs": {
        "a length each": run(norm=0.4),
        "s times": run(scale=1.0),
        "O-LoRA": run(norm=0.4, orthogonal=0.5),
        "owm": run(norm=0.4, owm=True),
        "O-LoRA and owm": run(norm=0.4, owm=True, orthogonal=0.5),
    },
}))
