import { auditRoutes } from '../audit/audit-routes.ts';
import { statementRoutes } from '../billing/statement-routes.ts';
import { bordereauRoutes } from '../bordereaux/bordereau-routes.ts';
import { certificateRoutes } from '../certificates/certificate-routes.ts';
import { depositRoutes } from '../deposits/deposit-routes.ts';
import { invoiceRoutes } from '../invoices/invoice-routes.ts';
import { consentRoutes } from '../consents/consent-routes.ts';
import { coverRoutes } from '../covers/cover-routes.ts';
import { eventRoutes } from '../events/event-routes.ts';
import { bookRoutes } from '../ledger/books/book-routes.ts';
import { paymentRoutes } from '../payments/payment-routes.ts';
import { payeeRoutes } from '../payees/payee-routes.ts';
import { payoutRoutes } from '../payouts/payout-routes.ts';
import { platformRoutes } from '../platforms/platform-routes.ts';
import { productRoutes } from '../products/product-routes.ts';
import { reportRoutes } from '../reports/report-routes.ts';
import { settlementRoutes } from '../settlements/settlement-routes.ts';
import { shiftEventRoutes } from '../shifts/shift-event-routes.ts';
import { deliveryRoutes } from '../webhooks/delivery-routes.ts';
import { endpointRoutes } from '../webhooks/endpoint-routes.ts';
import { workerRoutes } from '../workers/worker-routes.ts';
import type { AnyRoute } from './route.ts';

/**
 * The table of all routes; the server adds its probes and its own description. The hot path stands first. To add a noun,
 * export its routes from `server/<noun>/<noun>-routes.ts` and name them here.
 */
export const routes: readonly AnyRoute[] = [
  ...shiftEventRoutes,
  ...coverRoutes,
  ...certificateRoutes,
  ...workerRoutes,
  ...statementRoutes,
  ...bordereauRoutes,
  ...settlementRoutes,
  ...invoiceRoutes,
  ...depositRoutes,
  ...reportRoutes,
  ...eventRoutes,
  ...endpointRoutes,
  ...deliveryRoutes,
  ...productRoutes,
  ...platformRoutes,
  ...consentRoutes,
  ...paymentRoutes,
  ...payoutRoutes,
  ...payeeRoutes,
  ...auditRoutes,
  ...bookRoutes,
];
