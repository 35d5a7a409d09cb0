// What a bundle says of itself to whoever unpacks it.
const CHECKING = `  quittance verify <this folder>

checks it offline`;

const KEYS = `To know whose keys signed, get the trust root from the controller by another way (quittance trust-root) and pass it with --trust-root;
without it the check shows that the bundle agrees with itself.`;

const LOG = `log/                   the events and their inclusion proofs (c2sp.org/tlog-proof)
checkpoint             the log's signed head, when the last of these events was in it, with cosignatures of witnesses
leaves                 which leaves are this ticket's, signed by the log's key: an event that is left out shows`;

const REST = `attempts/              what attempts that were not approved left, by their numbers
bundle.json            the digest of every file; in bundle.dsse.json the service signs it
`;

export const CERTIFIED_README = `This folder is evidence about one deletion from a language model. It names no person.

${CHECKING}: signatures, the log's proofs, the order of the stages, that the filer was not the approver, and every statistic, recomputed from
tables.json by the rules of policy.json. ${KEYS} To check a copy of the model, pass --model <folder>.

certificate.dsse.json  the certificate (in-toto statement in a DSSE envelope, signed by the approver and by the service)
approval.dsse.json     the same statement as the approver signed it, before it was deployed
timestamps/            when that certificate existed, by authorities of timestamps (RFC 3161), where some are configured
attestations/          one signed statement a stage
${LOG}
consistency            proof that this log begins with the log that the certificate names
policy.json            the thresholds, logged before the run
tables.json            aggregate results of the evaluation, every quantity of it
tables-before.json     the same of the model from before
judgement.json         what the thresholds made of them
evidence.json          what the approver decided on
plan.json run.json     the attempt at unlearning
model.json             manifest of what is served
model-signing.dsse.json  the same files in the form of OpenSSF's model-signing
manifests/             of what that is made upon, where it is an adapter or composed
recertifications/      what later re-certifications found: statements signed by the service, with plans and tables
${REST}`;

export const CLOSED_README = `This folder is evidence about a request that ended without a deletion: it was refused, withdrawn or cancelled. It names no person,
and certifies nothing about a model.

${CHECKING}: signatures, the log's proofs, and that the history leads to this end.
${KEYS}

closing.dsse.json      how the request ended: outcome, reason, who, and the legal clock (in-toto statement, signed by the service)
${LOG}
policy.json            the thresholds that the request was filed under
${REST}`;
