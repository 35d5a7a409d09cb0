// The demo's one screen: answers before and after, gates, re-learning, who filed and approved, where the evidence is.
import { plural } from '#core/plural.ts';
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

/** What the last lines begin with, in order. */
export const OUTCOME = [
  ...(['unlearned by', 're-learning', 'duties', 'model', 'ticket'] as const),
  ...(['time', 'bundle', 'report', 'verified', 'by hand'] as const),
];

const outcome = ({ walk, backend, timings, report, verified, next }: Shown): string[] => {
  const said: Readonly<Record<(typeof OUTCOME)[number], string>> = {
    'unlearned by': walk.run ? ranAs(walk.run, backend) : 'no run',
    're-learning': relearnt(walk),
    duties: walk.filerRefused
      ? `filed by ${FILER}; the filer's own approval was answered ${walk.filerRefused}; approved by ${APPROVER}`
      : `filed by ${FILER}; nobody was asked to approve`,
    model: `${walk.model}: ${walk.before.digest.slice(0, 19)}… → ${walk.after.digest.slice(0, 19)}…`,
    ticket: `${walk.ticketId} is ${walk.ticket.status}, ${walk.transitions} state transitions`,
    time: `base ${timings.baseSeconds.toFixed(1)} s${timings.baseReused ? ' (reused)' : ''}, ticket ${timings.ticketSeconds.toFixed(1)} s, peak ${timings.peakRssMb.toFixed(0)} MB, in a job ${timings.jobPeakRssMb.toFixed(0)} MB`,
    bundle: walk.bundle ?? 'none: the gate was not passed, a person decides now',
    report,
    verified: verified ? `${verified.ok ? 'valid' : 'NOT VALID'}: ${tally(verified.checks)}` : 'nothing to verify',
    'by hand': `npx quittance ticket file ${next} --dir ${dirname(next)}`,
  };
  return OUTCOME.map((title) => `${title.padEnd(14)} ${said[title]}`);
};

const ranAs = ({ method, updates, stop, records }: NonNullable<Walk['run']>, backend: string): string =>
  `${method}, ${plural(updates, 'update')} (${stop}), ${plural(records, 'record')}, ${dataOf(method)}, ${backend}`;

const relearnt = ({ tables }: Walk): string => {
  const curve = tables?.curves['forget.relearn'];
  const last = curve?.points.at(-1);
  if (!curve || !last) return 'not measured';
  const back = (100 * last[1]).toFixed(0);
  return `${last[0]} ${curve.xLabel}: ${back} % of the other answers are back; this is suppression in the weights, not absence`;
};
