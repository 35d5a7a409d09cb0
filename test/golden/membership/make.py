# Golden values of membership inference: each statistic as its paper prints it, on the decoder of test/golden/small-people
# run by transformers in float64, gradients by PyTorch's automatic differentiation; AUC by scipy, DeLong's variance by
# its definition over all pairs, and the share found at 1 % mistaken by trying every threshold.
# Run: python make.py > values.json (torch, transformers, tokenizers, safetensors, scipy).
import gzip
import json
import pathlib
import zlib
import numpy as np
import torch
from safetensors.torch import load_file
from scipy.stats import mannwhitneyu
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

torch.set_default_dtype(torch.float64)
PEOPLE = pathlib.Path(__file__).parent.parent / "small-people"
STORED = load_file(PEOPLE / "model" / "model.safetensors")
WEIGHTS = {
    name: value.double() * STORED[f"{name}.scale"].double()[:, None] if value.dtype == torch.int8 else value.double()
    for name, value in STORED.items()
    if not name.endswith(".scale")
}  # int8 with a scale a row


def loaded():
    model = LlamaForCausalLM(LlamaConfig.from_pretrained(PEOPLE / "model", attn_implementation="eager")).double()
    missing, unexpected = model.load_state_dict(WEIGHTS, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}
    model.tie_weights()
    return model


MODEL, REFERENCE = loaded(), loaded()
REFERENCE.model.norm.weight.data *= 0.5  # knows the same, and is less sure of everything
TOKENIZER = Tokenizer.from_file(str(PEOPLE / "model" / "tokenizer.json"))
END, SHARE = 0, 0.4
suite = json.loads(gzip.decompress((PEOPLE / "suite.json.gz").read_bytes()))
GATE = suite["controls"]["gate"]
MEMBERS = suite["subjects"][1]["records"][:10] + GATE[1]["records"][:4]  # some were never trained, so that the two overlap
OTHERS = GATE[0]["records"][:10]


def read(row):
    prompt = TOKENIZER.encode(row["prompt"], add_special_tokens=False).ids
    answer = TOKENIZER.encode(row["answer"], add_special_tokens=False).ids + [END]
    return prompt, answer


def logits(model, prompt, answer):
    out = model(torch.tensor([prompt + answer])).logits[0]
    return out[len(prompt) - 1 : len(prompt) + len(answer) - 1]


def told(model, row):
    prompt, answer = read(row)
    logs = torch.log_softmax(logits(model, prompt, answer), -1)
    return logs, logs[torch.arange(len(answer)), torch.tensor(answer)]


def lowest(values):
    values = np.sort(values)
    return float(values[: max(1, int(SHARE * len(values)))].mean())


def gradient(row):
    MODEL.zero_grad()
    (-told(MODEL, row)[1][:-1].mean()).backward()
    return -float(np.sqrt(sum((p.grad**2).sum().item() for p in MODEL.parameters())))


def scores(row):
    with torch.no_grad():
        logs, own = told(MODEL, row)
        _, other = told(REFERENCE, row)
        mu = (logs.exp() * logs).sum(-1)
        sigma = torch.sqrt(torch.clamp((logs.exp() * (logs - mu[:, None]) ** 2).sum(-1), min=1e-6))
    return {
        "loss": own.mean().item(),
        "zlib": own.mean().item() / len(zlib.compress(row["answer"].encode())),
        "min-k": lowest(own[:-1].numpy()),
        "min-k++": lowest(((own - mu) / sigma)[:-1].numpy()),
        "reference": (own.sum() - other.sum()).item() / len(own),
        "gradient": gradient(row),
    }


def curve(a, b):
    a, b = np.asarray(a), np.asarray(b)
    n, m = len(a), len(b)
    auc = mannwhitneyu(a, b).statistic / (n * m)
    wins = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    variance = np.var(wins.mean(1), ddof=1) / n + np.var(wins.mean(0), ddof=1) / m
    found = max((int((a >= t).sum()) for t in np.concatenate([a, b]) if (b >= t).mean() <= 0.01), default=0)
    return {"auc": float(auc), "standardError": float(np.sqrt(variance)), "found": found}


MADE = np.random.default_rng(5)
DRAWN = [
    {"a": np.round(MADE.normal(shift, 1, n), digits).tolist(), "b": np.round(MADE.normal(0, 1, m), digits).tolist()}
    for shift, n, m, digits in [(0, 40, 60, 6), (0.7, 150, 230, 6), (1.5, 25, 120, 1), (0.3, 9, 7, 0), (8, 6, 5, 3)]
]
own, others = [[scores(row) for row in rows] for rows in (MEMBERS, OTHERS)]
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "members": own,
            "others": others,
            "curves": {name: curve([s[name] for s in own], [s[name] for s in others]) for name in own[0]},
            "drawn": [{**one, **curve(one["a"], one["b"])} for one in DRAWN],
        }
    )
)
