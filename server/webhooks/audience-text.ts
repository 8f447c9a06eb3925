import type { EventAudience } from '../events/event-model.ts';

/** `platform:<id>`, `carrier:<id>`, `operators`. */
export const AUDIENCE_FORM = /^(platform:plt_[0-9a-z_]{1,60}|carrier:car_[0-9a-z_]{1,60}|operators)$/;

/** Reads what `AUDIENCE_FORM` lets through; anything else is undefined. */
export function audienceFromText(text: string): EventAudience | undefined {
  if (!AUDIENCE_FORM.test(text)) return undefined;
  const [kind, id = ''] = text.split(':');
  if (kind === 'platform') return { kind, platformId: id };
  return kind === 'carrier' ? { kind, carrierId: id } : { kind: 'operators' };
}
