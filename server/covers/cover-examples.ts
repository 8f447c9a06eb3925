/** Examples of the documentation: one rider, one evening. */

const WINDOW = { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T17:30:00.000Z' };
const DAY = { from: '2026-02-28T17:30:00.000Z', to: '2026-03-01T17:30:00.000Z' };
const COVER_ID = '2026-03-01.9c1f.wrk_01jz8m7q4x2v9t5b3n6k8d0e1f.pol_demo';
const PRODUCT_NAME = { en: "Rider's day", zh: '骑手日保' };

const EVENT = {
  eventId: 'plt_demo/urn%3Ademo%3Aplatform/shift-1-start',
  type: 'com.parasol.shift.started.v1',
  shiftId: 'shift-1',
  time: '2026-03-01T10:00:00.000Z',
  receivedAt: '2026-03-01T10:00:01.000Z',
  verdict: 'covered',
  reasons: [],
  flags: [],
};

const VERDICT = {
  asKnownAt: '2026-03-01T12:00:00.000Z',
  provisional: false,
  covered: true,
  covers: [
    {
      coverId: COVER_ID,
      policyId: 'pol_demo',
      product: 'rider-day@1',
      productDay: '2026-03-01',
      window: WINDOW,
      windows: [WINDOW],
      needsPerson: false,
    },
  ],
  reasons: [],
  sentences: [
    {
      en: "Covered at 2026-03-01 20:00 (Asia/Shanghai) by Rider's day (rider-day@1), which protects from 2026-03-01 18:00 until 2026-03-02 01:30.",
      zh: '2026-03-01 20:00 (Asia/Shanghai) 受“骑手日保”（rider-day@1）保障，保障时段为 2026-03-01 18:00 至 2026-03-02 01:30。',
    },
  ],
  decidedBy: [EVENT],
  gaps: [],
  flags: [],
  contradictions: [],
};

export const COVER_CHECK_EXAMPLE = {
  workerId: 'wrk_01jz8m7q4x2v9t5b3n6k8d0e1f',
  at: '2026-03-01T12:00:00.000Z',
  covered: true,
  asKnownThen: VERDICT,
  asKnownNow: { ...VERDICT, asKnownAt: '2026-03-02T08:00:00.000Z', provisional: true },
};

export const LISTED_COVER_EXAMPLE = {
  coverId: COVER_ID,
  policyId: 'pol_demo',
  policyRevision: 1,
  charge: { amount: 300, currency: 'CNY', final: true, quantity: 1 },
  product: 'rider-day@1',
  productName: PRODUCT_NAME,
  productDay: '2026-03-01',
  day: DAY,
  timeZone: 'Asia/Shanghai',
  state: 'live',
  windows: [WINDOW],
};

export const COVER_EXAMPLE = {
  ...LISTED_COVER_EXAMPLE,
  workerId: 'wrk_01jz8m7q4x2v9t5b3n6k8d0e1f',
  openedAt: '2026-03-01T10:00:01.000Z',
  openedBy: EVENT.eventId,
  backFilling: false,
  shifts: [
    {
      shiftId: 'shift-1',
      startedAt: '2026-03-01T10:00:00.000Z',
      effectiveAt: '2026-03-01T10:00:00.000Z',
      endedAt: '2026-03-01T14:00:00.000Z',
      protectedUntil: '2026-03-01T14:15:00.000Z',
      end: 'reported',
      charged: true,
      eventIds: [EVENT.eventId],
    },
  ],
  contradictions: [],
  events: [EVENT],
  links: {
    certificate: `/v1/covers/${COVER_ID}/certificate`,
    certificatePdf: `/v1/covers/${COVER_ID}/certificate.pdf`,
  },
};
