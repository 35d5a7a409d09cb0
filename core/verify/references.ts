// Every digest that a document of the bundle names must lead somewhere: to a file that is here, to a part of one, or to
// a key of the trust root. Some lead outside by design; those are listed by their place, each with the reason.
// Trap: the list is of places, not of digests. A digest in any other place that nothing here has is a claim behind
// which nobody can look, and fails.
import { digestJson, type Digest } from '../canonical.ts';
import { Envelope } from '../dsse.ts';
import { parseOnce } from '../json-keys.ts';
import { manifestDigest } from '../model.ts';
import { RunManifest } from '../run.ts';
import { notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

/** Places, written `file#/path`, of digests whose objects are not part of a bundle, and why. */
export const OUTSIDE: readonly { readonly at: RegExp; readonly why: string }[] = [
  {
    at: /model-signing\.dsse\.json#\/(predicate\/resources\/\d+\/digest|subject\/0\/digest\/sha256)$/,
    why: 'the same files, listed as other tools list them; `model-signing` compares the list with model.json',
  },
  {
    at: /(model\.json#|run\.json#\/manifest|manifests\/[0-9a-f]{64}\.json#)(\/assistants\/\d+)?\/files\/[^/]+\/digest$/,
    why: 'weights, tokenizer and configuration: megabytes to gigabytes; `verify --model` compares a copy',
  },
  {
    at: /((plan|run|evidence)\.json#|log\/\d+\.json#\/event(\/run)?|(certificate|approval)\.dsse\.json#\/predicate)\/base$/,
    why: 'the model from before: it still knows, and is destroyed on a clock, its manifest with it',
  },
  {
    at: /attempts\/\d+\/run\.json#\/manifest\/(base|target)$/,
    why: 'what the result of an attempt that was not served was made upon',
  },
  {
    at: /recipe\.json#\/base$/,
    why: 'the weights that the training began with: `verify --rerun --base` trains from a copy',
  },
  {
    at: /attempts\/\d+\/run\.json#\/recorded\/recipe$/,
    why: 'the recipe of an attempt that was not served',
  },
  { at: /log\/\d+\.json#\/event\/previous$/, why: 'the model from before, as its replacement names it' },
  { at: /tables-before\.json#\/model$/, why: 'the model from before, as its evaluation names it' },
  {
    at: /(certificate|approval)\.dsse\.json#\/predicate\/residualCopies\/\d+\/digest$/,
    why: 'models from before that still exist',
  },
  {
    at: /(tables(-before)?\.json#\/suite\/digest|plan\.json#(\/side)?\/suite|(certificate|approval)\.dsse\.json#\/predicate\/evaluation\/suite)$/,
    why: 'the suite: it holds training data of others',
  },
  {
    at: /plan\.json#\/asked\/(suite|controls\/(whitening|stop|gate))$/,
    why: 'the suite, and the never-trained people in it: whoever has it can compare them',
  },
  { at: /plan\.json#\/side\/moments$/, why: 'sums over training rows, kept beside the model' },
  { at: /log\/\d+\.json#\/event\/trainingManifest$/, why: 'keyed digests of training rows, kept beside the model' },
  { at: /plan\.json#\/gatheredBy\/plan$/, why: "another ticket's plan: it is in that ticket's bundle" },
  {
    at: /recertifications\/\d+\/(plan\.json#\/digest|tables\.json#\/model|statement\.dsse\.json#\/subject\/0\/digest\/sha256)$/,
    why: 'the model that was served then, maybe after later deletions, which have certificates of their own',
  },
  {
    at: /(log\/\d+\.json#\/event|(certificate|approval)\.dsse\.json#\/predicate)\/commitment$/,
    why: 'the commitment to the forget set: it opens only with the secret that the requester was given',
  },
  {
    at: /log\/\d+\.json#\/event\/(shown|note|body|comment|file)$/,
    why: 'commitments to what people were shown, wrote or put beside the case: they went with it',
  },
  {
    at: /(log\/\d+\.json#\/event|(certificate|approval)\.dsse\.json#\/predicate\/approval)\/revealed\/(asked|model)$/,
    why: 'the wordings of questions by which a model revealed records, and that model, which may have changed since',
  },
  {
    at: /log\/\d+\.json#\/event\/agent\/document$/,
    why: "an agent's mandate: whoever has the document can compare it",
  },
  {
    at: /log\/\d+\.json#\/event\/(requestDigest|subjectDigest)$/,
    why: 'keyed digests of the request under its own id, and of whose it is: what they are of went with the case',
  },
  {
    at: /log\/\d+\.json#\/event\/calendarDigest$/,
    why: "the public holidays by which dates were counted, kept in the ticket's row",
  },
  { at: /log\/\d+\.json#\/event\/found$/, why: 'whatever was served in the place of what was certified' },
];

export const references: Rule = (bundle) => {
  if (bundle.index.kind === 'quittance-bundle/v1')
    return notChecked('a bundle of the first form leaves earlier attempts and re-certifications out');
  const [known, named] = [knownDigests(bundle), namedDigests(bundle)];
  for (const { at, digest } of named)
    requireThat(
      known.has(digest) || OUTSIDE.some((outside) => outside.at.test(at)),
      `${at} names ${digest}, which nothing in the bundle has`,
    );
  return `${named.length} digests are of files here, or of what stays outside by design`;
};

/** Of files, of keys, and of the parts of a run that other documents name by themselves. */
const knownDigests = (bundle: BundleReader): ReadonlySet<Digest> => {
  const names = [...bundle.files.keys()];
  const runs = names.filter((name) => /(^|\/)run\.json$/.test(name)).map((name) => bundle.json(name, RunManifest));
  return new Set([
    ...names.map((name) => bundle.digest(name)),
    ...bundle.trustRoot.keys.map(({ id }) => id),
    ...runs.flatMap(({ config, manifest }) => [digestJson(config), manifestDigest(manifest)]),
  ]);
};

interface Named {
  readonly at: string;
  readonly digest: Digest;
}

/** In every document, and in what an envelope signs. */
const namedDigests = (bundle: BundleReader): Named[] => {
  const found: Named[] = [];
  for (const name of bundle.files.keys()) {
    if (name.endsWith('.dsse.json')) {
      const { payload, signatures } = bundle.json(name, Envelope);
      digestsIn(parseOnce(Buffer.from(payload, 'base64').toString('utf8')), [`${name}#`], found);
      for (const { keyid } of signatures) found.push({ at: `${name}#/keyid`, digest: keyid });
    } else if (name.endsWith('.json')) digestsIn(bundle.parsed(name), [`${name}#`], found);
  }
  return found;
};

/** As our documents write it, and as in-toto does: the bare hex digits. */
const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/;

/**
 * Adds what the value holds. How deep a document may nest was asked before any rule (bounds.ts). Most of a document is
 * numbers in tables, which no path is made for.
 */
const digestsIn = (value: unknown, path: string[], found: Named[]): void => {
  if (typeof value === 'string') {
    const hex = DIGEST.exec(value)?.[1];
    if (hex !== undefined) found.push({ at: path.join('/'), digest: `sha256:${hex}` });
  } else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      if (typeof member !== 'string' && typeof member !== 'object') continue;
      path.push(key);
      digestsIn(member, path, found);
      path.pop();
    }
};
