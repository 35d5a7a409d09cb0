// What the protocols of intake send and get. Their own specifications say more of each field (docs/intake.md).
import { z } from 'zod';
import { AgentRequestId, DRP_ACTIONS } from '#core/intake.ts';
import { DsrRequest, DSR_VERSION, SubjectRequestId } from '../../intake/open-dsr.ts';

const Time = z.string();

export const INTAKE_SCHEMAS = {
  DrpBusiness: z.looseObject({
    id: z.string(),
    name: z.string(),
    api_base: z.string(),
    actions: z.array(z.enum(DRP_ACTIONS)),
  }),
  DrpToken: z.object({ 'agent-id': z.string(), token: z.string() }),
  DrpStatus: z.object({
    request_id: z.uuid(),
    agent_request_id: AgentRequestId.optional(),
    status: z.enum(['open', 'in_progress', 'fulfilled', 'revoked', 'denied', 'expired']),
    reason: z.enum(['insuf_verification', 'no_match', 'claim_not_covered', 'other']).optional(),
    received_at: Time,
    expected_by: Time.optional(),
    processing_details: z.string(),
  }),
  DrpError: z.object({ code: z.string(), message: z.string(), fatal: z.boolean().optional() }),
  DsrDiscovery: z.looseObject({
    api_version: z.literal(DSR_VERSION),
    supported_identities: z.array(z.object({ identity_type: z.string(), identity_format: z.literal('raw') })),
    supported_subject_request_types: z.array(z.literal('erasure')),
    processor_certificate: z.url(),
  }),
  DsrRequest,
  DsrReceipt: z.object({
    controller_id: z.string(),
    expected_completion_time: Time.nullable(),
    received_time: Time,
    encoded_request: z.string(),
    subject_request_id: SubjectRequestId,
  }),
  DsrStatus: z.looseObject({
    controller_id: z.string(),
    expected_completion_time: Time.nullable(),
    subject_request_id: SubjectRequestId,
    request_status: z.enum(['pending', 'in_progress', 'completed', 'cancelled']),
    api_version: z.literal(DSR_VERSION),
    results_url: z.null(),
  }),
  DsrCancelled: z.object({
    controller_id: z.string(),
    subject_request_id: SubjectRequestId,
    received_time: Time,
    api_version: z.literal(DSR_VERSION),
  }),
  DsrError: z.object({
    error: z.object({
      code: z.int(),
      message: z.string(),
      errors: z.array(z.object({ domain: z.string(), reason: z.string(), message: z.string() })),
    }),
  }),
} as const;
