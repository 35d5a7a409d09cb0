// The public page on which anybody has a bundle or a certificate checked. Traps: verifying is work for a stranger, so
// that it is counted; what was dropped is in memory while it is checked, and nowhere after that.
import type { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { QuittanceError } from '#core/errors.ts';
import { checkBody } from '#portal/public.ts';
import type { Returned } from '#portal/forms.ts';
import type { CheckedEvidence } from '../check-evidence.ts';
import { isShownInForm, returned } from './act-routes.ts';
import { isMultipart, multipartFields } from './bodies.ts';
import { addressOf, show, wantsData, type ApiContext, type Asked, type Env } from './context.ts';
import { problemOf } from './problems.ts';
import { limitRate } from './rate.ts';

/** Of a bundle as a zip; AWS hands on less (docs/operations.md). */
export const CHECK_LIMIT_BYTES = 8 * 2 ** 20;
const RATE = { windowSeconds: 15 * 60, anAddress: 20, inAll: 200 } as const;

export const checkRoutes = (app: Hono<Env>, context: ApiContext): void => {
  const count = limitRate(() => context.ports.clock.now(), RATE);
  app.get('/check', (c) => page(c));
  app.post('/check', async (c) => {
    count(addressOf(c));
    const { dropped, keys } = await sent(c);
    try {
      if (dropped.length === 0) throw nothingSent();
      const { checkEvidence } = await import('../check-evidence.ts'); // with the whole verifier, which no start needs
      return page(c, await checkEvidence(dropped, keys, context.ports));
    } catch (error) {
      if (wantsData(c) || !isShownInForm(error)) throw error;
      return page(c, null, returned({ keys }, error), problemOf(error).status);
    }
  });
};

const nothingSent = () =>
  new QuittanceError('INVALID_INPUT', {
    message: 'nothing was sent',
    expected: 'a bundle or a certificate',
    fields: [{ field: 'file', rule: 'a bundle (.zip) or a certificate (.json)' }],
  });

/** From a form with a file in it, or the very bytes, as a program sends them. MEDIA_TYPE_UNSUPPORTED. */
const sent = async (c: Asked): Promise<{ dropped: Uint8Array; keys: string }> => {
  const [type = ''] = (c.req.header('Content-Type') ?? '').toLowerCase().split(';');
  if (['application/zip', 'application/json'].includes(type.trim()))
    return { dropped: new Uint8Array(await c.req.arrayBuffer()), keys: '' };
  if (!isMultipart(c))
    throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
      message: 'wrong media type',
      expected: 'Content-Type: multipart/form-data, application/zip or application/json',
    });
  const fields = await multipartFields(c);
  const [file, keys] = [fields.get('file'), fields.get('keys')];
  const dropped = file instanceof File ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
  return { dropped, keys: typeof keys === 'string' ? keys : '' };
};

const page = (
  c: Asked,
  found: CheckedEvidence | null = null,
  back?: Returned,
  status: ContentfulStatusCode = 200,
): Response =>
  show(c, {
    title: (words) => words.check.title,
    path: '/check',
    data: found ?? { ok: null, checks: [] },
    isPublic: true,
    body: (words) => checkBody(found, back, words),
    status,
  });
