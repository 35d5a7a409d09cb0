// Parameter names and shapes. Inside, every family uses one set of names and keeps linear weights as [in, out]; this table says where each comes from
// in Hugging Face weights. Traps: nn.Linear stores [out, in], GPT-2's Conv1D [in, out]; GPT-NeoX interleaves q, k, v head by head.
import type { DecoderConfig } from './formats/config.ts';
import { QuittanceError } from '#core/errors.ts';

/** Name of a tensor in the stored weights, how it is laid out there, and which third of a fused tensor it is. */
export interface Source {
  hf: string;
  transposed: boolean;
  part?: { index: 0 | 1 | 2; layout: 'columns' | 'heads' };
}

export interface ParameterSpec {
  name: string;
  shape: readonly number[];
  source: Source;
}

type Table = Readonly<Record<string, string>>;

const LLAMA_BLOCK: Table = {
  ln1: 'input_layernorm',
  ln2: 'post_attention_layernorm',
  q: 'self_attn.q_proj',
  k: 'self_attn.k_proj',
  v: 'self_attn.v_proj',
  o: 'self_attn.o_proj',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
};

interface Names {
  prefix: string;
  /** Path of layer l under the prefix. */
  layer: (l: number) => string;
  block: Table;
  embed: string;
  position?: string;
  norm: string;
  head: string;
  conv1d?: boolean;
  fused?: { name: string; layout: 'columns' | 'heads' };
}

const LLAMA: Names = {
  prefix: 'model.',
  layer: (l) => `layers.${l}.`,
  block: LLAMA_BLOCK,
  embed: 'embed_tokens',
  norm: 'norm',
  head: 'lm_head',
};

const NAMES: Readonly<Record<DecoderConfig['family'], Names>> = {
  llama: LLAMA,
  mistral: LLAMA,
  qwen2: LLAMA,
  gpt2: {
    prefix: 'transformer.',
    layer: (l) => `h.${l}.`,
    block: { ln1: 'ln_1', ln2: 'ln_2', o: 'attn.c_proj', up: 'mlp.c_fc', down: 'mlp.c_proj' },
    embed: 'wte',
    position: 'wpe',
    norm: 'ln_f',
    head: 'lm_head',
    conv1d: true,
    fused: { name: 'attn.c_attn', layout: 'columns' },
  },
  gpt_neox: {
    prefix: 'gpt_neox.',
    layer: (l) => `layers.${l}.`,
    block: {
      ln1: 'input_layernorm',
      ln2: 'post_attention_layernorm',
      o: 'attention.dense',
      up: 'mlp.dense_h_to_4h',
      down: 'mlp.dense_4h_to_h',
    },
    embed: 'embed_in',
    norm: 'final_layer_norm',
    head: 'embed_out',
    fused: { name: 'attention.query_key_value', layout: 'heads' },
  },
  opt: {
    prefix: 'model.decoder.',
    layer: (l) => `layers.${l}.`,
    block: {
      ln1: 'self_attn_layer_norm',
      ln2: 'final_layer_norm',
      q: 'self_attn.q_proj',
      k: 'self_attn.k_proj',
      v: 'self_attn.v_proj',
      o: 'self_attn.out_proj',
      up: 'fc1',
      down: 'fc2',
    },
    embed: 'embed_tokens',
    position: 'embed_positions',
    norm: 'final_layer_norm',
    head: 'lm_head',
  },
  phi: {
    prefix: 'model.',
    layer: (l) => `layers.${l}.`,
    block: {
      ln1: 'input_layernorm',
      q: 'self_attn.q_proj',
      k: 'self_attn.k_proj',
      v: 'self_attn.v_proj',
      o: 'self_attn.dense',
      up: 'mlp.fc1',
      down: 'mlp.fc2',
    },
    embed: 'embed_tokens',
    norm: 'final_layernorm',
    head: 'lm_head',
  },
};

/** Stored prefix of the family's body, e.g. `model.`; older GPT-2 files come without it. */
export const bodyPrefix = (config: DecoderConfig): string => NAMES[config.family].prefix;

