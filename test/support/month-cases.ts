// Cases of a month whose numbers were counted by hand, and the month.
import type { CaseFacts, Happened } from '#report/portfolio/facts.ts';
import { periodOf } from '#report/portfolio/portfolio.ts';

export const happened = (day: string, type: Happened['type'], code: string | null = null): Happened => ({
  ...{ day, type, code, by: 'approver.aino' },
});

export const one = (id: string, change: Partial<CaseFacts>): CaseFacts => ({
  ...{
    id,
    model: 'house',
    regime: 'gdpr',
    ground: 'art-17-1-b',
    channel: 'web',
    filer: 'filer.finn',
    status: 'PURGED',
  },
  ...{ received: '2026-03-02', statutoryDue: '2026-04-02', extended: false, outcome: null, reason: null },
  ...{ ended: null, answered: null, happened: [] },
  ...change,
});

export const CASES: readonly CaseFacts[] = [
  one('before', {
    received: '2026-01-05',
    statutoryDue: '2026-02-05',
    outcome: 'completed',
    ended: '2026-02-20',
    answered: '2026-02-20',
  }),
  one('late', {
    ...{
      received: '2026-01-20',
      statutoryDue: '2026-02-20',
      outcome: 'completed',
      ended: '2026-03-03',
      answered: '2026-03-03',
    },
    happened: [
      happened('2026-03-02', 'unlearned'),
      happened('2026-03-02', 'unlearned'),
      happened('2026-03-03', 'certified'),
    ],
  }),
  one('quick', {
    ...{ outcome: 'refused', reason: 'art-17-3-e', ended: '2026-03-06', answered: '2026-03-06', status: 'REFUSED' },
    happened: [happened('2026-03-04', 'failed', 'GPU_LOST'), happened('2026-03-05', 'extended')],
  }),
  one('american', {
    ...{
      regime: 'ccpa',
      received: '2026-03-10',
      statutoryDue: '2026-04-24',
      outcome: 'withdrawn',
      reason: 'by-subject',
    },
    ...{ ended: '2026-03-20', answered: '2026-03-20', model: 'other', status: 'WITHDRAWN' },
  }),
  one('open', {
    ...{ received: '2026-02-10', statutoryDue: '2026-03-10', status: 'AWAITING_APPROVAL' },
    happened: [happened('2026-04-02', 'failed', 'INTERNAL')],
  }),
  one('answered-next-month', {
    outcome: 'completed',
    ended: '2026-04-01',
    answered: '2026-04-01',
    received: '2026-03-30',
  }),
  one('next', { received: '2026-04-01', status: 'RECEIVED' }),
];

export async function* streamed(cases: readonly CaseFacts[]) {
  yield* cases;
}

export const MARCH = periodOf('2026-03', '2026-06-01');
