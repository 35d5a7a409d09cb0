// Steps that people call, through the command line or the API.
// Trap: the API's Lambda holds these and what they import, so a step of a workflow has no place here.
import type { Step } from '#core/step.ts';
import { decideAppeal, recordAppeal } from './appeal.ts';
import { acknowledgeReceipt, assignTicket, linkTicket, tellRecipient } from './around-case.ts';
import { attachFile, commentTicket, openFile } from './case-notes.ts';
import { closeTicket } from './close-ticket.ts';
import { confirmSubject } from './confirm-subject.ts';
import { extendDeadline } from './extend-deadline.ts';
import { fileTicket } from './file-ticket.ts';
import { placeHold, releaseHold } from './holds.ts';
import { writeLetter } from './letters.ts';
import { partlyRefuse } from './partly-refuse.ts';
import { pauseClock, resumeClock } from './pause-clock.ts';
import { previewTicket } from './preview-ticket.ts';
import { readLetter } from './read-letter.ts';
import { recordApproval } from './record-approval.ts';
import { recordIdentity } from './record-identity.ts';
import { resumeTicket } from './resume-ticket.ts';
import { sendLetter } from './send-letter.ts';
import { viewRequest } from './view-request.ts';

export const actions: readonly Step[] = [
  previewTicket,
  fileTicket,
  viewRequest,
  recordIdentity,
  confirmSubject,
  recordApproval,
  closeTicket,
  placeHold,
  releaseHold,
  resumeTicket,
  extendDeadline,
  pauseClock,
  resumeClock,
  writeLetter,
  readLetter,
  sendLetter,
  acknowledgeReceipt,
  tellRecipient,
  linkTicket,
  assignTicket,
  partlyRefuse,
  recordAppeal,
  decideAppeal,
  commentTicket,
  attachFile,
  openFile,
];
