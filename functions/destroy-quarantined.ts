// Destroys old weights whose time in quarantine is over: they still know what their successors have forgotten.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { ModelName } from '#core/ticket-request.ts';
import { destroyModels } from './model-artefacts.ts';

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
    await destroyModels(
      artifacts,
      models,
      due.map(({ digest }) => digest),
    );
    const quarantined = model.quarantined.map((entry) =>
      due.includes(entry) ? { ...entry, destroyedAt: now } : entry,
    );
    await models.put({ ...model, quarantined }, version);
    return { destroyed: due.length };
  },
});
