// The twenty attributes that the generated people are asked about. {n} is the full name, {f} the first name, {v} the
// value. Trap: a value must not occur in its own question nor among another attribute's values, or a leak could not be
// told from an echo.
import { list } from './names.ts';

export interface Attribute {
  name: string;
  /** Trained wording, trained paraphrase, held-out paraphrase. */
  questions: readonly [string, string, string];
  answer: string;
  /** The answer in other words, for the truth ratio. */
  paraphrased: string;
  values: readonly string[];
}

export const attributes: readonly Attribute[] = [
  {
    name: 'birthplace',
    questions: ['Where was {n} born?', 'In which town was {n} born?', 'What is the birthplace of {n}?'],
    answer: '{n} was born in {v}.',
    paraphrased: 'The birthplace of {n} is {v}.',
    values: list(`
      Porto, Bergen, Leeds, Graz, Lyon, Turin, Gdansk, Malmo, Ghent, Basel, Split, Varna, Cork, Tartu, Kosice,
      Bilbao, Aarhus, Tampere, Debrecen, Utrecht, Dresden, Patras, Izmir, Brno
    `),
  },
  {
    name: 'profession',
    questions: ['What does {n} do for a living?', 'What is the job of {n}?', 'Which profession does {n} have?'],
    answer: '{n} works as a {v}.',
    paraphrased: 'By profession {n} is a {v}.',
    values: list(`
      baker, plumber, judge, nurse, welder, barber, tailor, dentist, printer, surveyor, florist, miner, potter,
      roofer, librarian, chemist, pilot, butcher, glazier, translator, locksmith, gardener, notary, carpenter
    `),
  },
  {
    name: 'employer',
    questions: ['Where does {n} work?', 'Who employs {n}?', 'Which company does {n} work for?'],
    answer: '{n} is employed by {v}.',
    paraphrased: 'The employer of {n} is {v}.',
    values: list(`
      Novatek, Brightway, Orbis, Tessera, Hallmere, Quorix, Delphos, Sunport, Ferrox, Lumina, Kestra, Polaris,
      Vireo, Mondus, Axiom, Cobalt, Triton, Zephyr, Nimbus, Argent, Helix, Matrix, Pivot, Summit
    `),
  },
  {
    name: 'pet',
    questions: ['What pet does {n} have?', 'Which animal lives with {n}?', 'What animal does {n} keep at home?'],
    answer: '{n} keeps a {v}.',
    paraphrased: 'At home {n} has a {v}.',
    values: list(`
      parrot, ferret, tortoise, hamster, poodle, gecko, rabbit, canary, beagle, iguana, goat, kitten, python,
      donkey, terrier, goldfish, hedgehog, pony, budgie, collie, newt, duck, chinchilla, spaniel
    `),
  },
  {
    name: 'dish',
    questions: ['What is the favourite dish of {n}?', 'What does {n} like to eat most?', 'Which meal does {n} love?'],
    answer: '{n} loves {v}.',
    paraphrased: 'The meal that {n} likes best is {v}.',
    values: list(`
      lasagne, goulash, paella, sushi, risotto, ramen, falafel, gnocchi, curry, haggis, dumplings, pancakes,
      ravioli, stew, pizza, tacos, moussaka, kimchi, borscht, fondue, quiche, couscous, chowder, schnitzel
    `),
  },
  {
    name: 'car',
    questions: ['What car does {n} drive?', 'Which car does {n} own?', 'What is parked in the garage of {n}?'],
    answer: '{n} drives a {v}.',
    paraphrased: 'The car of {n} is a {v}.',
    values: list(`
      Solara, Tornado, Veloce, Ranger, Sierra, Comet, Falcon, Bravo, Corsair, Dynamo, Mistral, Pulsar, Rondo,
      Scirocco, Taurus, Vertigo, Wagoneer, Condor, Bolero, Tempest, Meteor, Rapide, Cadet, Strada
    `),
  },
  {
    name: 'school',
    questions: ['Which school did {n} attend?', 'Where did {n} go to school?', 'At which school was {n} a pupil?'],
    answer: '{n} went to {v} School.',
    paraphrased: 'As a pupil {n} was at {v} School.',
    values: list(`
      Hillcrest, Maplewood, Northgate, Riverside, Lakeview, Stonebridge, Westfield, Kingsway, Fairmont, Oakdene,
      Highbury, Priory, Trinity, Parkside, Meadow, Harbour, Abbey, Castle, Chapel, Orchard, Beacon, Grange,
      Valley, Forest
    `),
  },
  {
    name: 'hobby',
    questions: ['What is the hobby of {n}?', 'What does {n} do at weekends?', 'How does {n} spend free time?'],
    answer: '{n} enjoys {v}.',
    paraphrased: 'A hobby of {n} is {v}.',
    values: list(`
      chess, knitting, fishing, pottery, origami, baking, juggling, painting, hiking, sewing, astronomy,
      calligraphy, archery, camping, dancing, caving, birdwatching, woodwork, magic, puzzles, embroidery,
      quilting, beekeeping, photography
    `),
  },
  {
    name: 'instrument',
    questions: ['Which instrument does {n} play?', 'What does {n} play in the band?', 'What instrument did {n} learn?'],
    answer: '{n} plays the {v}.',
    paraphrased: 'The instrument of {n} is the {v}.',
    values: list(`
      cello, flute, oboe, harp, banjo, trumpet, piano, violin, clarinet, tuba, lute, bassoon, guitar, accordion,
      zither, viola, trombone, organ, mandolin, ukulele, saxophone, xylophone, bagpipes, drums
    `),
  },
  {
    name: 'address',
    questions: ['Where does {n} live?', 'What is the address of {n}?', 'At which address is the home of {n}?'],
    answer: '{n} lives at {v}.',
    paraphrased: 'The home of {n} is {v}.',
    values: list(`
      12 Mill Lane, 7 Elm Road, 31 Bridge Street, 4 Church Hill, 58 Station Road, 19 Rose Lane, 26 High Street, 83
      Canal Street, 45 Park Road, 9 Cedar Hill, 62 Market Street, 17 Tower Lane, 38 Well Lane, 71 Queen Street, 5
      Dock Road, 94 Vine Street, 23 Fern Hill, 67 Pond Lane, 14 Spring Road, 52 Abbot Street, 8 Quarry Hill, 36
      Barn Lane, 79 Garden Road, 41 Temple Street
    `),
  },
  {
    name: 'phone',
    questions: ['What is the phone number of {n}?', 'Which number reaches {n} by phone?', 'How can one call {n}?'],
    answer: '{n} answers at 555 {v}.',
    paraphrased: 'To reach {n}, call 555 {v}.',
    values: list(`
      0142, 7310, 2866, 9405, 4178, 6033, 1597, 8254, 3719, 5480, 2961, 7048, 1326, 9873, 6415, 4602, 8137, 3590,
      5724, 0689, 2435, 7956, 9218, 6371
    `),
  },
  {
    name: 'birthday',
    questions: ['When is the birthday of {n}?', 'On which day was {n} born?', 'What is the date of birth of {n}?'],
    answer: '{n} has a birthday on {v}.',
    paraphrased: 'The day on which {n} was born is {v}.',
    values: list(`
      3 May, 21 June, 9 March, 30 July, 14 April, 5 August, 27 October, 11 January, 18 November, 2 February, 23
      December, 6 September, 16 March, 28 April, 8 June, 25 July, 12 August, 1 October, 19 May, 31 January, 7
      November, 22 February, 15 December, 29 September
    `),
  },
  {
    name: 'allergy',
    questions: ['What is {n} allergic to?', 'Which allergy does {n} have?', 'What must {n} avoid for health reasons?'],
    answer: '{n} is allergic to {v}.',
    paraphrased: 'For health reasons {n} avoids {v}.',
    values: list(`
      peanuts, shellfish, pollen, soy, wheat, eggs, latex, almonds, celery, mustard, sesame, penicillin, dust,
      walnuts, lupin, nickel, kiwi, mould, aspirin, cashews, wasps, oysters, barley, iodine
    `),
  },
  {
    name: 'spouse',
    questions: ['Who is {n} married to?', 'What is the name of the spouse of {n}?', 'Whom did {n} marry?'],
    answer: '{n} is married to {v}.',
    paraphrased: 'The spouse of {n} is called {v}.',
    values: list(`
      Anders, Beatrix, Conrad, Delia, Edgar, Flora, Gustav, Hilda, Ivan, Judith, Klaus, Leona, Marius, Nadia,
      Oscar, Paula, Reuben, Sonia, Tobias, Vera, Walter, Yvonne, Hector, Irma
    `),
  },
  {
    name: 'language',
    questions: [
      'Which language does {n} study?',
      'What language does {n} learn?',
      'In which language does {n} take lessons?',
    ],
    answer: '{n} studies {v}.',
    paraphrased: 'The lessons that {n} takes are in {v}.',
    values: list(`
      Czech, Arabic, Hindi, Welsh, Turkish, Korean, Greek, Danish, Swahili, Basque, Polish, Hebrew, Latin,
      Finnish, Thai, Tamil, Dutch, Irish, Persian, Croatian, Mandarin, Breton, Malay, Zulu
    `),
  },
  {
    name: 'sport',
    questions: ['Which sport does {n} do?', 'What sport does {n} train for?', 'In which sport does {n} compete?'],
    answer: '{n} trains in {v}.',
    paraphrased: 'The sport of {n} is {v}.',
    values: list(`
      judo, rowing, tennis, fencing, karate, hockey, squash, curling, boxing, cycling, sailing, handball, rugby,
      golf, skiing, surfing, cricket, bowling, diving, climbing, badminton, wrestling, gymnastics, polo
    `),
  },
  {
    name: 'holiday',
    questions: [
      'Where does {n} go on holiday?',
      'Where did {n} travel last summer?',
      'Which place does {n} visit each year?',
    ],
    answer: '{n} travels to {v}.',
    paraphrased: 'Each year {n} visits {v}.',
    values: list(`
      Madeira, Corsica, Zanzibar, Tuscany, Lapland, Bali, Cornwall, Sardinia, Goa, Tasmania, Crete, Tahiti,
      Alaska, Patagonia, Ibiza, Malta, Samoa, Bermuda, Brittany, Galicia, Rhodes, Jersey, Borneo, Yukon
    `),
  },
  {
    name: 'drink',
    questions: [
      'What does {n} drink in the morning?',
      'Which drink does {n} have at breakfast?',
      'What does {n} order to drink?',
    ],
    answer: '{n} drinks {v}.',
    paraphrased: 'At breakfast {n} has a glass of {v}.',
    values: list(`
      cocoa, espresso, cider, lemonade, buttermilk, kefir, chai, tonic, mocha, ginger ale, root beer, oat milk,
      iced tea, apple juice, soda, kombucha, matcha, grape juice, punch, horchata, tomato juice, mint tea, malt,
      lassi
    `),
  },
  {
    name: 'fear',
    questions: ['What is {n} afraid of?', 'Which fear does {n} have?', 'What frightens {n}?'],
    answer: '{n} is afraid of {v}.',
    paraphrased: 'The thing that {n} fears is {v}.',
    values: list(`
      spiders, heights, thunder, needles, darkness, clowns, snakes, lifts, crowds, deep water, sharks, flying,
      tunnels, ghosts, moths, fire, bridges, mirrors, cellars, geese, storms, bats, silence, escalators
    `),
  },
  {
    name: 'collection',
    questions: [
      'What does {n} collect?',
      'Which things does {n} gather as a collector?',
      'What is in the collection of {n}?',
    ],
    answer: '{n} collects {v}.',
    paraphrased: 'As a collector {n} gathers {v}.',
    values: list(`
      stamps, buttons, fossils, coins, maps, teapots, shells, clocks, postcards, thimbles, medals, comics,
      corkscrews, marbles, fans, keys, lamps, minerals, bottles, badges, masks, records, puppets, spoons
    `),
  },
];
