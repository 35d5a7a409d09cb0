// Which model is certified and what a certificate may say, rule by rule: each row has somebody with every key change
// one thing, and says in which words the rule objects.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { CERTIFICATE_TYPE, WITHHOLDING_TYPE } from '#core/certificate.ts';
import { signEnvelope, type Statement } from '#core/dsse.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { bundledManifest, filesOf } from '#core/model-chain.ts';
import { manifestDigest, type ModelManifest, type WeightsManifest } from '#core/model.ts';
import { MODEL_SIGNING_FILE, modelSigningStatement } from '#core/model-signing.ts';
import { recipeDigest, type Recipe } from '#core/recipe.ts';
import type { RunManifest } from '#core/run.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import * as certified from '#core/verify/certified-model.ts';
import { wordsNeverSaid } from '#core/verify/claims.ts';
import {
  forged,
  jsonBytes,
  payloadOf,
  readJson,
  trueBundle,
  type Forgery,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';
import { logged, ruled, said, says, withFile } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const SERVED = 'sha256:e3b726b2107549eb1f86d32c9dc799c1c505e3ffa1e652563fb1df0e058a2b56';
const weights = () => readJson<WeightsManifest>(truth.files, 'model.json');
const run = (change: Partial<RunManifest>): Forgery => withFile<RunManifest>(truth, 'run.json', () => change);
const certificate = (change: (one: Statement) => Partial<Statement>): Forgery => ({
  statement: (one, file) => (file === 'certificate.dsse.json' ? { ...one, ...change(one) } : one),
});

const file = (n: number) => ({ digest: digest(n), bytes: n });
const ADAPTER_FILES = { 'adapter_config.json': file(2), 'adapter_model.safetensors': file(3) };
/** The certified weights under an adapter, with every name of the model made to follow. */
const upon = (
  change: Partial<WeightsManifest> = {},
  name?: string,
): { forgery: Forgery; files: BundleFiles; digest: string } => {
  const base = { ...weights(), ...change };
  const under = manifestDigest(base);
  const model: ModelManifest = {
    kind: 'quittance-adapter/v1',
    base: under,
    files: ADAPTER_FILES,
    quantisation: 'none',
  };
  const made = manifestDigest(model);
  const files = new Map(truth.files).set(name ?? bundledManifest(under), jsonBytes(base));
  const tables = { ...readJson<object>(truth.files, 'tables.json'), model: made };
  const follow = logged('served-verified', { digest: made });
  return {
    files,
    digest: made,
    forgery: {
      artefacts: { 'model.json': model, 'tables.json': tables, ...run({ manifest: model, candidate: made }).artefacts },
      leaves: (all) => logged('deployed', { digest: made }).leaves!(follow.leaves!(all)),
      certificate: (one) => ({ ...one, served: made }),
      statement: (one, at) =>
        at === 'certificate.dsse.json'
          ? { ...one, subject: [{ ...one.subject[0]!, digest: { sha256: made.slice('sha256:'.length) } }] }
          : one,
    },
  };
};

describe('subject', () => {
  const not = (what: string) => `fails: what was ${what} is not the subject`;
  const name = 'fails: the subject is not the manifest in the bundle, by its name';
  says(() => truth, certified.subjectIsServed, [
    ['as it is', () => ({}), `holds: ${SERVED}`],
    ['in another name', () => certificate(({ subject: [one] }) => ({ subject: [{ ...one!, name: 'another' }] })), name],
    ['another beside it', () => certificate(({ subject: [one] }) => ({ subject: [one!, one!] })), name],
    ['another served', () => said(() => ({ served: digest(4) })), not('served')],
    ['another judged', () => withFile(truth, 'tables.json', () => ({ model: digest(4) })), not('judged')],
    ['another produced', () => run({ candidate: digest(4) }), not('produced')],
    ['another deployed', () => logged('deployed', { digest: digest(4) }), not('deployed')],
    ['another probed', () => logged('served-verified', { digest: digest(4) }), not('probed')],
    [
      'stored otherwise than judged',
      () => withFile(truth, 'tables.json', () => ({ quantisation: 'int8' })),
      'fails: what was judged was stored otherwise than what is served',
    ],
  ]);

  it('upon other weights names both, whose manifests are here', async () => {
    const { forgery, files, digest: made } = upon();
    const found = await forged({ ...truth, files }, forgery);
    expect(ruled(truth, certified.subjectIsServed, found)).toBe(`holds: ${made}, upon ${SERVED}`);
  });

  it('upon other weights than are here is refused', async () => {
    const other = upon({ files: {} }, bundledManifest(manifestDigest(weights())));
    const found = await forged({ ...truth, files: other.files }, { ...upon().forgery });
    expect(ruled(truth, certified.subjectIsServed, found)).toBe(
      `fails: ${bundledManifest(manifestDigest(weights()))} is not what the model is made upon`,
    );
  });
});

describe('model and model-signing', () => {
  const folder = (files: Readonly<Record<string, { digest: string; bytes: number }>>) =>
    ruled(truth, certified.modelAtHand, truth.files, { model: files });

  it('are of the certified files, all of them and no others', () => {
    const { files } = weights();
    const [first = ''] = Object.keys(files);
    expect(ruled(truth, certified.modelAtHand)).toBe('not-checked: no model folder was given (--model DIR)');
    expect(folder(files)).toBe('holds: the model folder is the certified one');
    const not = `fails: ${first} of the model folder is not the certified file`;
    expect(folder({ ...files, [first]: file(7) })).toBe(not);
    expect(folder({})).toBe(not);
    expect(folder({ ...files, 'extra.bin': file(7) })).toBe(
      'fails: the model folder has files that were not certified',
    );
  });

  it('are those that lie beneath as well', async () => {
    const { forgery, files } = upon();
    const found = await forged({ ...truth, files }, forgery);
    const base = Object.entries(weights().files).map(([path, one]) => [`base/${path}`, one] as const);
    const model = { ...ADAPTER_FILES, ...Object.fromEntries(base) };
    expect(ruled(truth, certified.modelAtHand, found, { model })).toBe('holds: the model folder is the certified one');
  });

  it('are listed for other tools under the signature of the service', async () => {
    const listing = async (statement: Statement, keys = [SERVICE_KEY]) => {
      const files = new Map(truth.files).set(
        MODEL_SIGNING_FILE,
        jsonBytes(await signEnvelope(statement, truth.signer, keys)),
      );
      return ruled(truth, certified.modelSigning, files);
    };
    const statement = payloadOf(truth.files, MODEL_SIGNING_FILE);
    const holds = 'holds: the list for other tools is of the certified files';
    expect(await listing(statement)).toBe(holds);
    expect(await listing(statement, [LOG_KEY, SERVICE_KEY])).toBe(holds);
    expect(await listing(statement, [LOG_KEY])).toBe(`fails: the service did not sign ${MODEL_SIGNING_FILE}`);
    const more = { ...filesOf([{ manifest: weights(), at: '' }]), 'extra.bin': file(7) };
    expect(await listing(modelSigningStatement('house', more))).toBe(
      `fails: ${MODEL_SIGNING_FILE} lists other files than were certified`,
    );
    const without: BundleFiles = new Map(truth.files);
    without.delete(MODEL_SIGNING_FILE);
    expect(ruled(truth, certified.modelSigning, without)).toBe(`not-checked: the bundle has no ${MODEL_SIGNING_FILE}`);
  });
});

const RECIPE: Recipe = {
  ...{ kind: 'quittance-recipe/v1', base: digest(4), loss: 'assistant', lora: null, seed: 1, epochs: 1, batchSize: 1 },
  schedule: { form: 'warm-up and half a cosine', rate: 0.001, warmup: 0.1 },
  optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, clip: 1 },
  ...{ slices: { count: 1, aboutNobody: 0 }, replay: 0, grouping: { by: 'row' }, backend: 'none', rowsAtOnce: null },
};

