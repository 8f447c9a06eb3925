/** Examples of the documentation: the first shift of a rider's day. */

const DATA = {
  workerId: 'demo-rider',
  shiftId: 'shift-1',
  policyId: 'pol_demo_rider',
  occupationClass: 'food-delivery',
  territory: 'CN',
};

const FACTS = {
  id: 'shift-1-start',
  source: '//demo.platform/shifts',
  type: 'com.parasol.shift.started.v1',
};

export const EVENT_EXAMPLE = { specversion: '1.0', ...FACTS, time: '2026-03-01T18:00:00+08:00', data: DATA };

const EVENT_ID = 'plt_demo/%2F%2Fdemo.platform%2Fshifts/shift-1-start';
const WORKER_ID = 'wrk_zb83csm5g2h6vaz8zxxya2ff34';

const DECISION = {
  verdict: 'covered',
  reasons: [],
  flags: [],
  coverId: `2026-03-01.7d8b.${WORKER_ID}.pol_demo_rider`,
  policyId: 'pol_demo_rider',
  product: 'rider-day@1',
  productDay: '2026-03-01',
  effectiveAt: '2026-03-01T10:00:00.000Z',
  premium: { amount: 300, currency: 'CNY', final: true },
};

export const RESULT_EXAMPLE = {
  eventId: EVENT_ID,
  workerId: WORKER_ID,
  receivedAt: '2026-03-01T10:00:01.000Z',
  replayed: false,
  ...DECISION,
};

export const STORED_EXAMPLE = {
  eventId: EVENT_ID,
  ...FACTS,
  time: '2026-03-01T10:00:00.000Z',
  receivedAt: '2026-03-01T10:00:01.000Z',
  workerId: WORKER_ID,
  data: DATA,
  via: 'api',
  ...DECISION,
};

/** One item of a batch's answer. */
export const REJECTED_EXAMPLE = {
  index: 0,
  status: 422,
  problem: {
    type: 'https://parasol.example/docs/problems#event_in_future',
    title: 'The event lies in the future',
    status: 422,
    detail: 'The event lies more than 5 minutes in the future: check the clock that made it.',
    code: 'event_in_future',
    instance: 'req_01kb2xw4ze7f9gq5d3r8s6h0nt',
  },
};
