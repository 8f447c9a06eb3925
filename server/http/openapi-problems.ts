import { PROBLEM_CODES } from './problem-codes.ts';
import type { AnyRoute } from './route.ts';

/** The statuses of codes that handlers answer with and that are not said by the form of the route; a test compares them with the sources. */
const STATUSES_OF: Readonly<Record<string, readonly string[]>> = {
  event_id_reused: ['409'],
  version_moved: ['412'],
  at_in_future: ['422'],
  birth_on_invalid: ['422'],
  payout_key_reused: ['409'],
  payout_changed: ['409'],
  payout_contradicted: ['409'],
  payout_not_awaiting_approval: ['409'],
  payout_not_voidable: ['409'],
  payout_not_retryable: ['409'],
  payout_attempts_used: ['409'],
  payee_exists: ['409'],
  payee_unchanged: ['409'],
  // Of what a body names, where the path names nothing.
  payee_not_found: ['404'],
  holder_not_found: ['404'],
  consent_expiry_invalid: ['422'],
  event_in_future: ['422'],
  event_too_old: ['422'],
  grantee_unknown: ['422'],
  exception_has_no_fact: ['409'],
  exception_resolved: ['409'],
  fact_still_refused: ['409'],
  provider_not_configured: ['409'],
  top_up_reference_reused: ['409'],
  top_up_refused: ['422'],
  webhook_mode_mismatch: ['422'],
  too_many_events: ['422'],
  too_many_reports: ['422'],
  webhook_url_refused: ['422'],
};

/** The statuses of problems: those that the server itself answers with, around every handler, and those of the route's codes. */
export function commonProblems(route: AnyRoute): string[] {
  const statuses: string[] = [];
  if (route.params ?? route.query ?? route.body) statuses.push('400');
  if (route.allow.some((kind) => kind !== 'public')) statuses.push('401', '403');
  if (route.params !== undefined && route.method !== 'put') statuses.push('404');
  if (route.idempotency === 'required') statuses.push('409', '422');
  if (route.body !== undefined) statuses.push('413', '415');
  if (route.ratePerMinute !== 'unlimited') statuses.push('429');
  for (const code of route.problems ?? []) statuses.push(...(STATUSES_OF[code] ?? []));
  return [...statuses, '500', '503'];
}

export const PROBLEM_REF = { $ref: '#/components/schemas/Problem' } as const;

export const PROBLEM = {
  type: 'object',
  description: 'RFC 9457.',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence for people.' },
    code: { type: 'string', description: `Stable. One of: ${Object.keys(PROBLEM_CODES).join(', ')}.` },
    instance: { type: 'string', description: 'The id of the request.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body, or `/name` of a parameter.' },
          code: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
} as const;

const PROBLEM_TITLES = {
  400: 'Malformed, or outside a documented bound',
  401: 'Credentials are missing, wrong, revoked or expired',
  403: 'The credentials are not for this',
  404: 'Not there, or not yours: both answer alike',
  409: 'Clashes with what is stored or running',
  412: 'What If-Match or If-None-Match asks for does not hold',
  413: 'Larger than 2 MiB after decompression, or of too many parts',
  415: 'Another Content-Type or Content-Encoding is needed',
  422: 'Well formed, but cannot be done as asked',
  429: 'Too many requests: wait for Retry-After',
  500: 'Something went wrong on our side',
  503: 'Try again after Retry-After: resending is safe',
} as const;

export const PROBLEM_RESPONSES = Object.fromEntries(
  Object.entries(PROBLEM_TITLES).map(([status, description]) => [
    `Problem${status}`,
    { description, content: { 'application/problem+json': { schema: PROBLEM_REF } } },
  ]),
);
