import { accountId } from '../../../programs/ledger/chart.ts';
import type { InvoiceAnswer, InvoiceOrder, PaymentProvider } from '../../payments/payment-port.ts';

/** A provider that makes one invoice for each order, and answers as it is told. */
export interface FakeCollector extends PaymentProvider {
  /** What it was asked for, in order. */
  readonly orders: InvoiceOrder[];
  /** Invoices that it has, by our id. */
  readonly made: Map<string, InvoiceOrder>;
  readonly voided: string[];
  /** Its next answers; `lost`: it makes the invoice, and the answer never comes. */
  readonly next: (InvoiceAnswer | 'lost')[];
}

export function fakeCollector(): FakeCollector {
  const orders: InvoiceOrder[] = [];
  const made = new Map<string, InvoiceOrder>();
  const voided: string[] = [];
  const next: (InvoiceAnswer | 'lost')[] = [];
  const notHere = (): never => {
    throw new Error('This provider only collects invoices.');
  };
  return {
    ...{ name: 'bank_file', sandbox: true, orders, made, voided, next },
    cashAccount: (currency) => accountId('cash:*', currency, 'bank'),
    clearingAccount: (currency) => accountId('*:clearing', currency, 'bank'),
    sendPayout: notHere,
    findPayouts: notHere,
    openTopUp: notHere,
    async sendInvoice(order) {
      orders.push(order);
      const answer = next.shift();
      if (answer !== undefined && answer !== 'lost') return answer;
      if (!made.has(order.invoiceId)) made.set(order.invoiceId, order);
      if (answer === 'lost') return { outcome: 'unknown', message: 'The connection broke.' };
      return {
        outcome: 'sent',
        providerRef: `ref-${order.invoiceId}`,
        payUrl: `https://pay.example/${order.invoiceId}`,
      };
    },
    async voidInvoice(invoiceId) {
      voided.push(invoiceId);
    },
  };
}
