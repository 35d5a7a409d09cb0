// Requests that other companies' systems send: the Data Rights Protocol (an agent for a person) and OpenDSR (a
// controller to its processor). What an installation says of both, and how each names where a request stands.
// Sources: Data Rights Protocol 0.9.4 with its roadmap to 1.0, §3.02 (statuses), §3.05 (directories); OpenDSR 2.0 (the
// specification of OpenGDPR 1.0 with the names of 2.0), §6 and §8.
// Trap: OpenDSR has no word for a request that was refused; `cancelled` is the nearest that does not say "done", and
// `extensions` tells the two apart.
import { z } from 'zod';
import { SENDERS_BEGIN, type IntakeProtocol } from './intake-protocols.ts';
import type { PublicState } from './statuses.ts';

/** Where a request of an intake stands: before it is a case, and as one. */
export type IntakeStage = PublicState | 'waiting' | 'no-request' | 'duplicate';

export interface StageNames {
  readonly drp: { readonly status: DrpStatus; readonly reason?: DrpReason };
  readonly dsr: DsrStatus;
  /** Nothing changes any more. */
  readonly final: boolean;
  /** For a person who reads it. */
  readonly details: string;
}
type DrpStatus = 'open' | 'in_progress' | 'fulfilled' | 'revoked' | 'denied' | 'expired';
type DrpReason = 'insuf_verification' | 'no_match' | 'claim_not_covered' | 'other';
type DsrStatus = 'pending' | 'in_progress' | 'completed' | 'cancelled';

const going = { drp: { status: 'in_progress' }, dsr: 'in_progress', final: false } as const;
const denied = (reason: DrpReason) => ({ drp: { status: 'denied', reason }, dsr: 'cancelled', final: true }) as const;

export const INTAKE_STAGES: Readonly<Record<IntakeStage, StageNames>> = {
  waiting: { drp: { status: 'open' }, dsr: 'pending', final: false, details: 'received; a person takes it up' },
  examined: { ...going, details: 'taken up as a case, and being examined' },
  identity: { ...going, details: 'proof of identity was asked for' },
  asked: { ...going, details: 'the requester was asked to make the request clear' },
  'at-work': { ...going, details: 'the model is being made to forget' },
  'on-hold': { ...going, details: 'on hold' },
  appealed: { ...going, details: 'an appeal is being decided' },
  completed: { drp: { status: 'fulfilled' }, dsr: 'completed', final: true, details: 'done' },
  withdrawn: { drp: { status: 'revoked' }, dsr: 'cancelled', final: true, details: 'withdrawn' },
  refused: { ...denied('claim_not_covered'), details: 'refused' },
  cancelled: { ...denied('other'), details: 'ended without an outcome; it was filed by mistake' },
  expired: { ...denied('insuf_verification'), details: 'ended because no answer came' },
  'no-request': { ...denied('other'), details: 'it asks for nothing that is done here' },
  duplicate: { ...denied('other'), details: 'the same request is here already' },
};

/** Refusals that the Data Rights Protocol has a word of its own for; every other is of a law's own ground. */
const DENIED_BY: Readonly<Record<string, DrpReason>> = {
  'identity-not-verified': 'insuf_verification',
  'no-match': 'no_match',
  'art-11-2': 'no_match',
  abusive: 'other',
};

/** `refusal`: the code of the law by which it was refused. */
export const drpStateOf = (stage: IntakeStage, refusal?: string): StageNames['drp'] => {
  const own = stage === 'refused' && refusal !== undefined ? DENIED_BY[refusal] : undefined;
  return own === undefined ? INTAKE_STAGES[stage].drp : { status: 'denied', reason: own };
};

/** Of the Data Rights Protocol's rights those that are exercised here. */
export const DRP_ACTIONS = ['deletion'] as const;

/**
 * An agent's own id of a request. It stays when the person's data is destroyed, so that no e-mail address and no name
 * with a blank fits.
 */
export const AgentRequestId = z
  .string()
  .regex(/^[\w.:-]{1,100}$/, '1 to 100 letters, digits, dots, colons, dashes or underscores, such as a UUID');

/** An agent whom the directory names. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  /** Ed25519, raw. */
  readonly verifyKey: Uint8Array;
}

/** This installation as a covered business, and the agents whom it lets in. */
export interface DataRights {
  readonly business: {
    readonly id: string;
    readonly name: string;
    readonly apiBase: string;
    readonly webUrl?: string | undefined;
    readonly technicalContact?: string | undefined;
    readonly businessContact?: string | undefined;
  };
  readonly agents: ReadonlyMap<string, Agent>;
}

/** This installation as a processor, and the controllers whom it lets in. */
export interface OpenDsr {
  /** For which the certificate was issued, and under which it is reached. */
  readonly domain: string;
  /** In PEM, of the key that signs. */
  readonly certificate: string;
  /** SHA-256 of a controller's token, in hex, by its id. */
  readonly controllers: ReadonlyMap<string, string>;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

export interface Intake {
  /** What requests are about, as who files reads it: the organisation, or a model by its name. */
  readonly about: string;
  readonly dataRights?: DataRights | undefined;
  readonly openDsr?: OpenDsr | undefined;
}

/** Under which name an agent's or controller's acts are recorded; no person may have it (core/ticket-request.ts). */
export const principalOf = (protocol: IntakeProtocol, id: string): string =>
  `${SENDERS_BEGIN[protocol]}${id.toLowerCase()}`;
