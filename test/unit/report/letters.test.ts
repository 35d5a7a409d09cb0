// Letters in every language under every law: each says what it must, and the lint notices what is missing, what names
// more than the name, and what a scanner could open.
import { describe, expect, it } from '@jest/globals';
import { LetterElement, LetterKind, LetterLanguage } from '#core/letters.ts';
import { RegimeName, regimeOf } from '#core/regimes.ts';
import { composeLetter, elementsOf, letterText, type LetterFacts } from '#report/letters/compose.ts';
import { lintLetter } from '#report/letters/lint.ts';
import { letterPdf } from '#report/letters/pdf.ts';
import { LETTER_WORDS } from '#report/letters/words.ts';
import { outcome } from '#test/contract/contract.ts';

const FACTS: Omit<LetterFacts, 'kind' | 'language' | 'regime'> = {
  ticketId: 'T-0000000001',
  received: '2026-03-02',
  due: '2026-04-02',
  name: 'Ottoline Marchbanks',
  note: 'the contract of 2019 has not ended',
  extension: 'complexity',
  refusal: 'no-match',
  served: { prompts: 12, exact: 0 },
  secret: 'c0ffee',
  hold: { code: 'litigation', review: '2026-09-01' },
  appealed: '2026-05-04',
};
const factsOf = (kind: LetterKind, language: LetterLanguage, regime: RegimeName): LetterFacts => ({
  ...FACTS,
  kind,
  language,
  regime,
});
const ALL = LetterKind.options.flatMap((kind) => RegimeName.options.map((regime) => [kind, regime] as const));

