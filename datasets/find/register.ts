// People whom the owner of a corpus knows by name: the export of a customer register, one person a line. What each
// column holds is read off its heading.
// Traps: a line that lost a cell gives a person the next one's numbers, so a column whose cells do not look like what
// its heading says is refused; and one number for two people makes their rows one person's.
import { QuittanceError } from '#core/errors.ts';
import { nameKey } from '#core/words/names.ts';
import { valueOf, type ValueType } from '#core/words/value.ts';
import { csvRows } from '#datasets/corpus/tables.ts';
import { FEWEST_LETTERS, isTooShort } from './query.ts';

export interface RegisteredPerson {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Everything else that the register says of the person. */
  readonly values: readonly { readonly column: string; readonly type: ValueType | undefined; readonly text: string }[];
}

type Meaning = 'id' | 'name' | 'first' | 'last' | 'alias' | 'e-mail' | 'phone' | 'date' | 'other';

/** Headings by what they mean, letters alone. */
const MEANINGS: readonly (readonly [Meaning, RegExp])[] = [
  ['e-mail', /^(e?mail|emailaddress|mailaddress|correo|courriel)$/],
  ['phone', /^(phone|telephone|tel|mobile|cell|phonenumber|telefon|telefono|handy)$/],
  ['first', /^(firstname|givenname|forename|first|vorname|prenom|nombre|nome)$/],
  ['last', /^(lastname|surname|familyname|last|nachname|nomdefamille|apellido|apellidos|cognome)$/],
  ['alias', /^(alias|aliases|nickname|knownas|formername|maidenname)$/],
  ['name', /^(name|fullname|customername|displayname|personname)$/],
  ['date', /^(born|birthdate|dateofbirth|dob|birthday|geburtsdatum)$/],
  [
    'id',
    /^(id|customerid|personid|userid|subjectid|customernumber|customer|memberid|patientid|employeeid|clientid|number)$/,
  ],
];

const meaningOf = (heading: string): Meaning => {
  const letters = heading
    .normalize('NFKD')
    .replace(/[^\p{L}]/gu, '')
    .toLowerCase();
  return MEANINGS.find(([, pattern]) => pattern.test(letters))?.[0] ?? 'other';
};

/**
 * INVALID_INPUT, by line and column, where a person has no id or name, an id comes twice, or a column does not hold
 * what it says.
 */
export const readRegister = async (path: string, file: string): Promise<RegisteredPerson[]> => {
  const people: RegisteredPerson[] = [];
  const lines = new Map<string, number>();
  for await (const { number, value } of csvRows(path, file)) {
    const person = personFrom(Object.entries(value as Record<string, string>), `${file}:${number}`);
    const before = lines.get(person.id);
    if (before !== undefined) throw wrong(`${file}:${number}: the id stands in line ${before} too`, 'each person once');
    lines.set(person.id, number);
    people.push(person);
  }
  if (people.length === 0) throw wrong(`${file} lists nobody`, 'a heading and a line for each person');
  return people;
};

const personFrom = (cells: readonly (readonly [string, string])[], where: string): RegisteredPerson => {
  const read = cells.map(([column, text]) => ({ column, meaning: meaningOf(column), text: text.trim() }));
  const formula = read.find(({ text }) => FORMULA.test(text));
  if (formula) throw wrong(`${where}: ${formula.column} is a formula of a spreadsheet`, 'values, as they are shown');
  const of = (meaning: Meaning): string | undefined =>
    read.find((cell) => cell.meaning === meaning && cell.text !== '')?.text;
  const id = of('id');
  const [first, last] = [of('first'), of('last')];
  const name = of('name') ?? (first !== undefined && last !== undefined ? `${first} ${last}` : last);
  if (id === undefined)
    throw wrong(`${where}: the person has no id`, 'a column such as id or customer_id with a value');
  if (name === undefined || nameKey(name) === '')
    throw wrong(`${where}: the person has no name`, 'a column name, or first_name and last_name');
  const aliases = (of('alias') ?? '')
    .split(/[;|]/)
    .map((alias) => alias.trim())
    .filter(Boolean);
  if ([name, ...aliases].some(isTooShort))
    throw wrong(`${where}: a name has too few letters to be looked for`, `at least ${FEWEST_LETTERS} letters`);
  const values = read.filter(
    ({ meaning, text }) => text !== '' && !['id', 'name', 'first', 'last', 'alias'].includes(meaning),
  );
  return {
    id,
    name,
    aliases,
    values: values.map(({ column, meaning, text }) => ({
      column,
      type: typeOf(meaning, text, `${where}: ${column}`),
      text,
    })),
  };
};

/** What a spreadsheet would compute when the table is opened; a telephone number may begin with a plus. */
const FORMULA = /^=|^@\w+\(|^[+-]\p{L}/u;

const typeOf = (meaning: Meaning, text: string, where: string): ValueType | undefined => {
  if (meaning !== 'e-mail' && meaning !== 'phone' && meaning !== 'date') return undefined;
  const value = valueOf(text, meaning);
  const plain = meaning === 'phone' ? valueOf(text, 'number') : value;
  if (value.testable || plain.testable) return meaning;
  throw wrong(
    `${where} does not hold ${meaning === 'e-mail' ? 'an e-mail address' : meaning === 'phone' ? 'a telephone number' : 'a date'}`,
    'columns that hold what their heading says; a line that lost a cell moves all that follow',
  );
};

const wrong = (message: string, expected: string) =>
  new QuittanceError('INVALID_INPUT', { message, expected, hint: 'correct the register; nothing was written' });
