// The letters of a case: what lies in the vault and what became of each on its way, with a button to send it; and the
// notices that went out. Trap: an address and a letter's words stand on no page.
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { hiddenInputs } from '../forms.ts';
import { digest, time } from '../layout.ts';
import type { Words } from '../words.ts';
import type { CaseView, LetterRow } from './view.ts';

/** `token`: of the forms by which this viewer may send them. */
export const letters = (view: CaseView, token: string, words: Words): Html => {
  const { informed } = view.report.executive;
  const l = words.letters;
  return html`${view.letters.length > 0 && kept(view, token, words)}
  ${
    informed.length === 0
      ? html`<p class="empty">${l.none}</p>`
      : table(
          l.title,
          [l.when, l.what],
          informed.map(({ template, at }) => [time(at), template]),
        )
  }`;
};

const kept = ({ item, letters: rows, maySend }: CaseView, token: string, words: Words): Html => {
  const l = words.letters;
  return table(
    l.kept,
    [l.what, l.language, l.written, l.sent, l.act],
    rows.map((row) => [
      l.kinds[row.kind],
      row.language,
      html`${time(row.at)} · ${row.by}`,
      standOf(row, words),
      maySend ? button(item.id, row, token, words) : '–',
    ]),
  );
};

const standOf = ({ sending }: LetterRow, { letters: l }: Words): Html | string => {
  if (sending === null) return l.unsent;
  const { at, way, stand, code, message, by } = sending;
  return html`${time(at)} · ${l.ways[way]} · ${l.stands[stand]}${code !== null && ` (${code})`} · ${by}<br />${digest(message)}`;
};

/** What was surely not sent, and what may have been, has a button of its own words. */
const button = (
  ticketId: string,
  { number, sending }: LetterRow,
  token: string,
  { letters: l }: Words,
): Html | string => {
  const stand = sending?.stand;
  if (stand === 'accepted' || stand === 'under-way') return '–';
  const isUnknown = stand === 'unknown';
  return html`<form class="plain" method="post" action="/tickets/${ticketId}/letters/${number}/send">
    ${hiddenInputs({ csrf: token, ...(isUnknown && { again: 'true' }) })}
    <button class="second">${isUnknown ? l.sendAgain : stand === undefined ? l.send : l.tryAgain} (${number})</button>
  </form>`;
};
