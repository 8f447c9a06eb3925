/**
 * The one list of stable problem codes. Callers program against them: a code never changes its meaning.
 *
 * To add one: add a line here (the key is the code, snake_case), in its group, with a `title` that fits every case of the
 * code and an `action` that says what the caller should do; then `throw new Refusal(kind, 'the_code', 'what happened here')`.
 * A test reads the sources: a `Refusal` with a code that is not listed fails it, and so does a listed code that nobody uses.
 */
export const PROBLEM_CODES = {
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

  // Statements
  statement_not_found: { title: 'No such statement', action: 'Take the id of a statement from GET /v1/statements.' },
  period_not_found: {
    title: 'No such product day',
    action: 'Name a product day on which the policy covered somebody.',
  },

  // Platforms, keys, carriers
  platform_invalid: { title: 'The platform cannot be recorded so', action: 'Correct the place that errors names.' },
  platform_id_taken: { title: 'The platform id is taken', action: 'Choose another id, or leave it out.' },
  platform_not_found: { title: 'There is no such platform', action: 'Check the id; list the platforms.' },
  source_taken: {
    title: 'A source belongs to another platform',
    action: 'Choose sources that name this platform only.',
  },
  key_invalid: { title: 'The key cannot be made so', action: 'Name at least one scope and an expiry in the future.' },
  key_not_found: { title: 'There is no such key', action: 'Check the id; list the keys of the owner.' },
  too_many_keys: { title: 'There are two live keys already', action: 'Revoke one of them, then make the new one.' },
  carrier_invalid: { title: 'The carrier cannot be recorded so', action: 'Give a name and a licence.' },
  carrier_id_taken: { title: 'The carrier id is taken', action: 'Choose another id, or leave it out.' },

  // Policies and products
  policy_invalid: { title: 'The policy cannot be recorded so', action: 'Correct the places that errors lists.' },
  policy_id_invalid: {
    title: 'The policy id has the wrong form',
    action: 'Use pol_ and lower-case letters or digits.',
  },
  policy_id_taken: { title: 'The policy id is taken', action: 'Choose another id, or revise the policy.' },
  policy_not_found: { title: 'There is no such policy', action: 'Check the id; list the policies.' },
  revision_in_the_past: {
    title: 'A revision cannot reach into the past',
    action: 'Let it govern from now on, or later.',
  },
  revision_out_of_order: {
    title: 'The revision would begin before the one it follows',
    action: 'Let it begin with the last revision, or later.',
  },
  revision_changes_nothing: { title: 'The policy is so already', action: 'Nothing needs to be done.' },
  revision_taken: { title: 'The policy was revised meanwhile', action: 'Look at it again, and decide anew.' },
  product_not_found: { title: 'There is no such product version', action: 'GET /v1/products lists those there are.' },

  // Workers, persons, consents
  worker_not_found: {
    title: 'There is no such worker for you',
    action: 'Check the id: your own id for the worker, or ours. Unknown and not permitted are not told apart.',
  },
  external_id_refused: {
    title: 'The worker id cannot be taken',
    action: 'Send an id of your own that is neither a phone number nor a national id.',
  },
  national_id_invalid: { title: 'The national id is not one', action: 'Look for a typing error.' },
  birth_on_invalid: { title: 'The date of birth cannot be', action: 'Send a day in the past, or leave it out.' },
  ttl_invalid: {
    title: 'The token cannot live that long',
    action: 'Choose a time within the bounds that detail names.',
  },
  person_not_found: { title: 'There is no such person', action: 'Check the id.' },
  person_unknown: { title: 'Nobody gave a national id', action: 'Give the national id that was proved.' },
  person_erased: { title: 'The data of the person were erased', action: 'Give the national id that was proved.' },
  consent_not_found: { title: 'You have given no such consent', action: 'GET /v1/consents lists yours.' },
  consent_expiry_invalid: { title: 'A consent cannot last so', action: 'Choose an end within a year from now.' },
  grantee_unknown: { title: 'There is no such platform', action: 'Ask the platform for its id.' },
} as const satisfies Readonly<Record<string, ProblemCode>>;

export interface ProblemCode {
  /** A short sentence that fits every occurrence. */
  readonly title: string;
  /** What the caller should do. */
  readonly action: string;
}
