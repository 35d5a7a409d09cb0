// The contract suites for those AWS ports that need no service, or one whose answers do not matter; they run on every
// machine. The other ports are tested in test/cloud.
import { jest } from '@jest/globals';
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { awsPorts } from '#adapters/aws/index.ts';
import type { Ports } from '#core/ports.ts';
import { mailsOf, noticeOf } from '#test/support/mails.ts';
import { scriptedAws } from '#test/support/scripted-aws.ts';
import * as keyed from './keyed.contract.ts';

const WHERE = { region: 'DE-BE', timeZone: 'Europe/Berlin' };
const ENTITIES = { 'acme-uk': { region: 'GB-SCT', timeZone: 'Europe/London' } };
const SCOPE = { swept: ['the model behind its alias'], notLookedAt: ['snapshots of machines that served it'] };
const ENVIRONMENT = {
  QUITTANCE_CERTIFICATE_SCOPE: JSON.stringify(SCOPE),
  QUITTANCE_REGION: WHERE.region,
  QUITTANCE_TIME_ZONE: WHERE.timeZone,
  QUITTANCE_ENTITIES: JSON.stringify(ENTITIES),
  QUITTANCE_MAIL_FROM: 'quittance@example.org',
  QUITTANCE_MAIL_ADDRESSES: '{"default":"desk@example.org"}',
};

let mails: SendEmailCommandInput[];

const make =
  <K extends keyof Ports>(port: K) =>
  async () => {
    const { clients } = scriptedAws(() => ({ body: { MessageId: 'm-1' } }));
    mails = mailsOf(clients.ses);
    return { port: awsPorts(ENVIRONMENT, clients)[port] };
  };

/** The machine's clock stands still and is set by hand; timers run. */
const makeClock = async () => {
  jest.useFakeTimers({ now: new Date('2026-03-02T10:00:00Z'), advanceTimers: false, doNotFake: TIMERS });
  return { ...(await make('clock')()), done: async () => void jest.useRealTimers() };
};
const TIMERS = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

keyed.notifierContract('aws', make('notifier'), async () => mails.map(noticeOf));
keyed.clockContract('aws', makeClock, (seconds) => jest.setSystemTime(Date.now() + 1000 * seconds));
keyed.idsContract('aws', make('ids'));
keyed.calendarContract('aws', make('calendar'), WHERE);
keyed.installationContract('aws', make('installation'), SCOPE);
