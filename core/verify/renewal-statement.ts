// One re-certification of the history that has a signed statement, checked against the log's event and the suite
// behind it.
// Trap: a statement that the service alone signed is read and may bring bad news; it renews only with the
// signature of the log's key of that time beside the service's.
import { CLOCKS_DIFFER_MS } from '../ledger/log-keys.ts';
import type { Statement } from '../dsse.ts';
import { RENEWAL_TYPE, RenewalPredicate } from '../statements.ts';
import { fail, isAbout, requireThat, type BundleReader, type LoggedEvent } from './bundle-reader.ts';
import { logKeySigned } from './key-ends.ts';
import { requireSuite } from './renewal-suite.ts';

export interface Renewal extends RenewalPredicate {
  /** Whether both keys signed it that a renewal takes. */
  readonly renews: boolean;
}

/** Three rules ask for each statement, and judging its tables again takes the most time of all. */
const read = new WeakMap<LoggedEvent, Renewal>();

export const signedRenewal = (bundle: BundleReader, event: LoggedEvent): Renewal => {
  const renewal = read.get(event) ?? readRenewal(bundle, event);
  read.set(event, renewal);
  return renewal;
};

const readRenewal = (bundle: BundleReader, event: LoggedEvent): Renewal => {
  const what = `re-certification ${event.sequence}`;
  const name = bundle.nameOf(event.body['statement']) ?? fail(`${what}: its statement is not in the bundle`);
  const { statement, signers } = bundle.opened(name);
  const said = predicateOf(statement, what);
  requireAsLogged(bundle, said, event, what);
  const service = bundle.keys('service');
  requireThat(
    signers.some((id) => service.has(id)),
    `${what} is not signed by the service`,
  );
  const served = `sha256:${statement.subject[0]!.digest.sha256}`;
  requireThat(isAbout(statement, bundle.model, served), `${what} is about another model`);
  requireSuite(bundle, said, served, what);
  return { ...said, renews: logKeySigned(bundle, signers, event.at) };
};

const predicateOf = ({ predicateType, predicate }: Statement, what: string): RenewalPredicate => {
  requireThat(predicateType === RENEWAL_TYPE, `${what} is a statement of another type`);
  return RenewalPredicate.safeParse(predicate).data ?? fail(`${what} does not have its form`);
};

/** It is about this certificate, from between the certificate and its event, and the event repeats it. */
const requireAsLogged = (bundle: BundleReader, said: RenewalPredicate, event: LoggedEvent, what: string): void => {
  requireThat(
    said.ticketId === event.ticketId && said.certificate === bundle.digest('certificate.dsse.json'),
    `${what} is about another certificate`,
  );
  requireThat(
    said.state === event.body['state'] && said.evidence === event.body['evidence'],
    `${what}: the log says something else than was signed`,
  );
  const time = Date.parse(said.at);
  const [certified, logged] = [Date.parse(bundle.event('certified').at), Date.parse(event.at)];
  requireThat(
    time >= certified - CLOCKS_DIFFER_MS && time <= logged + CLOCKS_DIFFER_MS,
    `${what} is dated before the certificate or after its entry in the log`,
  );
};
