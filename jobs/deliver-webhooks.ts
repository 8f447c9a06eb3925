import { deliverWebhooks } from '../server/webhooks/deliver-webhooks.ts';
import type { Tick } from './schedule.ts';

/** Delivers what is published and due, once through. */
export const deliverWebhooksTick: Tick = async (services) => ({ ...(await deliverWebhooks(services)) });
