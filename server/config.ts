import type Joi from 'joi';
import { VARIABLES } from './config-variables.ts';

/** The environment, read once, checked and frozen. (The reader is `readConfig`.) */
export interface Config {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** What links and certificates name, without a slash at its end; without it `http://host:port` as bound. */
  readonly publicUrl?: string;
  /** Absent: the embedded database. */
  readonly mongodbUri?: string;
  readonly dataDir: string;
  readonly allowEmbeddedInProduction: boolean;
  readonly allowSandboxInProduction: boolean;
  readonly poolSizeMax: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** Requests a minute for each API key. */
  readonly ratePerMinute: number;
  /** Requests a minute for each address on public routes. */
  readonly publicRatePerMinute: number;
  /** Proxies of ours in front: the address is that many from the right in `X-Forwarded-For`. 0: the connection's own. */
  readonly trustedProxies: number;
  readonly bodyBytesMax: number;
  readonly jsonDepthMax: number;
  readonly batchEventsMax: number;
  /** Events waiting for a flush; beyond it 503 `queue_full` (G20). */
  readonly intakeQueueMax: number;
  readonly flushEventsMax: number;
  readonly flushesAtOnce: number;
  /** Flat request prototypes (Node 20 only, see server/http/fast-server.ts). */
  readonly fastServer: boolean;
  /** Base64 of 32 bytes each; made under the data folder outside production. */
  readonly encryptionKey?: string;
  readonly hmacKey?: string;
  /** Absent: the sandbox. */
  readonly stripeSecretKey?: string;
  readonly stripeWebhookSecret?: string;
  /** The Stripe SDK talks to this address on this machine instead; never with a live key. */
  readonly stripeUrl?: string;
}

/** The environment does not fit. `message` is one sentence that names the variable; a program prints it and exits. */
export class ConfigTrouble extends Error {
  override readonly name = 'ConfigTrouble';
}

/** The flat prototypes mend what Node 24 no longer has. */
const FAST_SERVER_BEFORE_NODE = 24;

