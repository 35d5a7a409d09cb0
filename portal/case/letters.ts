// The letters of a case: what lies in the vault and what became of each on its way, each with the button that shows it
// before it is sent; and the notices that went out. Trap: an address and a letter's words stand on no page that has an
// address of its own.
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { hiddenInputs } from '../forms.ts';
import { digest, time } from '../layout.ts';
import type { Words } from '../words.ts';
import type { CaseView, LetterRow } from './view.ts';

/** `token`: of the forms by which this viewer looks at them. */
export const letters = (view: CaseView, token: string, words: Words): Html => {
  const { informed } = view.report.executive;
  const l = words.letters;
  return html`${
    view.mayWrite && html`<p><a class="button quiet" href="/tickets/${view.item.id}/letter">${l.compose.button}</a></p>`
  }
  ${view.letters.length > 0 && kept(view, token, words)}
  ${
    informed.length === 0
      ? html`<p class="empty">${l.none}</p>`
      : table(
          l.title,
          [l.when, l.what],
          informed.map(({ template, at }) => [time(at, view.facts.zone), template]),
        )
  }`;
};

const kept = ({ item, letters: rows, mayWrite, facts: { zone } }: CaseView, token: string, words: Words): Html => {
  const l = words.letters;
  return table(
    l.kept,
    [l.what, l.language, l.written, l.sent, l.act],
    rows.map((row) => [
      l.kinds[row.kind],
      row.language,
      html`${time(row.at, zone)} · ${row.by}`,
      standOf(row, zone, words),
      mayWrite ? look(item.id, row.number, token, words) : '–',
    ]),
  );
};

const standOf = ({ sending }: LetterRow, zone: string, { letters: l }: Words): Html | string => {
  if (sending === null) return l.unsent;
  const { at, way, stand, code, message, by, tries, next } = sending;
  return html`${time(at, zone)} · ${l.ways[way]} · ${l.stands[stand]}${code !== null && ` (${code})`} · ${by}
    ${tries > 1 && html`· ${l.times(tries)}`}<br />
    ${stand === 'deferred' && html`${next === null ? l.ended : html`${l.next} ${time(next, zone)}`}<br />`}
    ${digest(message)}`;
};

const look = (ticketId: string, number: number, token: string, { letters: l }: Words): Html =>
  html`<form class="plain" method="post" action="/tickets/${ticketId}/letters/${number}/look">
    ${hiddenInputs({ csrf: token })}
    <button>${l.lookFor(number)}</button>
  </form>`;
