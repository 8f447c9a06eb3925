import { issueInvoices } from '../server/invoices/issue-invoices.ts';
import type { Tick } from './schedule.ts';

/** Bills the statements of cycles that have ended. */
export const issueInvoicesTick: Tick = async (services) => ({ ...(await issueInvoices(services)) });
