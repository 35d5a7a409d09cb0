// `quittance recertify M`: runs the re-certification workflow now: whether what is served still has its digest, and the
// full suite without any forgotten person's data.
// Trap: exits with 1 where what is served has drifted or the suite no longer passes; the state is then in the registry
// and on the certificate's ticket.
import { z } from 'zod';
import { localStores } from '#adapters/local/index.ts';
import type { Ports } from '#core/ports.ts';
import { openEmbedded } from '#entry/embedded.ts';
import { usageError } from '#core/errors.ts';
import type { Command } from './command.ts';
import { backend } from './engine.ts';
import { progressOn, type Stage } from './progress.ts';
import { askRunning, Settled } from './work.ts';

export const recertify: Command = {
  name: 'recertify',
  summary: 'the re-certification suite now',
  usage: 'M',
  words: 1,
  options: {},
  example: 'quittance recertify people',
  async run(args) {
    const [model] = args.positionals;
    if (model === undefined) throw usageError('recertify M: M is missing');
    const stage = progressOn(process.stderr).stage(`re-certifying ${model}`);
    const work = (await beside(args.dir)) ?? (await owning(args.dir, stage));
    try {
      await work.ports.models.get(model);
      const name = `${model}-manual-${work.ports.clock.now().getTime()}`;
      const { status, error, cause } = await work.run(name, model);
      const { model: record } = await work.ports.models.get(model);
      stage.done(record.recertification.state);
      const result = {
        model,
        ...record.recertification,
        workflow: status,
        ...(error === undefined ? {} : { error, cause }),
      };
      args.print(
        result,
        () =>
          `${model}: ${record.recertification.state}${record.recertification.checkedAt ? ` at ${record.recertification.checkedAt}` : ''}`,
      );
      return record.recertification.state === 'current' ? 0 : 1;
    } finally {
      await work.close();
    }
  },
};

interface Recertifying {
  readonly ports: Pick<Ports, 'models' | 'clock'>;
  run(name: string, model: string): Promise<{ status: string; error?: string | undefined; cause?: string | undefined }>;
  close(): Promise<void>;
}

/** By the server that has the folder. */
const beside = async (dir: string): Promise<Recertifying | undefined> => {
  const ask = await askRunning(dir);
  if (ask === undefined) return undefined;
  const ports = localStores(dir, { lock: false });
  return {
    ports,
    run: async (name, model) => {
      const { executionId } = Started.parse(await ask({ ask: 'recertify', name, model }));
      return Settled.parse(await ask({ ask: 'settled', execution: executionId }));
    },
    close: async () => ports.close(),
  };
};

const Started = z.object({ executionId: z.string() });

const owning = async (dir: string, stage: Stage): Promise<Recertifying> => {
  await backend();
  const { ports, engine, close } = await openEmbedded(dir, {
    onJob: ({ line }) => stage.at(Number(line['done'] ?? 0), typeof line['detail'] === 'string' ? line['detail'] : ''),
  });
  return {
    ports,
    run: async (name, model) => {
      const input = { model, trigger: 'manual' };
      const { executionId } = await engine.start({ workflow: 'recertify', name, input });
      return engine.settled(executionId);
    },
    close,
  };
};
