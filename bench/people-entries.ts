// What the people bench compares: every rung of the gate policy, variants of its first rung, and published methods.
// Trap: rungs are read from the policy, never copied, so that the table is about what tickets run; every entry has the
// first rung's stop rule unless it says otherwise.
import type { GatePolicy, Rung } from '#core/policy.ts';

type Part = Readonly<Record<string, unknown>>;

export interface Entry {
  label: string;
  group: 'ladder' | 'variant' | 'published' | 'baseline' | 'stress' | 'oracle';
  /** Absent: a model trained without the records. */
  method?: string;
  config: Part;
  moments?: 'corpus' | 'controls';
  /** Who is forgotten, by position; default the first. */
  subjects?: readonly number[];
  /** Whether the suite has a retained person with the first name of the forgotten one. */
  namesake?: boolean;
  /** Judge an int8 copy of the result too. */
  int8?: boolean;
  /** Of the run, where it is not the bench's own (rung-seed.ts). */
  runSeed?: number;
}

const RATE = { step: 1e-3, updates: 60 };
/**
 * Published methods train everything except the embeddings by Adam, without a projection; so does FLAT as published.
 */
const PUBLISHED = { trainable: 'body', optimizer: 'adamw', projection: 'none', step: 1e-4, updates: 120 };
const NEVER = { valueAuc: 0, greedyExact: 0, land: false };

export const entriesOf = ({ ladder }: GatePolicy): Entry[] => {
  const first = ladder[0]!;
  const stop = first.config['stop'] as Part | undefined;
  const rule = stop ? { stop } : {};
  return [
    { label: 'trained anew without the records', group: 'oracle', config: {} },
    ...ladder.map(({ method, config }, i): Entry => {
      return { label: `rung ${i + 1}: ${nameOf(method, config)}`, group: 'ladder', method, config, int8: i === 0 };
    }),
    ...variants(first),
    ...published(rule),
    ...baselines(rule),
    ...stressed(first),
  ];
};

/** The rung with a change of its settings. */
const changed = ({ method, config }: Rung, label: string, change: Part, more: Partial<Entry> = {}): Entry => ({
  ...{ label, group: 'variant', method },
  config: { ...config, ...change },
  ...more,
});

const variants = (first: Rung): Entry[] => [
  ...[6, 12, 18].map((i) => changed(first, `rung 1, subject ${i + 1}`, {}, { subjects: [i] })),
  changed(first, 'rung 1, control moments', {}, { moments: 'controls' }),
  changed(first, 'rung 1, Jensen–Shannon', { loss: { divergence: 'jensen-shannon' } }),
  changed(first, 'rung 1, Pearson', { loss: { divergence: 'pearson' } }),
  changed(first, 'rung 1, KL', { loss: { divergence: 'kl' } }),
  changed(first, 'rung 1, released reduction', { loss: { reduction: 'released', paddedLength: 128 } }),
  changed(first, 'rung 1 without projection', { update: { ...updateOf(first), projection: 'none' } }),
];

const updateOf = ({ config }: Rung): Part => config['update'] as Part;

const published = (rule: Part): Entry[] => {
  const flat = (label: string, config: Part): Entry => ({ label, group: 'published', method: 'flat', config });
  return [
    flat('FLAT as published (Adam)', { update: PUBLISHED, ...rule }),
    flat('FLAT as published, MLP only, Adam 2e-4', {
      update: { ...PUBLISHED, trainable: 'mlp', step: 2e-4 },
      ...rule,
    }),
    flat('FLAT as published, run to its limit', { update: PUBLISHED, stop: NEVER }),
  ];
};

/** By label; those with a star read rows of people who stay. */
const BASELINES: Readonly<Record<string, string>> = {
  'gradient ascent': 'grad-ascent',
  'gradient difference *': 'grad-diff',
  'KL minimisation *': 'kl-min',
  IDK: 'idk',
  'PO *': 'po',
  'DPO (refusals)': 'dpo',
  NPO: 'npo',
  'NPO-RT *': 'npo-rt',
  SimNPO: 'simnpo',
};

const baselines = (rule: Part): Entry[] =>
  Object.entries(BASELINES).map(([label, method]) => ({
    ...{ label, group: 'baseline', method },
    config: { update: RATE, ...rule },
  }));

const stressed = (first: Rung): Entry[] => {
  const onAndOn = { stop: NEVER, update: { ...updateOf(first), updates: 60 } };
  return [
    changed(first, 'rung 1 with a namesake', {}, { group: 'stress', namesake: true }),
    changed(first, 'rung 1, three people at once', {}, { group: 'stress', subjects: [0, 1, 2] }),
    changed(first, 'rung 1, run on without a stop', onAndOn, { group: 'stress' }),
  ];
};

const nameOf = (method: string, config: Part): string => {
  const update = config['update'] as Readonly<Record<string, unknown>> | undefined;
  const balanced = (config['loss'] as Part | undefined)?.['balanced'] === true ? ', balanced' : '';
  const name = method === 'flat' ? 'FLAT' : method === 'simnpo' ? 'SimNPO' : method;
  return `${name} + OWM${balanced}, step ${String(update?.['step'])}, λ ${String(update?.['lambda'])}`;
};
