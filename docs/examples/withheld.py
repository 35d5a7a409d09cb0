"""Serves a composed decoder with transformers: a target whose logits are changed by small assistants.

    from withheld import load
    model, processor = load("exported-folder")
    model.generate(input_ids, logits_processor=[processor])

The folder is what `quittance model export` writes: `target/`, `assistant-1/` and so on (PEFT adapters on the target's
first layers), and `manifest.json`, which says how they are composed. The target alone still says what is withheld, so
never serve it without the processor. Each assistant reads the whole text again at each token: right, and not fast.
"""

import json
import math
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, LogitsProcessor


class WithheldLogits(LogitsProcessor):
    """What is said instead of the target's own logits; requests may be batched where they are padded on the left."""

    def __init__(self, folder, manifest, pad_token_id=None, **options):
        self.combination = manifest["combination"]
        self.pad = pad_token_id
        self.assistants = []
        for number, assistant in enumerate(manifest["assistants"], start=1):
            # the target's own first layers, with its last norm and its head
            first = AutoModelForCausalLM.from_pretrained(
                Path(folder, "target"), num_hidden_layers=assistant["layers"], **options
            )
            self.assistants.append(PeftModel.from_pretrained(first, Path(folder, f"assistant-{number}")).eval())

    @torch.no_grad()
    def __call__(self, input_ids, scores):
        mask = torch.ones_like(input_ids) if self.pad is None else (input_ids != self.pad).long()
        heard = sum(self.last(one, input_ids, mask) for one in self.assistants)
        if self.combination["form"] == "offset":
            return scores + self.combination["weight"] * (heard - sum(self.starts(input_ids, mask)))
        said = scores - self.combination["alpha"] * heard
        rate = self.combination["filter"]
        return said if rate == 0 else said + self.excluded(scores, rate)

    def starts(self, input_ids, mask):
        for one in self.assistants:
            with one.disable_adapter():
                yield self.last(one, input_ids, mask)

    @staticmethod
    def last(model, input_ids, mask):
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        return model(input_ids=input_ids, attention_mask=mask, position_ids=positions).logits[:, -1].float()

    @staticmethod
    def excluded(scores, rate):
        """-1000 for what the target finds unlikely, though never for its floor(rate * V) likeliest tokens."""
        ordered = scores.sort(-1, descending=True).values
        kept = max(1, math.floor(rate * scores.shape[-1]))
        least = torch.minimum(ordered[:, :1] + math.log(rate), ordered[:, kept - 1 : kept])
        return torch.where(scores < least, -1000.0, 0.0)


def load(folder, **options):
    """The target and the processor that it must be asked with. ValueError for a folder of another kind."""
    manifest = json.loads(Path(folder, "manifest.json").read_text())
    if manifest.get("kind") != "quittance-composed/v1":
        raise ValueError(f"{folder} is no composed decoder: {manifest.get('kind')}")
    target = AutoModelForCausalLM.from_pretrained(Path(folder, "target"), **options).eval()
    return target, WithheldLogits(folder, manifest, target.config.pad_token_id, **options)
