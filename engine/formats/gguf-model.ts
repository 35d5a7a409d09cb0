// A GGUF file as a Hugging Face model: config.json from its metadata, its tensors under their stored names.
// Trap: llama.cpp stores the queries and keys of Llama with rotary pairs side by side; in stored weights the halves of
// a head follow one another.
import { QuittanceError } from '#core/errors.ts';
import { readConfig, type DecoderConfig } from './config.ts';
import type { GgufFile } from './gguf.ts';
import { ggufSpecial } from './gguf-tokenizer.ts';
import { parameterSpecs } from '../parameters.ts';
import { inverseFrequencies } from '../rope.ts';

const TENSORS: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** model.layers.3.self_attn.q_proj.weight → blk.3.attn_q.weight */
const ggufName = (hf: string): string => {
  const [, layer, module, kind] = /^(?:model\.layers\.(\d+)\.)?(.*)\.(weight|bias)$/.exec(hf) ?? [];
  const name = TENSORS[module ?? ''];
  if (name === undefined || kind === undefined)
    throw new QuittanceError('INTERNAL', { message: `${hf} has no GGUF name` });
  return `${layer === undefined ? '' : `blk.${layer}.`}${name}.${kind}`;
};

/** Typed metadata of one architecture. */
class Metadata {
  readonly file: GgufFile;
  readonly architecture: string;
  constructor(file: GgufFile, architecture: string) {
    this.file = file;
    this.architecture = architecture;
  }
  optional(key: string): number | undefined {
    const value = this.file.metadata.get(`${this.architecture}.${key}`);
    if (value === undefined || typeof value === 'number') return value;
    throw new QuittanceError('MODEL_INVALID', {
      message: `${this.architecture}.${key}`,
      expected: 'a number',
      got: typeof value,
    });
  }
  /** A float32 as the shortest decimal number that rounds to it. */
  decimal(key: string): number | undefined {
    const value = this.optional(key);
    return value === undefined ? undefined : Number(value.toPrecision(7));
  }
  text(key: string): string | undefined {
    const value = this.file.metadata.get(`${this.architecture}.${key}`);
    return typeof value === 'string' ? value : undefined;
  }
}

/** MODEL_UNSUPPORTED for an architecture that cannot be read from GGUF. */
export const ggufArchitecture = ({ metadata }: GgufFile): 'llama' | 'qwen2' => {
  const architecture = metadata.get('general.architecture');
  if (architecture === 'llama' || architecture === 'qwen2') return architecture;
  throw unsupported('general.architecture', architecture ?? 'nothing', 'llama or qwen2');
};

/** Content of `config.json`. MODEL_UNSUPPORTED names what the engine does not implement. */
export const ggufConfig = (file: GgufFile): Record<string, unknown> => {
  const architecture = ggufArchitecture(file);
  const m = new Metadata(file, architecture);
  const vocabulary = file.metadata.get('tokenizer.ggml.tokens');
  const id = (name: string) => ggufSpecial(file, name) ?? null;
  // an answer of a chat ends with the end of a turn, as in llama.cpp
  const ends = [...new Set(['eos', 'eot', 'eom'].map(id).filter((one) => one !== null))];
  const config = {
    architectures: [architecture === 'llama' ? 'LlamaForCausalLM' : 'Qwen2ForCausalLM'],
    model_type: architecture,
    vocab_size: file.tensors.get('token_embd.weight')?.shape[0] ?? (Array.isArray(vocabulary) ? vocabulary.length : 0),
    hidden_size: m.optional('embedding_length'),
    intermediate_size: m.optional('feed_forward_length'),
    num_hidden_layers: m.optional('block_count'),
    num_attention_heads: m.optional('attention.head_count'),
    num_key_value_heads: m.optional('attention.head_count_kv') ?? m.optional('attention.head_count'),
    ...defined({ head_dim: m.optional('attention.key_length') }),
    max_position_embeddings: m.optional('context_length'),
    rms_norm_eps: m.decimal('attention.layer_norm_rms_epsilon'),
    hidden_act: 'silu',
    rope_theta: m.decimal('rope.freq_base') ?? 10_000,
    ...defined({ rope_scaling: ropeScaling(m) }),
    ...(architecture === 'llama' ? { attention_bias: file.tensors.has('blk.0.attn_q.bias'), mlp_bias: false } : {}),
    tie_word_embeddings: !file.tensors.has('output.weight'),
    bos_token_id: id('bos'),
    eos_token_id: ends.length > 1 ? ends : (ends[0] ?? null),
    pad_token_id: id('padding'),
    torch_dtype: 'float32',
  };
  if (m.optional('attention.sliding_window'))
    throw unsupported(`${architecture}.attention.sliding_window`, m.optional('attention.sliding_window'), 'none');
  const headDim = m.optional('attention.key_length') ?? Number(config.hidden_size) / Number(config.num_attention_heads);
  for (const key of ['rope.dimension_count', 'attention.value_length']) {
    const value = m.optional(key);
    if (value !== undefined && value !== headDim)
      throw unsupported(`${architecture}.${key}`, value, `${headDim}, the width of a head`);
  }
  if (m.optional('expert_count')) throw unsupported(`${architecture}.expert_count`, m.optional('expert_count'), 'none');
  return config;
};

