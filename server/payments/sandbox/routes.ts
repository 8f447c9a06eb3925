import { accountRoutes } from './objects/accounts.ts';
import { balanceRoutes } from './objects/balance.ts';
import { checkoutSessionRoutes } from './objects/checkout-sessions.ts';
import { customerRoutes } from './objects/customers.ts';
import { disputeRoutes } from './objects/disputes.ts';
import { eventRoutes } from './objects/events.ts';
import { invoiceItemRoutes } from './objects/invoice-items.ts';
import { invoiceRoutes } from './objects/invoice-routes.ts';
import { outboundPaymentRoutes } from './objects/outbound-payments.ts';
import { paymentIntentRoutes } from './objects/payment-intents.ts';
import { payoutMethodRoutes } from './objects/payout-methods.ts';
import { refundRoutes } from './objects/refunds.ts';
import { transferRoutes } from './objects/transfers.ts';
import type { Route } from './route.ts';

/** Every operation of Stripe that the sandbox knows. */
export const ROUTES: readonly Route[] = [
  ...outboundPaymentRoutes,
  ...transferRoutes,
  ...paymentIntentRoutes,
  ...checkoutSessionRoutes,
  ...refundRoutes,
  ...disputeRoutes,
  ...customerRoutes,
  ...invoiceRoutes,
  ...invoiceItemRoutes,
  ...balanceRoutes,
  ...accountRoutes,
  ...payoutMethodRoutes,
  ...eventRoutes,
];

export interface FoundRoute {
  readonly route: Route;
  readonly ids: readonly string[];
}

/** `undefined` when Stripe, or at least the sandbox, has no such operation. */
export function findRoute(method: string, path: string): FoundRoute | undefined {
  for (const route of ROUTES) {
    if (route.method !== method) continue;
    const ids = route.match(path);
    if (ids !== undefined) return { route, ids };
  }
  return undefined;
}
