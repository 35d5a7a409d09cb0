// The protocols by which other companies' systems send requests. Apart from what is said of each (core/intake.ts), as
// the API of an installation without them reads the names alone.
export const INTAKE_PROTOCOLS = ['data-rights-protocol', 'open-dsr'] as const;
export type IntakeProtocol = (typeof INTAKE_PROTOCOLS)[number];

/** How the names begin under which acts of agents and of controllers are recorded. */
export const SENDERS_BEGIN = { 'data-rights-protocol': 'drp-', 'open-dsr': 'opendsr-' } as const satisfies Readonly<
  Record<IntakeProtocol, string>
>;
