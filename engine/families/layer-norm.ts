// What GPT-2, GPT-NeoX, OPT and Phi share: LayerNorm, a plain MLP, biases everywhere.
import type { DecoderConfig } from '../formats/config.ts';

export const layerNormed = (hiddenSize: number, heads: number, layers: number) =>
  ({
    hiddenSize,
    embedSize: hiddenSize,
    layers,
    heads,
    kvHeads: heads,
    headDim: hiddenSize / heads,
    gatedMlp: false,
    attention: Array.from({ length: layers }, () => ({})),
    residual: 'sequential',
    sharedNorm: false,
    norms: 'before',
    finalNorm: true,
    bias: { qkv: true, o: true, mlp: true, head: false },
    scale: { embed: 1, residual: 1, logits: 1, attention: 1 / Math.sqrt(hiddenSize / heads) },
    cap: {},
  }) satisfies Partial<DecoderConfig>;