/** Stored name of the embedding. */
export const embedName = (config: DecoderConfig): string => {
  const { prefix, embed } = NAMES[config.family];
  return `${prefix}${embed}.weight`;
};

/** Every parameter of the model, in the order in which the computation meets them. Linear weights are [in, out]. */
export const parameterSpecs = (config: DecoderConfig): ParameterSpec[] => [
  ...inputSpecs(config),
  ...Array.from({ length: config.layers }, (_, l) => layerSpecs(config, l)).flat(),
  ...outputSpecs(config),
];

const spec = (name: string, shape: readonly number[], hf: string, transposed = false): ParameterSpec => ({
  name,
  shape,
  source: { hf, transposed },
});

const inputSpecs = (c: DecoderConfig): ParameterSpec[] => {
  const n = NAMES[c.family];
  const specs = [spec('embed.w', [c.vocabSize, c.embedSize], embedName(c))];
  if (c.position.kind === 'learned' && n.position) {
    specs.push(spec('position.w', [c.position.rows, c.hiddenSize], `${n.prefix}${n.position}.weight`));
  }
  if (c.embedSize !== c.hiddenSize) {
    specs.push(spec('projectIn.w', [c.embedSize, c.hiddenSize], `${n.prefix}project_in.weight`, true));
  }
  return specs;
};

const outputSpecs = (c: DecoderConfig): ParameterSpec[] => {
  const n = NAMES[c.family];
  const specs = c.finalNorm ? norm(c, 'norm', `${n.prefix}${n.norm}`) : [];
  if (c.embedSize !== c.hiddenSize) {
    specs.push(spec('projectOut.w', [c.hiddenSize, c.embedSize], `${n.prefix}project_out.weight`, true));
  }
  if (!c.tied) specs.push(spec('head.w', [c.vocabSize, c.embedSize], `${n.head}.weight`));
  if (c.bias.head) specs.push(spec('head.b', [c.vocabSize], `${n.head}.bias`));
  return specs;
};

const norm = (c: DecoderConfig, name: string, hf: string): ParameterSpec[] => {
  const weight = spec(`${name}.w`, [c.hiddenSize], `${hf}.weight`);
  return c.norm.kind === 'layer' ? [weight, spec(`${name}.b`, [c.hiddenSize], `${hf}.bias`)] : [weight];
};

const layerSpecs = (c: DecoderConfig, l: number): ParameterSpec[] => {
  const n = NAMES[c.family];
  const at = `layers.${l}.`;
  const hf = (part: string) => {
    const found = n.block[part];
    if (found === undefined) throw new QuittanceError('INTERNAL', { message: `${c.family} has no ${part}` });
    return `${n.prefix}${n.layer(l)}${found}`;
  };
  const linear = (part: string, inSize: number, outSize: number, bias: boolean): ParameterSpec[] => [
    spec(`${at}${part}.w`, [inSize, outSize], `${hf(part)}.weight`, n.conv1d !== true),
    ...(bias ? [spec(`${at}${part}.b`, [outSize], `${hf(part)}.bias`)] : []),
  ];
  const attention = n.fused ? fusedSpecs(c, l) : separateSpecs(c, linear);
  return [
    ...norm(c, `${at}ln1`, hf('ln1')),
    ...attention,
    ...linear('o', c.heads * c.headDim, c.hiddenSize, c.bias.o),
    ...(c.sharedNorm ? [] : norm(c, `${at}ln2`, hf('ln2'))),
    ...(c.gatedMlp ? linear('gate', c.hiddenSize, c.intermediateSize, c.bias.mlp) : []),
    ...linear('up', c.hiddenSize, c.intermediateSize, c.bias.mlp),
    ...linear('down', c.intermediateSize, c.hiddenSize, c.bias.mlp),
  ];
};

type Linear = (part: string, inSize: number, outSize: number, bias: boolean) => ParameterSpec[];

const separateSpecs = (c: DecoderConfig, linear: Linear): ParameterSpec[] => [
  ...linear('q', c.hiddenSize, c.heads * c.headDim, c.bias.qkv),
  ...linear('k', c.hiddenSize, c.kvHeads * c.headDim, c.bias.qkv),
  ...linear('v', c.hiddenSize, c.kvHeads * c.headDim, c.bias.qkv),
];

