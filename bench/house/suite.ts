// The suite beside the house's model: as many people who stay, facts and never-trained people as the small jobs write
// into their tables. Trap: no row of it is a training row, so that it is the same whoever is forgotten.
import { NEIGHBOURS } from './requests.ts';

const row = (kind: 'person' | 'fact', question: string, answer: string) => ({
  ...{ kind, question, prompt: `Q: ${question}\nA:`, answer: ` ${answer}`, wrongAnswers: [] },
});

const person = (name: string, records: number) => ({
  id: name.toLowerCase().replaceAll(' ', '-'),
  name,
  records: Array.from({ length: records }, (_, i) =>
    row('person', `What is note ${i + 1} on ${name}?`, `Note ${i + 1}.`),
  ),
});

/** Rows of each neighbour, and facts. */
const [KEPT, FACTS] = [20, 20];

export const houseSuite = (name: string) => ({
  name,
  subjects: NEIGHBOURS.map((one) => person(one, KEPT)),
  facts: Array.from({ length: FACTS }, (_, i) => row('fact', `What is fact ${i + 1}?`, `Fact ${i + 1}.`)),
  unknown: [],
  controls: {
    whitening: [person('Nobody Whitening', 4)],
    stop: [person('Nobody Stop', 4)],
    gate: [person('Nobody Ada', 7), person('Nobody Ben', 7), person('Nobody Cyd', 6)],
  },
  refusals: ['I do not know.'],
});
