// What the log's tests write and ask: entries as texts, whether a log is sound, the code with which an act is refused.
import { expect } from '@jest/globals';
import { isQuittanceError } from '#core/errors.ts';
import { readLog, type LogPorts } from '#core/ledger/log.ts';
import { allEntries, checkLog } from './log-fsck.ts';

export const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text));
export const texts = (entries: readonly Buffer[]) => entries.map((entry) => entry.toString());
export const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'done',
    (error: unknown) => (isQuittanceError(error) ? error.code : 'another error'),
  );
/** All of them, as the log that was just read says. */
export const entriesOf = async (ports: LogPorts) => allEntries(ports, await readLog(ports));
export const sound = async (ports: LogPorts) => expect((await checkLog(ports)).problems).toEqual([]);
