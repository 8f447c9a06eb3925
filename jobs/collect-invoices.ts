import { collectInvoices } from '../server/invoices/collect-invoices.ts';
import type { Tick } from './schedule.ts';

/** Sends invoices, and tells of overdue ones. */
export const collectInvoicesTick: Tick = async (services) => ({ ...(await collectInvoices(services)) });
