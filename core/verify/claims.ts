// What a certificate may say: no promise that nobody could keep, no claim but those that are ever made, its limits
// always, and "trained anew" or "withheld at serving" exactly where the run did that.
// Trap: the words are looked for in the whole statement, as a reader would meet them; a claim is one of a closed list.
import { MADE, certificateTypeOf, limitsFor, WITHHOLDING_TYPE } from '../certificate.ts';
import { CorpusDigest, Recipe, RECIPE_FILE, recipeDigest } from '../recipe.ts';
import { RunManifest } from '../run.ts';
import { NEVER_SAID } from '../scope.ts';
import { requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

export const wordsNeverSaid: Rule = (bundle) => {
  const { statement } = bundle.opened('certificate.dsse.json');
  const said = NEVER_SAID.find((words) => JSON.stringify(statement).toLowerCase().includes(words));
  requireThat(said === undefined, `the certificate says '${said ?? ''}', which cannot be defended`);
  requireLimits(bundle);
  const { statementsMade } = bundle.certificate;
  const claim = statementsMade.find((one) => !Object.hasOwn(MADE, one));
  requireThat(claim === undefined, `the certificate claims '${claim ?? ''}', which is never claimed`);
  requireTrainedAnew(bundle, statementsMade.includes('trained-anew'));
  requireWithheld(bundle, statementsMade.includes('withheld-at-serving'), statement.predicateType);
  return 'claims and limits are stated';
};

/** What the certificate does not say stands in it; that it says where nobody looked is asked by its form. */
const requireLimits = ({ certificate: { statementsNotMade, approval } }: BundleReader): void =>
  requireThat(
    Object.keys(limitsFor(approval)).every((limit) => statementsNotMade.includes(limit)),
    'the certificate does not state its limits',
  );

/** A composed decoder erases nothing: its certificate is of its own kind, and says so; no other one does. */
const requireWithheld = (bundle: BundleReader, claimed: boolean, type: string): void => {
  const wanted = certificateTypeOf(bundle.json('run.json', RunManifest).manifest);
  requireThat(type === wanted, `what was made can have a certificate of the kind ${wanted}, and has one of ${type}`);
  requireThat(
    claimed === (wanted === WITHHOLDING_TYPE),
    'the certificate and the run disagree on whether the data is still in the weights',
  );
};

/** Training anew is claimed where the run did so, by the recipe that is here and on the corpus that the run names. */
const requireTrainedAnew = (bundle: BundleReader, claimed: boolean): void => {
  const { stop, recorded } = bundle.json('run.json', RunManifest);
  requireThat(claimed === (stop === 'trained-anew'), 'the certificate and the run disagree on whether it trained anew');
  if (!claimed) return;
  requireThat(bundle.files.has(RECIPE_FILE), 'the recipe of the training is not here');
  requireThat(recorded['recipe'] === recipeDigest(bundle.json(RECIPE_FILE, Recipe)), 'the run names another recipe');
  requireThat(CorpusDigest.safeParse(recorded['corpus']).success, 'the run names no corpus that it trained on');
  requireThat(Number(recorded['rowsLeftOut']) > 0, 'the run left no row out');
};
