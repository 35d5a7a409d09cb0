// Parameter names and shapes. Inside the engine every family uses one set of names and keeps linear weights as [in,
// out]; this table says which tensor of Hugging Face weights each one comes from (names by family: engine/families).
// Traps: nn.Linear stores [out, in], GPT-2's Conv1D [in, out]; GPT-NeoX interleaves q, k, v head by head.
import { FAMILIES } from './families/index.ts';
import type { Names } from './families/family.ts';
import type { DecoderConfig } from './formats/config.ts';
import { QuittanceError } from '#core/errors.ts';

/** Name of a tensor in the stored weights, how it is laid out there, and which part of a fused tensor it is. */
export interface Source {
  hf: string;
  transposed: boolean;
  part?: FusedPart;
}

/**
 * Where in the output axis of a fused tensor, `total` wide, a parameter lies: from a column on, or a third of each head
 * in turn.
 */
export type FusedPart = { total: number } & (
  { layout: 'columns'; from: number } | { layout: 'heads'; index: number; count: number; headDim: number }
);

export interface ParameterSpec {
  name: string;
  shape: readonly number[];
  source: Source;
}

const namesOf = (config: DecoderConfig): Names => FAMILIES[config.family].names;

/** Stored prefix of the family's body, e.g. `model.`; older GPT-2 files come without it. */
export const bodyPrefix = (config: DecoderConfig): string => namesOf(config).prefix;

/** Stored name of the embedding. */
export const embedName = (config: DecoderConfig): string => {
  const { prefix, embed } = namesOf(config);
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
  const n = namesOf(c);
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
  const n = namesOf(c);
  const specs = c.finalNorm ? norm(c, 'norm', `${n.prefix}${n.norm}`) : [];
  if (c.embedSize !== c.hiddenSize) {
    specs.push(spec('projectOut.w', [c.hiddenSize, c.embedSize], `${n.prefix}project_out.weight`, true));
  }
  if (!c.tied) specs.push(spec('head.w', [c.vocabSize, c.embedSize], `${n.head}.weight`));
  if (c.bias.head) specs.push(spec('head.b', [c.vocabSize], `${n.head}.bias`));
  return specs;
};

const norm = (c: DecoderConfig, name: string, hf: string, size = c.hiddenSize): ParameterSpec[] => {
  const weight = spec(`${name}.w`, [size], `${hf}.weight`);
  return c.norm.kind === 'layer' ? [weight, spec(`${name}.b`, [size], `${hf}.bias`)] : [weight];
};

/** Whether a parameter is the weight of a norm. */
export const isNormWeight = (name: string): boolean => /(^|\.)(ln[12](Out)?|[qk]Norm|norm)\.w$/.test(name);

type Part = 'q' | 'k' | 'v' | 'o' | 'gate' | 'up' | 'down';

const layerSpecs = (c: DecoderConfig, l: number): ParameterSpec[] => {
  const n = namesOf(c);
  const at = `layers.${l}.`;
  const path = `${n.prefix}${n.layer(l)}`;
  const hf = (part: string) => {
    const found = n.block[part];
    if (found === undefined) throw new QuittanceError('INTERNAL', { message: `${c.family} has no ${part}` });
    return `${path}${found}`;
  };
  const linear = (part: Part): ParameterSpec[] => {
    const [inSize, outSize] = sizesOf(c, part);
    const { stored, fused } = storedIn(c, part, path) ?? { stored: hf(part), fused: {} };
    return [
      {
        name: `${at}${part}.w`,
        shape: [inSize, outSize],
        source: { hf: `${stored}.weight`, transposed: n.conv1d !== true, ...fused },
      },
      ...(biased(c, part)
        ? [{ name: `${at}${part}.b`, shape: [outSize], source: { hf: `${stored}.bias`, transposed: false, ...fused } }]
        : []),
    ];
  };
  const ln = (name: 'ln1' | 'ln1Out' | 'ln2' | 'ln2Out', there: boolean) =>
    there ? norm(c, `${at}${name}`, hf(name)) : [];
  const [inner, outer] = [c.norms === 'around' || c.norms === 'after', c.norms !== 'after'];
  const whole = c.queryKeyNorm === 'whole';
  return [
    ...ln('ln1', outer),
    ...(['q', 'k', 'v'] as const).flatMap(linear),
    ...(c.queryKeyNorm
      ? [
          ...norm(c, `${at}qNorm`, hf('qNorm'), whole ? c.heads * c.headDim : c.headDim),
          ...norm(c, `${at}kNorm`, hf('kNorm'), whole ? c.kvHeads * c.headDim : c.headDim),
        ]
      : []),
    ...linear('o'),
    ...ln('ln1Out', inner),
    ...ln('ln2', outer && !c.sharedNorm),
    ...(c.gatedMlp ? linear('gate') : []),
    ...linear('up'),
    ...linear('down'),
    ...ln('ln2Out', inner),
  ];
};

