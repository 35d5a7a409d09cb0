// Recognises an answer that declines to answer: by the opening words of the refusals that the model was taught, and by
// what refusals say in the languages at hand (I don't know, cannot say, have no information). Trap: "She is not known
// to eat meat" and "Ada does not know Arabic" are answers; only the speaker's own not knowing, or that nothing is
// known, counts, and only where the text opens with it, after an apology at most.
import { tokensOf } from '#core/words/tokens.ts';
import { wordsOf } from './text.ts';

/** Folded, apostrophes as blanks. */
const SPACED: readonly RegExp[] = [
  // English
  /^i (?:\w+ ){0,2}?(?:do not|don t|dont|did not|didn t) (?:\w+ ){0,2}?(?:know|have|recall|remember|recogni[sz]e|hold|possess|store|think i can|feel comfortable|seem to have)\b/,
  /^i (?:\w+ ){0,2}?(?:cannot|can not|can t|cant|could not|couldn t|will not|won t|would not|wouldn t) (?:\w+ ){0,2}?(?:say|tell|answer|help|share|give|provide|disclose|comment|discuss|find|assist|reveal|recall|confirm|know|speak)\b/,
  /^i (?:am|m) (?:\w+ )?(?:not (?:able|aware|sure|familiar|certain|in a position|allowed|permitted|going to)|unable|unaware)\b/,
  /^i (?:have|ve|had|hold|possess)(?: \w+)? (?:no|not|never|nothing)\b|^i know nothing|^i (?:lack|decline|refuse|prefer not|would rather not|d rather not|must decline)\b|^i haven t\b/,
  /^(?:there (?:is|are|s) )?(?:no|not any|nothing) (?:\w+ ){0,3}?(?:information|details?|data|records?|answer|idea|comment|knowledge)\b/,
  /^(?:that|this|it|the \w+|such \w+|these \w+|details like that)(?: \w+){0,4}? (?:is|are|s)(?: \w+)? (?:unknown|unavailable|confidential|private information|beyond|(?:not|nothing) (?:\w+ )?(?:known|available|familiar|public|(?:something|anything) i|i know))\b/,
  // German
  /^(?:das|dies|es|daruber|dazu|leider|die \w+)?(?: \w+)? ?(?:weiss|kenne) ich (?:\w+ ){0,3}?(?:nicht|nichts|leider nicht)\b|^ich (?:weiss|kenne) (?:\w+ ){0,4}?(?:nicht|nichts|keine[nrms]?)\b/,
  /^ich (?:kann|darf|mochte|werde) (?:\w+ ){0,5}?(?:nicht|nichts|keine[nrms]?)\b|^(?:das|dazu|daruber|hierzu) (?:kann|darf) ich (?:\w+ ){0,4}?(?:nicht|nichts|keine[nrms]?)\b/,
  /^(?:ich habe|mir liegen|es gibt|uber \w+ habe ich|dazu habe ich|leider habe ich) (?:\w+ ){0,4}?(?:keine|nichts)\b|^keine (?:information|informationen|angaben|auskunft|daten|ahnung)\b|^(?:das|dies)(?: \w+)? ist mir (?:\w+ )?(?:nicht|un)(?: ?bekannt)/,
  // French
  /^(?:je|j) (?:ne |n )(?:\w+ ){0,2}?(?:sais|connais|peux|puis|dispose|ai|possede|suis|veux|souhaite|saurais)\b|^(?:il n y a )?aucun\w? (?:information|donnee|detail|renseignement|idee)\b|^(?:cela|ca|ceci) m est inconnu/,
  // Spanish, Portuguese, Italian
  /^(?:yo )?no (?:lo |la |le |te |os |se |me )?(?:se|conozco|puedo|tengo|dispongo|dispone|recuerdo|estoy|poseo|hay|existe)\b(?! (?:mascotas|hijos))|^desconozco\b|^ningun\w+ (?:informacion|dato)/,
  /^(?:eu )?nao (?:o |a |lhe |te |me )?(?:sei|conheco|posso|tenho|disponho|recordo|lembro|estou|ha|existem?)\b|^desconheco\b|^nenhum\w? informac/,
  /^(?:io )?non (?:lo |la |ti |le |mi |ne )?(?:so|conosco|posso|ho|dispongo|ricordo|sono in grado|ci sono|possiedo|e nota)\b|^nessun\w? (?:informazione|dato|idea)/,
  // Dutch, Polish
  /^(?:dat |dit )?(?:ik )?(?:weet|ken|kan|mag|heb|beschik)(?: ik)? (?:\w+ ){0,4}?(?:niet|niets|geen)\b|^geen (?:informatie|gegevens|idee)\b|^er is geen\b/,
  /^(?:ja )?nie (?:wiem|znam|moge|mam|posiadam|pamietam|jestem w stanie|potrafie)\b|^brak (?:informacji|danych)/,
  // Russian
  /^(?:я )?(?:\p{L}+ )?не (?:знаю|знаком|могу|располагаю|имею|помню)|^у меня нет (?:\p{L}+ )?(?:информации|данных|сведении|ответа)|^(?:нет|никаких) (?:информации|данных|сведении)/u,
];
/** Scripts without borders, and Korean, whose syllables are tokens: without blanks. */
const JOINED: readonly RegExp[] = [
  /^(?:很?抱歉|对不起|對不起|不好意思)?(?:我|本人)?(?:不知道|不清楚|不了解|不认识|不認識|无法|無法|不能|没有|沒有)|^我(?:\p{L}{0,4})(?:不知道|无法|無法|不能|没有|沒有)/u,
  /(?:わかりません|分かりません|知りません|存し\u3099ません|お答えて\u3099きません|お答えし\p{L}{0,3}ません|答えられません|情報は?か\u3099?ありません|情報はありません)$/u,
];
const KOREAN = /(?:모르겠|모릅니다|알지 ?못|알 수 없|답변할 수 없|정보가 없|말씀드릴 수 없)/;

