// OpenDSR 2.0, the side of a processor: a controller's request for erasure, where it stands, and the signature under
// every answer. Sources: OpenDSR specification §5–§9 with the names of 2.0 (`/v2`, `/requests`, `regulation`,
// `X-OpenDSR-…`).
// Traps: a signature is over the bytes of the body as they are sent; `encoded_request` holds what the controller sent,
// so that it is in that one answer and nowhere else; and a hashed identity finds nobody in texts, and is refused.
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { INTAKE_STAGES, principalOf, type OpenDsr } from '#core/intake.ts';
import { AskedRequest } from '../asks.ts';
import { callbackUrl, isToCome, KnownBy } from './fields.ts';
import type { IntakeRecord, Sent, Stood } from './records.ts';

export const DSR_VERSION = '2.0';

const IDENTITIES = [
  ...(['controller_customer_id', 'android_advertising_id', 'android_id', 'email', 'fire_advertising_id'] as const),
  ...(['ios_advertising_id', 'ios_vendor_id', 'microsoft_advertising_id', 'microsoft_publisher_id'] as const),
  ...(['roku_publisher_id', 'roku_advertising_id'] as const),
] as const;

const Identity = z.looseObject({
  identity_type: z.enum(IDENTITIES),
  identity_value: KnownBy,
  identity_format: z.string().refine((format) => format === 'raw', 'raw: what is hashed finds nobody in texts'),
});

const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const SubjectRequestId = z.string().regex(V4, 'a UUID of version 4 in lower case');

export const DsrRequest = z.looseObject({
  regulation: z.enum(['gdpr', 'ccpa']),
  subject_request_id: SubjectRequestId,
  subject_request_type: z.string().refine((type) => type === 'erasure', 'erasure; no other type is answered here'),
  submitted_time: z.iso.datetime({ offset: true }),
  subject_identities: z.array(Identity).min(1).max(20),
  api_version: z.literal(DSR_VERSION).optional(),
  status_callback_urls: z.array(z.string()).max(5).nullish(),
  /** Each of a processor by its domain; of ours there are none. */
  extensions: z.looseObject({}).nullish(),
});
export type DsrRequest = z.infer<typeof DsrRequest>;

/** INVALID_INPUT by field. */
export const readDsrRequest = (value: unknown, controller: string, about: string, now: Date): Sent => {
  const said = parsed(DsrRequest, value);
  if (isToCome(said.submitted_time, now)) throw refused([{ field: 'submitted_time', rule: 'a time that was' }]);
  return {
    ...{ protocol: 'open-dsr', by: principalOf('open-dsr', controller), regime: said.regulation },
    ...{ key: said.subject_request_id, theirs: said.subject_request_id },
    asked: askedOf(said, controller, about),
    callbacks: (said.status_callback_urls ?? []).map((url, i) => callbackUrl(url, `status_callback_urls.${i}`)),
  };
};

const parsed = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw refused(faultsOf(error));
};

const refused = (fields: readonly { readonly field: string; readonly rule: string }[]) =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the request does not have its form',
    expected: fields.map(({ field, rule }) => `${field}: ${rule}`).join('; '),
    fields: [...fields],
  });

/** OpenDSR sends no name: the e-mail address stands for it, or the first identity. */
const askedOf = (said: DsrRequest, controller: string, about: string): AskedRequest => {
  const { subject_identities: identities, regulation, submitted_time: submitted } = said;
  const values = [...new Set(identities.map(({ identity_value: value }) => value))];
  const name = identities.find(({ identity_type: type }) => type === 'email')?.identity_value ?? values[0];
  const kinds = [...new Set(identities.map(({ identity_type: type }) => type))].join(', ');
  return parsed(AskedRequest, {
    ...{ about, name, identifiers: values, reply: `by the controller ${controller}` },
    what: `OpenDSR ${DSR_VERSION}: erasure, ${regulation}; the person asked the controller on ${submitted}.\nIdentities: ${kinds}.`,
  });
};

const expected = (due: string | null) => (due === null ? null : `${due}T00:00:00.000Z`);

/** The answer to a request that was taken. `body`: as it came. */
export const dsrReceipt = (
  controller: string,
  { theirs }: IntakeRecord,
  { receivedAt, due }: Stood,
  body: Uint8Array,
) => ({
  controller_id: controller,
  expected_completion_time: expected(due),
  received_time: receivedAt,
  encoded_request: Buffer.from(body).toString('base64'),
  subject_request_id: theirs,
});

export const dsrStatus = (controller: string, domain: string, { theirs }: IntakeRecord, { stage, due }: Stood) => ({
  controller_id: controller,
  expected_completion_time: expected(due),
  subject_request_id: theirs,
  request_status: INTAKE_STAGES[stage].dsr,
  api_version: DSR_VERSION,
  results_url: null,
  extensions: { [domain]: { state: stage } },
});

export const discovery = ({ domain }: OpenDsr) => ({
  api_version: DSR_VERSION,
  supported_identities: IDENTITIES.map((type) => ({ identity_type: type, identity_format: 'raw' })),
  supported_subject_request_types: ['erasure'],
  processor_certificate: `https://${domain}/v2/certificate.pem`,
});

/** Headers of what the processor says, over the bytes that it sends. */
export const signedHeaders = ({ domain, sign }: OpenDsr, body: string): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'x-opendsr-processor-domain': domain,
  'x-opendsr-signature': Buffer.from(sign(Buffer.from(body))).toString('base64'),
});

/** Whose token it is. UNAUTHENTICATED. */
export const controllerOf = (token: string, { controllers }: OpenDsr): string => {
  const got = createHash('sha256').update(token).digest();
  const found = [...controllers].filter(([, digest]) => timingSafeEqual(got, Buffer.from(digest, 'hex')));
  const [[id] = []] = found;
  if (id !== undefined) return id;
  throw new QuittanceError('UNAUTHENTICATED', { message: 'the token is none that a controller was given' });
};
