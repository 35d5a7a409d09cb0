// What the engine needs to know of a family of models: how its config.json is read, and under which names its weights
// are stored.
import type { Fields } from '../formats/config-fields.ts';
import type { DecoderConfig } from '../formats/config.ts';

export interface Family {
  /** Published models of the family. */
  title: string;
  /** Everything but the family's name. */
  read: (f: Fields) => Omit<DecoderConfig, 'family'>;
  names: Names;
}

/** A stored tensor that holds several parameters: one after the other, or a third of each head in turn. */
export interface Fused {
  /** Stored path under the layer. */
  name: string;
  parts: readonly ('q' | 'k' | 'v' | 'gate' | 'up')[];
  layout: 'columns' | 'heads';
}

export interface Names {
  /** Of the body, e.g. `model.`; older GPT-2 files come without it. */
  prefix: string;
  /** Path of layer l under the prefix. */
  layer: (l: number) => string;
  /** Stored path under the layer of each part of a block (parameters.ts). */
  block: Readonly<Record<string, string>>;
  embed: string;
  position?: string;
  norm: string;
  head: string;
  /** Matrices are stored [in, out] (GPT-2's Conv1D). */
  conv1d?: true;
  fused?: readonly Fused[];
}
