// What the methods bench compares: every registered method, FLAT as published in its four forms beside FLAT as tickets
// run it, and a model trained anew. Each has one fixed configuration, picked by `quittance bench methods --preset
// sweep` on a suite and a person that no reported row is about.
// Trap: published learning rates are of models a thousand times larger and change nothing here, so every rate is from
// the sweep; all loss methods end by the same stop rule or at the same limit, so that they differ in the loss alone.
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

const at = (rate: Rate, more: Part = {}): Part => ({ ...more, update: { step: rate, updates: UPDATES }, stop: STOP });
const PICKED = 'sweep';

/** A method that descends a loss, at the picked rate. */
const rated = (method: MethodName, rate: Rate, more: Part = {}, label: string = method): MethodEntry => ({
  ...{ label, method, config: at(rate, more), tried: RATES.map((one) => at(one, more)), from: PICKED },
});

/** As published: everything but the embeddings moves, by AdamW, without a projection. */
const published = (divergence: string, rate: Rate): MethodEntry => {
  const config = (step: Rate): Part => ({
    loss: { divergence },
    update: { trainable: 'body', optimizer: 'adamw', projection: 'none', step, updates: UPDATES },
    stop: STOP,
  });
  const label = `flat as published: ${divergence}`; // no comma, which parts labels on the command line
  return { label, method: 'flat', config: config(rate), tried: RATES.map(config), from: PICKED };
};

const choice = (method: MethodName, config: Part, others: readonly Part[]): MethodEntry => ({
  ...{ label: method, method, config, tried: [config, ...others], from: others.length > 0 ? PICKED : 'defaults' },
});

const rung = (label: string, { version, ladder }: GatePolicy): MethodEntry => {
  const [{ method, config }] = ladder as [GatePolicy['ladder'][number]];
  return { label, method: MethodName.parse(method), config, tried: [], from: `first rung, policy version ${version}` };
};

/** No stop rule looks at a training that is taken back, so its length is a setting. */
const takenBack = (step: Rate, updates: number): Part => ({ update: { step, updates } });

/** Projected steps of this norm. */
const projected = (step: number): Part => ({ update: { step, lambda: 0.001, updates: 2 * UPDATES }, stop: STOP });

export interface Ladders {
  readonly v1: GatePolicy;
  readonly v3: GatePolicy;
}

export const methodEntries = ({ v1, v3 }: Ladders): MethodEntry[] => [
  rung('flat projected', v1),
  published('total-variation', 1e-3),
  published('jensen-shannon', 1e-3),
  published('pearson', 1e-3),
  published('kl', 1e-3),
  choice('flat-retain', projected(0.1), [projected(0.05), projected(0.2)]),
  rung('flat-lasting', v3),
  rated('grad-ascent', 1e-3),
  rated('grad-diff', 1e-3),
  rated('kl-min', 1e-3),
  rated('idk', 1e-3),
  rated('po', 1e-3),
  rated('dpo', 1e-3),
  rated('npo', 1e-3),
  rated('npo-rt', 1e-3),
  rated('npo-kl', 1e-3),
  rated('simnpo', 1e-3),
  rated('mismatch', 1e-3),
  rated('llmu', 1e-3),
  rated('kto', 1e-3),
  rated('altpo', 1e-3),
  rated('wga', 1e-3),
  rated('satimp', 1e-3),
  rated('ce-u', 1e-3),
  rated('undial', 1e-3),
  rated('whp', 1e-3),
  rated('rmu', 1e-3),
  rated('pdu', 1e-3),
  choice('task-vector', takenBack(3e-4, 20), [takenBack(1e-3, 20), takenBack(1e-3, 60), takenBack(3e-3, 20)]),
  choice('uld', { loss: { calibrate: true } }, [{}, { loss: { uniformWeight: 1, calibrate: true } }]),
  choice('uld-offset', {}, []),
  { label: 'trained anew', method: 'retrain', config: {}, tried: [], from: 'the recipe of the base' },
];
