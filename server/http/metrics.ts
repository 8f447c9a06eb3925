import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Everything we count, in one registry per process, served at `/metrics`. */
export function openMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: 'parasol_http_requests_total',
      help: 'Requests by operation and status.',
      labelNames: ['operation', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'parasol_http_request_seconds',
      help: 'Time to answer, by operation.',
      labelNames: ['operation'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    events: new Counter({
      name: 'parasol_shift_events_total',
      help: 'Shift events by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    flushEvents: new Histogram({
      name: 'parasol_flush_events',
      help: 'Events in one flush of the group commit.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'parasol_flush_seconds',
      help: 'Time of one flush of the group commit.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    queueEvents: new Gauge({ name: 'parasol_queue_events', help: 'Events waiting for a flush.', registers }),
    ledgerUnits: new Counter({
      name: 'parasol_ledger_units_total',
      help: 'Units of the ledger by result.',
      labelNames: ['result'],
      registers,
    }),
    ledgerFlushUnits: new Histogram({
      name: 'parasol_ledger_flush_units',
      help: 'Units in one flush of the ledger.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers,
    }),
    ledgerFlushSeconds: new Histogram({
      name: 'parasol_ledger_flush_seconds',
      help: 'Time of one flush of the ledger, with all its attempts.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15],
      registers,
    }),
    ledgerRetries: new Counter({
      name: 'parasol_ledger_retries_total',
      help: 'Attempts of flushes after a lost race or a duplicate key.',
      registers,
    }),
    ledgerBreaches: new Gauge({
      name: 'parasol_ledger_breaches',
      help: 'Breaches of the books that are open, by invariant, as of the last check in this process.',
      labelNames: ['code'],
      registers,
    }),
    jobs: new Counter({
      name: 'parasol_job_ticks_total',
      help: 'Job ticks by job and result.',
      labelNames: ['job', 'result'],
      registers,
    }),
    payouts: new Counter({
      name: 'parasol_payouts_total',
      help: 'Payouts by the state that they reached; put_off: a step met a bug, and is tried again later.',
      labelNames: ['outcome'],
      registers,
    }),
    webhookCalls: new Counter({
      name: 'parasol_webhook_calls_total',
      help: 'Calls to webhook endpoints by what came of them.',
      labelNames: ['result'],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof openMetrics>;