const fusedSpecs = (c: DecoderConfig, l: number): ParameterSpec[] => {
  const n = NAMES[c.family];
  const fused = n.fused;
  if (!fused) return [];
  const hf = `${n.prefix}${n.layer(l)}${fused.name}`;
  return (['q', 'k', 'v'] as const).flatMap((part, i) => {
    const at = { index: i as 0 | 1 | 2, layout: fused.layout };
    const width = c.heads * c.headDim;
    return [
      {
        name: `layers.${l}.${part}.w`,
        shape: [c.hiddenSize, width],
        source: { hf: `${hf}.weight`, transposed: n.conv1d !== true, part: at },
      },
      { name: `layers.${l}.${part}.b`, shape: [width], source: { hf: `${hf}.bias`, transposed: false, part: at } },
    ];
  });
};

/** Row-major [rows, columns] → [columns, rows], in blocks so that both sides stay in cache. */
const transpose2d = (data: Float32Array, rows: number, columns: number): Float32Array => {
  const result = new Float32Array(data.length);
  const block = 32;
  for (let r0 = 0; r0 < rows; r0 += block) {
    for (let c0 = 0; c0 < columns; c0 += block) {
      for (let r = r0; r < Math.min(rows, r0 + block); r++) {
        for (let c = c0; c < Math.min(columns, c0 + block); c++) result[c * rows + r] = data[r * columns + c]!;
      }
    }
  }
  return result;
};

/** Index in the fused output axis of element `o` of part `index` (0 q, 1 k, 2 v). */
const fusedIndex = (c: DecoderConfig, part: NonNullable<Source['part']>, o: number): number => {
  const width = c.heads * c.headDim;
  if (part.layout === 'columns') return part.index * width + o;
  const head = Math.floor(o / c.headDim);
  return (head * 3 + part.index) * c.headDim + (o % c.headDim);
};

/** Takes one parameter out of its stored tensor. `data` is the whole stored tensor, row-major. */
export const fromStored = (c: DecoderConfig, p: ParameterSpec, data: Float32Array): Float32Array => {
  const part = p.source.part;
  if (!part) return p.source.transposed ? transpose2d(data, p.shape[1] ?? 1, p.shape[0] ?? 1) : data;
  return copyFused(c, p, part, (own, fused, whole) => void (own.to[own.at] = whole[fused]!), data);
};

/** Puts one parameter into its (possibly fused) stored tensor. */
export const intoStored = (c: DecoderConfig, p: ParameterSpec, value: Float32Array, whole: Float32Array): void => {
  const part = p.source.part;
  if (!part) {
    whole.set(p.source.transposed ? transpose2d(value, p.shape[0] ?? 1, p.shape[1] ?? 1) : value);
    return;
  }
  copyFused(c, p, part, (own, fused, all) => void (all[fused] = value[own.at]!), whole);
};

type Move = (own: { to: Float32Array; at: number }, fused: number, whole: Float32Array) => void;

const copyFused = (
  c: DecoderConfig,
  p: ParameterSpec,
  part: NonNullable<Source['part']>,
  move: Move,
  whole: Float32Array,
) => {
  const outSize = p.shape.at(-1) ?? 0;
  const inSize = p.shape.length === 2 ? (p.shape[0] ?? 0) : 1;
  const result = new Float32Array(inSize * outSize);
  for (let o = 0; o < outSize; o++) {
    const f = fusedIndex(c, part, o);
    for (let i = 0; i < inSize; i++) {
      const fused = p.source.transposed ? f * inSize + i : i * 3 * outSize + f;
      move({ to: result, at: i * outSize + o }, fused, whole);
    }
  }
  return result;
};

/** Shape of the stored tensor that a parameter comes from. */
export const storedShape = (p: ParameterSpec): number[] => {
  const [a = 1, b] = p.shape;
  if (p.source.part) return b === undefined ? [3 * a] : p.source.transposed ? [3 * b, a] : [a, 3 * b];
  return p.source.transposed && b !== undefined ? [b, a] : [...p.shape];
};
