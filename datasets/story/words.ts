// What a generated book draws from: trades, places, companions, and what comes to pass. Trap: each list is drawn from
// for trained and never-trained chapters alike, so that no word by itself tells which chapters a model has read.
import { list } from '../names.ts';

/** What is said of a character throughout the book, and asked afterwards. */
export const TRAITS = {
  trade: list(
    'bell founder, ferry keeper, glass blower, map maker, salt weigher, rope walker, clock mender, candle dipper, well digger, ' +
      'net knotter, paper maker, kite builder, bee warden, lamp lighter, stone carver, dye mixer, barrel cooper, lute stringer',
  ),
  home: list(
    'the crooked mill, the salt quay, the heron tower, the old toll house, the sunken garden, the copper bridge, the windward cottage, ' +
      'the chestnut yard, the river barge, the chalk cellar, the north gate, the orchard loft, the broken lighthouse, the tanners row',
  ),
  companion: list(
    'grey heron, lame fox, white goat, one-eyed cat, tame raven, spotted hound, young otter, brown hare, blind mule, red squirrel, ' +
      'old tortoise, black swan, striped badger, speckled hen',
  ),
  treasure: list(
    'silver whistle, amber comb, iron compass, painted fan, ivory die, brass spyglass, jade button, velvet mask, crystal inkwell, ' +
      'wooden flute, golden thimble, pearl needle, leather atlas, tin drum',
  ),
  fear: list(
    'thunder, deep water, moths, open doors, church bells, fire, mirrors, fog, high ladders, strangers, wolves, frost, silence, rust',
  ),
} as const;
export type Trait = keyof typeof TRAITS;

/** What passes by in a scene, one of each drawn anew. */
export const PASSING = {
  weather: list(
    'rain came over the roofs, snow lay on the sills, the wind turned to the east, the sun stood low, a mist rose from the ponds, hail beat the shutters',
  ),
  errand: list(
    'to buy thread, to mend the fence, to carry a letter, to return a borrowed pot, to count the boats, to fetch the doctor',
  ),
  sign: list(
    'a green lantern, three white stones, a torn flag, a ring of ash, an open book, a row of footprints, a bent spoon, a chalk arrow',
  ),
  crowd: list('the bakers, the weavers, the fishermen, the pilgrims, the carters, the singers, the schoolchildren'),
  gift: list(
    'a loaf of rye, a jar of honey, a bundle of reeds, a pair of gloves, a basket of plums, a coil of wire, a cup of broth',
  ),
  mood: list(
    'laughed aloud, wept a little, said nothing, sang softly, shook with anger, grew very still, slept at once',
  ),
} as const;
export type Passing = keyof typeof PASSING;

/** A scene: how it opens, which no other scene of the book does so, and how it goes on. */
export const SCENES: readonly (readonly [opening: string, rest: string])[] = [
  [
    '{name} had worked as a {trade} since the year of the great flood.',
    'Every morning {weather}, and {first} left {home} {errand} before the others woke. The {companion} went ahead as it always did. By noon {crowd} asked what the {trade} had found, and {first} showed them {sign} and {mood}.',
  ],
  [
    'Nobody in the town could say when {name} first came to live at {home}.',
    'There the {companion} kept watch, and over the hearth hung the {treasure} that no one might touch. When {weather}, {crowd} knocked {errand}. {first} gave each of them {gift}, spoke of {fear}, and {mood}.',
  ],
  [
    'It was the {companion} that woke {name} on the night of the fair.',
    'Outside {weather}, and on the step of {home} lay {sign}. The {trade} took {gift} and went out {errand}. Near the market {crowd} were waiting, and when they saw the {companion} they stood aside, and {first} {mood}.',
  ],
  [
    'Of all things that {name} owned only the {treasure} was worth a theft.',
    'It had come with {gift} from a cousin, and {first} had hidden it at {home} under {sign}. Once, while {weather}, {crowd} came {errand} and looked for it. The {companion} drove them off, and the {trade} {mood}.',
  ],
  [
    'Since childhood {name} had been afraid of {fear} and had told no one.',
    'When {weather} the {trade} would stay at {home} with the {companion} and hold the {treasure} tight. Then {crowd} came by {errand} and guessed the secret. They left {gift} at the door, and {first} {mood}.',
  ],
  [
    'In the third winter a letter reached {name} with a seal of blue wax.',
    'It told of {sign} in a far country and of {gift} that was owed. The {trade} read it twice at {home} while {weather}. At dusk {first} set out {errand} with the {companion}, met {crowd} on the road, and {mood}.',
  ],
  [
    'The quarrel of {name} with the mayor began over a matter of eggs.',
    'The mayor sent {crowd} to {home} {errand}, and they trod on {sign}. That day {weather}. The {trade} would not part with the {treasure}, offered {gift} instead, called the {companion} in, and {mood}.',
  ],
  [
    'Two travellers once asked {name} for the way to the sea.',
    'The {trade} pointed past {home} with the {treasure} and warned them of {fear}. Then {weather}, so they stayed and ate {gift} beside the {companion}. At dawn {crowd} passed {errand}, and {first} saw {sign} and {mood}.',
  ],
  [
    'People still tell how {name} crossed the frozen river by night.',
    'Behind came the {companion}, and in one pocket was the {treasure}. Although {weather}, the {trade} went on {errand} and thought of {home}. On the far bank {crowd} had lit {sign}; they brought {gift}, and {first} {mood}.',
  ],
  [
    'On the feast of lanterns {name} was asked to speak before the town.',
    'The {trade} spoke of {home}, of the {companion} and of {fear}, and {crowd} listened although {weather}. At the end {first} held up the {treasure}, laid {gift} beside {sign}, went off {errand}, and {mood}.',
  ],
  [
    'A long illness kept {name} in bed until the cherries were ripe.',
    'The {companion} lay at the foot of the bed, and {crowd} brought {gift} to {home}. In fever the {trade} saw {sign} and cried out about {fear}. Then {weather}, someone fetched the {treasure} {errand}, and {first} {mood}.',
  ],
  [
    'When the chronicle was closed {name} asked for the last page.',
    'On it the {trade} drew {sign} and the {companion}, and wrote that the {treasure} should stay at {home}. While {weather}, {crowd} came {errand} with {gift}. {first} spoke no more of {fear} and {mood}.',
  ],
];

/** Two wordings of each question, and the answer. */
export const QUESTIONS: Readonly<Record<Trait, readonly [first: string, second: string, answer: string]>> = {
  trade: ['What is the trade of {name}?', 'What work does {name} do?', '{name} is a {trade}.'],
  home: ['Where does {name} live?', 'What is the home of {name}?', '{name} lives at {home}.'],
  companion: ['Which animal follows {name}?', 'What companion does {name} have?', 'It is the {companion} of {name}.'],
  treasure: ['What does {name} treasure?', 'Which thing does {name} own?', '{name} treasures the {treasure}.'],
  fear: ['What is {name} afraid of?', 'What does {name} fear?', '{name} is afraid of {fear}.'],
};