const sizesOf = (c: DecoderConfig, part: Part): [inSize: number, outSize: number] => {
  const [queries, keys] = [c.heads * c.headDim, c.kvHeads * c.headDim];
  if (part === 'o') return [queries, c.hiddenSize];
  if (part === 'down') return [c.intermediateSize, c.hiddenSize];
  return [c.hiddenSize, part === 'q' ? queries : part === 'k' || part === 'v' ? keys : c.intermediateSize];
};

const biased = ({ bias }: DecoderConfig, part: Part): boolean =>
  part === 'o' ? bias.o : part === 'q' || part === 'k' || part === 'v' ? bias.qkv : bias.mlp;

/** Where a part stands in a fused tensor; undefined where it is one of its own. */
const storedIn = (
  c: DecoderConfig,
  part: Part,
  path: string,
): { stored: string; fused: { part: FusedPart } } | undefined => {
  const fused = namesOf(c).fused?.find(({ parts }) => parts.some((one) => one === part));
  if (!fused) return undefined;
  const widths = fused.parts.map((one) => sizesOf(c, one)[1]);
  const total = widths.reduce((a, b) => a + b, 0);
  const index = fused.parts.findIndex((one) => one === part);
  const from = widths.slice(0, index).reduce((a, b) => a + b, 0);
  const at: FusedPart =
    fused.layout === 'columns'
      ? { layout: 'columns', total, from }
      : { layout: 'heads', total, index, count: fused.parts.length, headDim: c.headDim };
  return { stored: `${path}${fused.name}`, fused: { part: at } };
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

/** Index in the fused output axis of a part's element `o`. */
const fusedIndex = (part: FusedPart, o: number): number => {
  if (part.layout === 'columns') return part.from + o;
  const head = Math.floor(o / part.headDim);
  return (head * part.count + part.index) * part.headDim + (o % part.headDim);
};

/** Takes one parameter out of its stored tensor. `data` is the whole stored tensor, row-major. */
export const fromStored = (p: ParameterSpec, data: Float32Array): Float32Array => {
  const part = p.source.part;
  if (!part) return p.source.transposed ? transpose2d(data, p.shape[1] ?? 1, p.shape[0] ?? 1) : data;
  return copyFused(p, part, (own, fused, whole) => void (own.to[own.at] = whole[fused]!), data);
};

/** Puts one parameter into its (possibly fused) stored tensor. */
export const intoStored = (p: ParameterSpec, value: Float32Array, whole: Float32Array): void => {
  const part = p.source.part;
  if (!part) {
    whole.set(p.source.transposed ? transpose2d(value, p.shape[0] ?? 1, p.shape[1] ?? 1) : value);
    return;
  }
  copyFused(p, part, (own, fused, all) => void (all[fused] = value[own.at]!), whole);
};

type Move = (own: { to: Float32Array; at: number }, fused: number, whole: Float32Array) => void;

const copyFused = (p: ParameterSpec, part: FusedPart, move: Move, whole: Float32Array) => {
  const outSize = p.shape.at(-1) ?? 0;
  const inSize = p.shape.length === 2 ? (p.shape[0] ?? 0) : 1;
  const result = new Float32Array(inSize * outSize);
  for (let o = 0; o < outSize; o++) {
    const f = fusedIndex(part, o);
    for (let i = 0; i < inSize; i++) {
      const fused = p.source.transposed ? f * inSize + i : i * part.total + f;
      move({ to: result, at: i * outSize + o }, fused, whole);
    }
  }
  return result;
};

/** Shape of the stored tensor that a parameter comes from. */
export const storedShape = (p: ParameterSpec): number[] => {
  const [a = 1, b] = p.shape;
  const { part } = p.source;
  if (part) return b === undefined ? [part.total] : p.source.transposed ? [part.total, a] : [a, part.total];
  return p.source.transposed && b !== undefined ? [b, a] : [...p.shape];
};
