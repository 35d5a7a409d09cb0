// The keys of the trust root, and who signed the certificate with them.
// Trap: a key is known by the hash of its bytes alone. The name or role that stands beside it counts only where the
// verifier pinned the trust root.
import { plural } from '../plural.ts';
import { misnamedKey, TrustRoot } from '../trust-root.ts';
import { requireEndAsLogged, serviceKeyAt } from './key-ends.ts';
import { notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

export const trustRootKeys: Rule = (bundle) => {
  const { keys } = bundle.trustRoot;
  const misnamed = misnamedKey(bundle.trustRoot);
  requireThat(misnamed === undefined, `${bundle.whose}: key ${misnamed ?? ''} does not have its id`);
  const roles = ['log', 'service', ...(bundle.certified ? ['person' as const] : [])] as const;
  for (const role of roles) requireThat(bundle.keys(role).size > 0, `${bundle.whose} has no ${role} key`);
  requireThat(new Set(keys.map(({ id }) => id)).size === keys.length, `${bundle.whose}: two roles share a key`);
  return `${plural(keys.length, 'key')}, each with its id`;
};

/** Whose keys they are, only the verifier can know. */
export const keysPinned: Rule = (bundle) => {
  if (!bundle.options.trustRoot)
    return notChecked("the bundle's own keys: it agrees with itself; whose they are needs --trust-root FILE");
  const own = new Set(ownKeys(bundle));
  requireThat(
    own.size === 0 || bundle.trustRoot.keys.some(({ id }) => own.has(id)),
    `${bundle.whose} has none of the keys that the bundle names: it is another installation's, or the bundle is`,
  );
  return 'keys pinned by the verifier';
};

/** None where the bundle's own list cannot be read, which other checks say. */
const ownKeys = (bundle: BundleReader): string[] => {
  try {
    return bundle.json('trust-root.json', TrustRoot).keys.map(({ id }) => id);
  } catch {
    return [];
  }
};

/** Service and approver signed it, with the keys that the certificate names. */
export const certificateSignatures: Rule = (bundle) => {
  const { signers } = bundle.opened('certificate.dsse.json');
  const service = serviceKeyAt(bundle, signers, bundle.event('certified').at, 'the certificate');
  requireEndAsLogged(bundle, 'service-key-ended', service, "the service's key");
  requireTwoSignatures(bundle, signers);
  requireNamedKeys(bundle, signers);
  return `signed by ${plural(signers.length, 'key')}: service and approver`;
};

const requireTwoSignatures = (bundle: BundleReader, signers: readonly string[]): void => {
  requireThat(
    bundle.certificate.version !== 2,
    'certificates of form 2 carry the signature of the service alone, and two are asked for',
  );
  requireThat(
    signers.some((id) => bundle.keys('person').has(id)),
    `no person's key of ${bundle.whose} signed: the approver did not`,
  );
};

/** The approver's key stands in every certificate; the service's only in forms 1 and 2, which must name it. */
const requireNamedKeys = (bundle: BundleReader, signers: readonly string[]): void => {
  const { keys, version } = bundle.certificate;
  requireThat(
    signers.includes(keys.approver) && (keys.service === undefined || signers.includes(keys.service)),
    'the keys named in the certificate did not sign it',
  );
  requireThat(version === 3 || keys.service !== undefined, 'the certificate does not name the key of the service');
};
