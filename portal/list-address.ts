// The address of a work list, and its views: what is asked for stands in the query, so that a list can be kept, sent
// and gone back to. Trap: a name is no part of it.
import type { Status } from '#core/ticket.ts';
import { html, type Html } from '#report/markup.ts';
import type { Words } from './words.ts';

/** Of cases, which drafts are not yet. */
export const CASE_VIEWS = ['all', 'mine', 'due', 'approval', 'blocked', 'closed'] as const;
export const VIEWS = [...CASE_VIEWS, 'draft'] as const;
export type View = (typeof VIEWS)[number];

export const COLUMNS = ['regime', 'model', 'filer', 'blocked'] as const;
export type Column = (typeof COLUMNS)[number];

/** What the address of a list says. */
export interface Asked {
  readonly view: View;
  readonly status?: Status | undefined;
  readonly regime?: string | undefined;
  readonly model?: string | undefined;
  readonly filer?: string | undefined;
  readonly due?: 'late' | 'week' | undefined;
  /** Beginning of a reference. */
  readonly ref?: string | undefined;
  readonly columns: readonly Column[];
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface SavedView {
  readonly name: string;
  readonly query: string;
}

/** The query of an address, with changes; what is undefined is left out. */
export const queryOf = (asked: Asked, change: Partial<Record<keyof Asked, string | undefined>> = {}): string => {
  const { view, status, regime, model, filer, due, ref, columns } = asked;
  const all: Record<string, string | undefined> = {
    ...{ view, status, regime, model, filer, due, ref },
    ...(columns.length === COLUMNS.length ? {} : { columns: columns.join('.') }),
    ...change,
  };
  const pairs = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(pairs.filter(([name, value]) => name !== 'view' || value !== 'all')).toString();
};

export const to = (query: string): string => (query === '' ? '/tickets' : `/tickets?${query}`);

export interface ListFrame {
  readonly asked: Asked;
  readonly saved: readonly SavedView[];
  readonly mayFile: boolean;
  /** Whether this person may search by name. */
  readonly mayName: boolean;
  /** Token of the search's form. */
  readonly token: string;
}

/** Drafts are of use to those who file. */
export const viewsNav = (
  { asked, saved, mayFile }: Pick<ListFrame, 'asked' | 'saved' | 'mayFile'>,
  words: Words,
): Html =>
  html`<nav aria-label="${words.list.views}">
    <ul class="chips">
      ${(mayFile ? VIEWS : CASE_VIEWS).map((view) => html`<li><a href="${to(queryOf({ view, columns: COLUMNS, limit: 0 }))}" ${view === asked.view && html` aria-current="page"`}>${words.list.view[view]}</a></li>`)}
      ${saved.map(({ name, query }) => html`<li><a href="${to(query)}">★ ${name}</a></li>`)}
    </ul>
  </nav>`;
