"""Logits that transformers computes from model folders, and PEFT with adapter folders: logits.py < {"texts": [[ids], …], "models": [[MODEL] or [MODEL, ADAPTER], …]}.
Prints, for each model and text, the logits of the last position."""
import json, sys
import peft, torch
from transformers import AutoModelForCausalLM

def load(base, *adapters):
    model = AutoModelForCausalLM.from_pretrained(base, attn_implementation='eager', dtype=torch.float32)
    for adapter in adapters: model = peft.PeftModel.from_pretrained(model, adapter)
    return model.eval()

def last(model, ids):
    with torch.no_grad(): return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].tolist()

asked = json.load(sys.stdin)
print(json.dumps([[last(model, ids) for ids in asked['texts']] for model in (load(*folders) for folders in asked['models'])]))
