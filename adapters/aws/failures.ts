// Turns a service's failure into what the workflow should do: try again, stop, or report a broken installation.
// Adapters handle refusals that are answers (a condition that does not hold, an object that does not exist) before they
// come here. Trap: a service's message may quote the item that it refused, so only the error's name, status and request
// id are passed on; the error itself is kept as `cause`, which entry/lambda.ts does not log.
import { QuittanceError, type ErrorCode } from '#core/errors.ts';

interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly code?: string;
}

export const isNamed = (error: unknown, ...names: readonly string[]): error is ServiceError =>
  error instanceof Error && names.includes(error.name);

/** Why a transaction was cancelled, one entry for each item, with the item that is stored where it was asked for. */
export interface Reason {
  readonly Code?: string | undefined;
  readonly Item?: Readonly<Record<string, { readonly S?: string | undefined }>> | undefined;
}

export const reasonsOf = (error: unknown): readonly Reason[] =>
  isNamed(error, 'TransactionCanceledException')
    ? ((error as { CancellationReasons?: readonly Reason[] }).CancellationReasons ?? [])
    : [];

/** Calls a service. Its errors become QuittanceErrors; those that `act` itself raised pass unchanged. */
export const calling = async <T>(service: string, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    throw asQuittanceError(error, service);
  }
};

const asQuittanceError = (error: unknown, service: string): QuittanceError => {
  if (error instanceof QuittanceError) return error;
  const failure: ServiceError = error instanceof Error ? error : new Error('not an error');
  const code = codeOf(failure);
  return new QuittanceError(code, {
    message: `${service}: ${MESSAGES[code] ?? 'the call was refused'}`,
    got: [failure.name, failure.$metadata?.httpStatusCode, failure.$metadata?.requestId].filter(Boolean).join(' '),
    cause: error,
  });
};

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  SERVICE_UNAVAILABLE: 'no answer, or too many calls; whether the last write took effect is not known',
  ACCESS_DENIED: 'the role of this function lacks the right, or its credentials or clock are wrong',
  KEY_UNAVAILABLE: 'a key is disabled, scheduled for deletion or gone',
  STORE_FULL: 'a quota of the account is used up',
  INPUT_TOO_LARGE: 'an item is larger than the service takes',
};

const NAMES: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  SERVICE_UNAVAILABLE: [
    ...['ThrottlingException', 'Throttling', 'ThrottledException', 'ThrottlingError', 'TooManyRequestsException'],
    ...['ProvisionedThroughputExceededException', 'ProvisionedThroughputExceeded', 'RequestLimitExceeded', 'SlowDown'],
    ...['TransactionInProgressException', 'TransactionConflict', 'TransactionConflictException', 'InternalServerError'],
    ...['DependencyTimeoutException', 'KeyUnavailableException', 'RequestTimeout', 'TimeoutError', 'AbortError'],
    ...['ConditionalRequestConflict', 'OperationAborted', 'KmsThrottlingException'],
  ],
  ACCESS_DENIED: [
    ...['AccessDenied', 'AccessDeniedException', 'UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure'],
    ...['ExpiredToken', 'ExpiredTokenException', 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    ...['RequestTimeTooSkewed', 'RequestExpired', 'CredentialsProviderError', 'MissingAuthenticationTokenException'],
  ],
  KEY_UNAVAILABLE: [
    ...['DisabledException', 'KMSInvalidStateException', 'KMS.DisabledException', 'KMS.KMSInvalidStateException'],
    ...['NotFoundException', 'KMS.NotFoundException', 'InvalidKeyUsageException', 'IncorrectKeyException'],
    ...['KmsAccessDeniedException', 'KmsInvalidStateException'],
  ],
  STORE_FULL: ['LimitExceededException', 'ServiceQuotaExceededException', 'ItemCollectionSizeLimitExceededException'],
  INPUT_TOO_LARGE: ['EntityTooLarge', 'RequestEntityTooLargeException', 'MaxMessageLengthExceeded'],
};

/** Errors of Node's sockets and resolver. */
const NETWORK = ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'];

/** The service did not let the caller in: nothing was done. */
export const isDenied = (error: unknown): boolean => error instanceof Error && codeOf(error) === 'ACCESS_DENIED';

const codeOf = (error: ServiceError): ErrorCode => {
  // the error of a transaction says nothing by its own name
  const said = [error.name, ...reasonsOf(error).map(({ Code }) => Code ?? '')];
  const byName = Object.entries(NAMES).find(([, names]) => said.some((name) => names.includes(name)));
  if (byName) return byName[0] as ErrorCode;
  const status = error.$metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429 || NETWORK.includes(error.code ?? '')) return 'SERVICE_UNAVAILABLE';
  if (status === 403 || status === 401) return 'ACCESS_DENIED';
  return 'INTERNAL';
};
