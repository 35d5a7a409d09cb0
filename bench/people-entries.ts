// What the people bench compares: every rung of the gate policy, variants of its first rung, and published methods.
// Trap: rungs are read from the policy, never copied, so that the table is about what tickets run; every entry has the
// first rung's stop rule unless it says otherwise.
import type { GatePolicy } from '#core/policy.ts';

export interface Entry {
  label: string;
  group: 'ladder' | 'variant' | 'published' | 'baseline' | 'stress' | 'oracle';
  /** Absent: a model trained without the records. */
  method?: string;
  config: Record<string, unknown>;
  moments?: 'corpus' | 'controls';
  /** Who is forgotten, by position; default the first. */
  subjects?: readonly number[];
  /** Whether the suite has a retained person with the first name of the forgotten one. */
  namesake?: boolean;
  /** Judge an int8 copy of the result too. */
  int8?: boolean;
}

type Part = Readonly<Record<string, unknown>>;
const RATE = { step: 1e-3, updates: 60 };
/**
 * Published methods train everything except the embeddings by Adam, without a projection; so does FLAT as published.
 */
const PUBLISHED = { trainable: 'body', optimizer: 'adamw', projection: 'none', step: 1e-4, updates: 120 };
const NEVER = { valueAuc: 0, greedyExact: 0, land: false };

export const entriesOf = ({ ladder }: GatePolicy): Entry[] => {
  const first = ladder[0]!;
  const update = first.config['update'] as Part;
  const stop = first.config['stop'] as Part | undefined;
  const rule = stop ? { stop } : {};
  const ours = (label: string, change: Part, more: Partial<Entry> = {}): Entry => ({
    label,
    group: 'variant',
    method: first.method,
    config: { ...first.config, ...change },
    ...more,
  });
  const baseline = (label: string, method: string, config: Part = {}): Entry => ({
    label,
    group: 'baseline',
    method,
    config: { update: RATE, ...rule, ...config },
  });
  return [
    { label: 'trained anew without the records', group: 'oracle', config: {} },
    ...ladder.map(({ method, config }, i): Entry => {
      return { label: `rung ${i + 1}: ${nameOf(method, config)}`, group: 'ladder', method, config, int8: i === 0 };
    }),
    ...[6, 12, 18].map((i) => ours(`rung 1, subject ${i + 1}`, {}, { subjects: [i] })),
    ours('rung 1, control moments', {}, { moments: 'controls' }),
    ours('rung 1, Jensen–Shannon', { loss: { divergence: 'jensen-shannon' } }),
    ours('rung 1, Pearson', { loss: { divergence: 'pearson' } }),
    ours('rung 1, KL', { loss: { divergence: 'kl' } }),
    ours('rung 1, released reduction', { loss: { reduction: 'released', paddedLength: 128 } }),
    ours('rung 1 without projection', { update: { ...update, projection: 'none' } }),
    { label: 'FLAT as published (Adam)', group: 'published', method: 'flat', config: { update: PUBLISHED, ...rule } },
    {
      label: 'FLAT as published, MLP only, Adam 2e-4',
      group: 'published',
      method: 'flat',
      config: { update: { ...PUBLISHED, trainable: 'mlp', step: 2e-4 }, ...rule },
    },
    {
      label: 'FLAT as published, run to its limit',
      group: 'published',
      method: 'flat',
      config: { update: PUBLISHED, stop: NEVER },
    },
    baseline('gradient ascent', 'grad-ascent'),
    baseline('gradient difference *', 'grad-diff'),
    baseline('KL minimisation *', 'kl-min'),
    baseline('IDK', 'idk'),
    baseline('PO *', 'po'),
    baseline('DPO (refusals)', 'dpo'),
    baseline('NPO', 'npo'),
    baseline('NPO-RT *', 'npo-rt'),
    baseline('SimNPO', 'simnpo'),
    ours('rung 1 with a namesake', {}, { group: 'stress', namesake: true }),
    ours('rung 1, three people at once', {}, { group: 'stress', subjects: [0, 1, 2] }),
    ours('rung 1, run on without a stop', { stop: NEVER, update: { ...update, updates: 60 } }, { group: 'stress' }),
  ];
};

const nameOf = (method: string, config: Part): string => {
  const update = config['update'] as Readonly<Record<string, unknown>> | undefined;
  const balanced = (config['loss'] as Part | undefined)?.['balanced'] === true ? ', balanced' : '';
  const name = method === 'flat' ? 'FLAT' : method === 'simnpo' ? 'SimNPO' : method;
  return `${name} + OWM${balanced}, step ${String(update?.['step'])}, λ ${String(update?.['lambda'])}`;
};
