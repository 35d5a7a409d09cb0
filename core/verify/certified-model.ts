// Which model is certified: what was made, judged, deployed and probed is one and the same, and so is a folder that the
// verifier has at hand.
// Trap: what is served may lie upon other weights (an adapter, a composed decoder). The certificate is then about the
// whole chain, each manifest known by the digest that the one above it names.
import { canonicalize, type Digest } from '../canonical.ts';
import { EvaluationTables } from '../evaluation.ts';
import { bundledManifest, filesOf, linkBelow, type Chain } from '../model-chain.ts';
import { MODEL_SIGNING_FILE, modelSigningStatement } from '../model-signing.ts';
import { beneath, manifestDigest, ModelManifest } from '../model.ts';
import { RunManifest } from '../run.ts';
import { isAbout, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

/** The certificate's subject is the model that was made, judged, deployed and probed. */
export const subjectIsServed: Rule = (bundle) => {
  const manifest = bundle.json('model.json', ModelManifest);
  const digest = manifestDigest(manifest);
  const { statement } = bundle.opened('certificate.dsse.json');
  requireThat(isAbout(statement, bundle.model, digest), 'the subject is not the manifest in the bundle, by its name');
  requireOneModel(bundle, digest);
  requireThat(
    bundle.json('tables.json', EvaluationTables).quantisation === manifest.quantisation,
    'what was judged was stored otherwise than what is served',
  );
  const [, ...upon] = certifiedChain(bundle);
  return [digest, ...upon.map((link) => `upon ${link.digest}`)].join(', ');
};

/** Every document that names a model by its digest names this one. */
const requireOneModel = (bundle: BundleReader, digest: Digest): void => {
  const claims = {
    served: bundle.certificate.served,
    judged: bundle.json('tables.json', EvaluationTables).model,
    produced: bundle.json('run.json', RunManifest).candidate,
    deployed: bundle.event('deployed').body['digest'],
    probed: bundle.event('served-verified').body['digest'],
  };
  for (const [what, claim] of Object.entries(claims))
    requireThat(claim === digest, `what was ${what} is not the subject`);
};

/** The certified model and what it is made upon, each manifest by the digest that the one above names. */
const certifiedChain = (bundle: BundleReader): Chain => {
  const manifest = bundle.json('model.json', ModelManifest);
  const chain: Chain = [{ digest: manifestDigest(manifest), manifest, at: '' }];
  for (let last = chain[0], under = beneath(last.manifest); under; under = beneath(last.manifest)) {
    const name = bundledManifest(under.digest);
    requireThat(bundle.digest(name) === under.digest, `${name} is not what the model is made upon`);
    chain.push((last = linkBelow(last, bundle.json(name, ModelManifest))));
  }
  return chain;
};

/** The list for OpenSSF's tools is of the certified files; bundles from before it existed have none. */
export const modelSigning: Rule = (bundle) => {
  if (!bundle.files.has(MODEL_SIGNING_FILE)) return notChecked(`the bundle has no ${MODEL_SIGNING_FILE}`);
  const { statement, signers } = bundle.opened(MODEL_SIGNING_FILE);
  const again = modelSigningStatement(statement.subject[0]?.name ?? '', filesOf(certifiedChain(bundle)));
  requireThat(
    canonicalize(statement) === canonicalize(again),
    `${MODEL_SIGNING_FILE} lists other files than were certified`,
  );
  requireThat(
    signers.some((id) => bundle.keys('service').has(id)),
    `the service did not sign ${MODEL_SIGNING_FILE}`,
  );
  return 'the list for other tools is of the certified files';
};

/** The model folder that the verifier has holds exactly the certified files. */
export const modelAtHand: Rule = (bundle) => {
  const { model } = bundle.options;
  if (!model) return notChecked('no model folder was given (--model DIR)');
  const certified = filesOf(certifiedChain(bundle));
  for (const [name, { digest }] of Object.entries(certified))
    requireThat(model[name]?.digest === digest, `${name} of the model folder is not the certified file`);
  requireThat(
    Object.keys(model).length === Object.keys(certified).length,
    'the model folder has files that were not certified',
  );
  return 'the model folder is the certified one';
};
