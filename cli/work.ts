// What a command that works on tickets has: the stores, the acts of people, and how far the workflows have come. Its
// own, where it opens the data folder; those of the running `quittance serve`, where that has it.
import { z } from 'zod';
import { readServerNote } from '#adapters/local/data-folder.ts';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Embedded } from '#entry/embedded.ts';
import { askServer, type Question } from '#server/command-door.ts';
import type { ExecutionSummary, HistoryEvent } from '#state-machine/engine.ts';

export interface Work extends Pick<Embedded, 'call' | 'policy' | 'unfinished'> {
  readonly ports: LocalStores;
  readonly engine: {
    listExecutions(): Promise<readonly Pick<ExecutionSummary, 'executionId' | 'name' | 'status'>[]>;
    history(executionId: string): Promise<readonly Pick<HistoryEvent, 'type'>[]>;
    settled(executionId: string): Promise<Settled>;
  };
  close(): Promise<void>;
}

type Ask = (question: Question) => Promise<unknown>;

/** By the server that has the folder; undefined where none answers. */
export const askRunning = async (dir: string): Promise<Ask | undefined> => {
  const note = readServerNote(dir);
  if (note === undefined) return undefined;
  const ask: Ask = (question) => askServer(note.socket, question);
  try {
    await ask({ ask: 'executions' });
    return ask;
  } catch (error) {
    if (isQuittanceError(error, 'SERVICE_UNAVAILABLE')) return undefined; // it was killed, and its note stayed
    throw error;
  }
};

/** Beside the running server of the folder; undefined where none answers. */
export const besideServer = async (dir: string, policy: GatePolicy): Promise<Work | undefined> => {
  const ask = await askRunning(dir);
  if (ask === undefined) return undefined;
  const engine: Work['engine'] = {
    listExecutions: async () => Executions.parse(await ask({ ask: 'executions' })),
    history: async (execution) => History.parse(await ask({ ask: 'history', execution })),
    settled: async (execution) => Settled.parse(await ask({ ask: 'settled', execution })),
  };
  const running = (await engine.listExecutions()).filter(({ status }) => status === 'RUNNING');
  const ports = localStores(dir, { lock: false });
  return {
    ports,
    engine,
    unfinished: running.map(({ name }) => name),
    call: (step, input) => ask({ ask: 'call', step, input }),
    policy: async () => Digest.parse(await ask({ ask: 'policy', policy })),
    close: async () => ports.close(),
  };
};

const Status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
const Executions = z.array(z.object({ executionId: z.string(), name: z.string(), status: Status }));
const History = z.array(z.object({ type: z.string() }));
export const Settled = z.object({
  status: Status,
  output: z.unknown().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
});
type Settled = z.infer<typeof Settled>;
