// Drafts that somebody keeps of cases and of lists of cases: opened again where they were left, or thrown away; and
// when they end by themselves. Trap: a draft has the name of somebody whose case is not filed, so that these rows are
// shown to its owner alone, on pages that nothing stores.
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { hiddenInputs } from './forms.ts';
import { time } from './layout.ts';
import type { NewStep } from './new-case.ts';
import type { Words } from './words.ts';

export interface DraftItem {
  readonly id: string;
  readonly kind: 'case' | 'list';
  /** Where it is opened again. */
  readonly path: string;
  /** How far it came; null for a list. */
  readonly step: NewStep | null;
  /** As it was typed, which need not be a name yet. */
  readonly name: string;
  readonly model: string;
  readonly regime: string;
  readonly keptAt: string | null;
  readonly until: string | null;
}

/** Token of the form that throws one away. */
export type TokenOf = (draft: DraftItem) => string;

export const draftsTable = (drafts: readonly DraftItem[], days: number, tokenOf: TokenOf, words: Words): Html => {
  const d = words.drafts;
  if (drafts.length === 0) return html`<p class="empty">${d.none}</p>`;
  return html`<p>${d.lead(days)}</p>
    ${table(
      d.title,
      [d.draft, d.about, d.kept, d.until, d.act],
      drafts.map((draft) => [
        html`<a href="${draft.path}">${draft.kind === 'list' ? d.list(draft.id) : d.of(draft.id)}</a>`,
        aboutOf(draft, words),
        draft.keptAt === null ? '–' : time(draft.keptAt),
        draft.until === null ? '–' : time(draft.until),
        html`<form class="plain" method="post" action="${discardPath(draft)}">
          ${hiddenInputs({ csrf: tokenOf(draft) })}
          <button class="stop" name="then" value="discard" aria-label="${d.discard(draft.id)}">
            ${words.newCase.discard}
          </button>
        </form>`,
      ]),
    )}`;
};

const discardPath = ({ id, kind }: DraftItem): string => (kind === 'list' ? `/bulk/${id}` : `/new/${id}/check`);

const aboutOf = ({ name, model, step }: DraftItem, { newCase }: Words): string =>
  [name, model, step === null ? '' : newCase.step[step]].filter((part) => part !== '').join(' · ');
