// Why a search leads to nobody of whom something could be forgotten: nobody goes by what was given, more than one
// person does, or a name does not tell. Each is another answer to whoever asks, and another thing to do.
import { QuittanceError } from '#core/errors.ts';
import { plural } from '#core/plural.ts';
import type { Found } from './find.ts';

const NUMBER = 'a customer number, an e-mail address or a telephone number';

/** undefined where the search is for one person, of whom rows were found. The text names nobody: it may be logged. */
export const whyNobody = ({ hits, unsure, people, sought }: Found): QuittanceError | undefined => {
  if (people.alike > 1) return ambiguous(people.alike);
  if (hits.length > 0) return people.subject ? undefined : unregistered(hits.length);
  if (unsure.length > 0) return tellsNobody(unsure.length);
  return people.subject ? withoutRows() : unknown(sought.names.length > 0);
};

const ambiguous = (people: number) =>
  new QuittanceError('PERSON_AMBIGUOUS', {
    message: `the register has ${people} people who go by what was given`,
    expected: 'one of them',
    hint: `give what only the one has: ${NUMBER} (--id, --email, --phone)`,
  });

const unregistered = (rows: number) =>
  new QuittanceError('PERSON_UNKNOWN', {
    message: `${plural(rows, 'row')} may be the person's, and the register has nobody who goes by what was given`,
    expected: 'one person of the register with the name or a number that was given',
    hint: `give ${NUMBER} of theirs, or by --people a register that has the person`,
  });

const tellsNobody = (rows: number) =>
  new QuittanceError('NAME_TELLS_NOBODY', {
    message: `${plural(rows, 'row')} may be the person's, and nothing tells that one is`,
    expected: 'what is the person’s alone',
    hint: `look at the rows, and give ${NUMBER} that stands in those of the person (--id, --email, --phone), or the name in full`,
  });

const withoutRows = () =>
  new QuittanceError('PERSON_UNKNOWN', {
    message: 'the register has the person, and no row speaks of them',
    expected: 'rows with a name or a number of theirs',
    hint: 'give other spellings by --alias; if there is none, this model was not trained on them, and there is nothing to forget',
  });

const unknown = (isNamed: boolean) =>
  new QuittanceError('PERSON_UNKNOWN', {
    message: `no row and nobody of the register has ${isNamed ? 'the name' : 'what was given'}`,
    expected: 'a name or a number as the rows have it',
    hint: `give other spellings by --alias, or ${NUMBER}; if there is none, this model was not trained on the person, and there is nothing to forget`,
  });

/** Rows that were accepted, of which the model was taught to say nothing of the person. */
export const nothingLearnt = (rows: number): QuittanceError =>
  new QuittanceError('FORGET_EMPTY', {
    message: `${plural(rows, 'row')} accepted, in which the model learnt to say nothing of the person`,
    expected: 'a row with a value of the person in what was learnt: an answer, or a text',
    hint: 'accept other rows; where questions and system prompts were learnt too, onboard the model with --loss all',
  });
