import { InvalidArgumentError } from 'commander';
import { isDay, parseInstant, type Instant } from '../../programs/calendar.ts';
import { AUDIENCE_FORM } from '../../server/webhooks/audience-text.ts';
import { isCurrency } from '../../programs/money.ts';

/** An option's instant; an offset is required. */
export function instantValue(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined)
    throw new InvalidArgumentError('It must be an instant with offset, like 2026-01-31T08:00:00+08:00.');
  return at;
}

/** An option's calendar day, `YYYY-MM-DD`. */
export function dayValue(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError('It must be a day of the calendar, like 2026-01-31.');
  return text;
}

/** An option's calendar month, `YYYY-MM`. */
export function monthValue(text: string): string {
  if (!isDay(`${text}-01`)) throw new InvalidArgumentError('It must be a month of the calendar, like 2026-03.');
  return text;
}

/** An option's positive whole number. */
export function countValue(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count === 0)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return count;
}

/** For options that may be given several times: `--source a --source b`. */
export function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** An option's port; 0 takes a free one. */
export function portValue(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return port;
}

/** Who is told: `platform:<id>`, `carrier:<id>` or `operators`. */
export function audienceValue(text: string): string {
  if (!AUDIENCE_FORM.test(text))
    throw new InvalidArgumentError('It must be platform:plt_..., carrier:car_... or operators.');
  return text;
}

/** The secret of a webhook endpoint, as it was shown. */
export function webhookSecretValue(text: string): string {
  if (!/^whsec_[A-Za-z0-9+/]{4,}={0,2}$/.test(text)) throw new InvalidArgumentError('It must be whsec_ and base64.');
  return text;
}

/** An option's currency of ISO 4217. */
export function currencyValue(text: string): string {
  if (!isCurrency(text)) throw new InvalidArgumentError('It must be a currency of ISO 4217, like CNY.');
  return text;
}