/**
 * Reads the configuration from environment variables (the table of them: `config-variables.ts`). A variable that is empty
 * counts as not set. Throws `ConfigTrouble` for the first that is wrong, for a `PARASOL_...` that we do not know, and for
 * what production may not do: run without keys of its own, or on the embedded database or the payment sandbox unless that is asked for by name (G25).
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  refuseUnknown(env);
  const read = reader(env);

  const environment = read(VARIABLES.NODE_ENV);
  const mongodbUri = read(VARIABLES.MONGODB_URI);
  const publicUrl = read(VARIABLES.PARASOL_PUBLIC_URL)?.replace(/\/+$/, '');
  const encryptionKey = read(VARIABLES.PARASOL_ENCRYPTION_KEY);
  const hmacKey = read(VARIABLES.PARASOL_HMAC_KEY);
  const stripeSecretKey = read(VARIABLES.STRIPE_SECRET_KEY);
  const stripeWebhookSecret = read(VARIABLES.STRIPE_WEBHOOK_SECRET);
  const stripeUrl = read(VARIABLES.PARASOL_STRIPE_URL);
  read(VARIABLES.PARASOL_OPERATOR_TOKEN);
  const config: Config = {
    environment,
    host: read(VARIABLES.PARASOL_HOST),
    port: read(VARIABLES.PARASOL_PORT),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(mongodbUri === undefined ? {} : { mongodbUri }),
    dataDir: read(VARIABLES.PARASOL_DATA_DIR),
    allowEmbeddedInProduction: read(VARIABLES.PARASOL_EMBEDDED_DATABASE) === 'allowed',
    allowSandboxInProduction: read(VARIABLES.PARASOL_SANDBOX) === 'allowed',
    poolSizeMax: read(VARIABLES.PARASOL_POOL_SIZE),
    logLevel: read(VARIABLES.PARASOL_LOG_LEVEL),
    ratePerMinute: read(VARIABLES.PARASOL_RATE_PER_MINUTE),
    publicRatePerMinute: read(VARIABLES.PARASOL_PUBLIC_RATE_PER_MINUTE),
    trustedProxies: read(VARIABLES.PARASOL_TRUSTED_PROXIES),
    bodyBytesMax: 2 * 1024 * 1024,
    jsonDepthMax: 20,
    batchEventsMax: 1_000,
    intakeQueueMax: read(VARIABLES.PARASOL_QUEUE_EVENTS),
    flushEventsMax: read(VARIABLES.PARASOL_FLUSH_EVENTS),
    flushesAtOnce: read(VARIABLES.PARASOL_FLUSHES),
    fastServer: isFast(read(VARIABLES.PARASOL_FAST_SERVER)),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(hmacKey === undefined ? {} : { hmacKey }),
    ...(stripeSecretKey === undefined ? {} : { stripeSecretKey }),
    ...(stripeWebhookSecret === undefined ? {} : { stripeWebhookSecret }),
    ...(stripeUrl === undefined ? {} : { stripeUrl }),
  };
  if (environment === 'production') checkProduction(config);
  checkStripe(config);
  return Object.freeze(config);
}

function reader(env: Readonly<Record<string, string | undefined>>) {
  return <T>(variable: { readonly name: string; readonly schema: Joi.Schema<T> }): T => {
    const text = env[variable.name];
    const result = variable.schema.validate(text === '' ? undefined : text, {
      convert: true,
      errors: { wrap: { label: false }, label: 'key' },
      // Never the value itself: it may be a secret.
      messages: {},
    });
    if (result.error !== undefined) {
      throw new ConfigTrouble(`${variable.name} ${result.error.message.replace(/^value /, '')}.`);
    }
    return result.value;
  };
}

function refuseUnknown(env: Readonly<Record<string, string | undefined>>): void {
  const unknown = Object.keys(env).filter((name) => name.startsWith('PARASOL_') && !Object.hasOwn(VARIABLES, name));
  if (unknown.length === 0) return;
  const known = Object.keys(VARIABLES).filter((name) => name.startsWith('PARASOL_'));
  const is = unknown.length === 1 ? 'is not a setting' : 'are not settings';
  throw new ConfigTrouble(`${unknown.sort().join(', ')} ${is} of Parasol; the settings are ${known.join(', ')}.`);
}

function checkProduction(config: Config): void {
  for (const [name, key] of [
    ['PARASOL_ENCRYPTION_KEY', config.encryptionKey],
    ['PARASOL_HMAC_KEY', config.hmacKey],
  ] as const) {
    if (key === undefined) {
      throw new ConfigTrouble(
        `${name} is not set, and production makes no keys for itself: set it to the base64 of 32 random bytes (openssl rand -base64 32).`,
      );
    }
  }
  if (config.encryptionKey === config.hmacKey) {
    throw new ConfigTrouble('PARASOL_HMAC_KEY must differ from PARASOL_ENCRYPTION_KEY: one key for each purpose.');
  }
  if (config.mongodbUri === undefined && !config.allowEmbeddedInProduction) {
    throw new ConfigTrouble(
      'MONGODB_URI is not set, and production does not use the embedded database unless PARASOL_EMBEDDED_DATABASE=allowed asks for it.',
    );
  }
  if (config.stripeSecretKey === undefined && !config.allowSandboxInProduction) {
    throw new ConfigTrouble(
      'STRIPE_SECRET_KEY is not set, and production does not pay by the sandbox, where no money moves, unless PARASOL_SANDBOX=allowed asks for it.',
    );
  }
}

/** Live money goes to Stripe's own address and nowhere else, and what comes back must be signed. */
function checkStripe({ stripeSecretKey, stripeWebhookSecret, stripeUrl }: Config): void {
  if (stripeSecretKey === undefined) return;
  if (stripeUrl !== undefined && /^.._live_/.test(stripeSecretKey)) {
    throw new ConfigTrouble('PARASOL_STRIPE_URL is refused with a live key: live money goes to Stripe itself only.');
  }
  if (stripeWebhookSecret === undefined) {
    throw new ConfigTrouble('STRIPE_WEBHOOK_SECRET is not set, and without it no webhook of Stripe can be believed.');
  }
}

function isFast(choice: 'on' | 'off' | 'auto'): boolean {
  if (choice !== 'auto') return choice === 'on';
  return Number(process.versions.node.split('.')[0]) < FAST_SERVER_BEFORE_NODE;
}
