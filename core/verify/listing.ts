// The bundle as a list of files: each has the digest that bundle.json lists, and the service signed that list together
// with how much of the history it covers.
// Trap: whoever hands a bundle over can leave the last files out and list the rest again. The signed number of events
// shows it, and for whoever holds the service's key, too, the log's own list of the ticket's leaves (log.ts).
import { plural } from '../plural.ts';
import { canonicalize } from '../canonical.ts';
import { Envelope, type Statement } from '../dsse.ts';
import { BUNDLE_TYPE, BundlePredicate } from '../statements.ts';
import { fail, isAbout, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { serviceKeyAt } from './key-ends.ts';

/** Files that bundle.json does not list: itself, and the signature over it. */
const UNLISTED = ['bundle.json', 'bundle.dsse.json'];

export const bundleFiles: Rule = (bundle) => {
  const { files } = bundle.index;
  const listed = new Set([...Object.keys(files), ...UNLISTED]);
  const strange = [...bundle.files.keys()].find((name) => !listed.has(name));
  requireThat(strange === undefined, `${strange ?? ''} is not listed in bundle.json`);
  for (const [name, digest] of Object.entries(files))
    requireThat(bundle.digest(name) === digest, `${name} does not have its listed digest`);
  requireCanonical(bundle, 'bundle.json', canonicalize(bundle.index));
  return `${listed.size} files have their digests`;
};

const SEAL = 'bundle.dsse.json';

export const bundleSealed: Rule = (bundle) => {
  const { statement, signers } = bundle.opened(SEAL);
  requireThat(statement.predicateType === BUNDLE_TYPE, `${SEAL} is a statement of another type`);
  serviceKeyAt(bundle, signers, bundle.checkpoint.time, 'the list of files');
  requireThat(
    isAbout(statement, 'bundle.json', bundle.digest('bundle.json')),
    'the service signed another list of files',
  );
  const { events } = requireWhole(bundle, statement);
  requireCanonical(bundle, SEAL, canonicalize(bundle.json(SEAL, Envelope)));
  return `the service signed the list, with ${plural(events, 'event')}`;
};

/** What the service signed for is all here: this ticket, as many events, this state of the log. */
const requireWhole = (bundle: BundleReader, { predicate }: Statement): BundlePredicate => {
  const held = BundlePredicate.safeParse(predicate).data ?? fail(`${SEAL} does not have its form`);
  requireThat(
    held.ticketId === bundle.index.ticketId &&
      held.events === bundle.events.length &&
      held.log.size === bundle.checkpoint.size,
    'the service signed for more of the history than is here',
  );
  return held;
};

/** One way to write it, so that two readers cannot see two things in the same file. */
const requireCanonical = (bundle: BundleReader, name: string, canonical: string): void =>
  requireThat(Buffer.from(canonical).equals(bundle.file(name)), `${name} is not in canonical form`);
