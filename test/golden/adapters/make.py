"""Adapters of every kind that PEFT makes of LoRA, on the bases of ../models, with the logits that PEFT computes from them. Usage: make.py OUT [--seed N] [--only NAME,...].
Each folder has adapter_config.json, adapter_model.safetensors and golden.json: base, input ids, the last position's logits under the adapter, and, where merge_and_unload gives
the same model, its logits too. Where head and embedding are tied and the adapter changes one of them, PEFT computes with two matrices but merges into both: no merged logits then.
Every value is random, so that a part which is forgotten shows."""
import argparse, json, os, shutil, warnings
import peft, torch
from transformers import AutoModelForCausalLM
warnings.filterwarnings('ignore')

BASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../models')
ATTENTION = ['q_proj', 'v_proj']
# name: (base, what its LoRA has beside rank and alpha)
KINDS = {
    'saved-norms': ('llama3', dict(target_modules=ATTENTION, modules_to_save=['norm'])),
    'saved-both': ('mistral', dict(target_modules=['o_proj'], modules_to_save=['embed_tokens', 'lm_head'])),
    'saved-layers': ('qwen3', dict(target_modules=['q_proj', 'gate_proj'], modules_to_save=['layers.0.mlp', 'layernorm'])),
    'saved-embedding-tied': ('gemma2', dict(target_modules=ATTENTION, modules_to_save=['embed_tokens'])),
    'saved-head-tied': ('qwen2', dict(target_modules=ATTENTION, modules_to_save=['lm_head'])),
    'saved-fused': ('phi3', dict(target_modules=['o_proj', 'gate_up_proj'], modules_to_save=['qkv_proj'])),
    'saved-conv1d': ('gpt2', dict(target_modules=['c_attn'], modules_to_save=['mlp.c_fc', 'ln_f', 'wpe'], fan_in_fan_out=True)),
    'embedding': ('olmo2', dict(target_modules=['embed_tokens', 'down_proj'])),
    'embedding-tied': ('gemma2', dict(target_modules=['embed_tokens', 'up_proj'])),
    'embedding-scaled': ('granite', dict(target_modules=['embed_tokens', 'lm_head'])),
    'embedding-positions': ('gpt2', dict(target_modules=['wte', 'wpe', 'c_proj'], fan_in_fan_out=True)),
    'embedding-projected': ('opt-350m', dict(target_modules=['embed_tokens', 'project_in', 'project_out'])),
    'head': ('phi', dict(target_modules=['lm_head', 'dense'])),
    'head-tied': ('llama3', dict(target_modules=['lm_head', 'k_proj'])),
    'patterns': ('qwen3', dict(target_modules=['q_proj', 'k_proj', 'down_proj'], use_rslora=True,
                               rank_pattern={r'layers\.0\..*q_proj': 4, 'q_proj': 1, r'model\.layers\.1\.mlp\.down_proj': 5}, alpha_pattern={'(k|down)_proj': 11, 'self_attn': 90})),
    'patterns-fused': ('phi3', dict(target_modules=['qkv_proj', 'gate_up_proj'], rank_pattern={'qkv_proj': 1}, alpha_pattern={r'1\.mlp\.gate_up_proj': 9})),
    'layers': ('llama3', dict(target_modules=['q_proj', 'mlp.down_proj'], layers_to_transform=[1], layers_pattern='layers')),
    'layers-head': ('mistral', dict(target_modules=['lm_head', 'up_proj'], layers_to_transform=0)),
    'expression': ('gemma3', dict(target_modules=r'(?:.*\.)?layers\.[1-9]\d*\.(?:self_attn\.[qv]_proj|mlp\..*_proj)', exclude_modules=r'.*\.up_proj')),
    'excluded': ('smollm3', dict(target_modules='all-linear', exclude_modules=['layers.1.mlp.down_proj', 'v_proj'])),
    'unknown-target': ('llama3', dict(target_modules=['q_proj', 'c_attn'])),
    'dora': ('llama3', dict(target_modules=['q_proj', 'o_proj', 'down_proj'], use_dora=True, use_rslora=True)),
    'dora-fused': ('phi3', dict(target_modules=['qkv_proj', 'gate_up_proj'], use_dora=True, rank_pattern={'qkv_proj': 1}, modules_to_save=['norm'])),
    'dora-interleaved': ('gpt-neox', dict(target_modules=['query_key_value', 'dense_h_to_4h'], use_dora=True)),
    'dora-conv1d': ('gpt2', dict(target_modules=['c_attn', 'c_fc'], use_dora=True, fan_in_fan_out=True)),
    'dora-ends': ('mistral', dict(target_modules=['embed_tokens', 'lm_head', 'v_proj'], use_dora=True)),
    'dora-ends-tied': ('gemma2', dict(target_modules=['embed_tokens', 'lm_head', 'v_proj'], use_dora=True)),
}

def is_merged_alike(merged, own): return bool((merged - own).abs().max() < 1e-4)

def make(name, out, seed):
    base_name, more = KINDS[name]
    folder, path = f'{out}/{name}', f'{BASES}/{base_name}'
    shutil.rmtree(folder, ignore_errors=True); os.makedirs(folder)
    base = lambda: AutoModelForCausalLM.from_pretrained(path, attn_implementation='eager', dtype=torch.float32)
    model = peft.get_peft_model(base(), peft.LoraConfig(r=2, lora_alpha=5, lora_dropout=0., bias='none', task_type='CAUSAL_LM', **more))
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for n, p in sorted(model.named_parameters()):
            if not ('lora_' in n or 'modules_to_save' in n): continue
            r = torch.randn(p.shape, generator=g)
            if 'magnitude' in n: p.mul_(1 + 0.3 * r)
            elif 'modules_to_save' in n: p.add_(0.2 * r)
            else: p.copy_(0.25 * r)
    model.peft_config['default'].base_model_name_or_path = '..'
    model.save_pretrained(folder)
    os.path.exists(f'{folder}/README.md') and os.remove(f'{folder}/README.md')
    config = json.load(open(f'{folder}/adapter_config.json'))
    for field in ('target_modules', 'exclude_modules', 'modules_to_save'):
        if isinstance(config.get(field), list): config[field].sort()  # sets, whose order changes from run to run
    json.dump(config, open(f'{folder}/adapter_config.json', 'w'), indent=1)
    ids = torch.randint(0, 64, (2, 12), generator=g)
    last = lambda m: m.eval()(input_ids=ids, use_cache=False).logits[:, -1]
    opened = lambda: peft.PeftModel.from_pretrained(base(), folder)
    golden = dict(base=base_name, input_ids=ids.tolist())
    with torch.no_grad():
        own, merged, plain = last(opened()), last(opened().merge_and_unload()), last(base())
    golden['logits_last'] = rounded(own)
    golden['merges'] = is_merged_alike(merged, own)
    golden['moved'] = float('%.3g' % (own - plain).abs().max())
    json.dump(golden, open(f'{folder}/golden.json', 'w'), separators=(',', ':'))
    for entry in os.listdir(folder): os.chmod(f'{folder}/{entry}', 0o644)

def rounded(tensor): return [[float('%.7g' % x) for x in row] for row in tensor.tolist()]

parser = argparse.ArgumentParser()
parser.add_argument('out'); parser.add_argument('--seed', type=int, default=500); parser.add_argument('--only', default=','.join(KINDS))
arguments = parser.parse_args()
torch.set_num_threads(1)
for k, name in enumerate(KINDS):
    if name in arguments.only.split(','): make(name, arguments.out, arguments.seed + k)
