// Destroys old weights whose time in quarantine is over: they still know what their successors have forgotten.
// Trap: what is served may be made upon them (an adapter's base, a composed decoder's target), or served under another
// name; then they stay until it no longer is.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { ModelName } from '#core/ticket-request.ts';
import { destroyModels, neededModels } from './model-artefacts.ts';

export const destroyQuarantined = defineStep({
  name: 'destroy-quarantined',
  input: z.strictObject({ model: ModelName }),
  output: z.strictObject({ destroyed: z.int() }),
  uses: ['models', 'artifacts', 'clock'],
  async run({ model: name }, { models, artifacts, clock }) {
    const { model, version } = await models.get(name);
    const now = clock.now().toISOString();
    const due = model.quarantined.filter(
      ({ destroyAfter, destroyedAt }) => destroyedAt === undefined && destroyAfter <= now,
    );
    if (due.length === 0) return { destroyed: 0 };
    const others = (await models.list()).filter((other) => other.name !== name);
    const staying = { ...model, quarantined: model.quarantined.filter((entry) => !due.includes(entry)) };
    const gone = await destroyModels(
      artifacts,
      neededModels([...others, staying]),
      due.map(({ digest }) => digest),
    );
    const destroyed = due.filter(({ digest }) => gone.includes(digest));
    if (destroyed.length === 0) return { destroyed: 0 };
    const quarantined = model.quarantined.map((entry) =>
      destroyed.includes(entry) ? { ...entry, destroyedAt: now } : entry,
    );
    await models.put({ ...model, quarantined }, version);
    return { destroyed: destroyed.length };
  },
});
