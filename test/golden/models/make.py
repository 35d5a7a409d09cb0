"""Tiny checkpoints with random weights, and what PyTorch and transformers compute from them: logits, losses, gradient norms of cross-entropy and of FLAT,
AdamW losses, greedy ids; and of PEFT's LoRA on some of them. Usage: make.py OUT [--seed N] [--only NAME,…]; versions are recorded in each golden.json.
Every parameter is random, norms and biases included, so that a forgotten one shows. Sizes are chosen so that what tells the families apart matters within
twelve tokens: the sliding window is shorter than the text, llama3's rope scaling changes every frequency, key-value heads are shared."""
import argparse, json, math, os, shutil
import peft, torch, transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig, GemmaConfig, GemmaForCausalLM, GPT2Config, GPT2LMHeadModel,
                          GPTNeoXConfig, GPTNeoXForCausalLM, GraniteConfig, GraniteForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM,
                          Olmo2Config, Olmo2ForCausalLM, OPTConfig, OPTForCausalLM, Phi3Config, Phi3ForCausalLM, PhiConfig, PhiForCausalLM, PreTrainedTokenizerFast,
                          Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

V, D, LAYERS, T = 64, 16, 2, 12
SIZES = dict(hidden_size=D, intermediate_size=28, num_hidden_layers=LAYERS, num_attention_heads=4, max_position_embeddings=48)
COMMON = dict(vocab_size=V, bos_token_id=0, eos_token_id=None, pad_token_id=None, attn_implementation='eager')
LLAMA3 = dict(rope_type='llama3', rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)

def rope(theta, **more):
    return dict(rope_type='default', rope_theta=theta, **more)

def longrope(dims, original, fraction=1.0):
    return rope(10000.0, partial_rotary_factor=fraction, original_max_position_embeddings=original,
                short_factor=[1.0 + 0.1 * i for i in range(dims)], long_factor=[2.0 + 1.5 * i for i in range(dims)]) | dict(rope_type='longrope')

def opt(**more):
    return OPTConfig(**COMMON, hidden_size=D, ffn_dim=28, num_hidden_layers=LAYERS, num_attention_heads=4, max_position_embeddings=48, dropout=0., attention_dropout=0., **more)

def neox(**more):
    return GPTNeoXConfig(**COMMON, **SIZES, hidden_dropout=0., attention_dropout=0., tie_word_embeddings=False, **more)

