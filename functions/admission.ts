// What a model says to a request: which of its rows the records are, and whose they are. Asked before a ticket is
// filed, and again by the workflow before it acts, since another ticket may have changed the model in between.
import type { Digest } from '#core/canonical.ts';
import { admit, TrainingManifest, type Admission, type ForgetSet } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import { getJson } from '#core/stored-json.ts';
import { matchSubject, type Subject, type SubjectMatch, type Trained } from '#core/subject.ts';
import { SuiteRows } from '#core/suite-rows.ts';
import { sideArtefact } from './step-support.ts';

/** What a model was trained on, as far as a request is held against it. */
export const trainedFor = async (
  name: string,
  { models, artifacts, pseudonyms }: Pick<Ports, 'models' | 'artifacts' | 'pseudonyms'>,
): Promise<Trained & { trainingManifest: Digest }> => {
  const { model } = await models.get(name);
  const trainingManifest = sideArtefact(model, 'trainingManifest');
  const [manifest, suite] = await Promise.all([
    getJson(artifacts, trainingManifest, TrainingManifest),
    model.suite === undefined ? undefined : getJson(artifacts, model.suite, SuiteRows),
  ]);
  return { trainingManifest, manifest, suite, keyed: (purpose, text) => pseudonyms.of(purpose, text) };
};

/**
 * FORGET_… where the model was not trained on the records; what does not name the subject is the caller's to refuse.
 */
export const admittedBy = async (
  set: ForgetSet,
  subject: Subject,
  trained: Trained,
): Promise<{ admission: Admission; match: SubjectMatch }> => {
  const admission = await admit(set, trained.manifest, trained.keyed);
  return { admission, match: await matchSubject(set.records, admission.peopleOf, subject, trained) };
};
