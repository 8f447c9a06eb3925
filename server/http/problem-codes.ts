import { EVENTS_PROBLEM_CODES } from './problem-codes-events.ts';
import { HTTP_PROBLEM_CODES } from './problem-codes-http.ts';
import type { ProblemCode } from './problem-codes-http.ts';
import { CARRIERS_PROBLEM_CODES } from './problem-codes-carriers.ts';
import { INVOICES_PROBLEM_CODES } from './problem-codes-invoices.ts';
import { LEDGER_PROBLEM_CODES } from './problem-codes-ledger.ts';
import { PAYMENTS_PROBLEM_CODES } from './problem-codes-payments.ts';
import { PAYOUTS_PROBLEM_CODES } from './problem-codes-payouts.ts';

export type { ProblemCode };

/**
 * The one list of stable problem codes. Callers program against them: a code never changes its meaning.
 *
 * To add one: add a line here (the key is the code, snake_case), in its group, with a `title` that fits every case of the
 * code and an `action` that says what the caller should do; then `throw new Refusal(kind, 'the_code', 'what happened here')`.
 * A test reads the sources: a `Refusal` with a code that is not listed fails it, and so does a listed code that nobody uses.
 */
export const PROBLEM_CODES = {
  ...HTTP_PROBLEM_CODES,
  ...EVENTS_PROBLEM_CODES,
  ...CARRIERS_PROBLEM_CODES,
  ...INVOICES_PROBLEM_CODES,
  ...LEDGER_PROBLEM_CODES,
  ...PAYMENTS_PROBLEM_CODES,
  ...PAYOUTS_PROBLEM_CODES,

  // Shift events
  event_id_reused: {
    title: 'The id of the event was used for another event',
    action: 'Give the new event an id of its own; to correct a fact, send another event.',
  },
  event_too_old: {
    title: 'The event happened too long ago',
    action: 'Report within 35 days; older work comes in by import, under a policy that allows it.',
  },
  event_in_future: { title: 'The event lies in the future', action: 'Report what has happened; check your clock.' },
  source_not_yours: {
    title: 'The source is not registered for your platform',
    action: 'Use one of your sources (GET /v1/me), or ask for this one to be registered.',
  },
  batch_too_large: { title: 'The batch has too many events', action: 'Send at most 1,000 events at once.' },
  queue_full: {
    title: 'Too many events are waiting',
    action: 'Nothing was stored: send the same request again after Retry-After.',
  },
  outcome_unknown: {
    title: 'Whether the event was stored is not known',
    action: 'Send the same event again after Retry-After: it is stored once however often it is sent.',
  },
  too_many_reports: {
    title: 'Too much is reported of this work',
    action: 'Nothing was stored: report each start and end once.',
  },
  shift_event_not_found: { title: 'You sent no such event', action: 'Check the event id of the answer.' },

  // Covers
  cover_not_found: {
    title: 'There is no such cover for you',
    action: 'Check the id. Unknown and not permitted are not told apart.',
  },
  at_in_future: { title: 'The instant lies in the future', action: 'Ask about now or the past.' },
  range_invalid: { title: 'The range of days is not right', action: 'Correct the parameters that errors lists.' },
  too_many_events: { title: 'Too many events for one answer', action: 'Ask about a shorter time.' },
  certificate_not_found: {
    title: 'There is no such certificate',
    action: 'Check the code; it stands under the QR code of the certificate.',
  },

  // Imports
  csv_empty: { title: 'The file has no rows', action: 'Check that it is the right file.' },
  csv_header_repeated: { title: 'A column name stands twice', action: 'Rename one of the columns.' },
  csv_unreadable: { title: 'The file is not CSV', action: 'Correct it at the row that detail names.' },
  file_exists: { title: 'The file exists already', action: 'Name another file, or move this one away.' },
  file_unreadable: { title: 'The file cannot be read', action: 'Check its name and your right to read it.' },
  mapping_column_absent: { title: 'The mapping names a column that the file lacks', action: 'Correct the mapping.' },
  mapping_invalid: { title: 'The mapping is not right', action: 'Correct the places that errors lists.' },
  mapping_unreadable: { title: 'The mapping cannot be read', action: 'Check its name and that it is YAML or JSON.' },
  mapping_source_foreign: {
    title: "The mapping's source belongs to another platform",
    action: 'Name a source of the platform that holds the policy.',
  },
  mapping_source_needed: { title: 'The platform has several sources', action: 'Name one of them in the mapping.' },

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
