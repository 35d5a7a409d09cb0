// The monthly report, made and kept when a month is over: an artefact under its digest, its name among the results of
// jobs, and a notice to those who decide. Called by a schedule. Trap: a schedule may fire twice; the same month is the
// same bytes unless a case was moved back meanwhile, and its notice has the same id.
import { z } from 'zod';
import { canonicalize, Digest } from '#core/canonical.ts';
import { addMonths, Month } from '#core/days.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { getJson } from '#core/stored-json.ts';
import { monthOf, Portfolio } from '#report/portfolio/portfolio.ts';

export const writePortfolio = defineStep({
  name: 'write-portfolio',
  input: z.strictObject({ month: Month.optional() }),
  output: z.strictObject({ month: Month, portfolio: Digest }),
  uses: ['tickets', 'artifacts', 'results', 'notifier', 'clock'],
  async run(asked, ports) {
    const { artifacts, results, notifier, clock } = ports;
    const month = asked.month ?? monthBefore(clock.now());
    const made = await monthOf(ports, month);
    const portfolio = await artifacts.put(new TextEncoder().encode(canonicalize(made)));
    await results.put(resultName(month), { portfolio });
    const references = {
      month,
      portfolio,
      received: String(made.volumes.received),
      overdue: String(made.overdue.length),
    };
    await notifier.notify({ id: `portfolio.${month}`, to: 'approvers', template: 'portfolio', references });
    return { month, portfolio };
  },
});

const resultName = (month: string): string => `portfolio-${month}`;

const monthBefore = (now: Date): string => addMonths(`${now.toISOString().slice(0, 7)}-01`, -1).slice(0, 7);

const Kept = z.strictObject({ portfolio: Digest });

/** As it was kept when the month was over, else as it is now. INVALID_INPUT. */
export const portfolioFor = async (
  ports: Pick<Ports, 'tickets' | 'artifacts' | 'results' | 'clock'>,
  month: string,
): Promise<Portfolio> => {
  try {
    const { portfolio } = Kept.parse(await ports.results.get(resultName(Month.parse(month))));
    return await getJson(ports.artifacts, portfolio, Portfolio);
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || error instanceof z.ZodError) return monthOf(ports, month);
    throw error;
  }
};
