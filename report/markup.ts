// HTML by tagged template: every inserted value is escaped, except HTML made here. Trap: only text and double-quoted
// attributes are safe places for a value; never insert one into a script, a style, an unquoted attribute or the scheme
// of a URL.

/** Markup that was made by `html`, or taken as such by `trusted`. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toString(): string {
    return this.markup;
  }
}

export type Value = string | number | Html | null | undefined | false | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeText = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

/** null, undefined and false print nothing; a list prints its items. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  new Html(strings.map((text, i) => text + (i < values.length ? printed(values[i]) : '')).join(''));

const printed = (value: Value): string => {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value));
  return value.map(printed).join('');
};

/** For markup from a renderer that escapes by itself. */
export const trusted = (markup: string): Html => new Html(markup);
