// What whoever files must know of a request before they do: records in doubt, letters that look like others, checks
// that nobody can pass, what the interim rule protects and costs. Of one case on its check page, of many in the rows of
// a list. Trap: numbers, codes and counts alone; nothing of what was typed.
import type { Protection } from '#core/protection.ts';
import type { Words } from './words.ts';

export interface Remarks {
  readonly inDoubt: readonly number[];
  readonly lookAlikes: readonly string[];
  readonly impassable: readonly string[];
  readonly protection: Protection;
}

/** One line each; none where there is nothing to say. */
export const remarkTexts = (remarks: Remarks, words: Words): string[] => {
  const n = words.newCase;
  const { inDoubt, impassable, protection } = remarks;
  return [
    ...(inDoubt.length > 0 ? [`${n.inDoubt}: ${inDoubt.join(', ')}`] : []),
    ...lookAlikeTexts(remarks, words),
    ...impassable.map((check) => `${n.impassable}: ${words.evidenceText(check)}`),
    ...words.protection(protection).map((text) => `${words.meanwhile}: ${text}`),
  ];
};

export const lookAlikeTexts = ({ lookAlikes }: Pick<Remarks, 'lookAlikes'>, { newCase: n }: Words): string[] =>
  lookAlikes.map((one) => n.lookAlike(/\d+/.exec(one)?.[0]));
