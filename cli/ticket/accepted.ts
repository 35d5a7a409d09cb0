// The rows that are accepted for a ticket: all that were found, or those of which the ids are given.
import { usageError } from '#core/errors.ts';
import type { MarkedRow } from '#datasets/find/spans.ts';

/** undefined where nothing is accepted yet. */
export const acceptedOf = (which: string | undefined, hits: readonly MarkedRow[]): readonly MarkedRow[] | undefined => {
  if (which === undefined) return undefined;
  if (which === 'all') return hits;
  const { ids, unknown } = idsIn(which, new Set(hits.map(({ view }) => view.entry.where)));
  if (unknown.length > 0 || ids.size === 0)
    throw usageError(
      `--accept names ${unknown.join(', ') || 'nothing'}, which is no hit`,
      'all, or ids of hits separated by commas',
    );
  return hits.filter(({ view }) => ids.has(view.entry.where));
};

/** A file may have commas in its name, so that the longest run between commas that is an id counts as one. */
export const idsIn = (list: string, known: ReadonlySet<string>) => {
  const parts = list.split(',');
  const ids = new Set<string>();
  const unknown: string[] = [];
  for (let at = 0; at < parts.length;) {
    let to = parts.length;
    while (to > at && !known.has(parts.slice(at, to).join(',').trim())) to--;
    if (to > at) ids.add(parts.slice(at, to).join(',').trim());
    else if (parts[at]!.trim() !== '') unknown.push(parts[at]!.trim());
    at = Math.max(to, at + 1);
  }
  return { ids, unknown };
};
