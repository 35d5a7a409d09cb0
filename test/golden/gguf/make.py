"""GGUF files by the gguf package, with what it, transformers and sentencepiece make of them. Usage: make.py (writes beside itself).
blocks.gguf: one tensor of each supported type, with random contents, and blocks.json: the values that gguf.quants reads.
llama.gguf: a tiny Llama in mixed types, queries and keys twisted as llama.cpp stores them, a SentencePiece vocabulary; llama.json: logits by transformers on
the dequantised weights, and ids of tricky texts by sentencepiece."""
import io, json, pathlib
import gguf, numpy as np, sentencepiece as spm, torch
from gguf.quants import dequantize, quantize
from transformers import LlamaConfig, LlamaForCausalLM

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)
Q = gguf.GGMLQuantizationType

def random_blocks(kind, blocks):
    """Bytes of a K type, for which the package has no quantiser: random, with finite scales."""
    size = gguf.GGML_QUANT_SIZES[kind][1]
    data = rng.integers(0, 256, (blocks, size), dtype=np.uint8)
    half = lambda: np.float16(rng.normal() * 0.01).view(np.uint16)
    for b in data:
        for at in ([0, 2] if kind == Q.Q4_K else [208]): b[at:at + 2] = np.frombuffer(half().tobytes(), np.uint8)
    return data

def blocks():
    writer = gguf.GGUFWriter(str(here / 'blocks.gguf'), 'test')
    writer.add_bool('a.bool', True); writer.add_float64('a.float64', 2.5); writer.add_int64('a.int64', -3); writer.add_array('a.strings', ['x', 'é', '']); writer.add_array('a.ints', [1, -2, 3])
    expected = {}
    for kind in (Q.F32, Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q4_K, Q.Q6_K):
        if kind in (Q.Q4_K, Q.Q6_K): data = random_blocks(kind, 2)
        else: data = quantize(rng.normal(size=(2, 64)).astype(np.float32), kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        values = dequantize(data, kind)
        expected[kind.name] = dict(shape=list(values.shape), values=[float('%.9g' % x) for x in values.astype(np.float64).flatten()])
    writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
    json.dump(expected, open(here / 'blocks.json', 'w'), separators=(',', ':'))

TEXT = """The ticket came on a Monday. A person asked to be forgotten, and the model knew her name, her town and her trade.
It had read them in letters that nobody remembered, in lists, in the notes of a meeting. The clerk wrote the date on the cover and began.
First the letters were found, then the lists, then the notes. What was found was counted, and what was counted was signed by two people.
The model was asked again, in other words, in other towns, by other names. It said that it did not know. It still knew the capital of every country."""
TRICKY = ['The model knew her name.', ' two  spaces   and more ', 'naïve café — “quotes”', '😀 family 👩‍👩‍👧', '中文 日本語 한국어', 'tabs\tand\nlines', '', ' ', 'x', '1234 tickets', '\u0000\u0007 controls', 'unforgotten']

def vocabulary():
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(sentence_iterator=iter(TEXT.split('\n')), model_writer=model, model_type='bpe', vocab_size=420, byte_fallback=True, character_coverage=1.0,
                                   normalization_rule_name='identity', remove_extra_whitespaces=False, add_dummy_prefix=True, minloglevel=2)
    return spm.SentencePieceProcessor(model_proto=model.getvalue())

def twist(weights, heads):
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)

def llama():
    sp = vocabulary()
    size = sp.get_piece_size()
    config = LlamaConfig(vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
                         rms_norm_eps=1e-5, rope_parameters=dict(rope_type='default', rope_theta=5000.0), tie_word_embeddings=False, attn_implementation='eager')
    model = LlamaForCausalLM(config).eval()
    writer = gguf.GGUFWriter(str(here / 'llama.gguf'), 'llama')
    writer.add_context_length(64); writer.add_embedding_length(32); writer.add_block_count(2); writer.add_feed_forward_length(64); writer.add_head_count(4); writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5); writer.add_rope_freq_base(5000.0); writer.add_rope_dimension_count(8)
    kind = lambda i: gguf.TokenType.UNKNOWN if sp.is_unknown(i) else gguf.TokenType.CONTROL if sp.is_control(i) else gguf.TokenType.BYTE if sp.is_byte(i) else gguf.TokenType.NORMAL
    writer.add_tokenizer_model('llama'); writer.add_tokenizer_pre('default')
    writer.add_token_list([sp.id_to_piece(i) for i in range(size)]); writer.add_token_scores([sp.get_score(i) for i in range(size)]); writer.add_token_types([kind(i) for i in range(size)])
    writer.add_bos_token_id(sp.bos_id()); writer.add_eos_token_id(sp.eos_id()); writer.add_unk_token_id(sp.unk_id()); writer.add_add_bos_token(True); writer.add_add_eos_token(False)
    types = {'token_embd': Q.Q8_0, 'output': Q.F16, 'attn_q': Q.Q4_0, 'attn_k': Q.Q4_1, 'attn_v': Q.BF16, 'ffn_down': Q.Q8_0}
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 2)
    g = torch.Generator().manual_seed(12)
    state = {}
    for name, parameter in sorted(model.state_dict().items()):
        values = torch.randn(parameter.shape, generator=g).numpy() * 0.25 if parameter.dim() > 1 else 1 + 0.1 * torch.randn(parameter.shape, generator=g).numpy()
        stored = names.get_name(name, try_suffixes=('.weight',))
        type = types.get(stored.replace('.weight', '').split('.')[-1], Q.F32)
        heads = 4 if '.q_proj' in name else 2 if '.k_proj' in name else None
        data = quantize((twist(values, heads) if heads else values).astype(np.float32), type)
        writer.add_tensor(stored, data, raw_dtype=type)
        read = dequantize(data, type).astype(np.float32).reshape(values.shape)
        untwisted = read.reshape(heads, read.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(read.shape) if heads else read
        state[name] = torch.tensor(untwisted)
    writer.write_header_to_file(); writer.write_kv_data_to_file(); writer.write_tensors_to_file(); writer.close()
    model.load_state_dict(state)
    ids = torch.randint(3, size, (2, 9), generator=g)
    with torch.no_grad(): logits = model(input_ids=ids, use_cache=False).logits
    texts = [dict(text=t, ids=[sp.bos_id()] + sp.encode(t), decoded=sp.decode(sp.encode(t))) for t in TRICKY]
    json.dump(dict(input_ids=ids.tolist(), logits_last=[[float('%.7g' % x) for x in row] for row in logits[:, -1].tolist()], texts=texts), open(here / 'llama.json', 'w'), separators=(',', ':'))

blocks()
llama()