# name: (class, config, stored type, bytes per shard)
SETS = {
    'gpt2': (GPT2LMHeadModel, lambda: GPT2Config(**COMMON, n_embd=D, n_layer=LAYERS, n_head=4, n_positions=48, resid_pdrop=0., embd_pdrop=0., attn_pdrop=0.), torch.float32, None),
    'llama3': (LlamaForCausalLM, lambda: LlamaConfig(**COMMON, **SIZES, num_key_value_heads=2, head_dim=6, rms_norm_eps=1e-5, rope_parameters=LLAMA3, attention_bias=True, mlp_bias=True,
                                                     tie_word_embeddings=True), torch.float32, None),
    'mistral': (MistralForCausalLM, lambda: MistralConfig(**COMMON, **SIZES, num_key_value_heads=1, sliding_window=4, rope_parameters=rope(10000.0), tie_word_embeddings=False), torch.bfloat16, None),
    'qwen2': (Qwen2ForCausalLM, lambda: Qwen2Config(**COMMON, **SIZES, num_key_value_heads=2, rope_parameters=rope(1000000.0), tie_word_embeddings=True), torch.float16, None),
    'gpt-neox': (GPTNeoXForCausalLM, lambda: neox(use_parallel_residual=True, rope_parameters=rope(10000.0, partial_rotary_factor=0.5)), torch.float32, '16KB'),
    'gpt-neox-sequential': (GPTNeoXForCausalLM, lambda: neox(use_parallel_residual=False, rope_parameters=rope(5000.0, partial_rotary_factor=1.0)), torch.float32, None),
    'opt-350m': (OPTForCausalLM, lambda: opt(word_embed_proj_dim=12, do_layer_norm_before=False), torch.float32, None),
    'phi': (PhiForCausalLM, lambda: PhiConfig(**COMMON, **SIZES, rope_parameters=rope(10000.0, partial_rotary_factor=0.5), resid_pdrop=0., embd_pdrop=0., attention_dropout=0.,
                                              tie_word_embeddings=False), torch.float32, None),
    'opt': (OPTForCausalLM, lambda: opt(do_layer_norm_before=True), torch.float32, None),
    'llama-linear': (LlamaForCausalLM, lambda: LlamaConfig(**COMMON, **SIZES, num_key_value_heads=4, rms_norm_eps=1e-6, rope_parameters=rope(10000.0, factor=2.0) | dict(rope_type='linear'),
                                                           hidden_act='gelu', tie_word_embeddings=False), torch.bfloat16, None),
    'phi-2': (PhiForCausalLM, lambda: PhiConfig(**COMMON, **(SIZES | dict(hidden_size=20, num_attention_heads=2)), rope_parameters=rope(10000.0, partial_rotary_factor=0.4), resid_pdrop=0.,
                                                embd_pdrop=0., attention_dropout=0., tie_word_embeddings=False), torch.float16, None),
    'qwen3': (Qwen3ForCausalLM, lambda: Qwen3Config(**COMMON, **SIZES, num_key_value_heads=2, head_dim=6, rope_parameters=rope(1000000.0), tie_word_embeddings=True), torch.bfloat16, None),
    'gemma': (GemmaForCausalLM, lambda: GemmaConfig(**COMMON, **SIZES, num_key_value_heads=1, head_dim=6, rope_parameters=rope(10000.0)), torch.float32, None),
    'gemma2': (Gemma2ForCausalLM, lambda: Gemma2Config(**COMMON, **SIZES, num_key_value_heads=2, head_dim=6, sliding_window=4, query_pre_attn_scalar=9, attn_logit_softcapping=1.5,
                                                       final_logit_softcapping=3.0, rope_parameters=rope(10000.0)), torch.float32, None),
    'gemma3': (Gemma3ForCausalLM, lambda: Gemma3TextConfig(**COMMON, **SIZES, num_key_value_heads=2, head_dim=6, sliding_window=4, query_pre_attn_scalar=9, layer_types=['sliding_attention', 'full_attention'],
                                                           rope_parameters=dict(sliding_attention=rope(100.0), full_attention=rope(10000.0, factor=3.0) | dict(rope_type='linear'))), torch.bfloat16, None),
    'phi3': (Phi3ForCausalLM, lambda: Phi3Config(**COMMON, **(SIZES | dict(hidden_size=32)), num_key_value_heads=2, original_max_position_embeddings=24, rope_parameters=longrope(3, 24, 0.75), resid_pdrop=0., embd_pdrop=0.,
                                                 tie_word_embeddings=False), torch.bfloat16, None),
    'phi3-long': (Phi3ForCausalLM, lambda: Phi3Config(**COMMON, **SIZES, num_key_value_heads=4, original_max_position_embeddings=7, sliding_window=5, rope_parameters=longrope(2, 7), resid_pdrop=0., embd_pdrop=0.,
                                                      tie_word_embeddings=True), torch.float32, None),
    'smollm3': (SmolLM3ForCausalLM, lambda: SmolLM3Config(**COMMON, **SIZES, num_key_value_heads=2, no_rope_layers=[0, 1], rope_parameters=rope(50000.0), tie_word_embeddings=True), torch.bfloat16, None),
    'granite': (GraniteForCausalLM, lambda: GraniteConfig(**COMMON, **SIZES, num_key_value_heads=2, attention_bias=True, embedding_multiplier=3.0, residual_multiplier=0.4, attention_multiplier=0.3, logits_scaling=2.5,
                                                          rope_parameters=rope(10000.0), tie_word_embeddings=True), torch.float32, None),
    'olmo2': (Olmo2ForCausalLM, lambda: Olmo2Config(**COMMON, **SIZES, num_key_value_heads=2, rope_parameters=rope(10000.0), tie_word_embeddings=False), torch.bfloat16, None),
    'llama-yarn': (LlamaForCausalLM, lambda: LlamaConfig(**COMMON, **(SIZES | dict(hidden_size=32)), num_key_value_heads=2, rope_parameters=rope(10000.0, factor=4.0, original_max_position_embeddings=12, beta_fast=1.5, beta_slow=0.1)
                                                         | dict(rope_type='yarn'), tie_word_embeddings=True), torch.bfloat16, None),
    'llama-dynamic': (LlamaForCausalLM, lambda: LlamaConfig(**COMMON, **SIZES, num_key_value_heads=2, rope_parameters=rope(10000.0, factor=2.0) | dict(rope_type='dynamic'), tie_word_embeddings=True), torch.bfloat16, None),
}

