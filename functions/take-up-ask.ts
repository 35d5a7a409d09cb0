// From what somebody asked for to a draft of a case, which the one who files reads, mends and files. The request stays
// with the waiting ones until the case is filed, so that a draft which is thrown away loses nothing.
import type { Ports } from '#core/ports.ts';
import { isQuittanceError } from '#core/errors.ts';
import { localTime } from '#core/zoned-time.ts';
import { readAsk, type AskedRequest, type Via } from './asks.ts';
import { newDraftId, readDraft, saveDraft, type DraftFields } from './drafts.ts';

/** The draft of this filer; the same however often it is asked for. */
export const takeUpAsk = async (
  ports: Pick<Ports, 'vault' | 'pseudonyms' | 'clock' | 'models'>,
  id: string,
  filer: string,
  timeZone: string,
): Promise<string> => {
  const { asked, receivedAt, via } = await readAsk(ports, id);
  const draft = `D-${(await ports.pseudonyms.of('draft-of-ask', `${filer}\n${id}`)).slice(0, 20)}`;
  if (await isThere(ports, draft, filer)) return draft;
  const models = (await ports.models.list()).map(({ name }) => name);
  const fields = { ...fieldsOf(asked, models, via), asked: id, receivedAt: localTime(timeZone, receivedAt) };
  return saved(ports, draft, filer, fields);
};

const isThere = async (
  ports: Pick<Ports, 'vault' | 'pseudonyms' | 'clock'>,
  draft: string,
  filer: string,
): Promise<boolean> => {
  try {
    await readDraft(ports, draft, filer);
    return true;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return false;
    throw error;
  }
};

/** One that was thrown away left its key destroyed, one whose days are over is not there; the next has its own id. */
const saved = async (
  ports: Pick<Ports, 'vault' | 'pseudonyms' | 'clock'>,
  draft: string,
  filer: string,
  fields: DraftFields,
): Promise<string> => {
  try {
    await saveDraft(ports, draft, filer, fields);
    return draft;
  } catch (error) {
    if (!isQuittanceError(error, 'VAULT_KEY_DESTROYED') && !isQuittanceError(error, 'NOT_FOUND')) throw error;
    const other = newDraftId();
    await saveDraft(ports, other, filer, fields);
    return other;
  }
};

const fieldsOf = (asked: AskedRequest, models: readonly string[], via: Via | undefined): DraftFields => {
  const { name, aliases, identifiers, about, agent, minor } = asked;
  const model = models.find((one) => one === about.toLowerCase());
  return {
    name,
    aliases: aliases.join('\n'),
    identifiers: identifiers.join('\n'),
    channel: agent ? 'agent' : via ? 'api' : 'web',
    note: noteOf(asked, via),
    ...(via && { regime: via.regime }),
    ...(agent && { mandate: agent.mandate }),
    ...(minor && { minor: 'true' }),
    ...(model !== undefined && { model }),
  };
};

/** Everything that no field of a case takes; within the length of a note. */
const noteOf = ({ what, about, reply, country, agent }: AskedRequest, via: Via | undefined): string =>
  [
    what,
    '',
    `About: ${about}`,
    `To be reached: ${reply}`,
    ...(country === undefined ? [] : [`Lives in: ${country}`]),
    ...(agent ? [`Asked for the person: ${agent.agentName}`] : []),
    ...(via ? [`Sent by: ${via.by} (${via.protocol})`] : []),
  ].join('\n');
