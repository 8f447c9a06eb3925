import Joi from 'joi';

/** One environment variable: what it must be, and what the README says of it. */
export interface Variable<T> {
  readonly name: string;
  readonly schema: Joi.Schema<T>;
  /** As written when it is not set. */
  readonly standard: string;
  readonly help: string;
}

function variable<T>(name: string, standard: string, help: string, schema: Joi.Schema<T>): Variable<T> {
  return { name, schema, standard, help };
}

function count(name: string, standard: number, min: number, max: number, help: string): Variable<number> {
  const bounds = `must be a whole number from ${min} to ${max}`;
  const schema: Joi.Schema<number> = Joi.number()
    .integer()
    .min(min)
    .max(max)
    .default(standard)
    .messages({ '*': bounds });
  return variable(name, String(standard), help, schema);
}

function choice<T extends string>(name: string, standard: T, choices: readonly T[], help: string): Variable<T> {
  const schema: Joi.Schema<T> = Joi.any<T>()
    .valid(...choices)
    .default(standard)
    .messages({ '*': `must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}` });
  return variable(name, standard, help, schema);
}

function text(name: string, standard: string, help: string): Variable<string> {
  const schema: Joi.Schema<string> = Joi.string().trim().default(standard).messages({ '*': 'must be text' });
  return variable(name, standard, help, schema);
}

function optionalText(
  name: string,
  standard: string,
  help: string,
  schema: Joi.StringSchema,
): Variable<string | undefined> {
  return variable<string | undefined>(name, standard, help, schema.optional());
}

const key = Joi.string()
  .pattern(/^[A-Za-z0-9+/]{43}=$/)
  .messages({ '*': 'must be the base64 of 32 bytes (openssl rand -base64 32)' });

/** Every variable that Parasol reads, in the order of the README. The fixed limits of a request stand in `config.ts`. */
export const VARIABLES = {
  NODE_ENV: choice(
    'NODE_ENV',
    'development',
    ['development', 'test', 'production'],
    'Production makes no keys for itself and uses no embedded database.',
  ),
  PARASOL_HOST: text('PARASOL_HOST', '127.0.0.1', 'Address to listen on; 0.0.0.0 for all.'),
  PARASOL_PORT: count('PARASOL_PORT', 3000, 0, 65_535, 'Port to listen on; 0 takes a free one.'),
  PARASOL_PUBLIC_URL: optionalText(
    'PARASOL_PUBLIC_URL',
    'http://host:port as bound',
    'What links, certificates and problem types name: the address under which callers reach this server.',
    Joi.string()
      .uri({ scheme: ['http', 'https'] })
      .pattern(/^[^?#]*$/)
      .messages({ '*': 'must be an http or https address without ? and #' }),
  ),
  MONGODB_URI: optionalText(
    'MONGODB_URI',
    'the embedded database',
    'A MongoDB replica set, 6.0 or newer.',
    Joi.string()
      .pattern(/^mongodb(\+srv)?:\/\/./)
      .messages({ '*': 'must begin with mongodb:// or mongodb+srv://' }),
  ),
  PARASOL_DATA_DIR: text(
    'PARASOL_DATA_DIR',
    '.data',
    'Folder of the embedded database and of the keys made outside production.',
  ),
  PARASOL_EMBEDDED_DATABASE: optionalText(
    'PARASOL_EMBEDDED_DATABASE',
    'not allowed in production',
    '`allowed` lets production run on the embedded database.',
    Joi.string().valid('allowed').messages({ '*': 'can only be allowed' }),
  ),
  PARASOL_POOL_SIZE: count('PARASOL_POOL_SIZE', 12, 1, 500, 'Most connections to the database.'),
  PARASOL_LOG_LEVEL: choice(
    'PARASOL_LOG_LEVEL',
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    'What is logged; each request is one line at info.',
  ),
  PARASOL_RATE_PER_MINUTE: count(
    'PARASOL_RATE_PER_MINUTE',
    600_000,
    1,
    1e9,
    'Requests a minute for each API key or token.',
  ),
  PARASOL_PUBLIC_RATE_PER_MINUTE: count(
    'PARASOL_PUBLIC_RATE_PER_MINUTE',
    60,
    1,
    1e9,
    'Requests a minute for each address on public routes, and wrong credentials a minute for each address.',
  ),
  PARASOL_TRUSTED_PROXIES: count(
    'PARASOL_TRUSTED_PROXIES',
    0,
    0,
    10,
    'Proxies of yours in front of the server that append to X-Forwarded-For; 0 believes no header.',
  ),
  PARASOL_QUEUE_EVENTS: count(
    'PARASOL_QUEUE_EVENTS',
    20_000,
    1_000,
    1e6,
    'Events that may wait; beyond it 503 queue_full.',
  ),
  PARASOL_FLUSH_EVENTS: count('PARASOL_FLUSH_EVENTS', 500, 1, 10_000, 'Most events in one flush of the group commit.'),
  PARASOL_FLUSHES: count('PARASOL_FLUSHES', 3, 1, 64, 'Flushes at once.'),
  PARASOL_FAST_SERVER: choice(
    'PARASOL_FAST_SERVER',
    'auto',
    ['on', 'off', 'auto'],
    'Flat request prototypes, three times as fast before Node 24; auto switches them on there.',
  ),
  PARASOL_ENCRYPTION_KEY: optionalText(
    'PARASOL_ENCRYPTION_KEY',
    'made in the data folder; production needs its own',
    'Base64 of 32 bytes: encrypts personal data and signing keys.',
    key,
  ),
  PARASOL_HMAC_KEY: optionalText(
    'PARASOL_HMAC_KEY',
    'made in the data folder; production needs its own',
    'Base64 of 32 bytes: keyed hashes of national ids.',
    key,
  ),
  STRIPE_SECRET_KEY: optionalText(
    'STRIPE_SECRET_KEY',
    'the sandbox: no real money moves',
    "Stripe's secret key (sk_live_... or sk_test_...).",
    Joi.string()
      .pattern(/^(sk|rk)_(live|test)_[A-Za-z0-9_]{8,}$/)
      .messages({ '*': 'must begin with sk_live_ or sk_test_' }),
  ),
  STRIPE_WEBHOOK_SECRET: optionalText(
    'STRIPE_WEBHOOK_SECRET',
    "the sandbox's",
    "The secret that signs Stripe's webhooks (whsec_...); with a comma between them, those of the snapshot and the thin destination.",
    Joi.string()
      .pattern(/^whsec_[A-Za-z0-9+/=_-]{8,}(,whsec_[A-Za-z0-9+/=_-]{8,})*$/)
      .messages({ '*': 'must begin with whsec_' }),
  ),
  PARASOL_SANDBOX: optionalText(
    'PARASOL_SANDBOX',
    'not allowed in production',
    '`allowed` lets production run without a key of Stripe: payments go to the sandbox, and no money moves.',
    Joi.string().valid('allowed').messages({ '*': 'can only be allowed' }),
  ),
  PARASOL_STRIPE_URL: optionalText(
    'PARASOL_STRIPE_URL',
    "Stripe's own",
    'Another address for the Stripe SDK, on this machine only; refused with a live key.',
    Joi.string()
      .pattern(/^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/)
      .messages({ '*': 'must be http://127.0.0.1:<port>' }),
  ),
  PARASOL_OPERATOR_TOKEN: optionalText(
    'PARASOL_OPERATOR_TOKEN',
    'no commands about money',
    'Your own operator key, for commands that move money or decide (command line only).',
    Joi.string().messages({ '*': 'must be an operator key' }),
  ),
} as const;