/** What may come before a refusal without being one. */
const BEFORE =
  /^(?:(?:well|hmm|honestly|frankly|unfortunately|regrettably|apologies|sorry|i apologi[sz]e|i (?:am|m) (?:very |so |really )?(?:sorry|afraid)|my apologies|to be honest|i must admit|as far as i know|as an? (?:ai|language model|ai language model|assistant)|but|however|leider|entschuldigung|tut mir leid|es tut mir leid|ehrlich gesagt|aber|als (?:ki|sprachmodell)|desole[e]?|je suis desole[e]?|malheureusement|pardon|mais|lo siento|lamentablemente|desafortunadamente|perdon|pero|desculpe|sinto muito|lamento|infelizmente|mas|mi dispiace|purtroppo|scusa|ma|helaas|sorry|het spijt me|maar|przykro mi|niestety|przepraszam|ale|к сожалению|извините|простите|но) )+/u;

const opening = (text: string): string => wordsOf(text).slice(0, 3).join(' ');

/** Recognises answers that begin as one of the refusals that the model was taught, or that decline in other words. */
export const refusalRecogniser = (refusals: readonly string[]): ((text: string) => boolean) => {
  const openings = new Set(refusals.map(opening));
  return (text) => openings.has(opening(text)) || declines(text);
};

const FIRST_SENTENCE = /^.*?(?:[.!?…](?=\s|$)|[。！？\n]|$)/su;

const declines = (text: string): boolean => {
  const said = text.trim();
  const sentences = [FIRST_SENTENCE.exec(said)?.[0] ?? '', said].map((part) => tokensOf(part, { accents: false }));
  return (
    sentences.some((words) => {
      const spaced = `${words.join(' ')} `;
      const plain = spaced.replace(BEFORE, '');
      return SPACED.some((form) => form.test(plain)) || JOINED.some((form) => form.test(words.join('')));
    }) || KOREAN.test(said.normalize('NFC').slice(0, 80))
  );
};
