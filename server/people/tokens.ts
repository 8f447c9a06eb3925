import type { ClientSession } from 'mongodb';
import type { Instant } from '../../programs/calendar.ts';
import { randomText } from '../database/ids.ts';
import type { Services } from '../services.ts';
import { hashToken } from './hash-token.ts';
import type { TokenDocument } from './token-model.ts';

export interface MintInput {
  readonly kind: TokenDocument['kind'];
  readonly subjectId: string;
  /** The platform that mints a worker's token. */
  readonly platformId?: string;
  readonly now: Instant;
  readonly ttlSeconds: number;
}

export interface MintedToken {
  /** The token itself, shown this once: only its hash is kept. */
  readonly token: string;
  readonly tokenId: string;
  readonly expiresAt: Instant;
}

const PREFIX = { worker: 'wkt', person: 'pst' } as const satisfies Record<TokenDocument['kind'], string>;

/** Makes and stores a token of 160 random bits. Who may ask is the caller's business. */
export async function mintToken(services: Services, input: MintInput, session?: ClientSession): Promise<MintedToken> {
  const token = `${PREFIX[input.kind]}_${randomText(20)}`;
  const tokenId = services.ids.next('tok');
  const expiresAt = input.now + input.ttlSeconds * 1_000;
  const document: TokenDocument = {
    _id: hashToken(token),
    tokenId,
    kind: input.kind,
    subjectId: input.subjectId,
    ...(input.platformId === undefined ? {} : { platformId: input.platformId }),
    createdAt: new Date(input.now),
    expiresAt: new Date(expiresAt),
  };
  await services.models.tokens.create([document], session === undefined ? {} : { session });
  return { token, tokenId, expiresAt };
}