const defined = <T extends object>(parts: T) =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));

const unsupported = (field: string, got: unknown, expected: string) =>
  new QuittanceError('MODEL_UNSUPPORTED', { message: `${field} is not supported`, expected, got: JSON.stringify(got) });

const ropeScaling = (m: Metadata): Record<string, unknown> | undefined => {
  const kind = m.text('rope.scaling.type') ?? 'none';
  const factor = m.decimal('rope.scaling.factor');
  const scales = kind !== 'none' && factor !== undefined && factor !== 1;
  const divided = m.file.tensors.has('rope_freqs.weight');
  if (divided && !scales) return llama3Scaling(m);
  if (!scales) return undefined;
  if (kind === 'linear' && !divided) return { rope_type: 'linear', factor };
  throw unsupported(`${m.architecture}.rope.scaling.type`, kind, 'none, linear, or rope_freqs of Llama 3 alone');
};

/** The published scalings of Llama 3.1 and 3.2; the file holds only the divisors that follow from them. */
const llama3Scaling = (m: Metadata): Record<string, unknown> => {
  const divisors = m.file.read('rope_freqs.weight');
  const theta = m.decimal('rope.freq_base') ?? 10_000;
  const plain = inverseFrequencies({ theta, rotaryDim: 2 * divisors.length, scaling: { kind: 'none' } });
  const published = [8, 32].find((factor) => {
    const scaling = {
      kind: 'llama3',
      factor,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 8192,
    } as const;
    const scaled = inverseFrequencies({ theta, rotaryDim: 2 * divisors.length, scaling });
    return divisors.every((divisor, i) => Math.abs(plain[i]! / scaled[i]! / divisor - 1) < 1e-4);
  });
  if (published === undefined)
    throw unsupported('rope_freqs.weight', [...divisors.slice(0, 4)], 'the scaling of Llama 3.1 or 3.2');
  return {
    rope_type: 'llama3',
    factor: published,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
};

export interface HuggingFaceTensor {
  name: string;
  shape: number[];
  read: () => Float32Array;
}

/** The file's tensors under Hugging Face's names. MODEL_INVALID where one is missing, left over or of another shape. */
export const ggufTensors = (file: GgufFile, configJson: Record<string, unknown>): HuggingFaceTensor[] => {
  const config = readConfig(configJson);
  const wanted = parameterSpecs(config).map((p) => ({
    name: p.source.hf,
    shape: p.source.transposed ? p.shape.toReversed() : [...p.shape],
  }));
  const known = new Set([...wanted.map(({ name }) => ggufName(name)), 'rope_freqs.weight']);
  const left = [...file.tensors.keys()].find((name) => !known.has(name));
  if (left !== undefined)
    throw new QuittanceError('MODEL_INVALID', { message: `the metadata have no place for the tensor ${left}` });
  return wanted.map(({ name, shape }) => {
    const stored = file.tensors.get(ggufName(name));
    if (stored?.shape.join() !== shape.join()) {
      throw new QuittanceError('MODEL_INVALID', {
        message: `metadata and tensors disagree on ${ggufName(name)}`,
        expected: `[${shape.join(', ')}]`,
        got: stored ? `[${stored.shape.join(', ')}]` : 'nothing',
      });
    }
    return { name, shape, read: () => untwist(config, name, file.read(ggufName(name))) };
  });
};

const untwist = (config: DecoderConfig, name: string, data: Float32Array): Float32Array => {
  if (config.family !== 'llama' || !/\.(q|k)_proj\./.test(name)) return data;
  return halvesOfHeads(data, name.includes('.q_proj.') ? config.heads : config.kvHeads, config.headDim);
};

/** Rows of each head from (0, 0′, 1, 1′, …) to (0, 1, …, 0′, 1′, …). */
const halvesOfHeads = (data: Float32Array, heads: number, headDim: number): Float32Array => {
  const columns = data.length / (heads * headDim);
  const result = new Float32Array(data.length);
  for (let h = 0; h < heads; h++) {
    for (let j = 0; j < headDim; j++) {
      const pair = j % (headDim / 2);
      const from = h * headDim + 2 * pair + (j < headDim / 2 ? 0 : 1);
      result.set(data.subarray(from * columns, (from + 1) * columns), (h * headDim + j) * columns);
    }
  }
  return result;
};