def randomise(model, seed):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            r = torch.randn(p.shape, generator=g)
            norm = ('norm' in name or 'ln_' in name) and name.endswith('weight')
            one = 0 if model.config.model_type.startswith('gemma') else 1  # Gemma's norms multiply by 1 + weight
            p.copy_(one + 0.1 * r if norm else (0.25 if p.dim() > 1 else 0.1) * r)

def tokenizer():
    """BPE over 62 letters, digits and the space (Ġ), and one merge; enough to be read with the weights."""
    letters = [chr(c) for c in [*range(97, 123), *range(65, 91), *range(48, 57)]]
    tokens = ['<|end|>', *letters, 'Ġ', 'th']
    assert len(tokens) == V
    t = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=[('t', 'h')]))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=t, eos_token='<|end|>')

def version4(config):
    """The same config.json as transformers 4 wrote it."""
    old = dict(config)
    if 'dtype' in old: old['torch_dtype'] = old.pop('dtype')
    p = dict(old.pop('rope_parameters', None) or {})
    if 'full_attention' in p:  # Gemma 3
        old['rope_local_base_freq'] = p['sliding_attention']['rope_theta']
        p = dict(p['full_attention'])
    neox = old['model_type'] == 'gpt_neox'
    if 'rope_theta' in p: old['rotary_emb_base' if neox else 'rope_theta'] = p.pop('rope_theta')
    if 'partial_rotary_factor' in p: old['rotary_pct' if neox else 'partial_rotary_factor'] = p.pop('partial_rotary_factor')
    if p.get('rope_type', 'default') != 'default': old['rope_scaling'] = p
    return old

def rounded(tensor): return [float('%.7g' % x) for x in tensor.flatten().tolist()]

def norms(model):
    stored = lambda n: n.replace('lm_head', 'embed_out') if model.config.model_type == 'gpt_neox' else n  # its name in the file
    found = {stored(n): float('%.7g' % p.grad.norm().item()) for n, p in model.named_parameters() if p.grad is not None}
    total = math.sqrt(sum(float(p.grad.double().pow(2).sum()) for p in model.parameters() if p.grad is not None))
    return found, float('%.7g' % total)

def cross_entropy(model, ids, masked):
    out = {}
    for key, labels in (('', ids), ('_masked', masked)):
        model.zero_grad()
        answer = model(input_ids=ids, labels=labels, use_cache=False)
        answer.loss.backward()
        out['loss' + key] = round(answer.loss.item(), 7)
        out['grad_norm' + key], out['grad_norm_total' + key] = norms(model)
    out['logits_shape'] = list(answer.logits.shape)
    out['logits'] = rounded(answer.logits.detach())
    return out

def padded(model, ids):
    mask = torch.ones_like(ids); mask[1, 8:] = 0
    with torch.no_grad(): answer = model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100), use_cache=False)
    return dict(attention_mask=mask.tolist(), loss=round(answer.loss.item(), 7), logits_row0_last=rounded(answer.logits[0, -1]), logits_row1_pos7=rounded(answer.logits[1, 7]))

def greedy(model, prompt, count):
    ids = torch.tensor([prompt])
    with torch.no_grad():
        for _ in range(count): ids = torch.cat([ids, model(input_ids=ids, use_cache=False).logits[:, -1:].argmax(-1)], 1)
    return dict(prompt=prompt, ids=ids[0].tolist())

