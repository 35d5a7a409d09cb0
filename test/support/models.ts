// A model that tests register: two text files stand for its weights.
import type { ModelRecord } from '#core/model.ts';
import { digest } from './histories.ts';

export const modelRecord = (change: Partial<ModelRecord> = {}): ModelRecord => ({
  name: 'house',
  digest: digest(7),
  status: 'active',
  deletions: 0,
  quarantined: [],
  certificates: [],
  recertification: { state: 'never' },
  updatedAt: '2026-03-01T00:00:00.000Z',
  ...change,
});
