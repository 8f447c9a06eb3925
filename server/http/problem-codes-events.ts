import type { ProblemCode } from './problem-codes-http.ts';

/** Problem codes of events; the rules for adding one stand in `problem-codes.ts`. */
export const EVENTS_PROBLEM_CODES = {
  event_not_found: {
    title: 'There is no such event for you',
    action: 'Check the id. Unknown and not permitted are not told apart.',
  },
  audience_unknown: {
    title: 'There is nobody to tell',
    action: 'Name a platform or a carrier that exists, or operators.',
  },
  webhook_endpoint_not_found: {
    title: 'There is no such webhook endpoint for you',
    action: 'Check the id. Unknown and not permitted are not told apart.',
  },
  webhook_delivery_not_found: {
    title: 'There is no such delivery for you',
    action: 'Check the id; deliveries are kept for 30 days, dead ones for 90. Their events stay: GET /v1/events.',
  },
  webhook_url_refused: {
    title: 'The address of the webhook endpoint cannot be taken',
    action: 'Give an https address on the public internet, without credentials, on port 443, 80 or above 1023.',
  },
  port_in_use: { title: 'The port is in use', action: 'Choose another one.' },
  webhook_endpoint_paused: { title: 'The webhook endpoint is paused', action: 'Resume it first.' },
  webhook_secrets_live: {
    title: 'Two secrets are live already',
    action: 'Wait until the older one has expired, or end both at once with oldSecretSeconds 0.',
  },
  too_many_webhook_endpoints: {
    title: 'There are too many webhook endpoints',
    action: 'Delete one that is no longer used.',
  },
} as const satisfies Readonly<Record<string, ProblemCode>>;
