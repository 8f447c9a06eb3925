/** What a problem code means to callers. */
export interface ProblemCode {
  /** A short sentence that fits every occurrence. */
  readonly title: string;
  /** What the caller should do. */
  readonly action: string;
}

/** The codes that the server itself answers with, around every handler. Part of `PROBLEM_CODES`. */
export const HTTP_PROBLEM_CODES = {
  // Any request
  invalid_body: {
    title: 'The body has not the right form',
    action: 'Correct the places that errors lists, and send it again.',
  },
  invalid_query: { title: 'Query parameters are not right', action: 'Correct the parameters that errors lists.' },
  invalid_path: { title: 'The path is not right', action: 'Correct the part of the path that errors lists.' },
  malformed_json: {
    title: 'The body is not JSON',
    action: 'Correct the JSON at the line and column that detail names; it must be UTF-8.',
  },
  json_too_deep: { title: 'The JSON is nested too deeply', action: 'Send a body that is nested at most 20 levels.' },
  body_missing: { title: 'The body is missing', action: 'Send a body of the documented form.' },
  body_too_large: {
    title: 'The body is too large',
    action: 'Send at most 2 MiB (after decompression); split what is longer.',
  },
  body_interrupted: { title: 'The body ended too early', action: 'Send the request again; nothing was done.' },
  body_encoding: {
    title: 'The body cannot be decompressed',
    action: 'Send it as it is, or with Content-Encoding: gzip, deflate or br, intact.',
  },
  unsupported_media_type: {
    title: 'The body has the wrong type',
    action: 'Send the Content-Type that the operation documents.',
  },
  route_unknown: { title: 'There is no such path', action: 'Look up the path in /docs.' },
  method_not_allowed: {
    title: 'The path does not take this method',
    action: 'Use one of the methods that Allow lists.',
  },
  rate_limited: {
    title: 'Too many requests',
    action: 'Wait for as many seconds as Retry-After says, and slow down; RateLimit shows what is left.',
  },
  internal: {
    title: 'Something went wrong on our side',
    action: 'Try again; if it stays, tell us the value of instance.',
  },
  database_unavailable: {
    title: 'The database is away for a moment',
    action: 'Send the same request again after Retry-After; resending is safe.',
  },
  shutting_down: { title: 'This server is shutting down', action: 'Send the request again: another server takes it.' },
  not_migrated: { title: 'The database is not migrated', action: 'Operators: run npm run migrate.' },

  // Who asks
  credentials_missing: {
    title: 'No credentials were sent',
    action: 'Send Authorization: Bearer with your API key or token.',
  },
  credentials_malformed: {
    title: 'The credentials have the wrong form',
    action: 'Send Authorization: Bearer psk_..., wkt_... or pst_..., whole.',
  },
  credentials_unknown: {
    title: 'The key or token is not known',
    action: 'Check that it was copied whole, and that it belongs to this system.',
  },
  credentials_revoked: { title: 'The key or token was revoked', action: 'Use its successor, or ask for a new one.' },
  credentials_expired: { title: 'The key or token has expired', action: 'Ask for a new one.' },
  wrong_credentials: {
    title: 'Another kind of key or token is needed',
    action: 'Use the kind that the operation documents.',
  },
  scope_missing: { title: 'The key lacks a scope', action: 'Use a key with the scope that detail names.' },

  // Repeating and changing
  idempotency_key_missing: {
    title: 'Idempotency-Key is missing',
    action: 'Send an Idempotency-Key of your own; send the same one when you repeat the request.',
  },
  idempotency_key_invalid: {
    title: 'Idempotency-Key has the wrong form',
    action: 'Use 1 to 255 printable ASCII characters without spaces, for example a UUID.',
  },
  idempotency_key_running: {
    title: 'The same request is being handled',
    action: 'Wait a second and send it again with the same key.',
  },
  idempotency_key_reused: {
    title: 'The Idempotency-Key was used for another request',
    action: 'Use a new key for a new request.',
  },
  version_moved: {
    title: 'It was changed meanwhile',
    action: 'Read it again, apply your change to it, and send its new ETag in If-Match.',
  },
  cursor_invalid: {
    title: 'The cursor is not one of ours',
    action: 'Begin again without a cursor, and follow nextCursor.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
