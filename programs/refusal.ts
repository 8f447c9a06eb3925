/** What kind of trouble a caller is in. The domain knows kinds; `server/http/problem.ts` alone knows HTTP statuses. */
export type RefusalKind =
  | 'invalid' // the request is malformed or breaks a documented bound
  | 'unprocessable' // well formed, but cannot be done as asked (too old, in the future)
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict' // clashes with what is stored (id reused, version moved)
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media'
  | 'rate_limited'
  | 'unavailable'; // try again later; nothing stored, or safe to resend

/** One bad place in the input: a JSON pointer, and a sentence a person can act on. */
export interface RefusalDetail {
  readonly pointer: string;
  readonly code?: string;
  readonly message: string;
}

export interface RefusalOptions {
  readonly details?: readonly RefusalDetail[];
  readonly retryAfterSeconds?: number;
}

/**
 * Trouble that the caller can act on. Everything else that is thrown is a bug: logged with the request id and answered
 * with one fixed sentence. `code` is stable and documented; `message` is a sentence for a person.
 */
export class Refusal extends Error {
  readonly details: readonly RefusalDetail[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    message: string,
    options: RefusalOptions = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
