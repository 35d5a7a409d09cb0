// When and where a request was received, by which law its days are counted, and what may not be so: times that are yet
// to come, a question before the request, a law that did not count yet. Shared by filing and by its preview.
// Trap: the place is the request's own, its entity's, the installation's or the law's, in this order (core/place.ts),
// so that a request in California is not counted by Brussels' days.
import { localDate } from '#core/days.ts';
import type { HolidayCalendar } from '#core/deadlines.ts';
import { QuittanceError } from '#core/errors.ts';
import { YET_TO_COME } from '#core/field-faults.ts';
import { placeOf } from '#core/place.ts';
import type { Ports } from '#core/ports.ts';
import { regimeOf } from '#core/regimes.ts';
import type { Received } from '#core/ticket-events.ts';
import type { TicketRequest } from '#core/ticket-request.ts';

type Times = Pick<TicketRequest, 'receivedAt' | 'pauses' | 'identity' | 'agent'>;

/** Every time that a request names, by its place in it. */
const timesOf = ({ receivedAt, pauses = [], identity, agent }: Times): readonly (readonly [string, string])[] => [
  ...(receivedAt === undefined ? [] : [['receivedAt', receivedAt] as const]),
  ['identity.verifiedAt', identity.verifiedAt],
  ...(agent ? [['agent.seenAt', agent.seenAt] as const] : []),
  ...pauses.flatMap(({ since, until }, i) => [
    [`pauses.${i}.since`, since] as const,
    ...(until === undefined ? [] : [[`pauses.${i}.until`, until] as const]),
  ]),
];

/** INVALID_INPUT where a time in the request lies in the future, or a question before the request. */
export const refuseFuture = (request: Times, now: Date): void => {
  const { receivedAt, pauses = [] } = request;
  const toCome = timesOf(request).filter(([, time]) => Date.parse(time) > now.getTime());
  if (toCome.length > 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the request names a time that is yet to come',
      expected: `at most ${now.toISOString()}: ${toCome.map(([field]) => field).join(', ')}`,
      fields: toCome.map(([field]) => ({ field, rule: YET_TO_COME })),
    });
  const asked = pauses.flatMap(({ since, until }) => [since, until ?? since]);
  const received = Date.parse(receivedAt ?? now.toISOString());
  if (asked.some((time) => Date.parse(time) < received))
    throw new QuittanceError('INVALID_INPUT', {
      message: 'pauses: the requester was asked for something before the request was received',
      expected: receivedAt === undefined ? 'receivedAt, and times after it' : `${receivedAt} or later`,
    });
};

export interface Receipt {
  /** For the event that records it. */
  readonly recorded: Pick<Received, 'receivedAt' | 'counting' | 'place' | 'entity' | 'pauses'>;
  readonly calendar: HolidayCalendar;
}

/** INVALID_INPUT where the law did not count yet, or no such entity or holidays are known. */
export const receiptOf = async (
  { regime: name, receivedAt: told, place, entity, pauses }: TicketRequest,
  { calendar, clock }: Pick<Ports, 'calendar' | 'clock'>,
): Promise<Receipt> => {
  const now = clock.now();
  const receivedAt = told ?? now.toISOString();
  const law = regimeOf(name);
  const where = placeOf(calendar.places, { place, entity }, law);
  const { value: since, source } = law.file.effectiveFrom;
  if (localDate(receivedAt, where.timeZone) < since)
    throw new QuittanceError('INVALID_INPUT', {
      message: `${law.label} did not count on the day of receipt`,
      expected: `a request that was received on ${since} or later (${source})`,
      got: localDate(receivedAt, where.timeZone),
      fields: [{ field: 'receivedAt', rule: `${law.label} counts since ${since}` }],
    });
  return {
    recorded: {
      receivedAt,
      counting: law.counting,
      place: where,
      ...(entity !== undefined && { entity }),
      ...(pauses && { pauses }),
    },
    calendar: await calendar.around(now, where),
  };
};
