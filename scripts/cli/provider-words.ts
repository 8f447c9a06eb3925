import type { ProviderName } from '../../server/payments/payment-port.ts';
import { isSandbox } from '../../server/payments/provider-of.ts';
import type { Services } from '../../server/services.ts';
import { table, type Cell } from './render.ts';

/** A provider's name for a person, and that no money moves where that is so. */
export function providerWords(services: Services, name: ProviderName): string {
  return isSandbox(services, name) ? `${name} (SANDBOX: no real money moves)` : name;
}

/** A list of money, under a line that says so when some of it is not real; a row names its provider where they differ. */
export function moneyTable(
  services: Services,
  providers: readonly ProviderName[],
  rows: readonly Readonly<Record<string, Cell>>[],
): string {
  const play = [...new Set(providers)].filter((name) => isSandbox(services, name)).sort();
  const shown = table(rows);
  if (rows.length === 0 || play.length === 0) return shown;
  return `SANDBOX: no real money moves through ${play.join(' and ')}.\n${shown}`;
}
