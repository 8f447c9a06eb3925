import Joi from 'joi';
import { maskName } from '../certificates/mask-name.ts';
import { etagOf } from '../http/etag.ts';
import type { Profile } from '../people/profile.ts';
import type { WorkerDocument } from './worker-model.ts';

/** Changes whenever anything changes that a platform said of its worker. */
export function workerEtag(worker: Pick<WorkerDocument, '_id' | 'version'>): string {
  return etagOf(worker._id, worker.version);
}

/** A worker as its platform gets it back: what identifies a person is masked, and links to persons do not show (G23). */
export function renderWorker(worker: WorkerDocument, profile: Profile) {
  return {
    id: worker._id,
    externalId: worker.externalId,
    birthOn: worker.birthOn ?? null,
    name: profile.name === undefined ? null : maskName(profile.name),
    phone: profile.phone === undefined ? null : maskPhone(profile.phone),
    nationalIdGiven: profile.nationalId !== undefined,
    registeredBy: worker.registeredBy,
    registeredAt: worker.registeredAt.toISOString(),
    updatedAt: worker.updatedAt.toISOString(),
  };
}

/** The last two digits, enough to tell one's own numbers apart. */
export function maskPhone(phone: string): string {
  return `***${phone.replace(/\D/g, '').slice(-2)}`;
}

export const workerView = Joi.object({
  id: Joi.string().description('Our id of the worker.'),
  externalId: Joi.string().description("The platform's own id."),
  birthOn: Joi.string().allow(null).description('Null: age unknown.'),
  name: Joi.string().allow(null).description('Masked.'),
  phone: Joi.string().allow(null).description('Masked: the last two digits.'),
  nationalIdGiven: Joi.boolean().description('Whether you gave a national id; never the id.'),
  registeredBy: Joi.string().valid('event', 'platform').description('`event`: known only from shift events so far.'),
  registeredAt: Joi.string(),
  updatedAt: Joi.string(),
});

export const workerExample = {
  id: 'wrk_5p3k1c8h0w9zq2m7r4tj6vbxae',
  externalId: 'rider-17',
  birthOn: '1995-04-01',
  name: '王**',
  phone: '***08',
  nationalIdGiven: true,
  registeredBy: 'platform',
  registeredAt: '2026-03-01T08:00:00.000Z',
  updatedAt: '2026-03-01T08:00:00.000Z',
};
