// `quittance recertify M`: runs the re-certification workflow now: whether what is served still has its digest, and the
// full suite without any forgotten person's data.
// Trap: exits with 1 where what is served has drifted or the suite no longer passes; the state is then in the registry
// and on the certificate's ticket.
import { openEmbedded } from '#entry/embedded.ts';
import { usageError } from '#core/errors.ts';
import type { Command } from './command.ts';
import { backend } from './engine.ts';
import { progressOn } from './progress.ts';

export const recertify: Command = {
  name: 'recertify',
  summary: 'the re-certification suite now',
  usage: 'M',
  options: {},
  example: 'quittance recertify people',
  async run(args) {
    const [model] = args.positionals;
    if (model === undefined) throw usageError('recertify M: M is missing');
    await backend();
    const stage = progressOn(process.stderr).stage(`re-certifying ${model}`);
    const embedded = await openEmbedded(args.dir, {
      onJob: ({ line }) =>
        stage.at(Number(line['done'] ?? 0), typeof line['detail'] === 'string' ? line['detail'] : ''),
    });
    try {
      await embedded.ports.models.get(model);
      const name = `${model}-manual-${embedded.ports.clock.now().getTime()}`;
      const { executionId } = await embedded.engine.start({
        workflow: 'recertify',
        name,
        input: { model, trigger: 'manual' },
      });
      const { status, error, cause } = await embedded.engine.settled(executionId);
      const { model: record } = await embedded.ports.models.get(model);
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
      await embedded.close();
    }
  },
};
