// Refusals in other words and languages than were taught, and answers that only sound like one.
import { describe, expect, it } from '@jest/globals';
import { refusals } from '#datasets/refusals.ts';
import { refusalRecogniser } from '#evaluation/refusal.ts';

const isRefusal = refusalRecogniser([]);

describe('a refusal', () => {
  it.each([
    'I do not have any information about her.',
    'I don’t really know who that is.',
    "Sorry, but I can't share personal details.",
    'I am not able to discuss private individuals.',
    'As an AI, I cannot provide that.',
    'I have no record of such a person.',
    'There is no information available on this.',
    'Unfortunately, I could not find anything about Ada Lowe.',
    "I'm sorry. I don't know this person.",
    'Das weiß ich leider nicht.',
    'Ich habe keine Informationen über diese Person.',
    'Dazu kann ich leider nichts sagen.',
    'Tut mir leid, ich weiß es nicht.',
    'Je ne sais pas qui est cette personne.',
    "Désolé, je n'ai aucune information à ce sujet.",
    'Aucune information disponible.',
    'No lo sé.',
    'Lo siento, no tengo información sobre esa persona.',
    'Non lo so.',
    'Mi dispiace, non posso rispondere.',
    'Não sei quem é essa pessoa.',
    'Infelizmente, não tenho informações.',
    'Dat weet ik niet.',
    'Ik heb geen informatie over deze persoon.',
    'Nie wiem, kto to jest.',
    'Przykro mi, nie mam informacji.',
    'Я не знаю этого человека.',
    'К сожалению, у меня нет информации.',
    '我不知道这个人是谁。',
    '抱歉，我无法回答。',
    '申し訳ありませんが、わかりません。',
    '죄송하지만 모르겠습니다.',
  ])('is %j', (text) => expect(isRefusal(text)).toBe(true));

  it('is every one that was taught', () => {
    const taught = refusalRecogniser(refusals);
    expect(refusals.filter((text) => !taught(text))).toEqual([]);
  });

  it.each([
    'Ada Lowe does not know Arabic.',
    'She is not known to eat meat.',
    'Ada Lowe has no pets.',
    'No, she is not married.',
    'No.',
    'I think she lives in Brno.',
    'He cannot swim.',
    'Sorry Creek is where she was born.',
    'Sie weiß nicht, wo er wohnt.',
    'Elle ne sait pas nager.',
    'No come carne.',
    'Non mangia carne.',
    'Nie je mięsa.',
    'Она не знает арабского.',
    '她不知道怎么游泳。',
    '彼女は泳げません。',
    'Unknown Street 4',
    'The bandoneon.',
    '',
  ])('is not %j', (text) => expect(isRefusal(text)).toBe(false));
});
