// The door by which a command works beside `quittance serve` on one data folder: the folder has one owner, the server,
// and a command asks it. A socket in a folder of its own, which the operating system opens to this user alone; who may
// write the data folder may ask, as they might have run the command without a server.
// Trap: nothing here says who somebody is. `--as` is asserted, as it is without a server.
import { createServer, request, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { forgetServer, noteServer } from '#adapters/local/data-folder.ts';
import { ERROR_CODES, isQuittanceError, QuittanceError, type ErrorCode } from '#core/errors.ts';
import { GatePolicy } from '#core/policy.ts';
import type { Embedded } from '#entry/embedded.ts';
import { isFault, noteFault } from '#functions/faults.ts';
import { actions } from '#functions/actions.ts';

const Question = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('call'), step: z.enum(actions.map(({ name }) => name)), input: z.unknown() }),
  z.strictObject({ ask: z.literal('policy'), policy: GatePolicy }),
  z.strictObject({ ask: z.literal('executions') }),
  z.strictObject({ ask: z.literal('history'), execution: z.string() }),
  z.strictObject({ ask: z.literal('settled'), execution: z.string() }),
  z.strictObject({ ask: z.literal('recertify'), name: z.string(), model: z.string() }),
]);
export type Question = z.input<typeof Question>;

const some = z.string().optional();
const Answer = z.union([
  z.strictObject({
    refused: z.strictObject({
      code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      expected: some,
      got: some,
      hint: some,
    }),
  }),
  z.strictObject({ done: z.unknown() }),
]);
type Answer = z.infer<typeof Answer>;

/** Opens the door and says in the data folder where it is. */
export const openDoor = async (dir: string, url: string, embedded: Embedded): Promise<{ close(): void }> => {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-')); // for this user only (mkdtemp, 0700)
  const socket = join(folder, 'serve.sock');
  const server = createServer((asked, response) => {
    void text(asked)
      .then((body) => answerTo(body, embedded))
      .then((answer) => response.end(JSON.stringify(answer)))
      .catch(() => response.destroy()); // whoever asked has gone
  });
  server.requestTimeout = 0; // a command waits for its ticket as long as it takes
  await listening(server, socket);
  noteServer(dir, { url, socket });
  return {
    close: () => {
      forgetServer(dir);
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const listening = (server: Server, socket: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });

const answerTo = async (body: string, embedded: Embedded): Promise<Answer> => {
  try {
    return { done: (await answer(questionIn(body), embedded)) ?? null };
  } catch (error) {
    const { code, message, expected, got, hint } = refusalOf(error);
    return { refused: { code, message, expected, got, hint } };
  }
};

const refusalOf = (error: unknown): QuittanceError => {
  if (isQuittanceError(error) && !isFault(error)) return error;
  const reference = noteFault(error, { where: 'a command of this machine' });
  return new QuittanceError('INTERNAL', {
    message: `the server met a fault that nobody foresaw: ${reference}`,
    hint: 'the output of quittance serve has a line with this reference: please report it',
  });
};

const questionIn = (body: string): z.output<typeof Question> => {
  const parsed = Question.safeParse(JSON.parse(body));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the server does not know what the command asks',
    hint: 'run the server and the command from one version',
  });
};

const answer = async (question: z.output<typeof Question>, embedded: Embedded): Promise<unknown> => {
  const { engine } = embedded;
  switch (question.ask) {
    case 'call':
      return embedded.call(question.step, question.input);
    case 'policy':
      return embedded.policy(question.policy);
    case 'executions':
      return (await engine.listExecutions()).map(({ executionId, name, status }) => ({ executionId, name, status }));
    case 'history':
      return (await engine.history(question.execution)).map(({ type }) => ({ type }));
    case 'settled':
      return engine.settled(question.execution);
    case 'recertify': {
      const input = { model: question.model, trigger: 'manual' };
      return engine.start({ workflow: 'recertify', name: question.name, input });
    }
  }
};

/** Asks the server behind a socket. SERVICE_UNAVAILABLE where it is not there, or went. */
export const askServer = async (socket: string, question: Question): Promise<unknown> => {
  const answered = Answer.parse(JSON.parse(await exchange(socket, JSON.stringify(question))));
  if ('done' in answered) return answered.done;
  const { code, message, expected, got, hint } = answered.refused;
  throw new QuittanceError(code, {
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(hint === undefined ? {} : { hint }),
  });
};

const exchange = (socketPath: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const gone = (cause: unknown) =>
      reject(
        new QuittanceError('SERVICE_UNAVAILABLE', {
          message: 'the server of this data folder does not answer',
          hint: 'what it has begun goes on when it is started again; run the command again',
          cause,
        }),
      );
    const asking = request({ socketPath, method: 'POST' }, (response) => void text(response).then(resolve, gone));
    asking.once('error', gone);
    asking.end(body);
  });
