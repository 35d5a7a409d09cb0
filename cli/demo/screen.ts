// The demo's one screen: answers before and after, gates, re-learning, who filed and approved, where the evidence is.
import { dirname } from 'node:path';
import { findMethod } from '#unlearning/methods.ts';
import { limitsOf, thresholdText } from '#core/gate-words.ts';
import { tally, type verifyBundle } from '#core/verify.ts';
import { APPROVER, FILER, type Walk } from './walk.ts';

export interface Asked {
  /** What the question is about. */
  subject: string;
  question: string;
}

export interface Shown {
  walk: Walk;
  asked: readonly Asked[];
  backend: string;
  /** Seconds, and MB of this process and of the largest job. */
  timings: {
    baseSeconds: number;
    ticketSeconds: number;
    baseReused: boolean;
    peakRssMb: number;
    jobPeakRssMb: number;
  };
  report: string;
  verified: ReturnType<typeof verifyBundle> | undefined;
  /** A ticket file for another person. */
  next: string;
}

const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);

export const screen = (shown: Shown): string =>
  [answers(shown), gates(shown), outcome(shown)].map((lines) => lines.join('\n')).join('\n\n');

const answers = ({ walk, asked }: Shown): string[] => [
  `${cut('', 10)} ${cut('question', 46)} ${cut('before', 42)} after`,
  ...asked.map(({ subject, question }) => {
    const [before, after] = [walk.before.answers.get(question) ?? '', walk.after.answers.get(question) ?? ''];
    return `${cut(subject, 10)} ${cut(question, 46)} ${cut(before, 42)} ${before === after ? '(the same)' : after}`;
  }),
];

const gates = ({ walk }: Shown): string[] => [
  `${cut('gate', 44)} ${cut('value', 8)} ${cut('n', 5)} ${cut('threshold', 22)} verdict`,
  ...(walk.judgement?.gates ?? []).map(
    (gate) =>
      `${cut(gate.name, 44)} ${cut(gate.value === null ? '–' : gate.value.toFixed(3), 8)} ${cut(String(gate.n), 5)} ${cut(thresholdText(gate), 22)} ${gate.verdict}`,
  ),
  ...(walk.judgement ? limitsOf(walk.judgement) : []),
];

/** What the method read, derived from its `needs`: it cannot read anything else. */
const dataOf = (method: string): string =>
  findMethod(method).needs.includes('retain') ? 'forget and retained data' : 'forget data only';

const outcome = ({ walk, backend, timings, report, verified, next }: Shown): string[] => {
  const curve = walk.tables?.curves['forget.relearn'];
  const last = curve?.points.at(-1);
  return [
    `unlearned by   ${walk.run ? `${walk.run.method}, ${walk.run.updates} updates (${walk.run.stop}), ${walk.run.records} records, ${dataOf(walk.run.method)}, ${backend}` : 'no run'}`,
    `re-learning    ${last && curve ? `${last[0]} ${curve.xLabel}: ${(100 * last[1]).toFixed(0)} % of the other answers are back; this is suppression in the weights, not absence` : 'not measured'}`,
    walk.filerRefused
      ? `duties         filed by ${FILER}; the filer's own approval was answered ${walk.filerRefused}; approved by ${APPROVER}`
      : `duties         filed by ${FILER}; nobody was asked to approve`,
    `model          ${walk.model}: ${walk.before.digest.slice(0, 19)}… → ${walk.after.digest.slice(0, 19)}…`,
    `ticket         ${walk.ticketId} is ${walk.ticket.status}, ${walk.transitions} state transitions`,
    `time           base ${timings.baseSeconds.toFixed(1)} s${timings.baseReused ? ' (reused)' : ''}, ticket ${timings.ticketSeconds.toFixed(1)} s, peak ${timings.peakRssMb.toFixed(0)} MB, in a job ${timings.jobPeakRssMb.toFixed(0)} MB`,
    `bundle         ${walk.bundle ?? 'none: the gate was not passed, a person decides now'}`,
    `report         ${report}`,
    verified
      ? `verified       ${verified.ok ? 'valid' : 'NOT VALID'}: ${tally(verified.checks)}`
      : 'verified       nothing to verify',
    `by hand        npx quittance ticket file ${next} --dir ${dirname(next)}`,
  ];
};
