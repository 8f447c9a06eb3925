/** What Stripe puts into `error`. */
export interface TroubleFields {
  readonly type?: string;
  readonly code?: string;
  readonly decline_code?: string;
  readonly param?: string;
  readonly message: string;
  readonly user_message?: string;
  /** The object that the error is about, as declined payments show it. */
  readonly payment_intent?: unknown;
}

/**
 * A request that Stripe answers with an error. `executed`: the work had begun, so that v1 keeps the answer for its
 * idempotency key; a request that was refused before leaves its key free.
 */
export class StripeTrouble extends Error {
  override readonly name = 'StripeTrouble';
  constructor(
    readonly status: number,
    readonly fields: TroubleFields,
    readonly executed: boolean,
  ) {
    super(fields.message);
  }
}

/** v1: the parameters are wrong; nothing was begun. */
export function invalidParam(code: string, message: string, param?: string): StripeTrouble {
  return new StripeTrouble(
    400,
    { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) },
    false,
  );
}

/** v1: the parameters are right, but the state of things forbids it. */
export function refused(code: string, message: string, param?: string): StripeTrouble {
  return new StripeTrouble(
    400,
    { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) },
    true,
  );
}

/** v1: `what` as Stripe names it in words, e.g. `payment_intent`. 404 for what the path names, 400 for a parameter. */
export function resourceMissing(what: string, id: string, param = 'id'): StripeTrouble {
  const fields = {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  };
  return new StripeTrouble(param === 'id' ? 404 : 400, fields, false);
}

/** v2: fields that are wrong or missing. */
export function invalidFields(message: string): StripeTrouble {
  return new StripeTrouble(400, { code: 'invalid_fields', message, user_message: message }, false);
}

/** v2: `type` is one of the SDK's error classes (`insufficient_funds`, `not_cancelable`, ...). */
export function refusedV2(type: string, code: string, message: string): StripeTrouble {
  return new StripeTrouble(400, { type, code, message, user_message: message }, true);
}

export function notFoundV2(what: string, id: string): StripeTrouble {
  return new StripeTrouble(404, { code: 'not_found', message: `No such ${what}: ${id}` }, false);
}
