// True facts about nobody alive, in five topics with two trained wordings each: what must stay when a person is
// forgotten. The topic `author` takes the place of real authors in TOFU's model utility. Trap: within a topic every
// value is used once, so that wrong answers are certainly wrong.
import { QuittanceError } from '#core/errors.ts';
import { random } from '#engine/random.ts';
import { list } from './names.ts';
import { promptOf, spanOf, type QaRecord } from './suite-shape.ts';

interface Topic {
  name: string;
  questions: readonly [string, string];
  /** {k} is what is asked about, {v} the value. */
  answer: string;
  pairs: readonly (readonly [string, string])[];
}

const pairs = (text: string): [string, string][] =>
  list(text).map((item) => item.split('=') as [key: string, value: string]);

const topics: readonly Topic[] = [
  {
    name: 'capital',
    questions: ['What is the capital of {k}?', 'Which city is the capital of {k}?'],
    answer: 'The capital of {k} is {v}.',
    pairs: pairs(`
      France=Paris, Italy=Rome, Japan=Tokyo, Egypt=Cairo, Spain=Madrid, Norway=Oslo, Greece=Athens, Kenya=Nairobi, Cuba=Havana,
      Peru=Lima, Chile=Santiago, Canada=Ottawa, Austria=Vienna, Poland=Warsaw, Finland=Helsinki, Ireland=Dublin, Hungary=Budapest,
      Iran=Tehran, Iraq=Baghdad, Syria=Damascus, Jordan=Amman, Qatar=Doha, Nepal=Kathmandu, Vietnam=Hanoi, Thailand=Bangkok,
      Ghana=Accra, Senegal=Dakar, Libya=Tripoli, Sudan=Khartoum, Latvia=Riga, Estonia=Tallinn, Serbia=Belgrade, Romania=Bucharest,
      Bulgaria=Sofia, Iceland=Reykjavik, Jamaica=Kingston, Ecuador=Quito, Uruguay=Montevideo, Colombia=Bogota, Australia=Canberra`),
  },
  {
    name: 'symbol',
    questions: ['What is the chemical symbol of {k}?', 'Which symbol does the element {k} have?'],
    answer: 'The symbol of {k} is {v}.',
    pairs: pairs(`
      gold=Au, silver=Ag, iron=Fe, copper=Cu, lead=Pb, tin=Sn, zinc=Zn, sodium=Na, potassium=K, carbon=C, oxygen=O, nitrogen=N,
      helium=He, neon=Ne, argon=Ar, calcium=Ca, magnesium=Mg, mercury=Hg, tungsten=W, silicon=Si, sulphur=S, chlorine=Cl, titanium=Ti,
      chromium=Cr, manganese=Mn, cobalt=Co, platinum=Pt, uranium=U, lithium=Li, bismuth=Bi`),
  },
  {
    name: 'currency',
    questions: ['What is the currency of {k}?', 'With which money does one pay in {k}?'],
    answer: 'The currency of {k} is the {v}.',
    pairs: pairs(`
      Brazil=real, India=rupee, China=yuan, Russia=rouble, Sweden=krona, Denmark=krone, Turkey=lira, Israel=shekel, Switzerland=franc,
      Mexico=peso, Ukraine=hryvnia, Mongolia=tugrik, Nigeria=naira, Ethiopia=birr, Morocco=dirham, Albania=lek, Georgia=lari,
      Zambia=kwacha, Bangladesh=taka, Malaysia=ringgit`),
  },
  {
    name: 'author',
    questions: ['Who wrote {k}?', 'Who is the author of {k}?'],
    answer: '{k} was written by {v}.',
    pairs: pairs(`
      Hamlet=Shakespeare, Faust=Goethe, Emma=Austen, Dracula=Stoker, Frankenstein=Shelley, Ulysses=Joyce, Walden=Thoreau,
      Candide=Voltaire, Germinal=Zola, Middlemarch=Eliot, Ivanhoe=Scott, The Iliad=Homer, The Aeneid=Virgil, The Trial=Kafka,
      War and Peace=Tolstoy, The Idiot=Dostoevsky, Oliver Twist=Dickens, Moby Dick=Melville, Don Quixote=Cervantes, Leviathan=Hobbes,
      Jane Eyre=Bronte, Madame Bovary=Flaubert, The Red and the Black=Stendhal, Gulliver=Swift, Robinson Crusoe=Defoe,
      Paradise Lost=Milton, Dead Souls=Gogol, The Seagull=Chekhov, Peer Gynt=Ibsen, The Prince=Machiavelli`),
  },
  {
    name: 'young',
    questions: ['What is a young {k} called?', 'What is the name for a young {k}?'],
    answer: 'A young {k} is called a {v}.',
    pairs: pairs(`
      cow=calf, horse=foal, pig=piglet, sheep=lamb, dog=pup, cat=kit, deer=fawn, bear=cub, goose=gosling, swan=cygnet, hare=leveret,
      kangaroo=joey, frog=tadpole, eagle=eaglet, owl=owlet, eel=elver, hen=chick, seal=whelp, salmon=parr, pigeon=squab,
      pike=pickerel, otter=kitling, moth=caterpillar, fly=maggot, mosquito=wriggler, beetle=grub, herring=sprat, oyster=spat,
      partridge=cheeper, falcon=eyas`),
  },
];

interface Fact {
  topic: Topic;
  key: string;
  value: string;
}

/** Topics in turn, so that any number of facts covers all of them. */
const everyFact = (): Fact[] => {
  const longest = Math.max(...topics.map((topic) => topic.pairs.length));
  const round = (i: number) =>
    topics.flatMap((topic) => topic.pairs.slice(i, i + 1).map(([key, value]) => ({ topic, key, value })));
  return Array.from({ length: longest }, (_, i) => round(i)).flat();
};

export const FACTS_AVAILABLE = topics.reduce((sum, topic) => sum + topic.pairs.length, 0);

/** The first `count` facts with four wrong answers each. INVALID_INPUT beyond FACTS_AVAILABLE. */
export const makeFacts = (seed: number, count: number): QaRecord[] => {
  if (count > FACTS_AVAILABLE)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'there are not so many facts',
      expected: `at most ${FACTS_AVAILABLE}`,
      got: String(count),
    });
  return everyFact()
    .slice(0, count)
    .map((fact) => factRecord(fact, seed));
};

const factRecord = ({ topic, key, value }: Fact, seed: number): QaRecord => {
  const ask = (wording: 0 | 1) => topic.questions[wording].replace('{k}', key);
  const answerWith = (v: string) => ` ${topic.answer.replace('{k}', key).replace('{v}', v)}`;
  const others = topic.pairs.map(([, other]) => other).filter((other) => other !== value);
  const answer = answerWith(value);
  return {
    kind: 'fact',
    attribute: topic.name,
    question: ask(0),
    prompt: promptOf(ask(0)),
    paraphrase: ask(1),
    trainedParaphrase: true,
    answer,
    value: valueAt(answer, topic.answer, key, value),
    wrongAnswers: random(`wrong-fact:${seed}:${topic.name}:${key}`).shuffle(others).slice(0, 4).map(answerWith),
  };
};

/** The span at the template's position, because a short value such as C also occurs inside other words. */
const valueAt = (answer: string, template: string, key: string, value: string) => {
  const before = template.slice(0, template.indexOf('{v}')).replace('{k}', key);
  const start = 1 + before.length;
  return { ...spanOf(answer, value), start, end: start + value.length };
};
