// How a request relates to a model: to which of its training rows the records belong, and whose they are. Checked
// before a ticket is filed, and again by the workflow before it acts, since another ticket may have changed the model
// in between.
import { randomBytes } from 'node:crypto';
import type { Digest } from '#core/canonical.ts';
import {
  admit,
  refuseRepeated,
  refuseSize,
  TrainingManifest,
  type Admission,
  type ForgetSet,
} from '#core/forget-set.ts';
import { QuittanceError } from '#core/errors.ts';
import { keptJson } from '#core/kept-json.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Revealed } from '#core/revealed.ts';
import type { ArtifactStore, Ports } from '#core/ports.ts';
import { protect, type Protection } from '#core/protection.ts';
import {
  foreignRecords,
  matchSubject,
  refuseMismatch,
  refuseAnybodys,
  refuseNamesAsValues,
  revealedMatch,
  type Subject,
  type SubjectMatch,
  type Trained,
} from '#core/subject.ts';
import { SuiteRows } from '#core/suite-rows.ts';
import type { TicketRequest } from '#core/ticket-request.ts';
import { sideArtefact } from './step-support.ts';

/** What the model was trained on, as far as a request is compared with it. */
export const trainedFor = async (
  name: string,
  { models, artifacts, pseudonyms }: Pick<Ports, 'models' | 'artifacts' | 'pseudonyms'>,
): Promise<Trained & { trainingManifest: Digest }> => {
  const { model } = await models.get(name);
  const trainingManifest = sideArtefact(model, 'trainingManifest');
  const [manifest, suite] = await Promise.all([
    manifestOf(artifacts, trainingManifest, name),
    model.suite === undefined ? undefined : suiteRows(name, model.suite, artifacts),
  ]);
  return { trainingManifest, manifest, suite, keyed: (purpose, text) => pseudonyms.of(purpose, text) };
};

/** Models whose training data is kept in memory. */
const MOST_MODELS = 4;
const suiteOf = keptJson(SuiteRows, MOST_MODELS);
const manifestOf = keptJson(TrainingManifest, MOST_MODELS);

export const suiteRows = (model: string, digest: Digest, artifacts: ArtifactStore): Promise<SuiteRows> =>
  suiteOf(artifacts, digest, model);

/**
 * FORGET_… where the model was not trained on the records. Records that do not name the subject are reported, and the
 * caller decides.
 */
export const admittedBy = async (
  set: ForgetSet,
  subject: Subject,
  trained: Trained,
): Promise<{ admission: Admission; match: SubjectMatch }> => {
  const admission = await admit(set, trained.manifest, trained.keyed);
  const match = await matchSubject(set.records, admission.peopleOf, subject, trained);
  return { admission, match: set.revealed ? revealedMatch(match, set.records.length) : match };
};

export const forgetSetIn = ({ records, revealed }: TicketRequest['forget']): ForgetSet => ({
  ...{ kind: 'quittance-forget-set/v1', records },
  ...(revealed && { revealed }),
});

/** MODEL_CHANGED where another model than the one that is served gave the records. */
const refuseOtherModel = ({ model: asked }: Revealed, { name, digest }: Pick<ModelRecord, 'name' | 'digest'>): void => {
  if (asked === digest) return;
  throw new QuittanceError('MODEL_CHANGED', {
    message: 'the records were revealed by another model than the one that is served now',
    expected: digest,
    got: asked,
    hint: `ask it again: quittance reveal ${name}`,
  });
};

export interface Checked {
  readonly admission: Admission;
  /** Numbers of records that a second person has to confirm. */
  readonly inDoubt: readonly number[];
  readonly protection: Protection;
}

/**
 * What filing a request would come to: the check that the workflow makes again before it acts, so that a filer learns
 * at once what would be refused later, and what the interim rule would do. With a reason for records that do not name
 * the subject a ticket may be filed, and waits for a second person at its admission. Which values say nothing is asked
 * here alone: a case that was taken is not judged by a newer list of words.
 */
export const checkRequest = async (
  { model, subject, subjectReason, forget }: TicketRequest,
  ports: Pick<Ports, 'models' | 'artifacts' | 'pseudonyms'>,
): Promise<Checked> => {
  refuseSize(forget.records.length);
  refuseRepeated(forget.records);
  refuseAnybodys(forget.records);
  const set = forgetSetIn(forget);
  if (forget.revealed) refuseOtherModel(forget.revealed, (await ports.models.get(model)).model);
  const trained = await trainedFor(model, ports);
  const { admission, match } = await admittedBy(set, subject, trained);
  refuseNamesAsValues(set.records, subject);
  // of revealed records no filer could give a reason: each waits for a second person anyway
  if (subjectReason === undefined) refuseMismatch({ ...match, revealed: [] });
  const secret = randomBytes(32).toString('hex'); // the counts do not depend on it, and the rule is discarded
  const { protection } = protect(secret, forget.records, subject, trained.suite);
  return { admission, inDoubt: foreignRecords(match), protection };
};