describe.each(LetterLanguage.options)('letters in %s', (language) => {
  it('say what their kind and their law ask for, each with its fact, and nothing else', () => {
    const found = ALL.flatMap(([kind, regime]) => {
      const facts = factsOf(kind, language, regime);
      const letter = composeLetter(facts);
      const said = letter.paragraphs.map(({ element }) => element);
      const findings = lintLetter(letter, facts, ['marchbanks@example.org']);
      const isWhole = said.join() === elementsOf(kind, regime).join();
      return isWhole && findings.length === 0 ? [] : [[kind, regime, findings]];
    });
    expect(found).toEqual([]);
  });

  it('have words of their own for everything', () => {
    const { says, titles } = LETTER_WORDS[language];
    const facts = factsOf('refusal', language, 'gdpr');
    const text = letterText(composeLetter(facts));
    expect(text).not.toMatch(/\bundefined\b|\bnull\b|\{|\}|\[object/);
    expect(new Set(Object.values(titles)).size).toBe(LetterKind.options.length);
    expect(Object.keys(says).sort()).toEqual([...LetterElement.options].sort());
    if (language !== 'en')
      expect(Object.values(titles).filter((one) => Object.values(LETTER_WORDS.en.titles).includes(one))).toEqual([]);
  });
});

describe('the lint', () => {
  it.each(ALL)('notices each sentence that is taken out of a letter (%s, %s)', (kind, regime) => {
    const facts = factsOf(kind, 'de', regime);
    const letter = composeLetter(facts);
    for (const { element } of letter.paragraphs) {
      const paragraphs = letter.paragraphs.filter((one) => one.element !== element);
      expect(lintLetter({ ...letter, paragraphs }, facts)).toMatchObject([{ rule: 'missing', element }]);
    }
  });

  it('says what to do for a fact that is not there', () => {
    const rest = { ...factsOf('extension', 'en', 'gdpr'), note: undefined, extension: undefined };
    const findings = lintLetter(composeLetter(rest), rest);
    expect(findings).toEqual([{ rule: 'missing', element: 'extension-reason', say: 'extend the deadline first' }]);
  });

  it.each([
    ['an address that could be opened', 'see https://example.org/release?ticket=1', 'link'],
    ['markup', 'see <b>this</b>', 'link'],
    ['what the vault holds of the person', 'you wrote from marchbanks@example.org', 'personal'],
    ['a word that cannot be defended', 'the data was erased from the model', 'claim'],
  ])('refuses %s', (_what, note, rule) => {
    const facts = { ...factsOf('refusal', 'en', 'gdpr'), note };
    expect(lintLetter(composeLetter(facts), facts, ['Marchbanks@example.org'])).toMatchObject([{ rule }]);
  });

  it('notices a date, or another language, that is not the letter’s', () => {
    const facts = factsOf('acknowledgement', 'fr', 'ccpa');
    const later = { ...facts, due: '2027-04-02' };
    expect(lintLetter(composeLetter(facts), later)).toMatchObject([{ rule: 'fact', element: 'due' }]);
    expect(lintLetter(composeLetter({ ...facts, language: 'en' }), facts)).toContainEqual(
      expect.objectContaining({ rule: 'language' }),
    );
  });
});

describe('what laws ask for', () => {
  it.each([
    ['gdpr', 'refusal', ['complaint', 'court']],
    ['uk-gdpr', 'refusal', ['complaint-to-us', 'complaint', 'court']],
    ['ccpa', 'acknowledgement', ['due', 'verification', 'process']],
    ['ccpa', 'partial-refusal', ['ground', 'kept']],
    ['colorado', 'refusal', ['ground', 'facts', 'appeal']],
    ['quebec-law-25', 'refusal', ['ground', 'facts', 'complaint', 'court', 'help']],
    ['korea-pipa', 'refusal', ['facts', 'objection']],
    ['brazil-lgpd', 'completion', ['recipients']],
  ] as const)('%s: %s', (regime, kind, elements) => {
    const all = elementsOf(kind, regime);
    expect(elements.filter((element) => !all.includes(element))).toEqual([]);
  });

  it('no appeal is offered where the law knows none', () => {
    for (const regime of ['gdpr', 'utah', 'ccpa'] as const)
      expect(elementsOf('refusal', regime)).not.toContain('appeal');
  });

  it('a law is named as the reader’s language has it, where it has a name there', () => {
    const law = (language: LetterLanguage, regime: RegimeName) =>
      letterText(composeLetter(factsOf('acknowledgement', language, regime)));
    expect(law('de', 'gdpr')).toContain('DSGVO (Europäische Union)');
    expect(law('pl', 'gdpr')).toContain('RODO (Unia Europejska)');
    expect(law('fr', 'quebec-law-25')).toContain('Loi 25 (Québec)');
    expect(law('en', 'gdpr')).toContain('GDPR (European Union)');
    for (const language of ['de', 'fr', 'es', 'it', 'pt', 'nl', 'pl'] as const)
      expect(law(language, 'gdpr')).not.toContain('European Union');
    expect(law('de', 'texas')).toContain('Texas Data Privacy and Security Act');
  });

  it('a ground is named by its place in the law, in the reader’s language or in none', () => {
    const ground = (language: LetterLanguage, refusal: string) =>
      composeLetter({ ...factsOf('refusal', language, 'gdpr'), refusal }).paragraphs.find(
        ({ element }) => element === 'ground',
      )?.text;
    expect(ground('en', 'art-17-3-e')).toContain('Art. 17(3)(e): legal claims');
    expect(ground('it', 'art-17-3-e')).toBe('Il fondamento: Art. 17(3)(e).');
    expect(ground('nl', 'no-match')).toContain('trainingsgegevens');
    expect(Object.keys(regimeOf('gdpr').refusals)).toContain('no-match');
  });
});

describe('a letter as PDF', () => {
  const AT = new Date('2026-03-05T09:00:00Z');
  it.each(LetterLanguage.options)('in %s is the same bytes each time', async (language) => {
    const letter = composeLetter(factsOf('refusal', language, 'gdpr'));
    const [once, again] = [await letterPdf(letter, AT), await letterPdf(letter, AT)];
    expect(Buffer.from(once).subarray(0, 5).toString()).toBe('%PDF-');
    expect(Buffer.from(once).equals(Buffer.from(again))).toBe(true);
  });

  it('is refused where its fonts lack a letter, rather than printed with question marks', async () => {
    const letter = composeLetter({ ...factsOf('refusal', 'en', 'gdpr'), name: '佐藤 花子' });
    expect(await outcome(letterPdf(letter, AT))).toBe('INVALID_INPUT');
  });
});