def adamw(cls, path, ids):
    model = cls.from_pretrained(path, attn_implementation='eager', dtype=torch.float32); model.eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.01, foreach=False)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward(); losses.append(round(loss.item(), 7)); optimizer.step()
    return losses

# FLAT (Wang et al. 2025): L = -g*(v_e) + f*(g*(v_f)), v a mean probability of the label tokens
DIVERGENCES = {
    'total-variation': (lambda v: torch.tanh(v) / 2, lambda u: u),
    'jensen-shannon': (lambda v: math.log(2) - torch.log1p(torch.exp(-v)), lambda u: -torch.log(2 - torch.exp(u))),
    'pearson': (lambda v: v, lambda u: u * u / 4 + u),
    'kl': (lambda v: v, lambda u: torch.exp(u - 1)),
}
PADDED_LENGTH = 20

def token_probabilities(model, prompt, answer):
    """Each pair is its own row: no packing, no padding."""
    logits = model(input_ids=torch.tensor([prompt + answer]), use_cache=False).logits[0, len(prompt) - 1:-1]
    return torch.softmax(logits, -1)[torch.arange(len(answer)), torch.tensor(answer)]

def flat(model, examples):
    results = []
    for name, (g, conjugate) in DIVERGENCES.items():
        for reduction in ('paper', 'released'):
            model.zero_grad()
            pairs = [(token_probabilities(model, e['prompt'], e['template']), token_probabilities(model, e['prompt'], e['answer'])) for e in examples]
            if reduction == 'paper':
                loss = torch.stack([-g(a.mean()) + conjugate(g(b.mean())) for a, b in pairs]).mean()
            else:
                cells = len(examples) * (PADDED_LENGTH - 1)
                ve, vf = (sum(p[i].sum() for p in pairs) / cells for i in (0, 1))
                loss = -g(ve) + conjugate(g(vf))
            loss.backward()
            each, total = norms(model)
            result = dict(divergence=name, reduction=reduction, loss=float('%.9g' % loss.item()), grad_norm_total=total)
            if (name, reduction) in (('jensen-shannon', 'paper'), ('kl', 'released')): result['grad_norm'] = each
            results.append(result)
    return dict(padded_length=PADDED_LENGTH, examples=examples, results=results)

# LoRA: on a Conv1D with fused columns, on heads interleaved in one matrix, on shared key-value heads
ADAPTERS = {
    'gpt2': dict(r=3, lora_alpha=6, target_modules=['c_attn', 'c_fc', 'mlp.c_proj'], fan_in_fan_out=True, use_rslora=True),
    'gpt-neox': dict(r=2, lora_alpha=5, target_modules=['query_key_value', 'dense_4h_to_h']),
    'qwen2': dict(r=4, lora_alpha=4, target_modules='all-linear'),
}

def adapter(name, path, ids, seed):
    cls, folder = SETS[name][0], f'{path}/lora'
    base = lambda: cls.from_pretrained(path, attn_implementation='eager', dtype=torch.float32)
    model = peft.get_peft_model(base(), peft.LoraConfig(**ADAPTERS[name], lora_dropout=0., bias='none', task_type='CAUSAL_LM'))
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for n, p in sorted(model.named_parameters()):
            if 'lora_' in n: p.copy_(0.2 * torch.randn(p.shape, generator=g))
    model.peft_config['default'].base_model_name_or_path = '..'
    model.save_pretrained(folder)
    os.path.exists(f'{folder}/README.md') and os.remove(f'{folder}/README.md')
    config = json.load(open(f'{folder}/adapter_config.json')); config['target_modules'].sort()  # a set, whose order changes from run to run
    json.dump(config, open(f'{folder}/adapter_config.json', 'w'), indent=1)
    reload = lambda: peft.PeftModel.from_pretrained(base(), folder, is_trainable=True).eval()
    model = reload()
    loss = model(input_ids=ids, labels=ids, use_cache=False).loss; loss.backward()
    found = {n.replace('.default', ''): float('%.7g' % p.grad.norm().item()) for n, p in model.named_parameters() if p.grad is not None}
    golden = dict(loss=round(loss.item(), 7), grad_norm=found)
    model = reload(); optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2, weight_decay=0.01, foreach=False)
    golden['adamw_losses'] = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward(); golden['adamw_losses'].append(round(loss.item(), 7)); optimizer.step()
    merged = reload().merge_and_unload().eval()
    with torch.no_grad(): golden['merged_logits_last'] = [rounded(row) for row in merged(input_ids=ids, use_cache=False).logits[:, -1]]
    json.dump(golden, open(f'{folder}/golden.json', 'w'), separators=(',', ':'))