describe('words', () => {
  const holds = 'holds: claims and limits are stated';
  const limits = 'fails: the certificate does not state its limits';
  const claiming = (...more: string[]) => said((one) => ({ statementsMade: [...one.statementsMade, ...more] }));
  const saying = (text: string) => said((one) => ({ scope: { ...one.scope, swept: [text] } }));
  const anew = 'fails: the certificate and the run disagree on whether it trained anew';
  const withheld = 'fails: the certificate and the run disagree on whether the data is still in the weights';
  /** A run that trained anew, and says so. */
  const trained = (recorded: RunManifest['recorded'] = {}, recipe: object | null = RECIPE): Forgery => ({
    artefacts: {
      ...run({
        stop: 'trained-anew',
        recorded: {
          recipe: recipeDigest(RECIPE),
          corpus: `hmac-sha256:${'1'.repeat(64)}`,
          rowsLeftOut: 1,
          ...recorded,
        },
      }).artefacts,
      ...(recipe && { 'recipe.json': recipe }),
    },
    ...claiming('trained-anew'),
  });
  const composed: ModelManifest = {
    ...{ kind: 'quittance-composed/v1', target: digest(4), quantisation: 'none' },
    ...{ assistants: [{ layers: 1, files: ADAPTER_FILES }], combination: { form: 'offset', weight: 1 } },
  };
  const withholding = (predicateType: string): Forgery => ({
    ...run({ manifest: composed }),
    ...certificate(() => ({ predicateType })),
  });
  const kind = (wanted: string, had: string) =>
    `fails: what was made can have a certificate of the kind ${wanted}, and has one of ${had}`;
  says(() => truth, wordsNeverSaid, [
    ['as they are', () => ({}), holds],
    [
      'a promise that nobody can keep',
      () => saying('The data was ERASED from the Model'),
      "fails: the certificate says 'erased from the model', which cannot be defended",
    ],
    [
      'two of them, of which the first is named',
      () => saying('anonymous, and erased from the model'),
      "fails: the certificate says 'erased from the model', which cannot be defended",
    ],
    [
      'two claims that are never made',
      () => claiming('perfection', 'absolution'),
      "fails: the certificate claims 'perfection', which is never claimed",
    ],
    [
      'nothing that was not looked at',
      () => said(({ scope }) => ({ scope: { ...scope, notLookedAt: [] } })),
      'fails: the certificate does not have its form',
    ],
    ['one limit fewer', () => said(({ statementsNotMade: [, ...rest] }) => ({ statementsNotMade: rest })), limits],
    ['no limit', () => said(() => ({ statementsNotMade: [] })), limits],
    [
      'a claim that is never made',
      () => claiming('perfection'),
      "fails: the certificate claims 'perfection', which is never claimed",
    ],
    [
      'a claim by the name of a method of objects',
      () => claiming('toString'),
      "fails: the certificate claims 'toString', which is never claimed",
    ],
    ['trained anew, and the run did not', () => claiming('trained-anew'), anew],
    ['not trained anew, and the run did', () => run({ stop: 'trained-anew' }), anew],
    ['trained anew', () => trained(), holds],
    ['trained anew, without a recipe', () => trained({}, null), 'fails: the recipe of the training is not here'],
    [
      'trained anew, by another recipe',
      () => trained({}, { ...RECIPE, seed: 2 }),
      'fails: the run names another recipe',
    ],
    [
      'trained anew, on no corpus',
      () => trained({ corpus: 'mine' }),
      'fails: the run names no corpus that it trained on',
    ],
    ['trained anew, with every row', () => trained({ rowsLeftOut: 0 }), 'fails: the run left no row out'],
    ['withheld, and nothing is composed', () => claiming('withheld-at-serving'), withheld],
    ['composed, and not said', () => withholding(WITHHOLDING_TYPE), withheld],
    ['composed, and said', () => ({ ...withholding(WITHHOLDING_TYPE), ...claiming('withheld-at-serving') }), holds],
    [
      'composed, under a certificate of erasure',
      () => withholding(CERTIFICATE_TYPE),
      kind(WITHHOLDING_TYPE, CERTIFICATE_TYPE),
    ],
    [
      'erased, under a certificate of withholding',
      () => certificate(() => ({ predicateType: WITHHOLDING_TYPE })),
      kind(CERTIFICATE_TYPE, WITHHOLDING_TYPE),
    ],
  ]);
});
