import type { Services } from '../../services.ts';
import { auditBooks } from '../books/audit-books.ts';

/**
 * Every test that moves money ends with this: all invariants of the books (L1 to L12) over all that is stored. Throws an
 * error that lists the breaches. Changes nothing.
 */
export async function assertBooks(services: Pick<Services, 'database' | 'clock'>): Promise<void> {
  const { breaches, left } = await auditBooks(services, { now: services.clock.now() });
  if (breaches.length === 0) return;
  const lines = breaches.map(({ code, name, subject, message }) => `  ${code} (${name}) ${subject}: ${message}`);
  const more = left > 0 ? [`  and ${left} more`] : [];
  throw new Error(['The books are wrong:', ...lines, ...more].join('\n'));
}
