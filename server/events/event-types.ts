/** Everything that the outside is told, and by which aggregate's sequence. A type never changes its meaning. */
export const EVENT_TYPES = {
  'cover.not_covered': { aggregate: 'shift_event', what: 'A reported start was not covered' },
  'shift.clipped': { aggregate: 'notice', what: 'A shift without an end was closed at the longest shift' },
  'worker.linked': { aggregate: 'worker', what: 'A worker was linked to a person' },
  'statement.issued': { aggregate: 'statement', what: 'A product day was closed into a statement' },
  'invoice.issued': { aggregate: 'invoice', what: 'An invoice was sent' },
  'invoice.paid': { aggregate: 'invoice', what: 'An invoice was paid in full' },
  'invoice.partly_paid': { aggregate: 'invoice', what: 'An invoice was paid in part' },
  'invoice.overdue': { aggregate: 'invoice', what: 'An invoice passed its due day unpaid' },
  'invoice.reopened': { aggregate: 'invoice', what: 'A payment went back: an invoice is open again' },
  'invoice.credited': { aggregate: 'invoice', what: 'A credit reduced an invoice' },
  'deposit.topped_up': { aggregate: 'deposit', what: 'A deposit was paid into' },
  'deposit.low': { aggregate: 'deposit', what: 'A deposit fell below its warning level' },
  'deposit.empty': { aggregate: 'deposit', what: 'A deposit is used up: new days are not covered' },
  'settlement.issued': { aggregate: 'settlement', what: 'A month was settled with a carrier' },
  'payout.created': { aggregate: 'payout', what: 'A payout was decided and its money reserved' },
  'payout.paid': { aggregate: 'payout', what: 'The money was sent and booked' },
  'payout.failed': { aggregate: 'payout', what: 'The provider refused the payout for good' },
  'payout.returned': { aggregate: 'payout', what: 'The money came back' },
  'payout.voided': { aggregate: 'payout', what: 'A payout was given up before money left' },
  'payee.changed': { aggregate: 'payee', what: 'Where a payee is paid was set or changed' },
  'webhook_endpoint.paused': { aggregate: 'webhook_endpoint', what: 'An endpoint that only failed was paused' },
  'webhook_endpoint.tested': { aggregate: 'webhook_endpoint', what: 'A test call was asked for' },
} as const;

export type EventType = keyof typeof EVENT_TYPES;