def readable(path):
    for folder, _, names in os.walk(path):
        for name in names: os.chmod(f'{folder}/{name}', 0o644)

def make(name, out, seed):
    cls, config, dtype, shard = SETS[name]
    path = f'{out}/{name}'
    shutil.rmtree(path, ignore_errors=True); os.makedirs(path)
    model = cls(config()); randomise(model, seed)
    model.to(dtype).save_pretrained(path, **({'max_shard_size': shard} if shard else {}))
    tokenizer().save_pretrained(path)
    for extra in ('generation_config.json', 'tokenizer_config.json'): os.path.exists(f'{path}/{extra}') and os.remove(f'{path}/{extra}')
    written = json.load(open(f'{path}/config.json'))
    json.dump(version4(written), open(f'{path}/config.version4.json', 'w'), indent=1)
    model = cls.from_pretrained(path, attn_implementation='eager', dtype=torch.float32); model.eval()
    g = torch.Generator().manual_seed(seed + 1000)
    ids = torch.randint(0, V, (2, T), generator=g)
    masked = ids.clone(); masked[0, :5] = -100; masked[1, :7] = -100
    some = lambda n: torch.randint(0, V, (n,), generator=g).tolist()
    examples = [dict(prompt=some(n), template=some(t), answer=some(a)) for n, t, a in ((5, 4, 6), (7, 2, 3), (1, 3, 5))]
    golden = dict(name=name, versions=dict(torch=torch.__version__, transformers=transformers.__version__), input_ids=ids.tolist(), labels_masked=masked.tolist())
    golden.update(cross_entropy(model, ids, masked))
    golden['padded'] = padded(model, ids)
    golden['greedy'] = greedy(model, ids[0, :6].tolist(), 10)
    golden['greedy_more'] = [greedy(model, some(n), 8) for n in (1, 9, 4)]
    golden['flat'] = flat(model, examples)
    golden['adamw_losses'] = adamw(cls, path, ids)
    if name in ADAPTERS: adapter(name, path, ids, seed + 2000)
    json.dump(golden, open(f'{path}/golden.json', 'w'), separators=(',', ':'))
    readable(path)

def number_formats(out):
    """One tensor of each stored type, written by the reference library."""
    path = f'{out}/number-formats'
    shutil.rmtree(path, ignore_errors=True); os.makedirs(path)
    values = [0.0, -0.0, 1.0, -2.5, 3.140625, 6.103515625e-05, 5.960464477539063e-08, 65504.0, -0.333251953125]
    tensors = {str(t).split('.')[1]: torch.tensor(values).to(t) for t in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
    tensors.update({str(t).split('.')[1]: torch.tensor([[-128, -1, 0], [1, 2, 127]]).to(t) for t in (torch.int64, torch.int32, torch.int8)})
    tensors['uint8'] = torch.tensor([0, 1, 255], dtype=torch.uint8)
    tensors['bool'] = torch.tensor([True, False])
    save_file(tensors, f'{path}/tensors.safetensors', metadata={'format': 'pt'})
    golden = {n: dict(shape=list(t.shape), values=t.double().flatten().tolist()) for n, t in tensors.items()}
    json.dump(golden, open(f'{path}/golden.json', 'w'), separators=(',', ':'))
    readable(path)

parser = argparse.ArgumentParser()
parser.add_argument('out'); parser.add_argument('--seed', type=int, default=300); parser.add_argument('--only', default=','.join(SETS))
arguments = parser.parse_args()
torch.set_num_threads(1); torch.use_deterministic_algorithms(True)
for k, name in enumerate(SETS):
    if name in arguments.only.split(','): make(name, arguments.out, arguments.seed + k)
number_formats(arguments.out)
