// The view of the work list that shows what somebody has begun and not filed. Trap: it is made for the one who asks and
// of nobody else's drafts; since it holds what was typed, nothing stores the answer.
import { RETENTION_DAYS } from '#core/retention.ts';
import { ROLES_FOR } from '#core/roles.ts';
import type { WorkCounts } from '#core/worklist.ts';
import { draftsTable, type DraftItem, type TokenOf } from '#portal/drafts.ts';
import { viewsNav, type ListFrame } from '#portal/list-address.ts';
import { STEPS, TYPED, typedNames } from '#portal/new-case.ts';
import type { Worklist } from '#portal/worklist.ts';
import { html } from '#report/markup.ts';
import { keptDrafts, type DraftFields, type KeptDraft } from '../drafts.ts';
import { requireRole, show, type ApiContext, type Asked } from './context.ts';
import { formToken } from './guard.ts';

/** Those of the one who asks, the one that ends first at the head. */
export const draftItems = async (c: Asked, { ports }: ApiContext): Promise<DraftItem[]> =>
  (await keptDrafts(ports, c.var.identity.principal)).map(itemOf);

const itemOf = ({ id, fields, keptAt, until }: KeptDraft): DraftItem => {
  const { name = '', model = '', regime = '' } = fields;
  const times = { keptAt, until };
  if (id.startsWith('B-')) return { id, kind: 'list', path: `/bulk/${id}`, step: null, name, model, regime, ...times };
  const step = stepLeftAt(fields);
  return { id, kind: 'case', path: `/new/${id}/${step}`, step, name, model, regime, ...times };
};

/** The first step of which nothing was sent. */
const stepLeftAt = (fields: DraftFields): (typeof STEPS)[number] =>
  TYPED.find((step) => typedNames(step).every((name) => !(name in fields))) ?? 'check';

export const tokenOf =
  (c: Asked, { formKey }: ApiContext): TokenOf =>
  ({ id, kind }) =>
    formToken(formKey, c.var.identity, kind === 'list' ? 'bulk' : 'new-case', id);

/** After one was thrown away, and where the others are. */
export const DRAFTS_PATH = '/tickets?view=draft';

const NO_CASES: WorkCounts = { total: 0, status: {}, regime: {}, model: {}, filer: {} };

/** ACCESS_DENIED for whoever does not file. What narrows cases by what drafts do not have leaves none. */
export const draftList = async (
  c: Asked,
  context: ApiContext,
  frame: ListFrame,
  due: Pick<Worklist, 'late' | 'week'>,
): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.file);
  const { view, model, regime, status, filer, due: within, ref } = frame.asked;
  const others = status ?? within ?? ref ?? (filer === c.var.identity.principal ? undefined : filer);
  const drafts = (await draftItems(c, context)).filter(
    (one) =>
      others === undefined &&
      (model === undefined || one.model === model) &&
      (regime === undefined || one.regime === regime),
  );
  c.header('Cache-Control', 'no-store, private, max-age=0');
  return show(c, {
    title: (words) => words.drafts.title,
    path: '/tickets',
    data: { view, tickets: [], next: null, counts: NO_CASES, ...due, drafts },
    body: (words) =>
      html`<ul class="acts">
          <li><a class="button" href="/new">${words.list.newCase}</a></li>
        </ul>
        ${viewsNav(frame, words)} ${draftsTable(drafts, RETENTION_DAYS.draft, tokenOf(c, context), words)}`,
  });
};
