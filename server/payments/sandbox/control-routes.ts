import Joi from 'joi';
import type { Clock } from '../../clock.ts';
import { booksOf } from './books.ts';
import { metaOf, newId } from './context.ts';
import type { FaultRule } from './faults.ts';
import { fund, settleAll } from './objects/balance.ts';
import { paySession } from './objects/checkout-sessions.ts';
import { closeDispute, openDispute } from './objects/disputes.ts';
import { payInvoice } from './objects/invoices.ts';
import { finishOutbound, outboundOf, returnOutbound } from './objects/outbound-payments.ts';
import { finishDelayedPayment, intentOf } from './objects/payments.ts';
import { refund } from './objects/refunds.ts';
import type { RefundParams } from './objects/refunds.ts';
import { reverseTransfer } from './objects/transfers.ts';
import { amountParam, currencyParam, v2Params } from './params.ts';
import { route } from './route.ts';
import type { Route } from './route.ts';
import type { SandboxCore } from './sandbox-core.ts';
import { invalidFields, resourceMissing } from './stripe-trouble.ts';
import type { WebhookBehaviour } from './webhook-behaviour.ts';

const probability = Joi.number().min(0).max(1);
const nothing = v2Params({});

const faultRules = v2Params<{ readonly rules: readonly FaultRule[] }>({
  rules: Joi.array()
    .items(
      Joi.object({
        operation: Joi.string().required(),
        phase: Joi.string().valid('before', 'after').required(),
        kind: Joi.string().valid('timeout', 'reset', '500', '409', '429', 'slow').required(),
        times: Joi.number().integer().min(1),
        probability,
        delayMs: Joi.number().integer().min(0),
      }),
    )
    .required(),
});

const webhookBehaviour = v2Params<WebhookBehaviour>({
  twice: probability,
  late: probability,
  reordered: probability,
  lost: probability,
  lateMs: Joi.number().integer().min(0),
  reorderWithinMs: Joi.number().integer().min(0),
  next: Joi.array().items(
    Joi.object({
      action: Joi.string().valid('once', 'twice', 'late', 'reordered', 'lost').required(),
      times: Joi.number().integer().min(1).required(),
      type: Joi.string(),
    }),
  ),
});

/**
 * What a tester, a payer or a bank does: `/_sandbox/...`, JSON in and out. Each is whole or not at all, like a call of
 * Stripe's. `clock` is the shell's own, before the offset that `clock` moves.
 */
export function controlRoutes(core: SandboxCore, clock: Clock): readonly Route[] {
  return [...orders(core, clock), ...payers(core), ...banks()];
}

function orders(core: SandboxCore, clock: Clock): Route[] {
  return [
    route('state', 'GET /_sandbox/state', nothing, ({ now, store }) => ({
      sandbox: true,
      now: new Date(now).toISOString(),
      webhookUrl: metaOf(store).webhookUrl,
      webhooksWaiting: store.size('delivery'),
      faultsMet: core.faults.met,
    })),
    route('books', 'GET /_sandbox/books', nothing, ({ store }) => booksOf(store)),
    route('faults', 'POST /_sandbox/faults', faultRules, (_context, { rules }) => {
      core.orderFaults(rules);
      return { rules };
    }),
    route('webhook_behaviour', 'POST /_sandbox/webhook_behaviour', webhookBehaviour, (_context, behaviour) => {
      core.orderWebhooks(behaviour);
      return behaviour;
    }),
    route(
      'webhook_endpoint',
      'POST /_sandbox/webhook_endpoint',
      v2Params<{ url: string | null }>({
        url: Joi.string()
          .uri({ scheme: ['http', 'https'] })
          .allow(null)
          .required(),
      }),
      ({ store }, { url }) => store.put('meta', { ...metaOf(store), webhookUrl: url }) && { url },
    ),
    route(
      'clock',
      'POST /_sandbox/clock',
      v2Params<{ advanceMs?: number; now?: string }>({
        advanceMs: Joi.number().integer().min(0),
        now: Joi.string().isoDate(),
      }),
      ({ store, now }, { advanceMs = 0, now: wanted }) => {
        const target = wanted === undefined ? now + advanceMs : Date.parse(wanted);
        if (target < now) throw invalidFields('The clock of the sandbox runs forwards only.');
        store.put('meta', { ...metaOf(store), clockOffsetMs: target - clock.now() });
        return { now: new Date(target).toISOString() };
      },
    ),
    route('events.resend', 'POST /_sandbox/events/*/resend', nothing, (context, _params, id) => {
      const { store, now } = context;
      if (store.get('event', id) === undefined) throw resourceMissing('event', id);
      const delivery = { id: newId(context, 'whd'), event: id, dueAt: now, attempts: 0, createdAt: now };
      return store.put('delivery', delivery);
    }),
  ];
}

const method = Joi.string();

function payers(core: SandboxCore): Route[] {
  return [
    route(
      'checkout_sessions.pay',
      'POST /_sandbox/checkout_sessions/*/pay',
      v2Params<{ method?: string }>({ method }),
      (context, params, id) => {
        const { declined, intent } = paySession(context, id, params.method);
        return declined ?? intent;
      },
    ),
    route(
      'invoices.pay',
      'POST /_sandbox/invoices/*/pay',
      v2Params<{ amount?: number; method?: string }>({ amount: amountParam, method }),
      (context, params, id) => {
        const { declined, intent } = payInvoice(context, id, params);
        return declined ?? intent;
      },
    ),
    route('payment_intents.finish', 'POST /_sandbox/payment_intents/*/finish', nothing, (context, _params, id) => {
      finishDelayedPayment(context, id);
      return intentOf(context, id);
    }),
    route(
      'fund',
      'POST /_sandbox/fund',
      v2Params<{ amount: number; currency: string; id?: string }>({
        amount: amountParam.required(),
        currency: currencyParam.required(),
        id: Joi.string().pattern(/^tu_[a-z0-9_]{1,60}$/),
      }),
      (context, { currency, amount, id }) => fund(context, currency, amount, id),
    ),
    route('settle', 'POST /_sandbox/settle', nothing, (context) => ({ settled: settleAll(context), at: core.now })),
  ];
}

function banks(): Route[] {
  return [
    route(
      'refunds',
      'POST /_sandbox/refunds',
      v2Params<RefundParams>({ amount: amountParam, charge: Joi.string(), payment_intent: Joi.string() }),
      refund,
    ),
    route(
      'disputes',
      'POST /_sandbox/disputes',
      v2Params<{ charge: string; reason?: string }>({ charge: Joi.string().required(), reason: Joi.string() }),
      (context, { charge, reason }) => openDispute(context, charge, reason),
    ),
    route(
      'disputes.close',
      'POST /_sandbox/disputes/*/close',
      v2Params<{ status: 'won' | 'lost' }>({ status: Joi.string().valid('won', 'lost').required() }),
      (context, { status }, id) => closeDispute(context, id, status),
    ),
    route(
      'outbound_payments.return',
      'POST /_sandbox/outbound_payments/*/return',
      v2Params<{ reason?: string }>({ reason: Joi.string() }),
      (context, { reason }, id) => returnOutbound(context, id, reason),
    ),
    route('outbound_payments.finish', 'POST /_sandbox/outbound_payments/*/finish', nothing, (context, _params, id) => {
      finishOutbound(context, id);
      return outboundOf(context, id);
    }),
    route(
      'transfers.reverse',
      'POST /_sandbox/transfers/*/reverse',
      v2Params<{ amount?: number }>({ amount: amountParam }),
      reverseTransfer,
    ),
  ];
}
