// What the methods bench compares: every registered method, FLAT as published in its four forms beside FLAT as tickets
// run it, and a model trained anew. Each has one fixed configuration, from other suites and people than any reported
// row: the rate of the people bench, or what `quittance bench methods --preset sweep` picked.
// Trap: published learning rates are of models a thousand times larger and change nothing here. All loss methods end
// by the same stop rule or at the same limit, so that they differ in the loss alone.
import { MethodName } from '#core/method-name.ts';
import type { GatePolicy } from '#core/policy.ts';

type Part = Readonly<Record<string, unknown>>;

export interface MethodEntry {
  readonly label: string;
  readonly method: MethodName;
  readonly config: Part;
  /** What the sweep tries, of which `config` is one; none where a policy's rung is taken as it stands. */
  readonly tried: readonly Part[];
  /** Where the configuration is from, in a few words. */
  readonly from: string;
}

/** Learning rates of AdamW that the sweep tries. */
const RATES = [3e-4, 1e-3, 3e-3] as const;
type Rate = (typeof RATES)[number];
const UPDATES = 60;
/** The stop rule of gate-v1's first rung: no value likelier than never-trained people's, hardly an answer exact. */
const STOP = { valueAuc: 0.5 };

const at = (rate: Rate): Part => ({ update: { step: rate, updates: UPDATES }, stop: STOP });
/** Where rates are from. */
const PICKED = 'sweep';
const PEOPLE = 'rate of bench people, seeds 1 to 3';
const SAME = 'the same rate, untuned';

/** A method that descends a loss, at the picked rate. */
const rated = (method: MethodName, from: string, rate: Rate = 1e-3): MethodEntry => ({
  ...{ label: method, method, config: at(rate), tried: RATES.map((one) => at(one)), from },
});

/** As published: everything but the embeddings moves, by AdamW, without a projection. */
const published = (divergence: string, rate: Rate, from: string): MethodEntry => {
  const config = (step: Rate): Part => ({
    loss: { divergence },
    update: { trainable: 'body', optimizer: 'adamw', projection: 'none', step, updates: UPDATES },
    stop: STOP,
  });
  const label = `flat as published: ${divergence}`; // no comma, which parts labels on the command line
  return { label, method: 'flat', config: config(rate), tried: RATES.map(config), from };
};

const choice = (method: MethodName, config: Part, others: readonly Part[]): MethodEntry => ({
  ...{ label: method, method, config, tried: [config, ...others], from: 'untuned' },
});

const rung = (label: string, { version, ladder }: GatePolicy): MethodEntry => {
  const [{ method, config }] = ladder as [GatePolicy['ladder'][number]];
  return { label, method: MethodName.parse(method), config, tried: [], from: `first rung, policy version ${version}` };
};

/** No stop rule looks at a training that is taken back, so its length is a setting. */
const takenBack = (step: Rate, updates: number): Part => ({ update: { step, updates } });

/** Projected steps of this norm. */
const projected = (step: number): Part => ({ update: { step, lambda: 0.001, updates: 2 * UPDATES }, stop: STOP });

/** Adapters that are taken away, a length a round; with O-LoRA's published weight, and with gate-v1's projection. */
const negated = (beside: string, part: { loss?: Part; update?: Part }, length: number): MethodEntry => {
  const config = (step: number): Part => ({ ...part, update: { ...part.update, step }, stop: STOP });
  const label = `negated adapter${beside}`;
  const others = [0.2, 0.4, 0.6].filter((one) => one !== length).map(config);
  return { ...choice('lora-negation', config(length), others), label };
};
const O_LORA: Part = { orthogonal: 0.5 };
const OWM: Part = { projection: 'owm', lambda: 0.01 };

export interface Ladders {
  readonly v1: GatePolicy;
  readonly v3: GatePolicy;
  readonly v3Retain: GatePolicy;
}

export const methodEntries = ({ v1, v3, v3Retain }: Ladders): MethodEntry[] => [
  rung('flat projected', v1),
  published('total-variation', 1e-3, PICKED),
  published('jensen-shannon', 3e-4, PICKED),
  published('pearson', 1e-3, SAME),
  published('kl', 1e-3, SAME),
  choice('flat-retain', projected(0.1), [projected(0.05), projected(0.2)]),
  rung('flat-lasting', v3),
  rung('flat-lasting-retain', v3Retain),
  rated('grad-ascent', PEOPLE),
  rated('grad-diff', PEOPLE),
  rated('kl-min', PEOPLE),
  rated('idk', PEOPLE),
  rated('po', PEOPLE),
  rated('dpo', PEOPLE),
  rated('npo', PEOPLE),
  rated('npo-rt', PEOPLE),
  rated('npo-kl', SAME),
  rated('simnpo', PEOPLE),
  rated('mismatch', SAME),
  rated('llmu', SAME),
  rated('kto', SAME),
  rated('altpo', SAME),
  rated('wga', SAME),
  rated('satimp', SAME),
  rated('ce-u', SAME),
  rated('undial', SAME),
  rated('whp', SAME),
  rated('rmu', SAME),
  rated('pdu', SAME),
  choice('task-vector', takenBack(3e-4, 20), [takenBack(1e-3, 20), takenBack(1e-3, 60), takenBack(3e-3, 20)]),
  negated('', {}, 0.4),
  negated(' with O-LoRA', { loss: O_LORA }, 0.4),
  negated(' with owm', { update: OWM }, 0.6),
  negated(' with O-LoRA and owm', { loss: O_LORA, update: OWM }, 0.6),
  choice('uld', { loss: { calibrate: true } }, [{}, { loss: { uniformWeight: 1, calibrate: true } }]),
  choice('uld-offset', {}, []),
  { label: 'trained anew', method: 'retrain', config: {}, tried: [], from: 'the recipe of the base' },
];
