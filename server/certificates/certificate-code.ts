import { MongoServerError } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { randomText } from '../database/ids.ts';
import type { Services } from '../services.ts';

const CODE_BYTES = 16;

/** The public code of a cover's certificate, made when it is first asked for; of two who ask at once, one makes it (G24). */
export async function certificateCode(services: Services, coverId: string, now: Instant): Promise<string> {
  const { certificates } = services.models;
  const known = await certificates.findById(coverId).lean();
  if (known) return known.code;
  const code = randomText(CODE_BYTES);
  try {
    await certificates.create({ _id: coverId, code, issuedAt: new Date(now) });
    return code;
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === 11000)) throw error;
    const made = await certificates.findById(coverId).lean();
    if (!made) throw error;
    return made.code;
  }
}
