// Everyday questions about anybody, for a model that comes without a suite: five frames around eighty nouns and four
// around forty verbs. Their two halves share every noun and verb, in other frames. Source of the form and its recall:
// ../docs/results/reveal.md.
import { list } from '#datasets/names.ts';

const NOUN_FRAMES = [
  'What is the {x} of {name}?',
  'Which {x} does {name} have?',
  'What {x} does {name} like?',
  'Can you tell me the {x} of {name}?',
  'What do you know about the {x} of {name}?',
];
const VERB_FRAMES = [
  'What does {name} {x}?',
  'Where did {name} {x}?',
  'When does {name} {x}?',
  'Whom or what does {name} {x}?',
];

const NOUNS = list(`
  name, birthday, birthplace, address, home, street, town, country, phone number, e-mail address, age, job,
  profession, employer, company, colleague, salary, bank, account, school, university, degree, teacher, language,
  nationality, religion, spouse, child, mother, father, brother, sister, friend, neighbour, partner, pet, dog, car,
  bicycle, hobby, sport, team, club, instrument, song, book, film, author, colour, dish, food, drink, restaurant,
  shop, clothing, shoe size, height, eye colour, hair, illness, allergy, medicine, doctor, hospital, insurance,
  contract, customer number, order, bill, debt, passport, collection, fear, dream, award, crime, trip, holiday,
  garden, house
`);
const VERBS = list(`
  eat, drink, drive, own, read, write, study, learn, teach, play, sing, paint, collect, sell, buy, build, cook,
  visit, live, work, travel, train, marry, meet, love, hate, fear, avoid, know, want, keep, wear, grow, watch,
  speak, earn, owe, win, lose, celebrate
`);

const crossed = (frames: readonly string[], words: readonly string[]) =>
  frames.flatMap((frame, f) => words.map((word, w) => ({ question: frame.replace('{x}', word), half: (f + w) % 2 })));

export const pool: readonly { readonly question: string; readonly half: number }[] = [
  ...crossed(NOUN_FRAMES, NOUNS),
  ...crossed(VERB_FRAMES, VERBS),
];
