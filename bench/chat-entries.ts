// Published methods on a chat model, beside the ladder of its policy: at a rate that changes a model of 135 M, with the
// ladder's stop rule and at most sixteen updates. They are not tuned further.
import type { GatePolicy } from '#core/policy.ts';

export interface ChatEntry {
  readonly label: string;
  readonly group: 'published' | 'baseline';
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** By the stop rule of the policy's first rung. */
export const publishedOnChat = ({ ladder }: GatePolicy): ChatEntry[] => {
  const stop = ladder[0]!.config['stop'] ?? {};
  const update = { trainable: 'mlp', optimizer: 'adamw', projection: 'none', step: 1e-4, updates: 16 };
  const entry = (label: string, method: string): ChatEntry => ({
    label,
    group: method === 'flat' ? 'published' : 'baseline',
    method,
    config: { update, stop },
  });
  return [
    entry('FLAT as published (AdamW on the MLP)', 'flat'),
    entry('NPO', 'npo'),
    entry('SimNPO', 'simnpo'),
    entry('IDK', 'idk'),
    entry('RMU', 'rmu'),
  ];
};
