// Whose request the bundle is about: one ticket throughout, and a certificate about what that ticket asked for.
// Trap: the certificate repeats what was filed. Each repetition is compared with the log's first events, which were
// written before anybody knew how the run would come out.
import { z } from 'zod';
import { canonicalize } from '../canonical.ts';
import { Revealed } from '../revealed.ts';
import { completed } from './history.ts';
import { fail, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

export const bundleTicket: Rule = (bundle) => {
  const { ticketId } = bundle.index;
  if (bundle.certified)
    requireThat(bundle.certificate.ticketId === ticketId, 'the certificate belongs to another ticket');
  const first = bundle.events[0] ?? fail('the bundle has no event');
  requireThat(
    bundle.events.every((event) => event.ticketId === ticketId),
    'an event belongs to another ticket',
  );
  if (bundle.certified) requireAsFiled(bundle);
  return `${ticketId}, received ${first.at}`;
};

const requireAsFiled = (bundle: BundleReader): void => {
  const { certificate } = bundle;
  const received = bundle.event('received').body;
  for (const field of ['commitment', 'regime', 'ground'] as const)
    requireThat(certificate[field] === received[field], `the certificate names another ${field} than was filed`);
  const revealed = Revealed.nullable().parse(received['revealed'] ?? null);
  requireThat(
    canonicalize(certificate.approval.revealed ?? null) === canonicalize(revealed),
    'the certificate says otherwise than what was filed how the records were had',
  );
  requireEveryRecord(bundle);
};

const Counted = z.looseObject({ records: z.int() });

/**
 * Each record that was filed is certified, or was refused in part for the reason that the log has; what an appeal
 * brought back is refused no more.
 */
const requireEveryRecord = (bundle: BundleReader): void => {
  const { records, approval } = bundle.certificate;
  const said = approval.refusedInPart;
  const filed = Counted.parse(bundle.event('received').body['counts']);
  requireThat(records + (said?.records ?? 0) === filed.records, 'the certificate counts other records than were filed');
  const { partlyRefused: refused } = completed(bundle);
  requireThat(
    said?.records === refused?.records.length && said?.reason === refused?.reason,
    'the certificate names another refusal of a part than the log',
  );
};
